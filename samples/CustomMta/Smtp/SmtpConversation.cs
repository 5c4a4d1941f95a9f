using System.Globalization;
using System.Net;
using CustomMta.Mail;
using CustomMta.Settings;

namespace CustomMta.Smtp;

/// <summary>The server's side of one SMTP conversation (RFC 5321 §3, §4.1).</summary>
internal sealed class SmtpConversation(SmtpChannel channel, string connection, IPAddress client, MessageReceiver receiver, MtaOptions options, TransactionLog log) : IAsyncDisposable
{
    private readonly CancellationTokenSource _work = new();

    private string? _helo;
    private bool _isExtended;
    private Envelope? _envelope;
    private ChunkedMessage? _chunks;
    private int _commands;
    private int _errors;
    private string _verb = "";

    /// <summary>Talks until the client says QUIT or leaves, or something ends it.</summary>
    public async Task RunAsync()
    {
        try
        {
            await TalkAsync();
        }
        catch (ConversationEndException end) when (end.Reply is { } last && _envelope is not null)
        {
            log.Refused(_verb, "", last, connection, client, _helo, _envelope);
            throw;
        }
    }

    private async Task TalkAsync()
    {
        await channel.ReplyAsync(new Reply(220, "", $"{receiver.Name} ESMTP"));
        while (true)
        {
            var line = await channel.ReadCommandAsync();
            if (++_commands > options.MaxCommands)
                throw new ConversationEndException(Reply.TooMuch);
            if (line is null && _helo is null)
                throw new ConversationEndException(Reply.OtherProtocol);
            var envelope = _envelope;
            var (verb, argument) = Split(line ?? "");
            _verb = IsOfMail(verb) ? verb : "(none)";
            var reply = line is null ? new Reply(500, "5.5.2", "A line too long, or with octets that no command has") : await ExecuteAsync(verb, argument);
            if (reply is null)
                continue;
            // What came of mail is in the log; that a client cannot speak, or has too many recipients and brings them later, is not.
            if (reply.IsError && reply != Reply.TooManyRecipients && IsOfMail(verb))
                log.Refused(verb, argument, reply, connection, client, _helo, _envelope ?? envelope);
            // 452 is no error of the client's: it is told to bring the other recipients later (RFC 5321 §4.5.3.1.10).
            if (reply.IsError && reply.Code != 452 && ++_errors > options.MaxErrors)
                throw new ConversationEndException(Reply.TooMuch);
            await channel.ReplyAsync(reply);
            if (reply == Reply.Bye)
            {
                await channel.FlushAsync();
                return;
            }
        }
    }

    /// <summary>One command; null where the reply is written already.</summary>
    private async ValueTask<Reply?> ExecuteAsync(string verb, string argument)
    {
        // RFC 5321 §4.1.1: what has no parameters is refused with one.
        if (argument.Length > 0 && verb is "DATA" or "RSET" or "QUIT")
            return Reply.BadSyntax;
        // RFC 3030 §2: between two chunks there is no room for anything that changes the transaction.
        if (_chunks is not null && verb is "MAIL" or "RCPT" or "DATA")
            return Reply.BadSequence;
        switch (verb)
        {
            case "EHLO" or "HELO":
                return await GreetAsync(argument, verb == "EHLO");
            case "MAIL":
                return Mail(argument);
            case "RCPT":
                return Recipient(argument);
            case "DATA":
                return await DataAsync();
            case "BDAT":
                return await ChunkAsync(argument);
            case "RSET":
                await ResetAsync();
                return Reply.Ok;
            case "NOOP":
                return Reply.Ok;
            case "VRFY":
                return new Reply(252, "2.5.0", "Try to send, and see");
            case "QUIT":
                return Reply.Bye;
            case "EXPN" or "HELP":
                return Reply.NotImplemented;
            // A web page can have a browser send what it likes to any port, as the body of a request: none of it is read once the first line tells.
            case "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" or "CONNECT" or "TRACE" or [.., ':']:
                throw new ConversationEndException(Reply.OtherProtocol);
            default:
                if (_helo is null)
                    throw new ConversationEndException(Reply.OtherProtocol);
                return new Reply(500, "5.5.1", "No such command");
        }
    }

    private static (string Verb, string Argument) Split(string line) => line.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var space
        ? (line[..space].ToUpperInvariant(), line[(space + 1)..].Trim(' '))
        : (line.ToUpperInvariant(), "");

    private static bool IsOfMail(string verb) => verb is "MAIL" or "RCPT" or "DATA" or "BDAT";

    private async ValueTask<Reply?> GreetAsync(string name, bool isExtended)
    {
        // RFC 5321 §4.1.2: a domain or an address literal. It will stand in the Received field, so that nothing else gets in.
        if (name.Length is 0 or > 255 || name.Any(static character => !char.IsAsciiLetterOrDigit(character) && character is not ('.' or '-' or '_' or ':' or '[' or ']')))
            return Reply.BadSyntax;
        await ResetAsync();
        (_helo, _isExtended) = (name, isExtended);
        if (!isExtended)
            return new Reply(250, "", receiver.Name);
        await channel.ReplyAsync(
            receiver.Name, "PIPELINING", string.Create(CultureInfo.InvariantCulture, $"SIZE {options.MaxMessageOctets}"), "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES");
        return null;
    }

    private Reply Mail(string argument)
    {
        if (_helo is null || _envelope is not null)
            return Reply.BadSequence;
        if (!argument.StartsWith("FROM:", StringComparison.OrdinalIgnoreCase) || !SmtpPath.TryRead(argument.AsSpan(5), out var mailbox, out var rest))
            return Reply.BadSyntax;
        if (MailParameters.Read(rest, _isExtended, options.MaxMessageOctets, out var parameters) is { } refusal)
            return refusal;
        if (!parameters.IsUtf8 && !IsAscii(mailbox))
            return NeedsUtf8;
        _envelope = new Envelope(connection, client, _helo, _isExtended, parameters.IsUtf8, mailbox);
        // While recipients and the message come, SPF's answers come into the cache. Nobody waits for it.
        receiver.Prefetch(_envelope, _work.Token);
        return new Reply(250, "2.1.0", "OK");
    }

    private Reply Recipient(string argument)
    {
        if (_envelope is null)
            return Reply.BadSequence;
        if (!argument.StartsWith("TO:", StringComparison.OrdinalIgnoreCase) || !SmtpPath.TryRead(argument.AsSpan(3), out var mailbox, out var rest) || mailbox.Length == 0)
            return Reply.BadSyntax;
        if (rest.Length > 0)
            return new Reply(555, "5.5.4", "A parameter that was not offered");
        if (!_envelope.IsUtf8 && !IsAscii(mailbox))
            return NeedsUtf8;
        if (!options.Mailboxes.Serves(mailbox))
            return Reply.NoRelay;
        if (options.Mailboxes.FolderOf(mailbox) is null)
            return Reply.NoMailbox;
        if (_envelope.Recipients.Count >= options.MaxRecipients)
            return Reply.TooManyRecipients;
        _envelope.Recipients.Add(mailbox);
        return new Reply(250, "2.1.5", "OK");
    }

    private async ValueTask<Reply> DataAsync()
    {
        if (_envelope is not { } envelope)
            return Reply.BadSequence;
        // RFC 2920 §3.1: DATA is the last of a group. What stands behind it was sent by one who takes something else for a line end, or who wants a
        // part of his message to be read as commands.
        if (channel.HasMore())
            throw new ConversationEndException(Reply.TooEarly);
        if (envelope.Recipients.Count == 0)
            return Reply.NoRecipients;
        using var limit = new CancellationTokenSource(options.MessageTimeLimit);
        await using var message = receiver.Begin(envelope, limit.Token);
        if (message is null)
            return Reply.NoRoom;
        await channel.ReplyAsync(Reply.StartMail);
        await channel.ReadDataAsync(message.WriteAsync, limit.Token);
        return await FinishAsync(envelope, message, limit.Token);
    }

    /// <summary>RFC 3030 §2: BDAT, a size and perhaps LAST; the octets follow at once.</summary>
    private async ValueTask<Reply> ChunkAsync(string argument)
    {
        var parts = argument.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var isLast = parts.Length == 2 && parts[1].Equals("LAST", StringComparison.OrdinalIgnoreCase);
        // Where the size is not known, nobody knows where the next command begins. A chunk that is too large comes to its end before it is refused, within bounds.
        if (parts.Length is 0 or > 2 || (parts.Length == 2 && !isLast) || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size > 2 * options.MaxMessageOctets)
            throw new ConversationEndException(Reply.EndlessChunk);
        var refusal = BeginChunks();
        await channel.ReadChunkAsync(size, _chunks is null ? static (_, _) => default : _chunks.Message.WriteAsync, _chunks?.TimeIsOver ?? CancellationToken.None);
        if (_envelope is not { } envelope || _chunks is not { } chunks)
            return refusal!;
        if (!isLast)
            return chunks.Message.Problem ?? new Reply(250, "2.0.0", string.Create(CultureInfo.InvariantCulture, $"{size} octets received"));
        var reply = await FinishAsync(envelope, chunks.Message, chunks.TimeIsOver);
        await ResetAsync();
        return reply;
    }

    /// <summary>Begins the message with its first chunk. Where that cannot be, the chunk comes all the same, and is thrown away (RFC 3030 §2).</summary>
    private Reply? BeginChunks()
    {
        if (_envelope is null)
            return Reply.BadSequence;
        if (_envelope.Recipients.Count == 0)
            return Reply.NoRecipients;
        _chunks ??= ChunkedMessage.Begin(receiver, _envelope, options.MessageTimeLimit);
        return _chunks is null ? Reply.NoRoom : null;
    }

    private async ValueTask<Reply> FinishAsync(Envelope envelope, IncomingMessage message, CancellationToken cancellationToken)
    {
        var reply = await receiver.FinishAsync(envelope, message, cancellationToken);
        _envelope = null;
        if (!reply.IsError)
            _commands = 0;
        return reply;
    }

    /// <summary>Gives up what was begun. A client that does so again and again only wants the look-ups.</summary>
    private async ValueTask ResetAsync()
    {
        if (_envelope is not null && ++_errors > options.MaxErrors)
            throw new ConversationEndException(Reply.TooMuch);
        _envelope = null;
        if (_chunks is { } chunks)
        {
            _chunks = null;
            await chunks.DisposeAsync();
        }
    }

    /// <summary>RFC 6531 §3.5: what needs SMTPUTF8 and came without it.</summary>
    private static Reply NeedsUtf8 => new(553, "5.6.7", "A non-ASCII address needs SMTPUTF8");

    private static bool IsAscii(string text) => text.All(char.IsAscii);

    /// <summary>Ends what is under way, the prefetch and a message that is only half there among it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _work.CancelAsync();
        _work.Dispose();
        if (_chunks is { } chunks)
            await chunks.DisposeAsync();
    }
}
