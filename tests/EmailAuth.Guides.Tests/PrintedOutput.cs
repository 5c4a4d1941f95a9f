using System.Text;
using System.Text.RegularExpressions;

namespace EmailAuth.Guides.Tests;

/// <summary>What a page says that a command prints. "…" stands for anything, within a line or as a line of its own; a moment and a duration are never the same twice.</summary>
internal static partial class PrintedOutput
{
    /// <summary>The lines must be in the output, in this order, one directly after the other but for the line "…".</summary>
    public static void AssertIn(string output, CodeBlock printed)
    {
        var pattern = new StringBuilder("(?m)(?<=^)");
        var isFirst = true;
        var skips = false;
        foreach (var line in printed.Lines)
        {
            if (line.Trim() == "…")
            {
                skips = true;
                continue;
            }
            pattern.Append(isFirst ? "" : skips ? "\\n(?:.*\\n)*?" : "\\n").Append(PatternOf(line));
            (isFirst, skips) = (false, false);
        }
        var said = Normal(output);
        Assert.That(Regex.IsMatch(said, pattern + "(?=\\n|\\z)"), $"{printed} says\n{printed.Text}\nand what is printed is\n{said}");
    }

    private static string PatternOf(string line) => Regex.Escape(Normal(line).TrimEnd()).Replace("…", ".*", StringComparison.Ordinal) + "[ \\t]*";

    private static string Normal(string text) => Duration().Replace(Moment().Replace(text.Replace("\r\n", "\n", StringComparison.Ordinal), "(moment)"), "(time) ms");

    [GeneratedRegex(@"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")]
    private static partial Regex Moment();

    [GeneratedRegex(@"\d+(\.\d+)? ms\b")]
    private static partial Regex Duration();
}
