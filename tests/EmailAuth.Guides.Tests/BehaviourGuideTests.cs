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

    [GeneratedRegex(@"^\| ([A-Z]\d+) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"\bPin\(""([A-Z]\d+)""\)")]
    private static partial Regex Pin();
}
