using System.Globalization;
using System.Text;

namespace EmailAuth.Syntax;

/// <summary>Makes text from outside fit to be shown: one line, no terminal control, no change of the direction of writing, of bounded length.</summary>
internal static class SafeText
{
    /// <summary>What would do something instead of being seen stands as \xNN or \uNNNN; what is too long is cut and ends in "...".</summary>
    public static string OneLine(string text, int most = 400)
    {
        var isCut = text.Length > most;
        var seen = isCut ? text.AsSpan(0, most) : text;
        StringBuilder? safe = null;
        for (var i = 0; i < seen.Length; i++)
        {
            if (IsSeen(seen, i))
            {
                safe?.Append(seen[i]);
                continue;
            }
            safe ??= new StringBuilder(seen.Length + 16).Append(seen[..i]);
            safe.Append(seen[i] <= 0xFF ? "\\x" : "\\u").Append(((int)seen[i]).ToString(seen[i] <= 0xFF ? "X2" : "X4", CultureInfo.InvariantCulture));
        }
        if (isCut)
            return (safe ?? new StringBuilder().Append(seen)).Append("...").ToString();
        return safe?.ToString() ?? text;
    }

    private static bool IsSeen(ReadOnlySpan<char> text, int at)
    {
        // Each half of a pair is what the pair is.
        var start = char.IsLowSurrogate(text[at]) && at > 0 && char.IsHighSurrogate(text[at - 1]) ? at - 1 : at;
        Rune.DecodeFromUtf16(text[start..], out var rune, out _);
        return !(char.IsSurrogate(text[at]) && rune == Rune.ReplacementChar)
            && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
    }
}
