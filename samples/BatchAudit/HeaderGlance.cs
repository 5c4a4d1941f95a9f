using System.Buffers;
using System.Net;
using System.Text;
using EmailAuth;
using MimeKit.Utils;

namespace BatchAudit;

/// <summary>
/// What the report shows of a message, and what its topmost Received and Return-Path fields claim. Read from the beginning of the file only;
/// no verdict rests on it unless --trust-received says so.
/// </summary>
internal sealed class HeaderGlance
{
    public const int MostOctets = 64 << 10;

    private const string WhiteSpace = " \t\r\n";
    private static readonly SearchValues<char> NameEnds = SearchValues.Create(WhiteSpace + "();");

    private HeaderGlance(string? subject, string? received, string? returnPath, bool hasUnixLineEnds)
    {
        Subject = subject;
        Session = ReadSession(received, returnPath);
        HasUnixLineEnds = hasUnixLineEnds;
    }

    /// <summary>Decoded (RFC 2047); null if there is none.</summary>
    public string? Subject { get; }

    /// <summary>What the two fields claim; null if one of them is missing or does not tell.</summary>
    public SmtpSession? Session { get; }

    /// <summary>Lines end in a lone LF, as in a Maildir: to be read as CRLF.</summary>
    public bool HasUnixLineEnds { get; }

    public static HeaderGlance At(ReadOnlySpan<byte> beginning)
    {
        string? subject = null, received = null, returnPath = null;
        var isUnix = beginning.Contains((byte)'\n') && beginning.IndexOf("\r\n"u8) < 0;
        while (NextField(ref beginning) is { IsEmpty: false } field)
        {
            subject ??= Value(field, "Subject:"u8) is { } raw ? Rfc2047.DecodeText(raw) : null;
            received ??= Value(field, "Received:"u8) is { } trace ? Encoding.Latin1.GetString(trace) : null;
            returnPath ??= Value(field, "Return-Path:"u8) is { } path ? Encoding.UTF8.GetString(path).Trim() : null;
        }
        return new HeaderGlance(subject, received, returnPath, isUnix);
    }

    /// <summary>A field with the lines that continue it; empty at the end of the header section.</summary>
    private static ReadOnlySpan<byte> NextField(ref ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty || rest[0] is (byte)'\r' or (byte)'\n')
            return default;
        var end = 0;
        do
        {
            var line = rest[end..].IndexOf((byte)'\n');
            end = line < 0 ? rest.Length : end + line + 1;
        }
        while (end < rest.Length && rest[end] is (byte)' ' or (byte)'\t');
        var field = rest[..end];
        rest = rest[end..];
        return field;
    }

    private static byte[]? Value(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name) =>
        field.Length >= name.Length && Ascii.EqualsIgnoreCase(field[..name.Length], name) ? field[name.Length..].ToArray() : null;

    // RFC 5321 §4.4: "from NAME (NAME [ADDRESS]) by …". NAME is the client's own word; only what stands behind it in brackets was seen by the server.
    private static SmtpSession? ReadSession(string? received, string? returnPath)
    {
        if (received is null || returnPath is not ['<', .. var mailFrom, '>'])
            return null;
        var text = received.AsSpan().TrimStart(WhiteSpace);
        if (!text.StartsWith("from", StringComparison.OrdinalIgnoreCase) || text.IndexOfAny(WhiteSpace) != 4)
            return null;
        text = text[4..].TrimStart(WhiteSpace);
        var length = text.IndexOfAny(NameEnds);
        if (length < 1 || !WhiteSpace.Contains(text[length]))
            return null;
        var helo = text[..length].ToString();
        text = text[length..].TrimStart(WhiteSpace);
        var end = text is ['(', ..] ? text[1..].IndexOfAny('(', ')') + 1 : 0;
        return end > 0 && ReadTcpInfo(text[1..end]) is { } address && !text[end..].Contains('[') ? new SmtpSession(address, helo, mailFrom) : null;
    }

    /// <summary>
    /// The literal alone or behind one name. Whatever else there is may be the client's: qmail writes "(HELO [192.0.2.1])", Exim "(helo=[192.0.2.1])".
    /// </summary>
    private static IPAddress? ReadTcpInfo(ReadOnlySpan<char> comment)
    {
        var words = comment.ToString().Split((char[])[' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (words is not [.. var names, ['[', .. var literal, ']']] || names.Length > 1 || !names.All(IsHost))
            return null;
        if (literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
            literal = literal[5..];
        return IPAddress.TryParse(literal, out var address) ? address : null;
    }

    private static bool IsHost(string name) =>
        name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_')
        && !name.Equals("HELO", StringComparison.OrdinalIgnoreCase) && !name.Equals("EHLO", StringComparison.OrdinalIgnoreCase);
}
