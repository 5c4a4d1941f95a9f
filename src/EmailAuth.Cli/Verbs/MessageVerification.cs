using System.Runtime.CompilerServices;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;

namespace EmailAuth.Cli.Verbs;

/// <summary>Verifies files, some at a time, and gives what came of them in their order.</summary>
internal sealed class MessageVerification(EmailAuthenticator authenticator, SmtpSession session, CommandIo io)
{
    private const int MostAtATime = 8;

    public async IAsyncEnumerable<FileVerdict> VerifyAsync(IReadOnlyList<string> files, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var underWay = new Queue<Task<FileVerdict>>();
        try
        {
            foreach (var file in files)
            {
#pragma warning disable RS0030 // The command is the host: several files at a time are its decision.
                underWay.Enqueue(Task.Run(() => VerifyAsync(file, cancellationToken), cancellationToken));
#pragma warning restore RS0030
                if (underWay.Count == MostAtATime)
                    yield return await underWay.Dequeue().ConfigureAwait(false);
            }
            while (underWay.TryDequeue(out var next))
                yield return await next.ConfigureAwait(false);
        }
        finally
        {
            // After a failure or a cancellation the rest comes to its end, and nobody asks how.
            await ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task<FileVerdict> VerifyAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var message = await MessageFile.OpenAsync(file, io, cancellationToken).ConfigureAwait(false);
            await using (message.ConfigureAwait(false))
            {
                try
                {
                    var result = await authenticator.VerifyAsync(message.Read(), session, cancellationToken).ConfigureAwait(false);
                    return new FileVerdict(file, result, message.HasUnixLineEnds);
                }
                catch (IOException exception)
                {
                    throw MessageFile.Unreadable(file, exception);
                }
            }
        }
        catch (InputException exception)
        {
            return new FileVerdict(file, null, false, exception.Message, exception.Status);
        }
#pragma warning disable CA1031 // A defect that one message brings out must not lose the verdicts of the others.
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new FileVerdict(file, null, false, EmailAuthCommand.DefectText(exception), ExitStatus.Defect);
        }
    }
}
