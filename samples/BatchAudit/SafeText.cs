using System.Globalization;
using System.Text;

namespace BatchAudit;

/// <summary>Text from outside for a terminal or a page: what would do something instead of being seen is spelled out.</summary>
internal static class SafeText
{
    /// <summary>On one line, cut where it is long.</summary>
    public static string OneLine(string text, int most)
    {
        var safe = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (safe.Length >= most)
                return safe.Append('…').ToString();
            if (IsSeen(rune))
                safe.Append(rune);
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
        }
        return safe.ToString();
    }

    /// <summary>Neither a control character, nor one that turns the direction of writing, nor half of one.</summary>
    public static bool IsSeen(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
