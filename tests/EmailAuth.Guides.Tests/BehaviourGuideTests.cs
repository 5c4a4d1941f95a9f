using System.Text.RegularExpressions;
using EmailAuth.Tests;

namespace EmailAuth.Guides.Tests;

/// <summary>Each row of the guide to behaviour is held by a test that bears its id, and no test bears an id that the guide does not explain.</summary>
public partial class BehaviourGuideTests
{
    private static IEnumerable<string> Rows => Page.Guide("behaviour").Lines.Select(static line => Row().Match(line)).Where(static row => row.Success).Select(static row => row.Groups[1].Value);

    [Test]
    public void Every_row_has_a_test_and_every_pin_a_row()
    {
        var pins = Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(static path => Pin().Matches(File.ReadAllText(path))).Select(static pin => pin.Groups[1].Value).Distinct();
        Assert.That(Rows, Is.EquivalentTo(pins));
        Assert.That(Rows.Count(), Is.GreaterThan(75));
    }

    [Test]
    public void Every_row_that_an_explanation_names_is_explained()
    {
        var named = Directory.EnumerateFiles(Repository.PathOf("src", "EmailAuth"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(static path => Reference().Matches(File.ReadAllText(path))).SelectMany(static reference => reference.Groups[1].Value.Split(' ')).ToHashSet();
        Assert.That(named, Has.Count.GreaterThan(40));
        Assert.That(named.Except(Rows), Is.Empty);
    }

    /// <summary>A section and the rows beside it, as RuleReference has them.</summary>
    [GeneratedRegex(@"""RFC [^""]+"", ""([A-Z]\d+(?: [A-Z]\d+)*)""")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^\| ([A-Z]\d+) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"\bPin\(""([A-Z]\d+)""\)")]
    private static partial Regex Pin();
}
