using System.Buffers;
using EmailAuth.Syntax;

namespace EmailAuth.AuthResults;

/// <summary>The text within quotes and parentheses, without escapes and folds (RFC 5322 §3.2.1, §3.2.2, §3.2.4).</summary>
internal static class QuotedText
{
    /// <summary>Reads the quoted-string that comes next. False if it does not end or holds a control character.</summary>
    public static bool TryRead(ref SyntaxReader reader, out string text)
    {
        text = "";
        var read = new ArrayBufferWriter<byte>(64);
        reader.Position++;
        while (!reader.AtEnd)
        {
            var octet = (byte)reader.Peek;
            if (octet == '"')
            {
                reader.Position++;
                text = Octets.ToText(read.WrittenSpan);
                return true;
            }
            if (octet == '\r' && IsFold(reader.Rest))
            {
                reader.Position += 2;
                continue;
            }
            if (octet == '\\')
            {
                reader.Position++;
                if (reader.AtEnd)
                    return false;
                octet = (byte)reader.Peek;
            }
            if (octet is < 0x20 and not (byte)'\t' or 0x7F)
                return false;
            read.Write([octet]);
            reader.Position++;
        }
        return false;
    }

    /// <summary>The text of the first comment in white space and comments that are known to be well-formed; null if there is none, or no text in it.</summary>
    public static string? FirstComment(ReadOnlySpan<byte> cfws)
    {
        var start = cfws.IndexOf((byte)'(');
        if (start < 0)
            return null;
        var text = new ArrayBufferWriter<byte>(64);
        var depth = 1;
        for (var i = start + 1; i < cfws.Length; i++)
        {
            var octet = cfws[i];
            if (octet == '\\')
            {
                octet = cfws[++i];
            }
            else if (octet == '\r' && IsFold(cfws[i..]))
            {
                i++;
                continue;
            }
            else if (octet == '(')
            {
                depth++;
            }
            else if (octet == ')' && --depth == 0)
            {
                break;
            }
            text.Write([octet]);
        }
        return text.WrittenCount == 0 ? null : Octets.ToText(text.WrittenSpan);
    }

    private static bool IsFold(ReadOnlySpan<byte> text) => text.Length > 2 && text[1] == '\n' && Octets.IsWsp(text[2]);
}
