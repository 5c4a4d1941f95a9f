using System.Globalization;

namespace CustomMta.Smtp;

/// <summary>A reply (RFC 5321 §4.2) with an enhanced status code (RFC 3463). An empty status is for the replies that have none (RFC 2034 §4).</summary>
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
    public static readonly Reply LocalError = new(451, "4.3.0", "Local error, try again later");
    public static readonly Reply NoRoom = new(452, "4.3.1", "The message cannot be stored now, try again later");
    public static readonly Reply TooLarge = new(552, "5.3.4", "The message is larger than SIZE says");

    public bool IsError => Code >= 400;

    /// <summary>One line. The text may quote a peer, so that it is made plain and short here, whatever it is.</summary>
    public override string ToString()
    {
        var text = string.Create(Math.Min(Text.Length, LongestText), Text, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
        });
        return string.Create(CultureInfo.InvariantCulture, $"{Code} {Status}{(Status.Length > 0 ? " " : "")}{text}\r\n");
    }
}
