using EmailAuth.Dns;
using EmailAuth.Spf;
using static EmailAuth.Tests.Spf.SpfChecks;

namespace EmailAuth.Tests.Spf;

/// <summary>How texts are read and made: rows of the behaviour table about explanations, addresses and macros.</summary>
public class SpfTextTests
{
    [Pin("S18"), Rfc(7208, "6.2")]
    [TestCase("v=spf1 -all exp=e.example", "words")]
    [TestCase("v=spf1 exp=e.example -all", "words")]
    [TestCase("v=spf1 ~all exp=e.example", null)]
    [TestCase("v=spf1 ?all exp=e.example", null)]
    [TestCase("v=spf1 -include:pass.example exp=e.example", "words")]
    [TestCase("v=spf1 include:fails.example -all", null)]
    [TestCase("v=spf1 include:fails.example -all exp=e.example", "words")]
    [TestCase("v=spf1 redirect=fails.example exp=e.example", "of the redirected record")]
    [TestCase("v=spf1 -all exp=two.example", null)]
    [TestCase("v=spf1 -all exp=none.example", null)]
    [TestCase("v=spf1 -all exp=fault.example", null)]
    [TestCase("v=spf1 -all exp=long.example", null)]
    [TestCase("v=spf1 -all exp=longest.example", "512")]
    [TestCase("v=spf1 -all exp=lines.example", null)]
    [TestCase("v=spf1 -all exp=octets.example", null)]
    [TestCase("v=spf1 -all exp=macro.example", null)]
    [TestCase("v=spf1 -all exp=empty.example", null)]
    [TestCase("v=spf1 -all exp=a..example", null)]
    public async Task Only_the_outermost_fail_is_explained_and_nothing_changes_the_result(string record, string? expected)
    {
        var dns = ZoneDnsResolver.Parse($$"""
            example.com. TXT "{{record}}"
            e.example. TXT "wo" "rds"
            pass.example. TXT "v=spf1 +all exp=none.example"
            fails.example. TXT "v=spf1 -all exp=inner.example"
            inner.example. TXT "of the redirected record"
            two.example. TXT "one"
            two.example. TXT "two"
            long.example. TXT {{Strings(new string('x', 513))}}
            longest.example. TXT {{Strings(new string('x', 512))}}
            lines.example. TXT "a\013\010b"
            octets.example. TXT "caf\195\169"
            macro.example. TXT "%{x}"
            empty.example. TXT ""
            """).WithFault("fault.example", DnsRecordType.TXT, DnsStatus.ServFail);
        var result = await CheckAsync(dns);
        Assert.That(result.Explanation, Is.EqualTo(expected == "512" ? new string('x', 512) : expected));
        Assert.That(result.Status, Is.EqualTo(record[7] == '~' ? SpfStatus.SoftFail : record[7] == '?' ? SpfStatus.Neutral : SpfStatus.Fail));
    }

    [TestCase("%{p}", true)]
    [TestCase("%{p}\\001", false)]
    [TestCase("%{p}\\233", false)]
    public async Task What_cannot_be_an_explanation_is_not_expanded(string text, bool isExpanded)
    {
        var dns = ZoneDnsResolver.Parse($"example.com. TXT \"v=spf1 -all exp=e.example\"\ne.example. TXT \"{text}\"");
        dns.LogQueries = true;
        Assert.That((await CheckAsync(dns)).Explanation, Is.EqualTo(isExpanded ? "unknown" : null));
        Assert.That(dns.Queries.Any(question => question.Type == DnsRecordType.PTR), Is.EqualTo(isExpanded));
    }

    [TestCase("user", "user@example.com")]
    [TestCase("\u00fc", null)]
    public async Task An_explanation_is_printable_whoever_is_named_in_it(string localPart, string? expected) =>
        Assert.That((await CheckRecordAsync("v=spf1 -all exp=e.example", "e.example. TXT \"%{s}\"", mailFrom: $"{localPart}@example.com")).Explanation, Is.EqualTo(expected));

    [Test, Rfc(7208, "6.1")]
    public async Task A_redirect_to_a_top_level_domain_leads_nowhere()
    {
        var result = await CheckRecordAsync("v=spf1 redirect=%{d1}", "com. TXT \"v=spf1 +all\"");
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.PermError, SpfReason.RedirectWithoutRecord)));
    }

    [Pin("S18"), Rfc(7208, "6.2")]
    [Test]
    public async Task No_explanation_is_fetched_unless_the_result_is_fail()
    {
        var dns = ZoneDnsResolver.Parse("example.com. TXT \"v=spf1 include:other.example +all exp=e.example\"\nother.example. TXT \"v=spf1 -all exp=e.example\"\ne.example. TXT x");
        dns.LogQueries = true;
        await CheckAsync(dns);
        Assert.That(dns.Queries.Select(question => question.ToString()), Is.EqualTo(new[] { "example.com TXT", "other.example TXT" }));
    }

    [Pin("S19"), Attack("S14"), Rfc(7208, "5.6")]
    [TestCase("ip4:010.0.0.1")]
    [TestCase("ip4:1")]
    [TestCase("ip4:0x7f.1")]
    [TestCase("ip4:1.2.3")]
    [TestCase("ip4:1.2.3.4.5")]
    [TestCase("ip4:1.2.3.256")]
    [TestCase("ip4:1.2.3.4/")]
    [TestCase("ip4:1.2.3.4/33")]
    [TestCase("ip4:1.2.3.4/024")]
    [TestCase("ip4:1.2.3.4/+8")]
    [TestCase("ip4:1.2.3.4//8")]
    [TestCase("ip4:1.2.3.4:25")]
    [TestCase("ip4:")]
    [TestCase("ip4")]
    [TestCase("ip4:::1")]
    [TestCase("ip6:::1%5")]
    [TestCase("ip6:[::1]:25")]
    [TestCase("ip6:[::1]")]
    [TestCase("ip6:1::2::3")]
    [TestCase("ip6:2001:db8")]
    [TestCase("ip6:2001:db8::/129")]
    [TestCase("ip6:2001:db8::/032")]
    [TestCase("ip6:2001:db8::12345")]
    [TestCase("ip6:192.0.2.1")]
    public async Task Addresses_are_read_strictly(string term)
    {
        var result = await CheckRecordAsync($"v=spf1 {term} +all");
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.PermError, SpfReason.SyntaxError)));
        Assert.That(result.ReasonText, Does.Contain("RFC 7208 section 5.6"));
    }

    [Pin("S20"), Attack("S10"), Rfc(7208, "7.3")]
    [Test]
    public async Task The_domain_macro_is_the_domain_being_evaluated_and_the_others_stay()
    {
        var result = await CheckAsync("""
            example.com. TXT "v=spf1 include:b.example -all"
            b.example. TXT "v=spf1 include:%{d}.s.example"
            b.example.s.example. TXT "v=spf1 exists:%{d}.%{o}.%{l}.%{h}"
            b.example.s.example.example.com.user.mail.example.net. A 127.0.0.2
            """);
        Assert.That(result.Status, Is.EqualTo(SpfStatus.Pass), result.ReasonText);
    }

    [Pin("S20"), Attack("S7"), Rfc(7208, "7.3")]
    [TestCase("%{d0}.example.com", SpfStatus.PermError)]
    [TestCase("%{d000}.example.com", SpfStatus.PermError)]
    [TestCase("%{d129}.example.com", SpfStatus.PermError)]
    [TestCase("%{d0000000001r}.example.com", SpfStatus.PermError)]
    [TestCase("%{d99999999999999999999}.example.com", SpfStatus.PermError)]
    [TestCase("%{c}.example.com", SpfStatus.PermError)]
    [TestCase("%{r}.example.com", SpfStatus.PermError)]
    [TestCase("%{t}.example.com", SpfStatus.PermError)]
    [TestCase("%{d128}.example.com", SpfStatus.Neutral)]
    [TestCase("%{d127r}.example.com", SpfStatus.Neutral)]
    [TestCase("%{d01}.example.com", SpfStatus.Neutral)]
    public async Task The_number_in_a_macro_is_1_to_128(string spec, SpfStatus expected) =>
        Assert.That((await CheckRecordAsync($"v=spf1 exists:{spec}")).Status, Is.EqualTo(expected));

    [Pin("S20"), Attack("S7"), Rfc(7208, "7.3")]
    [TestCase("jürgen&co@example.com", "%{L}", "j%C3%BCrgen%26co")]
    [TestCase("a+b c~d_e-f.g@example.com", "%{S}", "a%2Bb%20c~d_e-f.g%40example.com")]
    [TestCase("a.b-c@example.com", "%{L2r-.}", "b.a")]
    public async Task Upper_case_escapes_octets(string mailFrom, string macro, string expected) =>
        Assert.That((await CheckRecordAsync("v=spf1 -all exp=exp.example.com", $"exp.example.com. TXT \"{macro}\"", mailFrom: mailFrom)).Explanation, Is.EqualTo(expected));

    [Pin("S21"), Rfc(7208, "3.1")]
    [Test]
    public async Task Only_text_records_are_asked_for()
    {
        var dns = ZoneDnsResolver.Parse("example.com. SPF \"v=spf1 +all\"");
        dns.LogQueries = true;
        Assert.That((await CheckAsync(dns)).Status, Is.EqualTo(SpfStatus.None));
        Assert.That(dns.Queries.Single().Type, Is.EqualTo(DnsRecordType.TXT));
    }
}
