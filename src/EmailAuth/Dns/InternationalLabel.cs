using System.Text;

namespace EmailAuth.Dns;

/// <summary>
/// Turns a U-label into an A-label (RFC 5890 §2.3.2.1) by Punycode (RFC 3492).
/// </summary>
/// <remarks>
/// The platform's IdnMapping maps before it encodes, and differently with and without ICU: "℀" becomes "a/c", a soft hyphen
/// vanishes, fullwidth letters become ASCII. Two different texts would be one domain, on some hosts. This one maps nothing: a label is
/// either a lower-case U-label already or it is refused, on every host alike.
/// </remarks>
internal static class InternationalLabel
{
    private const int Base = 36, TMin = 1, TMax = 26, Skew = 38, Damp = 700, InitialBias = 72, InitialN = 128;

    // "xn--" and at least one octet a character make 63.
    private const int LongestULabel = 59;

    /// <summary>Writes <c>xn--…</c> for a label with at least one character outside ASCII. False if it is no U-label or too long.</summary>
    /// <param name="label">The characters, their ASCII letters in lower case.</param>
    /// <param name="octets">Room for 63 octets.</param>
    /// <param name="written">How many were written.</param>
    public static bool TryEncode(ReadOnlySpan<Rune> label, Span<byte> octets, out int written)
    {
        written = 0;
        return label.Length <= LongestULabel && IsULabel(label) && TryPunycode(label, octets, out written);
    }

    /// <summary>The encoding alone (RFC 3492 §6.3), whatever the characters are.</summary>
    internal static bool TryPunycode(ReadOnlySpan<Rune> label, Span<byte> octets, out int written)
    {
        written = 0;
        if (label.Length > LongestULabel)
            return false;
        "xn--"u8.CopyTo(octets);
        var at = 4;
        foreach (var rune in label)
        {
            if (rune.IsAscii)
                octets[at++] = (byte)rune.Value;
        }
        var basic = at - 4;
        if (basic > 0)
            octets[at++] = (byte)'-';

        // RFC 3492 §6.3, with the names used there.
        int n = InitialN, delta = 0, bias = InitialBias, handled = basic;
        while (handled < label.Length)
        {
            var next = int.MaxValue;
            foreach (var rune in label)
            {
                if (rune.Value >= n && rune.Value < next)
                    next = rune.Value;
            }
            // At most 60 characters below 0x110000: the product stays under 2^31.
            delta += (next - n) * (handled + 1);
            n = next;
            foreach (var rune in label)
            {
                if (rune.Value < n)
                    delta++;
                if (rune.Value != n)
                    continue;
                var q = delta;
                for (var k = Base; ; k += Base)
                {
                    var t = k <= bias ? TMin : k >= bias + TMax ? TMax : k - bias;
                    if (at >= 63)
                        return false;
                    if (q < t)
                    {
                        octets[at++] = Digit(q);
                        break;
                    }
                    octets[at++] = Digit(t + (q - t) % (Base - t));
                    q = (q - t) / (Base - t);
                }
                bias = Adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled++;
            }
            delta++;
            n++;
        }
        written = at;
        return true;
    }

    private static byte Digit(int value) => (byte)(value < 26 ? 'a' + value : '0' + value - 26);

    private static int Adapt(int delta, int points, bool first)
    {
        delta = first ? delta / Damp : delta / 2;
        delta += delta / points;
        var k = 0;
        for (; delta > (Base - TMin) * TMax / 2; k += Base)
            delta /= Base - TMin;
        return k + (Base - TMin + 1) * delta / (delta + Skew);
    }

    /// <summary>A U-label (RFC 5891 §4.2), its ASCII letters in lower case already.</summary>
    private static bool IsULabel(ReadOnlySpan<Rune> label)
    {
        for (var i = 0; i < label.Length; i++)
        {
            var isAllowed = label[i].IsAscii
                ? label[i].Value is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_'
                : InternationalCharacters.IsAllowed(label, i);
            if (!isAllowed)
                return false;
        }
        // RFC 5891 §4.2.3.1: no hyphen at either end, nor two in the third and fourth place.
        return label[0].Value != '-' && label[^1].Value != '-' && !(label.Length > 3 && label[2].Value == '-' && label[3].Value == '-');
    }
}
