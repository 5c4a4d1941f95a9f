using System.Globalization;
using System.Text;

namespace EmailAuth.Syntax;

/// <summary>What characters stand for where a name is shown to people, or mapped before it is looked up.</summary>
/// <remarks>
/// Mapped are the full stops, full-width, mathematical and circled forms, upper case, and what is ignored when shown: the same on every host. Other
/// compatibility forms and combining sequences are not: they would need the tables of normalization. It serves to be stricter, never to accept.
/// </remarks>
internal static class ShownCharacter
{
    /// <summary>What a character stands for (UTS 46 §4), as far as a few ranges tell; 0 for one that is not shown.</summary>
    public static Rune Map(Rune rune) => rune.Value switch
    {
        0x3002 or 0xFF61 or 0xFE52 or 0x2024 => new Rune('.'),
        >= 0xFF01 and <= 0xFF5E and var wide => Rune.ToLowerInvariant(new Rune(wide - 0xFF01 + '!')),
        >= 0x1D400 and <= 0x1D6A3 and var letter => new Rune('a' + (letter - 0x1D400) % 26),
        >= 0x1D7CE and <= 0x1D7FF and var digit => new Rune('0' + (digit - 0x1D7CE) % 10),
        >= 0x24B6 and <= 0x24E9 and var circled => new Rune('a' + (circled - 0x24B6) % 26),
        // Those that are ignored when shown, whatever their category.
        0x34F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2065 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0
            or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF) => default,
        0x17F => new Rune('s'),
        0x212A => new Rune('k'),
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            ? default
            : Rune.ToLowerInvariant(rune),
    };
}
