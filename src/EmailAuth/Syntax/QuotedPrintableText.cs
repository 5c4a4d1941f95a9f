using System.Text;

namespace EmailAuth.Syntax;

/// <summary>dkim-quoted-printable (RFC 6376 §2.11, as RFC 8616 §5 extends it): <c>=XX</c> for what may not stand for itself, folds anywhere.</summary>
internal static class QuotedPrintableText
{
    /// <summary>Removes folding white space and decodes. False if "=" is not followed by two hexadecimal digits, if the result is longer or holds a control octet.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, int longest, out byte[] octets)
    {
        octets = [];
        var decoded = new byte[Math.Min(text.Length, longest)];
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            int octet = text[at];
            if (Octets.IsFws((byte)octet))
                continue;
            if (octet == '=')
            {
                if (at + 2 >= text.Length || Octets.HexValue(text[at + 1]) < 0 || Octets.HexValue(text[at + 2]) < 0)
                    return false;
                octet = Octets.HexValue(text[at + 1]) << 4 | Octets.HexValue(text[at + 2]);
                at += 2;
            }
            if (length == decoded.Length || octet is < 0x20 or 0x7F)
                return false;
            decoded[length++] = (byte)octet;
        }
        octets = decoded[..length];
        return true;
    }

    /// <summary>Writes octets so that they survive in a tag value; <paramref name="alsoEncoded"/> besides what always must be.</summary>
    public static void AppendEncoded(StringBuilder output, ReadOnlySpan<byte> octets, char alsoEncoded = '=')
    {
        foreach (var octet in octets)
        {
            // dkim-safe-char: visible ASCII but ";" and "=".
            if (Octets.IsVisible(octet) && octet is not ((byte)';' or (byte)'=') && octet != alsoEncoded)
                output.Append((char)octet);
            else
                output.Append('=').Append("0123456789ABCDEF"[octet >> 4]).Append("0123456789ABCDEF"[octet & 15]);
        }
    }
}
