using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace EmailAuth.Syntax;

/// <summary>
/// Questions about octets, answered by ASCII rules only (RFC 5234 appendix B.1, RFC 5322 §2.2.3):
/// no culture, no Unicode white space, no Unicode case.
/// </summary>
internal static class Octets
{
    public static bool IsWsp(byte octet) => octet is (byte)' ' or (byte)'\t';

    /// <summary>SP, HTAB, CR or LF: the octets that folding white space is made of.</summary>
    public static bool IsFws(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    public static bool IsDigit(byte octet) => (uint)(octet - '0') <= 9;

    public static bool IsAlpha(byte octet) => (uint)((octet | 0x20) - 'a') <= 'z' - 'a';

    public static bool IsAlphanumeric(byte octet) => IsAlpha(octet) || IsDigit(octet);

    /// <summary>VCHAR: 0x21 to 0x7E.</summary>
    public static bool IsVisible(byte octet) => (uint)(octet - 0x21) <= 0x7E - 0x21;

    /// <summary>The value of a hexadecimal digit, or -1.</summary>
    public static int HexValue(byte octet) => octet switch
    {
        >= (byte)'0' and <= (byte)'9' => octet - '0',
        >= (byte)'a' and <= (byte)'f' => octet - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => octet - 'A' + 10,
        _ => -1,
    };

    public static byte ToLower(byte octet) => (uint)(octet - 'A') <= 'Z' - 'A' ? (byte)(octet | 0x20) : octet;

    public static char ToLower(char character) => character is >= 'A' and <= 'Z' ? (char)(character | 0x20) : character;

    /// <summary>Equal but for the case of ASCII letters. Octets above 0x7F must be the same.</summary>
    public static bool EqualsIgnoreCase(this ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
            return false;
        // Most are the same or differ at once.
        if (left.SequenceEqual(right))
            return true;
        for (var i = 0; i < left.Length; i++)
        {
            if (ToLower(left[i]) != ToLower(right[i]))
                return false;
        }
        return true;
    }

    /// <summary>
    /// Whether nothing but the name is left of a text without regard to case, once all that is no visible US-ASCII is taken out: white space, control octets,
    /// a byte order mark. Programs and people differ in what of that they see.
    /// </summary>
    public static bool EqualsVisibly(this ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var at = 0;
        foreach (var octet in text)
        {
            if (IsVisible(octet) && (at == name.Length || ToLower(octet) != ToLower(name[at++])))
                return false;
        }
        return at == name.Length;
    }

    public static bool StartsWithIgnoreCase(this ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && text[..prefix.Length].EqualsIgnoreCase(prefix);

    /// <summary>Without SP and HTAB at both ends.</summary>
    public static ReadOnlySpan<byte> TrimWsp(this ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    /// <summary>Without SP, HTAB, CR and LF at both ends.</summary>
    public static ReadOnlySpan<byte> TrimFws(this ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8);

    /// <summary>
    /// Reads 1*DIGIT that fills the whole text. A number above <see cref="long.MaxValue"/> saturates to it.
    /// False for an empty text and for anything but the digits 0 to 9: no sign, no white space.
    /// </summary>
    public static bool TryParseNumber(ReadOnlySpan<byte> digits, out long number)
    {
        number = 0;
        if (digits.IsEmpty)
            return false;
        foreach (var octet in digits)
        {
            if (!IsDigit(octet))
                return false;
            var digit = octet - '0';
            number = number > (long.MaxValue - digit) / 10 ? long.MaxValue : number * 10 + digit;
        }
        return true;
    }

    /// <summary>
    /// Text for people and for JSON: UTF-8 where it is UTF-8, each other octet as U+FFFD.
    /// Never for comparing or hashing.
    /// </summary>
    public static string ToText(ReadOnlySpan<byte> octets)
    {
        if (Utf8.IsValid(octets))
            return Encoding.UTF8.GetString(octets);
        // The encoding makes an object of each octet that it replaces; this does not.
        var characters = ArrayPool<char>.Shared.Rent(octets.Length);
        Utf8.ToUtf16(octets, characters, out _, out var length, replaceInvalidSequences: true, isFinalBlock: true);
        var text = new string(characters, 0, length);
        ArrayPool<char>.Shared.Return(characters);
        return text;
    }

    /// <summary>One printable ASCII line for a message to people: other octets as \xNN, cut at <paramref name="most"/> characters.</summary>
    public static string ToPrintable(ReadOnlySpan<byte> octets, int most = 80)
    {
        var text = new StringBuilder();
        foreach (var octet in octets)
        {
            if (text.Length >= most)
                return text.Append('…').ToString();
            if (octet is >= 0x20 and <= 0x7E)
                text.Append((char)octet);
            else
                text.Append("\\x").Append("0123456789ABCDEF"[octet >> 4]).Append("0123456789ABCDEF"[octet & 15]);
        }
        return text.ToString();
    }
}
