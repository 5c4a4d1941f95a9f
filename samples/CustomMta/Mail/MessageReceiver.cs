using CustomMta.Settings;
using CustomMta.Smtp;
using EmailAuth;
using EmailAuth.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CustomMta.Mail;

/// <summary>Where SMTP ends and the library begins: a prefetch at MAIL FROM, a verdict while the message arrives, and what becomes of it.</summary>
internal sealed partial class MessageReceiver
{
    private static readonly Func<ILogger, string, IDisposable?> MessageScope = LoggerMessage.DefineScope<string>("{Message}");

    private readonly EmailAuthenticator _authenticator;
    private readonly MtaOptions _options;
    private readonly MtaMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly TransactionLog _log;
    private readonly ILogger _logger;
    private readonly Spool _spool;
    private readonly Dictionary<string, Maildir> _maildirs;
    private readonly UniqueNames _names;
    private readonly int _maxHeader;

    public MessageReceiver(
        EmailAuthenticator authenticator, EmailAuthenticatorOptions verification, MtaOptions options, IOptions<EmailAuthOptions> emailAuth, MtaMetrics metrics, TimeProvider time, TransactionLog log, ILogger<MessageReceiver> logger)
    {
        (_authenticator, _options, _metrics, _time, _log, _logger) = (authenticator, options, metrics, time, log, logger);
        Name = emailAuth.Value.AuthservId!;
        _maxHeader = verification.Limits.Message.MaxHeaderBytes;
        PrivateFiles.CreateFolder(options.Folder);
        _spool = new Spool(options.Folder);
        _names = new UniqueNames(Name, time);
        _maildirs = options.Mailboxes.Folders.ToDictionary(static folder => folder, folder => new Maildir(Path.Combine(options.Folder, folder)), StringComparer.Ordinal);
    }

    /// <summary>The name of this server, in its greeting and in the fields that it writes.</summary>
    public string Name { get; }

    /// <summary>Begins to ask what SPF will need.</summary>
    public void Prefetch(Envelope envelope, CancellationToken cancellationToken) => _ = _authenticator.Prefetch(envelope.ToSession(), cancellationToken);

    /// <summary>Begins to take a message, and to judge it while it comes; null where there is no room for it.</summary>
    public IncomingMessage? Begin(Envelope envelope, CancellationToken cancellationToken)
    {
        var id = _names.Next();
        // So that the line of the verdict can be found by the id, too, where the log shows its scopes.
        using var scope = MessageScope(_logger, id);
        try
        {
            return new IncomingMessage(id, _spool.Create(id), _options, octets => _authenticator.VerifyAsync(octets, envelope.ToSession(), cancellationToken));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotStored(exception);
            return null;
        }
    }

    /// <summary>The message is there: waits for the verdict, stores what is to be stored, and gives the reply.</summary>
    public async ValueTask<Reply> FinishAsync(Envelope envelope, IncomingMessage message, CancellationToken cancellationToken)
    {
        var reply = await JudgeAndStoreAsync(envelope, message, cancellationToken);
        if (reply.IsError)
            reply = reply with { MessageId = message.Id };
        _metrics.CountMessage(reply);
        return reply;
    }

    private async ValueTask<Reply> JudgeAndStoreAsync(Envelope envelope, IncomingMessage message, CancellationToken cancellationToken)
    {
        try
        {
            if (await message.CompleteAsync() is not { } result)
                return message.Problem!;
            var decision = ReceivingPolicy.Decide(result);
            if (decision.Folder is { } folder)
                decision = decision with { Reply = await StoreAsync(envelope, message, result, folder, cancellationToken) };
            return decision.Reply;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No room, no right: the client keeps the message and tries again.
            LogNotStored(exception);
            return Reply.NoRoom;
        }
        catch (OperationCanceledException)
        {
            return new Reply(451, "4.4.2", "The message took too long");
        }
    }

    /// <summary>
    /// Stores one file for each mailbox: all of them whole under tmp and on the disk, then all of them under new. With its 250 the server answers for the
    /// message (RFC 5321 §6.1), so a failure on the way leads to two copies rather than to none.
    /// </summary>
    private async Task<Reply> StoreAsync(Envelope envelope, IncomingMessage message, VerificationResult result, MailFolder folder, CancellationToken cancellationToken)
    {
        var name = message.Id;
        var fields = TraceFields.Of(envelope, result, Name, name, _time.GetUtcNow());
        var forged = result.ForgedAuthenticationResults(Name);
        var maildirs = envelope.Recipients.Select(recipient => _options.Mailboxes.FolderOf(recipient)!).Distinct(StringComparer.Ordinal).Select(box => _maildirs[box]).ToList();
        try
        {
            foreach (var maildir in maildirs)
            {
                await using var file = maildir.CreateTemporary(folder, name);
                await StoredMessage.WriteAsync(fields, forged, _maxHeader, message.Spool, file, cancellationToken);
                await file.FlushAsync(cancellationToken);
                file.Flush(flushToDisk: true);
            }
            foreach (var maildir in maildirs)
                maildir.Publish(folder, name);
        }
        finally
        {
            foreach (var maildir in maildirs)
                maildir.DeleteTemporary(folder, name);
        }
        _log.Stored(name, envelope, folder.ToString(), maildirs.Count, forged.Length);
        return new Reply(250, "2.0.0", $"Stored as {name}");
    }

    [LoggerMessage(1, LogLevel.Error, "A message could not be stored")]
    private partial void LogNotStored(Exception exception);
}
