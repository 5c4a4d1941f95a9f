using EmailAuth.Tests;

namespace EmailAuth.Guides.Tests;

/// <summary>A page in Markdown that people read.</summary>
/// <param name="Path">Where it lies, from the root of the checkout.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record Page(string Path, string[] Lines)
{
    /// <summary>All pages that hold code: the front page, those of the packages, the samples and the guides, and those of GitHub.</summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        Read("README.md"),
        .. Find(Repository.Root, "src", "README.md"),
        .. Find(Repository.Root, "samples", "*.md"),
        .. Find(Repository.Root, ".github", "*.md"),
        .. Find(Repository.Root, "tests", "*.md"),
    ];

    /// <summary>Its fenced blocks, top first.</summary>
    public IReadOnlyList<CodeBlock> Blocks { get; } = ReadBlocks(Path, Lines);

    /// <summary>A guide by its file's name.</summary>
    public static Page Guide(string name) => All.Single(page => page.Path == $"samples/guides/{name}.md");

    /// <summary>The rows of the table below a heading, without its head: the cells of each.</summary>
    public IEnumerable<string[]> Table(string heading) =>
        Lines.SkipWhile(line => line.TrimStart('#').Trim() != heading || !line.StartsWith('#')).Skip(1)
            .TakeWhile(static line => !line.StartsWith('#'))
            .SkipWhile(static line => !line.StartsWith('|')).TakeWhile(static line => line.StartsWith('|')).Skip(2)
            .Select(static line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));

    public override string ToString() => Path;

    private static Page Read(string path) => new(path, File.ReadAllLines(Repository.PathOf(path.Split('/'))));

    private static IEnumerable<Page> Find(string root, string folder, string pattern) =>
        from path in Directory.EnumerateFiles(System.IO.Path.Combine(root, folder), pattern, SearchOption.AllDirectories)
        let relative = System.IO.Path.GetRelativePath(root, path).Replace('\\', '/')
        where !relative.Split('/').Any(static part => part is "bin" or "obj" or "TestResults")
        orderby relative
        select Read(relative);

    private static List<CodeBlock> ReadBlocks(string path, string[] lines)
    {
        var blocks = new List<CodeBlock>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            var end = Array.IndexOf(lines, "```", i + 1);
            Assert.That(end, Is.Positive, $"{path}:{i + 1} has no end");
            blocks.Add(new CodeBlock(path, i + 2, lines[i][3..], lines[(i + 1)..end]));
            i = end;
        }
        return blocks;
    }
}
