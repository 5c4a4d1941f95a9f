using System.Globalization;
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

    /// <summary>Appends <c>xn--…</c> for a label with at least one character outside ASCII. False if it is no U-label or too long.</summary>
    public static bool TryEncode(ReadOnlySpan<Rune> label, Span<byte> octets, out int written)
    {
        written = 0;
        if (label.Length > 59 || !IsULabel(label))
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

    /// <summary>RFC 5892 as far as general categories tell it: lower-case letters, marks, digits; no compatibility forms.</summary>
    private static bool IsULabel(ReadOnlySpan<Rune> label)
    {
        for (var i = 0; i < label.Length; i++)
        {
            var rune = label[i];
            if (rune.IsAscii)
            {
                if (rune.Value is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_'))
                    return false;
                continue;
            }
            var allowed = Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter
                    or UnicodeCategory.DecimalDigitNumber => true,
                // RFC 5891 §4.2.3.2: a label does not begin with a combining mark.
                UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => i > 0,
                // RFC 5892 appendix A: middle dot between two l, Greek keraia, Hebrew geresh, Katakana middle dot.
                _ => rune.Value is 0xB7 or 0x375 or 0x5F3 or 0x5F4 or 0x30FB,
            };
            if (!allowed || IsCompatibilityForm(rune.Value))
                return false;
        }
        return label[0].Value != '-' && label[^1].Value != '-';
    }

    /// <summary>Characters that normalization form KC changes (RFC 5892 §2.2, "Unstable"), by their blocks.</summary>
    private static bool IsCompatibilityForm(int value) => value is
        0xAA or 0xBA or 0x133 or 0x140 or 0x149 or 0x17F or 0x1C6 or 0x1C9 or 0x1CC or 0x1F3 or 0x587
        or (>= 0x2B0 and <= 0x2B8) or (>= 0x2E0 and <= 0x2E4) or 0x345 or 0x37A or (>= 0x3D0 and <= 0x3D6) or (>= 0x3F0 and <= 0x3F5)
        or (>= 0x675 and <= 0x678) or 0xE33 or 0xEB3 or 0xEDC or 0xEDD or 0xF0C or 0xF77 or 0xF79 or 0x10FC
        or (>= 0x1100 and <= 0x11FF) or (>= 0x1D2C and <= 0x1D6A) or 0x1D78 or (>= 0x1D9B and <= 0x1DBF) or 0x1E9A or 0x1E9B
        or (>= 0x2000 and <= 0x2BFF) or 0x2C7C or 0x2D6F or (>= 0x2E80 and <= 0x3004) or (>= 0x3008 and <= 0x3029) or (>= 0x3030 and <= 0x303B)
        or 0x309B or 0x309C or 0x309F or 0x30FF or (>= 0x3130 and <= 0x319F) or (>= 0x3200 and <= 0x33FF) or 0xA69C or 0xA69D or 0xA770
        or 0xA7F8 or 0xA7F9 or (>= 0xA960 and <= 0xA97F) or (>= 0xAB5C and <= 0xAB5F) or (>= 0xD7B0 and <= 0xD7FF)
        or (>= 0xF900 and <= 0xFAFF and not (0xFA0E or 0xFA0F or 0xFA11 or 0xFA13 or 0xFA14 or 0xFA1F or 0xFA21 or 0xFA23 or 0xFA24 or 0xFA27 or 0xFA28 or 0xFA29))
        or (>= 0xFB00 and <= 0xFDFF) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xFE30 and <= 0xFFFF)
        or (>= 0x1D400 and <= 0x1D7FF) or (>= 0x1EE00 and <= 0x1EEFF) or (>= 0x1F100 and <= 0x1F2FF) or (>= 0x2F800 and <= 0x2FA1F) or >= 0xE0000;
}
