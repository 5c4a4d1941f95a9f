using System.Globalization;
using System.Text;

namespace EmailAuth.Cli.Output;

/// <summary>Makes text from outside fit to be shown: no line ends, no terminal control, no change of the direction of writing.</summary>
internal static class PlainText
{
    /// <summary>On one line, with \xNN or \uNNNN for each character that would do something instead of being seen.</summary>
    public static string OneLine(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        StringBuilder? safe = null;
        for (var i = 0; i < text.Length; i++)
        {
            var isSeen = IsSeen(text, i);
            if (isSeen && safe is null)
                continue;
            safe ??= new StringBuilder(text, 0, i, text.Length + 16);
            if (isSeen)
                safe.Append(text[i]);
            else
                safe.Append(text[i] <= 0xFF ? "\\x" : "\\u").Append(((int)text[i]).ToString(text[i] <= 0xFF ? "X2" : "X4", CultureInfo.InvariantCulture));
        }
        return safe?.ToString() ?? text;
    }

    /// <summary>On one line in double quotes, cut where it is long.</summary>
    public static string Quoted(string text) => $"\"{OneLine(text.Length <= 80 ? text : text[..80] + "…")}\"";

    private static bool IsSeen(string text, int at)
    {
        // Each half of a pair is what the pair is.
        if (at > 0 && char.IsSurrogatePair(text, at - 1))
            at--;
        return IsSeen(CharUnicodeInfo.GetUnicodeCategory(text, at));
    }

    /// <summary>Whether characters of a kind are seen, and do nothing.</summary>
    public static bool IsSeen(UnicodeCategory category) =>
        category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
}
