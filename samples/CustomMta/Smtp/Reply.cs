using System.Globalization;

namespace CustomMta.Smtp;

/// <summary>A reply (RFC 5321 §4.2) with an enhanced status code (RFC 3463). An empty status is for the replies that have none (RFC 2034 §4).</summary>
/// <param name="Code">The reply code.</param>
/// <param name="Status">The enhanced status code.</param>
/// <param name="Text">For people; it may quote the peer.</param>
internal sealed record Reply(int Code, string Status, string Text)
{
    private const int LongestText = 400;

    public static readonly Reply Ok = new(250, "2.0.0", "OK");
    public static readonly Reply StartMail = new(354, "", "Start; end with CRLF . CRLF");
    public static readonly Reply Bye = new(221, "2.0.0", "Bye");
    public static readonly Reply BadSequence = new(503, "5.5.1", "Not now: the order is EHLO, MAIL, RCPT, DATA");
    public static readonly Reply NoRecipients = new(554, "5.5.1", "No valid recipients");
    public static readonly Reply BadSyntax = new(501, "5.5.4", "Syntax error");
    public static readonly Reply Busy = new(421, "4.7.0", "Too many connections, try again later");
    public static readonly Reply TimeIsOver = new(421, "4.4.2", "Time limit reached, closing");
    public static readonly Reply ShuttingDown = new(421, "4.3.2", "Shutting down, try again later");
    public static readonly Reply TooMuch = new(421, "4.7.0", "Too many errors or commands, closing");
    public static readonly Reply LineEnds = new(421, "4.5.2", "Lines end in CRLF (RFC 5321 section 2.3.8), closing");
    public static readonly Reply OtherProtocol = new(421, "4.7.0", "This is SMTP, closing");
    public static readonly Reply TooEarly = new(421, "4.5.1", "Text came before the reply to DATA, closing");
    public static readonly Reply EndlessChunk = new(421, "4.3.4", "A chunk without a size, or far larger than SIZE says; closing");
    public static readonly Reply LocalError = new(451, "4.3.0", "Local error, try again later");
    public static readonly Reply NoRoom = new(452, "4.3.1", "The message cannot be stored now, try again later");
    public static readonly Reply TooManyRecipients = new(452, "4.5.3", "Too many recipients, send the others in another message");
    public static readonly Reply NoMailbox = new(550, "5.1.1", "No such mailbox here");
    public static readonly Reply NoRelay = new(550, "5.7.1", "This server takes mail for its own domains only");
    public static readonly Reply NotImplemented = new(502, "5.5.1", "Not implemented here");
    public static readonly Reply TooLarge = new(552, "5.3.4", "The message is larger than SIZE says");

    public bool IsError => Code >= 400;

    /// <summary>The text without a word that may be an address, for a log that must not have them.</summary>
    public string Reason { get; init; } = Text;

    /// <summary>Which message is refused; the sender gets it to read, and whoever is asked finds it in the log. Empty where there is none.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>One line. RFC 5321 §4.5.3.1.5 has 512 octets for it.</summary>
    public override string ToString()
    {
        var id = MessageId.Length > 0 ? $" [{MessageId}]" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Code} {Status}{(Status.Length > 0 ? " " : "")}{Plain(Text, LongestText - id.Length)}{id}\r\n");
    }

    /// <summary>A text that may quote a peer, made plain and short: printable ASCII and nothing else.</summary>
    public static string Plain(string text, int longest) => string.Create(Math.Min(text.Length, longest), text, static (target, source) =>
    {
        for (var i = 0; i < target.Length; i++)
            target[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
    });
}
