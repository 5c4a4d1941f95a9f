using System.Buffers;
using System.Text;

namespace EmailAuth.Dns;

/// <summary>
/// The octets of a TXT string, out of the two texts that the transport makes of them: one decoded as UTF-8, with U+FFFD for what is none, and one
/// with <c>\DDD</c> for each octet outside printable ASCII, in which a backslash stands for itself. Each alone is ambiguous; both together are not.
/// What is read is right; a broken UTF-8 sequence with a backslash and three digits directly behind it may be refused.
/// </summary>
internal static class DnsClientText
{
    private const int LongestSequence = 4;

    /// <summary>Appends the octets. False if the two texts do not lead to the same octets.</summary>
    public static bool TryAppend(string decoded, string escaped, ArrayBufferWriter<byte> octets)
    {
        // Nothing was replaced: the decoded text gives the octets back.
        if (!decoded.Contains('\uFFFD', StringComparison.Ordinal))
        {
            Encoding.UTF8.GetBytes(decoded, octets);
            return true;
        }

        ReadOnlySpan<char> text = decoded, escapes = escaped;
        while (!text.IsEmpty)
        {
            if (text[0] is >= ' ' and <= '~')
            {
                var written = text[0] == '"' ? "\\\"" : text[..1];
                if (!escapes.StartsWith(written))
                    return false;
                Append((byte)text[0], octets);
                escapes = escapes[written.Length..];
                text = text[1..];
            }
            else if (!TryAppendSequence(ref text, ref escapes, octets))
            {
                return false;
            }
        }
        return escapes.IsEmpty;
    }

    /// <summary>One character of the decoded text that stands for one to four escaped octets.</summary>
    private static bool TryAppendSequence(ref ReadOnlySpan<char> text, ref ReadOnlySpan<char> escapes, ArrayBufferWriter<byte> octets)
    {
        Rune.DecodeFromUtf16(text, out var expected, out var characters);
        Span<byte> sequence = stackalloc byte[LongestSequence];
        var length = 0;
        while (length < LongestSequence && TryReadEscape(escapes[(4 * length)..], out sequence[length]))
            length++;
        // What looks like an escape may be a backslash and three digits of the text itself: then fewer octets decode to the character.
        for (; length > 0; length--)
        {
            Rune.DecodeFromUtf8(sequence[..length], out var rune, out var consumed);
            if (rune != expected)
                continue;
            foreach (var octet in sequence[..consumed])
                Append(octet, octets);
            escapes = escapes[(4 * consumed)..];
            text = text[characters..];
            return true;
        }
        return false;
    }

    private static bool TryReadEscape(ReadOnlySpan<char> escapes, out byte octet)
    {
        octet = 0;
        if (escapes.Length < 4 || escapes[0] != '\\')
            return false;
        var value = 0;
        foreach (var digit in escapes[1..4])
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            value = value * 10 + digit - '0';
        }
        octet = (byte)value;
        return value is < ' ' or > '~' and <= byte.MaxValue;
    }

    private static void Append(byte octet, ArrayBufferWriter<byte> octets)
    {
        octets.GetSpan(1)[0] = octet;
        octets.Advance(1);
    }
}
