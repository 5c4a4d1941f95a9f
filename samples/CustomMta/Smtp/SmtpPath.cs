using System.Buffers;
using System.Text;

namespace CustomMta.Smtp;

/// <summary>Reads a reverse-path or forward-path (RFC 5321 §4.1.2, RFC 6531 §3.3).</summary>
internal static class SmtpPath
{
    private static readonly SearchValues<char> LiteralText = SearchValues.Create("0123456789abcdefABCDEFIPv:.-");

    /// <summary>Reads a path and what stands behind it.</summary>
    /// <param name="text">What follows "MAIL FROM:" or "RCPT TO:".</param>
    /// <param name="mailbox">The address without brackets and route; empty for the null path.</param>
    /// <param name="rest">The parameters.</param>
    public static bool TryRead(ReadOnlySpan<char> text, out string mailbox, out string rest)
    {
        (mailbox, rest) = ("", "");
        if (text is not ['<', .. var path])
            return false;
        // An obsolete source route is read and ignored (RFC 5321 §3.6.1).
        if (path is ['@', ..] && path.IndexOfAny(':', '>') is > 0 and var colon && path[colon] == ':')
            path = path[(colon + 1)..];
        var length = path is ['>', ..] ? 0 : MailboxLength(path);
        if (length < 0 || length >= path.Length || path[length] != '>' || Octets(path[..length]) > 254)
            return false;
        mailbox = path[..length].ToString();
        var parameters = path[(length + 1)..];
        if (parameters.Length > 0 && parameters[0] != ' ')
            return false;
        rest = parameters.Trim(' ').ToString();
        return true;
    }

    /// <summary>The length of the mailbox at the start of the text; -1 if there is none.</summary>
    private static int MailboxLength(ReadOnlySpan<char> text)
    {
        var local = text is ['"', ..] ? QuotedLength(text) : AtomsLength(text);
        // RFC 5321 §4.5.3.1.1: 64 octets.
        if (local <= 0 || Octets(text[..local]) > 64)
            return -1;
        // RFC 5321 §4.5.1: the postmaster needs no domain.
        if (text[..local].Equals("postmaster", StringComparison.OrdinalIgnoreCase) && text[local..] is ['>', ..])
            return local;
        if (local == text.Length || text[local] != '@')
            return -1;
        var domain = DomainLength(text[(local + 1)..]);
        return domain < 0 ? -1 : local + 1 + domain;
    }

    private static int AtomsLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (IsAtomText(text[length]) || (text[length] == '.' && length > 0 && text[length - 1] != '.')))
            length++;
        return length > 0 && text[length - 1] == '.' ? -1 : length;
    }

    private static int QuotedLength(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return i + 1;
            if (text[i] == '\\')
                i++;
        }
        return -1;
    }

    private static int DomainLength(ReadOnlySpan<char> text)
    {
        if (text is ['[', ..])
        {
            var end = text[1..].IndexOfAnyExcept(LiteralText);
            return end > 1 && text[end + 1] == ']' ? end + 2 : -1;
        }
        var length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] is '-' or '_' or >= '\u0080' || (text[length] == '.' && length > 0 && text[length - 1] != '.')))
            length++;
        return length == 0 || text[length - 1] == '.' ? -1 : length;
    }

    private static bool IsAtomText(char character) =>
        char.IsAsciiLetterOrDigit(character) || character >= '\u0080' || "!#$%&'*+-/=?^_`{|}~".Contains(character, StringComparison.Ordinal);

    private static int Octets(ReadOnlySpan<char> text) => Encoding.UTF8.GetByteCount(text);
}
