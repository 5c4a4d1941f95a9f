using EmailAuth.Tests;

namespace EmailAuth.Guides.Tests;

/// <summary>Figures stand where they were measured, and the guide has copies of them.</summary>
public class ComparisonGuideTests
{
    [TestCase("goals")]
    [TestCase("peers")]
    [TestCase("spf")]
    public void The_guide_shows_the_results_as_they_are(string results)
    {
        var measured = File.ReadLines(Repository.PathOf("benchmarks", "results", results + ".md"))
            .SkipWhile(static line => !line.StartsWith('|')).TakeWhile(static line => line.StartsWith('|'));
        var guide = Page.Guide("comparison");
        var shown = guide.Lines.SkipWhile(static line => line != "<!-- how-fast: begin -->").SkipWhile(line => !line.Contains($"/{results}.md", StringComparison.Ordinal))
            .SkipWhile(static line => !line.StartsWith('|')).TakeWhile(static line => line.StartsWith('|'));
        Assert.That(shown, Is.EqualTo(measured), "The results have changed: .ci/how-fast copies them.");
    }
}
