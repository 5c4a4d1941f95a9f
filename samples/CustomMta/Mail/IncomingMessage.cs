using CustomMta.Settings;
using CustomMta.Smtp;
using EmailAuth;
using EmailAuth.Message;

namespace CustomMta.Mail;

/// <summary>
/// A message that is arriving. Its octets are pushed into the verification, which copies them into the spool file as it reads them: there is one way for
/// them, at most 64 KiB are in memory, and a slow disk slows the sender down.
/// </summary>
internal sealed class IncomingMessage : IAsyncDisposable
{
    private readonly MessageWriter _writer = new();
    private readonly ContentCheck _check;
    private readonly long _mostOctets;
    private readonly Task<VerificationResult> _verdict;
    private long _thrownAway;

    public IncomingMessage(string id, FileStream spool, MtaOptions options, Func<EmailMessage, ValueTask<VerificationResult>> verify)
    {
        (Id, Spool) = (id, spool);
        _mostOctets = options.MaxMessageOctets;
        _check = new ContentCheck(options.MaxMessageOctets, options.MaxTextLineOctets);
        _verdict = verify(_writer.Message.CopyingTo(spool)).AsTask();
    }

    /// <summary>By which it is found again: in the log, in the reply, and, once it is stored, in Received and as the name of its file.</summary>
    public string Id { get; }

    /// <summary>All that came, once <see cref="CompleteAsync"/> has ended.</summary>
    public FileStream Spool { get; }

    /// <summary>What is wrong with the message as such, whoever sent it; null if nothing is.</summary>
    public Reply? Problem { get; private set; }

    /// <summary>Takes the next octets.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (Problem is null && (Problem = Of(_check.Look(octets.Span))) is null)
            return _writer.WriteAsync(octets, cancellationToken);
        // The client must be heard out before it is told, but not for ever.
        _thrownAway += octets.Length;
        return _thrownAway <= _mostOctets ? default : throw new ConversationEndException(Problem! with { Code = 421, Status = "4" + Problem.Status[1..] });
    }

    /// <summary>It is all there; gives the verdict, or null where there is a <see cref="Problem"/>.</summary>
    public async ValueTask<VerificationResult?> CompleteAsync()
    {
        if ((Problem ??= Of(_check.Finish())) is not null)
            return null;
        _writer.Complete();
        return await _verdict;
    }

    private Reply? Of(Reply? problem) => problem is null ? null : problem with { MessageId = Id };

    /// <summary>Ends the verification, where it goes on, and deletes the spool file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_verdict.IsCompleted)
            _writer.Abort(new IOException("The message did not come to its end."));
        await _verdict.ContinueWith(static verdict => _ = verdict.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await Spool.DisposeAsync();
        }
        catch (IOException)
        {
            // There was no room for the last octets; the file goes all the same.
        }
    }
}
