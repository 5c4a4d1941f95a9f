using System.Globalization;
using System.Text;

namespace EmailAuth.Hosting;

/// <summary>A peer's text, made fit for one line of a log: short, and nothing in it that a terminal or a reader of lines acts on.</summary>
internal static class LogText
{
    private const int MaxLength = 320;

    public static string Of(string? text) => Of(text, escaped: "");

    /// <summary>To stand between quotation marks: there is none in it, so that nobody ends his text early and goes on as another.</summary>
    public static string InQuotes(string? text) => Of(text, escaped: "\"\\");

    private static string Of(string? text, string escaped)
    {
        if (text is null)
            return "";
        var isCut = text.Length > MaxLength;
        var part = isCut ? text.AsSpan(0, MaxLength) : text;
        if (!isCut && !part.ContainsAnyExceptInRange(' ', '~') && !part.ContainsAny(escaped))
            return text;
        var safe = new StringBuilder(part.Length + 16);
        foreach (var rune in part.EnumerateRunes())
        {
            if (rune.Value is >= ' ' and <= '~' ? !escaped.Contains((char)rune.Value, StringComparison.Ordinal) : Rune.IsLetterOrDigit(rune))
                safe.Append(rune.ToString());
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }
        return isCut ? safe.Append('…').ToString() : safe.ToString();
    }
}
