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

    private static bool IsSeen(ReadOnlySpan<char> text, int at) => CharUnicodeInfo.GetUnicodeCategory(text[at]) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Surrogate => char.IsHighSurrogate(text[at])
            ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
            : at > 0 && char.IsHighSurrogate(text[at - 1]),
        _ => true,
    };
}
