using System.Net;
using EmailAuth.Tests;

namespace EmailAuth.Guides.Tests;

/// <summary>One fenced block of a page.</summary>
/// <param name="Page">The page.</param>
/// <param name="Line">The number of its first line there.</param>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record CodeBlock(string Page, int Line, string Language, string[] Lines)
{
    public string Text => string.Join('\n', Lines) + "\n";

    /// <summary>The examples in the documentation of public types, as if they stood on a page: settings are json, the rest is C#.</summary>
    public static IEnumerable<CodeBlock> Examples()
    {
        const string begin = "/// <example><code>", end = "/// </code></example>";
        foreach (var path in Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var lines = File.ReadAllLines(path);
            var first = Array.IndexOf(lines, begin) + 1;
            var type = lines.Skip(first).FirstOrDefault(static line => !line.StartsWith('/') && !line.StartsWith('['));
            if (first == 0 || !type!.StartsWith("public ", StringComparison.Ordinal))
                continue;
            var text = lines[first..Array.IndexOf(lines, end, first)].Select(static line => WebUtility.HtmlDecode(line.Length > 4 ? line[4..] : "")).ToArray();
            var isSettings = text[0].StartsWith('"');
            yield return new CodeBlock(Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'), first + 1, isSettings ? "json" : "csharp", isSettings ? ["{", .. text, "}"] : text);
        }
    }

    public override string ToString() => $"{Page}:{Line}";
}
