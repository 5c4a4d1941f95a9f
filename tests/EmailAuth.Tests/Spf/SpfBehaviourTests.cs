using System.Net;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Tests.Dns;
using static EmailAuth.Tests.Spf.SpfChecks;

namespace EmailAuth.Tests.Spf;

/// <summary>The points where implementations differ, each with its row of the behaviour table.</summary>
public class SpfBehaviourTests
{
    [Pin("S1"), Rfc(7208, "4.5")]
    [TestCase("v=spf1 -all", "v=spf1 -all", SpfReason.IdenticalRecords)]
    [TestCase("v=spf1 -all", "v=spf1 +all", SpfReason.MultipleRecords)]
    [TestCase("v=spf1 -all", "V=SPF1 -all", SpfReason.MultipleRecords)]
    public async Task Two_records_are_a_permerror(string first, string second, SpfReason reason)
    {
        var result = await CheckAsync($"example.com. TXT \"{first}\"\nexample.com. TXT \"{second}\"");
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.PermError, reason)));
    }

    [Pin("S1"), Rfc(7208, "4.5"), Attack("S21")]
    [TestCase("\"google-site-verification=abc\"")]
    [TestCase("\"v=spf10 -all\"")]
    [TestCase("\"v=spf2.0/pra -all\"")]
    [TestCase("\"\\010\\255\"")]
    [TestCase("\"\"")]
    public async Task Other_text_records_beside_it_never_matter(string other)
    {
        var result = await CheckAsync($"example.com. TXT {other}\nexample.com. TXT \"v=spf1 -all\"\nexample.com. TXT {other}");
        Assert.That(result.Status, Is.EqualTo(SpfStatus.Fail));
    }

    [Pin("S2"), Rfc(7208, "5")]
    [TestCase("include:fault.example +all")]
    [TestCase("redirect=fault.example")]
    [TestCase("a:fault.example +all")]
    [TestCase("mx:fault.example +all")]
    [TestCase("mx:example.org +all")]
    [TestCase("exists:fault.example +all")]
    [TestCase("include:deeper.example +all")]
    public async Task A_dns_error_in_a_term_is_a_temperror(string terms)
    {
        foreach (var fault in (DnsStatus[])[DnsStatus.ServFail, DnsStatus.Timeout, DnsStatus.Refused, DnsStatus.Malformed, DnsStatus.ResolverError, DnsStatus.OverBudget])
        {
            var dns = ZoneDnsResolver.Parse($"""
                example.com. TXT "v=spf1 {terms}"
                example.org. MX 10 fault.example.
                deeper.example. TXT "v=spf1 a:fault.example"
                """).WithFault("fault.example", DnsRecordType.None, fault);
            var result = await CheckAsync(dns);
            Assert.That((result.Status, result.Reason, result.IsTransient), Is.EqualTo((SpfStatus.TempError, SpfReason.DnsError, true)), fault.ToString());
            Assert.That(result.TimeToLive, Is.EqualTo(TimeSpan.Zero));
        }
    }

    [Pin("S2"), Rfc(7208, "4.4")]
    [Test]
    public async Task A_dns_error_at_the_record_itself_is_a_temperror()
    {
        var result = await CheckAsync(ZoneDnsResolver.Parse("example.com. A 192.0.2.1").WithFault("example.com", DnsRecordType.TXT, DnsStatus.ServFail));
        Assert.That(result.Status, Is.EqualTo(SpfStatus.TempError));
        Assert.That(result.ReasonText, Is.EqualTo("the TXT records of example.com could not be looked up: the server failed"));
    }

    [Pin("S3"), Rfc(7208, "4.6")]
    [TestCase("v=spf1 ip4:192.0.2.1 -all moo")]
    [TestCase("v=spf1 +all ip4:192.0.2")]
    [TestCase("v=spf1 +all exp=%{x}.example.com")]
    [TestCase("v=spf1 +all redirect=a.example.com redirect=b.example.com")]
    public async Task A_syntax_error_behind_a_term_that_would_match_is_a_permerror(string record)
    {
        var result = await CheckRecordAsync(record);
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.PermError, SpfReason.SyntaxError)));
    }

    [Pin("S4"), Rfc(7208, "4.5")]
    [Test]
    public async Task A_space_before_the_version_makes_it_no_record()
    {
        var result = await CheckRecordAsync(" v=spf1 -all");
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.None, SpfReason.NoRecord)));
        Assert.That(SpfRecord.Lint(" v=spf1 -all").Diagnostics.Single().Text, Does.Contain("without a space"));
    }

    [Pin("S5"), Attack("S12"), Rfc(7208, "4.6.1")]
    [TestCase("V=SPF1 IP4:192.0.2.1 -ALL", SpfStatus.Pass)]
    [TestCase("V=SPF1 -all", SpfStatus.Fail)]
    [TestCase("v=SpF1 INCLUDE:Other.Example -all", SpfStatus.Pass)]
    [TestCase("v=spf1 REDIRECT=OTHER.example", SpfStatus.Pass)]
    [TestCase("v=spf10 +all", SpfStatus.None)]
    [TestCase("v=spf1\t+all", SpfStatus.None)]
    [TestCase("v=spf1", SpfStatus.Neutral)]
    public async Task Literals_of_the_grammar_ignore_case(string record, SpfStatus expected) =>
        Assert.That((await CheckRecordAsync(record, "other.example. TXT \"V=spf1 Ip4:192.0.2.0/24\"")).Status, Is.EqualTo(expected));

    [Pin("S6"), Rfc(7208, "4.7")]
    [TestCase("v=spf1")]
    [TestCase("v=spf1 ")]
    [TestCase("v=spf1    ")]
    public async Task A_record_without_terms_is_neutral(string record)
    {
        var result = await CheckRecordAsync(record);
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.Neutral, SpfReason.NoMechanismMatched)));
    }

    [Pin("S7"), Rfc(7208, "4.6.4")]
    [TestCase(9, SpfStatus.Pass)]
    [TestCase(10, SpfStatus.PermError)]
    public async Task A_redirect_counts_among_the_ten_terms(int terms, SpfStatus expected)
    {
        var record = $"v=spf1 {string.Join(' ', Enumerable.Repeat("a:host.example", terms))} redirect=other.example";
        var result = await CheckRecordAsync(record, "host.example. A 192.0.2.99\nother.example. TXT \"v=spf1 +all\"");
        Assert.That(result.Status, Is.EqualTo(expected));
        Assert.That(result.DnsLookups, Is.EqualTo(10));
    }

    [Pin("S7"), Attack("D19"), Rfc(7208, "4.6.4")]
    [Test]
    public async Task The_counter_is_one_for_the_whole_evaluation()
    {
        var zone = new List<string> { "example.com. TXT \"v=spf1 include:a1.example include:a2.example include:a3.example include:a4.example -all\"" };
        for (var i = 1; i <= 4; i++)
        {
            zone.Add($"a{i}.example. TXT \"v=spf1 include:b{i}1.example include:b{i}2.example include:b{i}3.example include:b{i}4.example ?all\"");
            for (var j = 1; j <= 4; j++)
                zone.Add($"b{i}{j}.example. TXT \"v=spf1 ?all\"");
        }
        var result = await CheckAsync(string.Join('\n', zone));
        Assert.That((result.Status, result.Reason, result.DnsLookups, result.DnsQueries), Is.EqualTo((SpfStatus.PermError, SpfReason.TooManyDnsLookups, 10, 11)));
    }

    [Pin("S8"), Attack("S4"), Rfc(7208, "4.6.4")]
    [TestCase("a:n1.example a:n2.example ?all", SpfStatus.Neutral, 2)]
    [TestCase("a:n1.example a:n2.example a:n3.example ?all", SpfStatus.PermError, 3)]
    [TestCase("a:empty1.example mx:empty1.example exists:empty1.example ?all", SpfStatus.PermError, 3)]
    [TestCase("a:empty1.example a:n1.example mx:n1.example ?all", SpfStatus.PermError, 3)]
    [TestCase("a:n1.example ptr ptr exists:n2.example ?all", SpfStatus.PermError, 3)]
    [TestCase("mx:manyhosts.example ?all", SpfStatus.PermError, 3)]
    [TestCase("a:full.example mx:full.example ?all", SpfStatus.Neutral, 0)]
    [TestCase("a:a..example a:a..example a:a..example ?all", SpfStatus.Neutral, 0)]
    public async Task No_records_and_no_such_name_are_both_void(string terms, SpfStatus expected, int voids)
    {
        var result = await CheckRecordAsync($"v=spf1 {terms}", """
            empty1.example. TXT x
            manyhosts.example. MX 1 n1.example.
            manyhosts.example. MX 2 n2.example.
            manyhosts.example. MX 3 n3.example.
            full.example. A 192.0.2.99
            full.example. MX 1 full.example.
            """);
        Assert.That((result.Status, result.VoidLookups), Is.EqualTo((expected, voids)));
        if (expected == SpfStatus.PermError)
            Assert.That(result.Reason, Is.EqualTo(SpfReason.TooManyVoidLookups));
    }

    [Pin("S8"), Rfc(7208, "4.6.4")]
    [TestCase(false, SpfStatus.PermError, 3)]
    [TestCase(true, SpfStatus.SoftFail, 1)]
    public async Task Hosts_without_an_address_of_the_clients_family_are_void_unless_an_option_says_otherwise(bool ignore, SpfStatus expected, int voids)
    {
        var result = await CheckAsync("""
            example.com. TXT "v=spf1 a mx a:nowhere.example ~all"
            example.com. A 192.0.2.1
            example.com. MX 1 example.com.
            """, client: "2001:db8::1", options: new SpfOptions { IgnoreVoidLookupsOfOtherFamily = ignore });
        Assert.That((result.Status, result.VoidLookups), Is.EqualTo((expected, voids)));
    }

    [Pin("S8"), Rfc(7208, "4.6.4")]
    [Test]
    public async Task Names_that_the_client_gives_itself_are_no_void_lookups_of_the_domain()
    {
        var result = await CheckRecordAsync("v=spf1 ptr -all", string.Join('\n', Enumerable.Range(1, 5).Select(i => $"1.2.0.192.in-addr.arpa. PTR n{i}.nowhere.example.")));
        Assert.That((result.Status, result.VoidLookups), Is.EqualTo((SpfStatus.Fail, 0)));
    }

    private static string Exchanges(int count, int at) =>
        string.Join('\n', Enumerable.Range(1, count).Select(i => $"m.example. MX {i} m{i}.example.\nm{i}.example. A {(i == at ? Client : $"198.51.100.{i}")}"));

    [Pin("S9"), Rfc(7208, "4.6.4")]
    [TestCase(10, 0, SpfStatus.Fail)]
    [TestCase(10, 10, SpfStatus.Pass)]
    [TestCase(11, 10, SpfStatus.Pass)]
    [TestCase(11, 11, SpfStatus.PermError)]
    [TestCase(11, 0, SpfStatus.PermError)]
    public async Task An_eleventh_exchange_is_not_asked_for(int count, int matching, SpfStatus expected)
    {
        var result = await CheckRecordAsync("v=spf1 mx:m.example -all", Exchanges(count, matching));
        Assert.That(result.Status, Is.EqualTo(expected));
        if (expected == SpfStatus.PermError)
            Assert.That((result.Reason, result.DnsQueries), Is.EqualTo((SpfReason.TooManyMxHosts, 12)));
    }

    [Pin("S9"), Attack("S3"), Rfc(7208, "4.6.4")]
    [Test]
    public async Task Names_of_the_client_after_the_tenth_are_ignored()
    {
        var names = string.Join('\n', Enumerable.Range(1, 12).Select(i => $"1.2.0.192.in-addr.arpa. PTR n{i}.example.com.\nn{i}.example.com. A {(i > 10 ? Client : "198.51.100.1")}"));
        var dns = ZoneDnsResolver.Parse($"example.com. TXT \"v=spf1 ptr -all\"\n{names}");
        dns.LogQueries = true;
        Assert.That((await CheckAsync(dns)).Status, Is.EqualTo(SpfStatus.Fail));
        Assert.That(dns.Queries.Count(question => question.Type == DnsRecordType.A), Is.EqualTo(10));
    }

    [Pin("S10"), Rfc(7208, "5.5")]
    [TestCase("client.example.com", Client, SpfStatus.Pass)]
    [TestCase("example.com", Client, SpfStatus.Pass)]
    [TestCase("client.example.com", "192.0.2.2", SpfStatus.Fail)]
    [TestCase("client.example.net", Client, SpfStatus.Fail)]
    [TestCase("client.notexample.com", Client, SpfStatus.Fail)]
    [TestCase("cli!ent.example.com", Client, SpfStatus.Fail)]
    public async Task Only_a_forward_confirmed_name_counts(string name, string itsAddress, SpfStatus expected)
    {
        var result = await CheckRecordAsync("v=spf1 ptr -all", $"1.2.0.192.in-addr.arpa. PTR {name}.\n{name}. A {itsAddress}");
        Assert.That(result.Status, Is.EqualTo(expected));
    }

    [Pin("S10"), Rfc(7208, "7.3")]
    [TestCase("a.example.com b.example.com", "a.example.com")]
    [TestCase("x.example.net b.example.com", "b.example.com")]
    [TestCase("b.example.com example.com", "example.com")]
    [TestCase("x.example.net y.example.net", "x.example.net")]
    [TestCase("false.example.com", "unknown")]
    [TestCase("", "unknown")]
    public async Task The_p_macro_prefers_the_domain_and_what_is_below_it(string names, string expected)
    {
        var zone = new List<string> { "exp.example.com. TXT \"%{p}\"", "false.example.com. A 203.0.113.9" };
        foreach (var name in names.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            zone.Add($"1.2.0.192.in-addr.arpa. PTR {name}.");
            if (name[0] != 'f')
                zone.Add($"{name}. A {Client}");
        }
        Assert.That((await CheckRecordAsync("v=spf1 -all exp=exp.example.com", string.Join('\n', zone))).Explanation, Is.EqualTo(expected));
    }

    [Pin("S10"), Rfc(7208, "5.5")]
    [TestCase("slow.example.com", DnsRecordType.A, SpfStatus.Pass)]
    [TestCase("good.example.com", DnsRecordType.A, SpfStatus.Fail)]
    [TestCase("1.2.0.192.in-addr.arpa", DnsRecordType.PTR, SpfStatus.Fail)]
    public async Task A_dns_error_among_the_clients_names_skips_the_name(string faulty, DnsRecordType type, SpfStatus expected)
    {
        var dns = ZoneDnsResolver.Parse($"""
            example.com. TXT "v=spf1 ptr -all"
            1.2.0.192.in-addr.arpa. PTR slow.example.com.
            1.2.0.192.in-addr.arpa. PTR good.example.com.
            good.example.com. A {Client}
            """).WithFault(faulty, type, DnsStatus.Timeout);
        Assert.That((await CheckAsync(dns)).Status, Is.EqualTo(expected));
    }

    [Pin("S13"), Rfc(7208, "3.1")]
    [TestCase("v=spf1 +all \u00e9")]
    [TestCase("v=spf1 +all x=\u00e9")]
    [TestCase("v=spf1 +all exp=\u00e9.example.com")]
    [TestCase("v=spf1 a:b\u00fccher.example +all")]
    public async Task An_octet_outside_ascii_is_a_permerror(string record)
    {
        var result = await CheckRecordAsync(record);
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.PermError, SpfReason.SyntaxError)));
        Assert.That(result.ReasonText, Does.Contain("not ASCII").And.Contains("RFC 7208 section 3.1"));
    }

    [Pin("S14"), Rfc(7208, "4.6.4")]
    [TestCase(6, SpfStatus.Pass, SpfReason.MechanismMatched)]
    [TestCase(7, SpfStatus.TempError, SpfReason.TimeLimitReached)]
    public async Task Twenty_seconds_are_a_temperror_with_what_was_known(int secondsAQuery, SpfStatus expected, SpfReason reason)
    {
        var clock = new ManualTimeProvider();
        var dns = new ScriptedDnsResolver(question =>
        {
            clock.Advance(secondsAQuery);
            return question.Type == DnsRecordType.TXT
                ? ScriptedDnsResolver.Text("v=spf1 a:one.example a:two.example exists:three.example")
                : DnsAnswer.WithRecords([new AddressRecord(IPAddress.Parse("203.0.113.9"))], TimeSpan.FromHours(1));
        });
        var result = await CheckAsync(dns, options: new SpfOptions { TimeProvider = clock });
        Assert.That((result.Status, result.Reason, result.DnsLookups), Is.EqualTo((expected, reason, 3)));
        if (expected == SpfStatus.TempError)
            Assert.That(result.ReasonText, Is.EqualTo("the evaluation took longer than 20 s; it had come to the A records of three.example"));
    }

    [Pin("S14"), Rfc(7208, "4.6.4")]
    [TestCase("a")]
    [TestCase("ptr")]
    public async Task A_server_that_never_answers_ends_the_check_after_twenty_seconds(string term)
    {
        var clock = new ManualTimeProvider();
        var dns = new ScriptedDnsResolver(_ => ScriptedDnsResolver.Text($"v=spf1 {term} -all"));
        var stuck = new StuckAfterTxt(dns);
        var check = new SpfEvaluator(stuck, new SpfOptions { TimeProvider = clock }).CheckMailFromAsync(IPAddress.Parse(Client), "mail.example.net", "user@example.com").AsTask();
        Assert.That(check.IsCompleted, Is.False);
        clock.Advance(21);
        var result = await check.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.TempError, SpfReason.TimeLimitReached)));
    }

    private sealed class StuckAfterTxt(IDnsResolver inner) : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) =>
            question.Type == DnsRecordType.TXT ? inner.QueryAsync(question, cancellationToken) : new(new TaskCompletionSource<DnsAnswer>().Task);
    }
}
