using System.Net;
using EmailAuth.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CustomMta.Smtp;

/// <summary>
/// One line for each message that is stored and for each refusal, by which a postmaster finds what a sender asks about. Without leave
/// (<see cref="EmailAuthOptions.LogAddresses"/>) no line holds an address, nor a text that may quote one.
/// </summary>
internal sealed partial class TransactionLog(ILogger<TransactionLog> logger, IOptions<EmailAuthOptions> emailAuth)
{
    private readonly ILogger _logger = logger;
    private readonly bool _tellsAddresses = emailAuth.Value.LogAddresses;

    /// <summary>A message was stored under its id.</summary>
    public void Stored(string id, Envelope envelope, string folder, int mailboxes, int forged)
    {
        if (_tellsAddresses)
            LogStoredWithAddresses(id, folder, mailboxes, forged, envelope.Connection, envelope.Client, envelope.Helo, InQuotes(envelope.MailFrom), InQuotes(string.Join(", ", envelope.Recipients)));
        else
            LogStored(id, folder, mailboxes, forged, envelope.Connection);
    }

    /// <summary>Mail was refused, or a part of it.</summary>
    /// <param name="command">What the reply answers: one of the server's own words.</param>
    /// <param name="argument">What the client said with the command.</param>
    /// <param name="reply">The reply, with the message's id if there was one.</param>
    /// <param name="connection">The id of the connection.</param>
    /// <param name="client">The address of the client.</param>
    /// <param name="helo">What the client called itself; null before it did.</param>
    /// <param name="envelope">What it said of the message; null before MAIL.</param>
    public void Refused(string command, string argument, Reply reply, string connection, IPAddress client, string? helo, Envelope? envelope)
    {
        var subject = reply.MessageId.Length > 0 ? reply.MessageId : command;
        if (_tellsAddresses)
        {
            LogRefusedWithAddresses(
                subject, reply.Code, reply.Status, InQuotes(reply.Text), connection, client, helo,
                InQuotes(command == "MAIL" ? argument : envelope?.MailFrom), InQuotes(command == "RCPT" ? argument : string.Join(", ", envelope?.Recipients ?? [])));
        }
        else
        {
            LogRefused(subject, reply.Code, reply.Status, reply.Reason, connection);
        }
    }

    /// <summary>A peer's text between quotation marks: it does not end early, and no terminal acts on it.</summary>
    private static string InQuotes(string? text) =>
        string.Concat((text ?? "").Take(400).Select(static character => char.IsLetterOrDigit(character) || (character is >= ' ' and <= '~' and not ('"' or '\\')) ? character : '?'));

    [LoggerMessage(1, LogLevel.Information, "{Message}: stored in {Folder} of {Mailboxes} mailboxes, {Forged} forged fields removed; connection {Connection}", EventName = "Stored")]
    private partial void LogStored(string message, string folder, int mailboxes, int forged, string connection);

    [LoggerMessage(2, LogLevel.Information,
        "{Message}: stored in {Folder} of {Mailboxes} mailboxes, {Forged} forged fields removed; connection {Connection}, client {Client}, HELO \"{Helo}\", MAIL FROM \"{MailFrom}\", RCPT TO \"{Recipients}\"",
        EventName = "StoredWithAddresses")]
    private partial void LogStoredWithAddresses(string message, string folder, int mailboxes, int forged, string connection, IPAddress client, string helo, string mailFrom, string recipients);

    [LoggerMessage(3, LogLevel.Information, "{Message}: refused with {Code} {Status}: {Reason}; connection {Connection}", EventName = "Refused")]
    private partial void LogRefused(string message, int code, string status, string reason, string connection);

    [LoggerMessage(4, LogLevel.Information,
        "{Message}: refused with {Code} {Status}: \"{Reason}\"; connection {Connection}, client {Client}, HELO \"{Helo}\", MAIL FROM \"{MailFrom}\", RCPT TO \"{Recipients}\"",
        EventName = "RefusedWithAddresses")]
    private partial void LogRefusedWithAddresses(string message, int code, string status, string reason, string connection, IPAddress client, string? helo, string mailFrom, string recipients);
}
