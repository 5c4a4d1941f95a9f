using System.Text;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth.Tests.Spf;

public class SpfLintTests
{
    private static string Say(LintReport report) => string.Join('|', report.Diagnostics.Select(diagnostic => $"{diagnostic.Severity} {diagnostic.Position} {diagnostic.Section[9..]}"));

    [TestCase("v=spf1 ip4:192.0.2.0/24 mx -all", true, "")]
    [TestCase("v=spf1 mx redirect=a.example", true, "")]
    [TestCase("v=spf1 +all", true, "Warning 7 §5.1")]
    [TestCase("v=spf1 ptr -all", true, "Warning 7 §5.5")]
    [TestCase("v=spf1 exists:%{p}.a.example -all", true, "Warning 7 §7.2")]
    [TestCase("v=spf1 a", true, "Info 0 §4.7")]
    [TestCase("v=spf1 -all a mx", true, "Warning 12 §5.1|Warning 14 §5.1")]
    [TestCase("v=spf1 a -all redirect=a.example", true, "Warning 14 §5.1")]
    [TestCase("v=spf1 exp=e.example a -all", true, "Info 7 §6")]
    [TestCase("v=spf1 a mx A +a -all", true, "Warning 12 §4.6.2|Warning 14 §4.6.2")]
    [TestCase("v=spf1 ip4:0.0.0.0/1 ip6:::/0 -all", true, "Warning 7 §5.6|Warning 21 §5.6")]
    [TestCase("v=spf1 -ip4:0.0.0.0/1 ?all", true, "")]
    [TestCase("v=spf1 a/2 mx//7 -all", true, "Warning 7 §5|Warning 11 §5")]
    [TestCase("v=spf1 ip4:192.0.2.1/24 ip6:2001:db8::1/64 -all", true, "Info 7 §5.6|Info 24 §5.6")]
    [TestCase("v=spf1 include=a.example -all", true, "Warning 7 §4.6.1")]
    [TestCase("v=spf1 x=y -all", true, "Info 7 §6")]
    [TestCase("v=spf1 a:a..example.com a:b!c.example.com a:example.com. -all", true, "Warning 7 §4.8|Info 24 §4.8|Info 42 §7.3")]
    [TestCase("v=spf1 moo ip4:1.2.3 -all", false, "Error 7 §4.6.1|Error 15 §5.6")]
    [TestCase("v=spf1 ip4:300.1.1.1 ip6:x ip4 -all", false, "Error 11 §5.6|Error 25 §5.6|Error 30 §5.6")]
    [TestCase(" v=spf1 -all", false, "Error 0 §4.5")]
    [TestCase("\"v=spf1 -all\"", false, "Error 0 §4.5")]
    [TestCase("v=spf1\t-all", false, "Error 6 §4.5")]
    [TestCase("v=DKIM1", false, "Error 0 §4.5")]
    [TestCase("", false, "Error 0 §4.5")]
    public void A_record_is_told_what_is_wrong_or_doubtful(string record, bool isUsable, string expected)
    {
        var report = SpfRecord.Lint(record);
        Assert.That((report.IsUsable, Say(report)), Is.EqualTo((isUsable, expected)));
    }

    [Rfc(7208, "4.6.4")]
    [TestCase(10, "-all", "")]
    [TestCase(11, "-all", "Warning 147 §4.6.4")]
    [TestCase(13, "-all", "Warning 147 §4.6.4")]
    [TestCase(10, "redirect=r.example", "Warning 147 §4.6.4")]
    [TestCase(9, "redirect=r.example", "")]
    public void Over_ten_lookups_are_counted(int terms, string last, string expected)
    {
        var record = $"v=spf1 {string.Join(' ', Enumerable.Range(10, terms).Select(i => $"a:x{i}.ex.test"))} {last}";
        Assert.That(Say(SpfRecord.Lint(record)), Is.EqualTo(expected));
    }

    [Rfc(7208, "3.4")]
    [TestCase(255, "")]
    [TestCase(256, "Info 255 §3.3")]
    [TestCase(451, "Warning 450 §3.4")]
    public void Long_records_are_told(int length, string expected)
    {
        var record = "v=spf1 x=";
        record += new string('y', length - record.Length - 5) + " -all";
        Assert.That(Say(SpfRecord.Lint(record)).Replace("Info 7 §6|", "", StringComparison.Ordinal).Replace("Info 7 §6", "", StringComparison.Ordinal), Is.EqualTo(expected));
    }

    [Test]
    public void A_record_over_8_kib_is_not_usable() =>
        Assert.That(SpfRecord.Lint($"v=spf1 {new string(' ', 8_192)}").IsUsable, Is.False);
}

[Rfc(7208, "4.6.4")]
public class SpfIncludeTreeTests
{
    private static async Task<SpfIncludeTree> ResolveAsync(string zone) => await SpfIncludeTree.ResolveAsync(ZoneDnsResolver.Parse(zone), DomainName.Parse("example.com"));

    private static string Draw(SpfIncludeTree node) =>
        $"{node.Term} {node.OwnLookups}/{node.TotalLookups}{(node.Problem is null ? "" : "!")}{(node.Children.IsEmpty ? "" : $"({string.Join(", ", node.Children.Select(Draw))})")}".TrimStart();

    [Test]
    public async Task The_tree_counts_what_an_evaluation_to_the_end_costs()
    {
        var tree = await ResolveAsync("""
            example.com. TXT "v=spf1 a include:a.example include:%{l}.c.example ip4:192.0.2.1 redirect=b.example"
            a.example. TXT "v=spf1 mx exists:%{i}.x.example include:c.example -all"
            b.example. TXT "v=spf1 include:c.example ~all include:d.example"
            c.example. TXT "v=spf1 ip4:192.0.2.1 ptr ?all"
            """);
        Assert.That(Draw(tree), Is.EqualTo("4/10(include:a.example 3/4(include:c.example 1/1), include:%{l}.c.example 0/0, redirect=b.example 1/2(include:c.example 1/1))"));
        Assert.That(tree.Lint().Diagnostics, Is.Empty);
    }

    [Test]
    public async Task More_than_ten_in_the_whole_tree_are_an_error()
    {
        var tree = await ResolveAsync("""
            example.com. TXT "v=spf1 include:a.example include:b.example -all"
            a.example. TXT "v=spf1 a a:h.example mx exists:x.example -all"
            b.example. TXT "v=spf1 a a:h.example mx exists:x.example mx:h.example -all"
            """);
        Assert.That(tree.TotalLookups, Is.EqualTo(11));
        Assert.That(tree.Lint().Diagnostics.Single().Text, Does.Contain("have 11 terms"));
        Assert.That(tree.Lint().IsUsable, Is.False);
    }

    [TestCase("include:n.example", "n.example does not exist", "§5.2")]
    [TestCase("redirect=t.example", "t.example has no SPF record", "§6.1")]
    [TestCase("include:a..example", "leads to no domain name", "§5.2")]
    [TestCase("include:bad.example", "is malformed at position 7", "§5.2")]
    [TestCase("include:two.example", "more than one SPF record", "§5.2")]
    [TestCase("include:loop.example", "the record of example.com leads to itself", "§5.2")]
    [TestCase("include:deep.example", "n.example does not exist", "§5.2")]
    public async Task A_branch_that_ends_in_an_error_is_told(string term, string words, string section)
    {
        var tree = await ResolveAsync($"""
            example.com. TXT "v=spf1 ip4:192.0.2.1 {term}"
            t.example. TXT x
            bad.example. TXT "v=spf1 moo"
            two.example. TXT "v=spf1 a"
            two.example. TXT "v=spf1 mx"
            loop.example. TXT "v=spf1 include:example.com -all"
            deep.example. TXT "v=spf1 include:n.example -all"
            """);
        var said = tree.Lint().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        Assert.That((said.Position, said.Section), Is.EqualTo((21, $"RFC 7208 {section}")));
        Assert.That(said.Text, Does.Contain(words));
    }

    [TestCase("a 1 ")]
    [TestCase("mx ")]
    [TestCase("x=y ")]
    [TestCase("all ")]
    public void A_record_with_thousands_of_mistakes_is_told_some_hundreds(string terms)
    {
        var record = Encoding.ASCII.GetBytes("v=spf1 " + string.Concat(Enumerable.Repeat(terms, SpfRecord.MaxLength / terms.Length - 2)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var report = SpfRecord.Lint(record);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 * record.Length + (256 << 10)));
        Assert.That(report.Diagnostics.Length, Is.InRange(50, 500));
    }

    [Test]
    public async Task A_tree_that_is_wide_and_deep_ends()
    {
        var includes = string.Join(' ', Enumerable.Range(0, 9).Select(i => $"include:n{i}.example"));
        var zone = string.Join('\n', Enumerable.Range(0, 9).Select(i => $"n{i}.example. TXT \"v=spf1 {includes} -all\""));
        var tree = await ResolveAsync($"example.com. TXT \"v=spf1 {includes} -all\"\n{zone}");
        Assert.That(Count(tree), Is.LessThan(2_000));

        static int Count(SpfIncludeTree node) => 1 + node.Children.Sum(Count);
    }

    [Test]
    public async Task A_domain_without_a_record_is_a_tree_without_one()
    {
        var tree = await ResolveAsync("");
        Assert.That((tree.Record, tree.Problem, tree.Lint().IsUsable), Is.EqualTo(((SpfRecord?)null, "example.com does not exist, and so has no SPF record", false)));
    }
}
