using System.Text.RegularExpressions;
using EmailAuth.Tests;

namespace EmailAuth.Guides.Tests;

/// <summary>Every link from a page to a file or to a heading leads there.</summary>
public partial class LinkTests
{
    private static IEnumerable<TestCaseData> Links =>
        from page in Page.All
        from Match link in Link().Matches(string.Join('\n', page.Lines))
        let target = link.Groups["target"].Value
        where !target.Contains("://", StringComparison.Ordinal)
        select new TestCaseData(page, target).SetArgDisplayNames(page.Path, target);

    [TestCaseSource(nameof(Links))]
    public void It_leads_somewhere(object page, string target)
    {
        var (path, anchor) = target.Split('#') is [var file, var heading] ? (file, heading) : (target, null);
        var from = Repository.PathOf(((Page)page).Path.Split('/'));
        var to = path.Length == 0 ? from : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(from)!, path));
        Assert.That(File.Exists(to) || Directory.Exists(to), to);
        if (anchor is not null)
            Assert.That(File.ReadLines(to).Where(static line => line.StartsWith('#')).Select(AnchorOf), Does.Contain(anchor));
    }

    /// <summary>As GitHub makes them: lower case, spaces are hyphens, other punctuation goes.</summary>
    private static string AnchorOf(string heading) =>
        string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant().Where(static letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
