using EmailAuth.Dns;
using EmailAuth.Spf;
using static EmailAuth.Tests.Spf.SpfChecks;

namespace EmailAuth.Tests.Spf;

/// <summary>Known attacks on checkers of SPF, each with its row of the attack table.</summary>
public class SpfAttackTests
{
    private static async Task<(SpfResult Result, int Queries)> CountAsync(string zone, string mailFrom = "user@example.com", string client = Client)
    {
        var dns = ZoneDnsResolver.Parse(zone);
        dns.LogQueries = true;
        return (await CheckAsync(dns, client, mailFrom), dns.Queries.Length);
    }

    [Attack("S1"), Rfc(7208, "4.6.4")]
    [Test]
    public async Task Terms_over_the_limit_are_not_skipped()
    {
        var includes = string.Join(' ', Enumerable.Range(1, 11).Select(i => $"include:n{i}.example"));
        var (result, queries) = await CountAsync($"example.com. TXT \"v=spf1 {includes} -all\"\n*.example. TXT \"v=spf1 ?all\"");
        Assert.That((result.Status, result.Reason, queries), Is.EqualTo((SpfStatus.PermError, SpfReason.TooManyDnsLookups, 11)));
    }

    [Attack("S2"), Rfc(7208, "4.6.4")]
    [TestCase("example.com. TXT \"v=spf1 include:example.com -all\"")]
    [TestCase("example.com. TXT \"v=spf1 redirect=example.com\"")]
    [TestCase("example.com. TXT \"v=spf1 redirect=%{d}\"")]
    [TestCase("example.com. TXT \"v=spf1 include:d2.example -all\"\nd2.example. TXT \"v=spf1 include:example.com -all\"")]
    [TestCase("example.com. TXT \"v=spf1 include:d2.example -all\"\nd2.example. TXT \"v=spf1 redirect=example.com\"")]
    [TestCase("example.com. TXT \"v=spf1 include:x.%{d} -all\"\n*.example.com. TXT \"v=spf1 include:x.%{d} -all\"")]
    public async Task Circles_of_records_end_within_the_budget(string zone)
    {
        var (result, queries) = await CountAsync(zone);
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.PermError, SpfReason.TooManyDnsLookups)));
        Assert.That(queries, Is.LessThanOrEqualTo(11));
    }

    [Attack("S3"), Rfc(7208, "4.6.4")]
    [Test]
    public async Task A_name_with_200_exchanges_costs_ten_address_queries()
    {
        var exchanges = string.Join('\n', Enumerable.Range(1, 200).Select(i => $"m.example. MX 1 h{i}.example.\nh{i}.example. A 203.0.113.1"));
        var (result, queries) = await CountAsync($"example.com. TXT \"v=spf1 mx:m.example -all\"\n{exchanges}");
        Assert.That((result.Status, result.Reason, queries), Is.EqualTo((SpfStatus.PermError, SpfReason.TooManyMxHosts, 12)));
    }

    [Attack("S3"), Rfc(7208, "4.6.4")]
    [Test]
    public async Task The_costliest_record_stays_within_111_queries_and_its_explanation_on_top()
    {
        var exchanges = string.Join('\n', Enumerable.Range(1, 10).Select(i => $"m.example. MX 1 h{i}.example.\nh{i}.example. A 203.0.113.1"));
        var (result, queries) = await CountAsync($"example.com. TXT \"v=spf1 {string.Join(' ', Enumerable.Repeat("mx:m.example", 10))} -all exp=m.example\"\n{exchanges}");
        Assert.That((result.Status, queries, result.DnsQueries), Is.EqualTo((SpfStatus.Fail, 111, 112)));
    }

    [Attack("S5"), Rfc(7208, "7.3")]
    [TestCase(63, 1)]
    [TestCase(64, 0)]
    [TestCase(230, 0)]
    public async Task A_local_part_too_long_for_a_label_asks_nobody(int length, int expected)
    {
        var (result, queries) = await CountAsync("example.com. TXT \"v=spf1 exists:%{l}.victim.example ?all\"", mailFrom: $"{new string('x', length)}@example.com");
        Assert.That((result.Status, queries - 1), Is.EqualTo((SpfStatus.Neutral, expected)));
    }

    [Attack("S5"), Rfc(7208, "7.3")]
    [Test]
    public async Task A_name_over_253_octets_loses_its_first_labels_whole()
    {
        var dns = ZoneDnsResolver.Parse("example.com. TXT \"v=spf1 exists:%{l}.b.victim.example ?all\"");
        dns.LogQueries = true;
        await CheckAsync(dns, mailFrom: $"{new string('x', 300)}@example.com");
        Assert.That(dns.Queries[^1].Name.ToString(), Is.EqualTo("b.victim.example"));
    }

    [Attack("S5"), Rfc(7208, "4.6.4")]
    [Test]
    public async Task A_record_that_points_at_a_victim_ends_at_the_third_void_lookup()
    {
        var terms = string.Join(' ', Enumerable.Range(1, 10).Select(i => $"exists:%{{l}}.%{{o}}.{i}.victim.example"));
        var (result, queries) = await CountAsync($"example.com. TXT {Strings($"v=spf1 {terms} -all")}");
        Assert.That((result.Status, queries), Is.EqualTo((SpfStatus.PermError, 4)));
    }

    [Attack("S6"), Rfc(7208, "6.2")]
    [TestCase("%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}%{S}")]
    [TestCase("%{s}\t")]
    [TestCase("%{l")]
    [TestCase("%")]
    [TestCase("%{}")]
    [TestCase("%(l)")]
    public async Task A_bad_or_huge_explanation_is_left_out(string text)
    {
        var (result, _) = await CountAsync($"example.com. TXT \"v=spf1 -all exp=exp.example.com\"\nexp.example.com. TXT {Strings(text)}", mailFrom: $"{new string('\u00fc', 100)}@example.com");
        Assert.That((result.Status, result.Explanation), Is.EqualTo((SpfStatus.Fail, (string?)null)));
    }

    [Attack("S7"), Rfc(7208, "7.3")]
    [Test]
    public async Task Octets_outside_ascii_in_the_sender_are_escaped_as_octets()
    {
        var (result, _) = await CountAsync("example.com. TXT \"v=spf1 -all exp=exp.example.com\"\nexp.example.com. TXT \"%{S}\"", mailFrom: "\u0080\u00ff@example.com");
        Assert.That(result.Explanation, Is.EqualTo("%C2%80%C3%BF%40example.com"));
    }

    [Attack("S8"), Rfc(7208, "7.1")]
    [TestCase("%{", 11)]
    [TestCase("%{l", 11)]
    [TestCase("%{l99999999999r-}", 11)]
    [TestCase("x%", 12)]
    [TestCase("%_%-%%.%", 18)]
    [TestCase("%{}", 11)]
    [TestCase("%{z}", 11)]
    [TestCase("%{dx}", 11)]
    [TestCase("%{d5x}", 11)]
    [TestCase("%{d-5}", 11)]
    [TestCase("%{dr5}", 11)]
    [TestCase("%{d|}", 11)]
    public void A_malformed_macro_is_a_syntax_error_at_its_place(string spec, int position)
    {
        Assert.That(SpfRecord.TryParse($"v=spf1 -mx:{spec}", out _, out var error), Is.False);
        Assert.That(error!.Position, Is.EqualTo(position));
    }

    [Attack("S9"), Rfc(7208, "7.4")]
    [Test]
    public async Task Nothing_is_lost_from_a_part()
    {
        var (result, _) = await CountAsync("example.com. TXT \"v=spf1 -all exp=exp.example.com\"\nexp.example.com. TXT \"%{l1r-}\"", mailFrom: "strong@example.com");
        Assert.That(result.Explanation, Is.EqualTo("strong"));
    }

    [Attack("S11"), Rfc(7208, "5.2")]
    [TestCase("v=spf1 ip4:192.0.2.1", SpfStatus.Pass)]
    [TestCase("v=spf1 -ip4:192.0.2.1 +all", SpfStatus.SoftFail)]
    [TestCase("v=spf1 ?all", SpfStatus.SoftFail)]
    [TestCase("v=spf1 redirect=last.example", SpfStatus.Pass)]
    [TestCase("v=spf1", SpfStatus.SoftFail)]
    public async Task An_include_of_a_redirect_takes_the_redirected_result(string target, SpfStatus expected)
    {
        var (result, _) = await CountAsync($"""
            example.com. TXT "v=spf1 include:inner.example ~all"
            inner.example. TXT "v=spf1 ip4:203.0.113.9 redirect=target.example"
            target.example. TXT "{target}"
            last.example. TXT "v=spf1 ip4:192.0.2.0/24 -all"
            """);
        Assert.That(result.Status, Is.EqualTo(expected));
    }

    [Attack("S13"), Rfc(7208, "5.6")]
    [TestCase("ip6:2001:db8::/32", "::1", SpfStatus.Neutral)]
    [TestCase("ip6:::/0", "::1", SpfStatus.Pass)]
    [TestCase("ip6:::1/128", "::1", SpfStatus.Pass)]
    [TestCase("ip6:2001:db8::/32", "2001:db9::", SpfStatus.Neutral)]
    [TestCase("ip6:2001:db8::/127", "2001:db8::1", SpfStatus.Pass)]
    [TestCase("ip6:2001:db8::/127", "2001:db8::2", SpfStatus.Neutral)]
    [TestCase("ip4:0.0.0.0/0", "::1", SpfStatus.Neutral)]
    [TestCase("ip4:0.0.0.0/0", "255.255.255.255", SpfStatus.Pass)]
    [TestCase("ip4:192.0.2.128/25", "192.0.2.127", SpfStatus.Neutral)]
    [TestCase("ip4:192.0.2.129/25", "192.0.2.255", SpfStatus.Pass)]
    [TestCase("ip4:192.0.2.1/31", "192.0.2.0", SpfStatus.Pass)]
    public async Task Only_the_prefix_is_compared_and_only_in_one_family(string term, string client, SpfStatus expected) =>
        Assert.That((await CountAsync($"example.com. TXT \"v=spf1 {term}\"", client: client)).Result.Status, Is.EqualTo(expected));

    [Attack("S17"), Rfc(7208, "2.4")]
    [Test]
    public async Task A_sender_domain_that_does_not_exist_is_none_whatever_helo_says()
    {
        var result = await CheckAsync("attack.example. TXT \"v=spf1 +all\"\nlegitimate.example. TXT \"v=spf1 -all\"", mailFrom: "<any@mailfrom.notexist.legitimate.example>", helo: "attack.example");
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.None, SpfReason.DomainDoesNotExist)));
    }

    [Attack("S19"), Rfc(7208, "8.3")]
    [TestCase("ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", 1)]
    [TestCase("+all", 0)]
    [TestCase("ip4:192.0.2.0/24 -all", 24)]
    [TestCase("a:host.example/8 -all", 8)]
    [TestCase("exists:host.example", null)]
    public async Task A_pass_tells_how_much_of_the_net_it_lets_in(string terms, int? prefixLength)
    {
        var (result, _) = await CountAsync($"example.com. TXT \"v=spf1 {terms}\"\nhost.example. A 192.9.9.9");
        Assert.That((result.Status, result.MatchedPrefixLength), Is.EqualTo((SpfStatus.Pass, prefixLength)));
    }

    private static string Bomb(int terms) => $"v=spf1{string.Concat(Enumerable.Repeat(" ip4:192.0.2.1/32", terms))} -all";

    [Attack("S20"), Rfc(7208, "3.4")]
    [TestCase(4_000, SpfStatus.PermError)]
    [TestCase(482, SpfStatus.PermError)]
    [TestCase(481, SpfStatus.Fail)]
    public async Task A_record_over_8_kib_is_not_read(int terms, SpfStatus expected)
    {
        var (result, _) = await CountAsync($"example.com. TXT {Strings(Bomb(terms))}", client: "198.51.100.1");
        Assert.That(result.Status, Is.EqualTo(expected));
        if (expected == SpfStatus.PermError)
            Assert.That(result.Reason, Is.EqualTo(SpfReason.RecordTooLong));
    }

    [Attack("S20"), Rfc(7208, "11.1")]
    [Test]
    public async Task A_record_of_4000_shortest_terms_ends_at_the_eleventh()
    {
        var (result, queries) = await CountAsync($"example.com. TXT {Strings($"v=spf1{string.Concat(Enumerable.Repeat(" a", 4_000))}")}\nexample.com. A 203.0.113.1");
        Assert.That((result.Status, result.Reason, queries), Is.EqualTo((SpfStatus.PermError, SpfReason.TooManyDnsLookups, 11)));
    }

    [Attack("S8"), Rfc(7208, "7.3")]
    [Test]
    public async Task Macros_that_swell_are_cut_to_a_name_of_253_octets()
    {
        var spec = string.Concat(Enumerable.Repeat("%{L}.%{l}.", 60)) + "example.com";
        var dns = ZoneDnsResolver.Parse($"example.com. TXT {Strings($"v=spf1 exists:{spec} -all")}");
        dns.LogQueries = true;
        await CheckAsync(dns, mailFrom: $"{new string('a', 30)}@example.com");
        Assert.That(dns.Queries[^1].Name.ToString(), Has.Length.LessThanOrEqualTo(253).And.EndsWith(".example.com").And.StartsWith($"{new string('a', 30)}."));
    }

    [Attack("S8"), Rfc(7208, "11.1")]
    [TestCase(1024, true)]
    [TestCase(1025, false)]
    public void A_macro_string_over_1_kib_is_refused(int length, bool expected) =>
        Assert.That(SpfRecord.TryParse($"v=spf1 exists:{string.Concat(Enumerable.Repeat("%{d}", 255))}{new string('x', length - 1024)}%{{d}}", out _, out _), Is.EqualTo(expected));
}
