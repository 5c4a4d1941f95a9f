using System.Net;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Tests.Dns;
using static EmailAuth.Tests.Spf.SpfChecks;

namespace EmailAuth.Tests.Spf;

/// <summary>What a result tells beside its status.</summary>
public class SpfResultTests
{
    private const string Zone = """
        example.com. 3600 TXT "v=spf1 include:a.example redirect=r.example"
        a.example. 600 TXT "v=spf1 ?include:b.example ip4:198.51.100.0/24"
        b.example. 300 TXT "v=spf1 ip4:203.0.113.7 -all"
        r.example. 1200 TXT "v=spf1 +include:c.example -mx:m.example/28 ~all"
        c.example. 60 TXT "v=spf1 redirect=d.example"
        d.example. 90 TXT "v=spf1 ip4:192.0.2.0/25 -all"
        m.example. 3600 MX 10 h.example.
        h.example. 30 A 192.0.2.200
        """;

    [Rfc(7208, "5.2")]
    [TestCase("198.51.100.9", SpfStatus.Pass, "include:a.example", "include:a.example|ip4:198.51.100.0/24", 24, 2, 300)]
    [TestCase("192.0.2.1", SpfStatus.Pass, "+include:c.example", "redirect=r.example|+include:c.example|redirect=d.example|ip4:192.0.2.0/25", 25, 5, 60)]
    [TestCase("192.0.2.193", SpfStatus.Fail, "-mx:m.example/28", "redirect=r.example|-mx:m.example/28", 28, 6, 30)]
    [TestCase("192.0.2.207", SpfStatus.Fail, "-mx:m.example/28", "redirect=r.example|-mx:m.example/28", 28, 6, 30)]
    [TestCase("192.0.2.208", SpfStatus.SoftFail, "~all", "redirect=r.example|~all", 0, 6, 30)]
    public async Task A_match_tells_its_way(string client, SpfStatus status, string mechanism, string path, int prefixLength, int lookups, int seconds)
    {
        var result = await CheckAsync(Zone, client);
        Assert.That((result.Status, result.Reason, result.Mechanism), Is.EqualTo((status, SpfReason.MechanismMatched, mechanism)));
        Assert.That(string.Join('|', result.IncludePath), Is.EqualTo(path));
        Assert.That(result.MatchedPrefixLength, Is.EqualTo(prefixLength));
        Assert.That((result.DnsLookups, result.TimeToLive.TotalSeconds), Is.EqualTo((lookups, seconds)));
    }

    [Rfc(7208, "5.2")]
    [Test]
    public async Task An_included_neutral_does_not_match()
    {
        var result = await CheckAsync(Zone, "203.0.113.7");
        // "?include" of a passing record is neutral, so the include of a.example does not match, and the redirect goes on.
        Assert.That((result.Status, result.Mechanism), Is.EqualTo((SpfStatus.SoftFail, "~all")));
    }

    [TestCase("v=spf1 ip4:192.0.2.0/24", "example.com designates 192.0.2.1 as a permitted sender: \"ip4:192.0.2.0/24\" matched")]
    [TestCase("v=spf1 -all", "example.com does not designate 192.0.2.1 as a permitted sender: \"-all\" matched")]
    [TestCase("v=spf1 ~all", "example.com discourages the use of 192.0.2.1 as a sender: \"~all\" matched")]
    [TestCase("v=spf1 ?all", "example.com neither permits nor denies 192.0.2.1: \"?all\" matched")]
    [TestCase("v=spf1 include:b.example", "example.com designates 192.0.2.1 as a permitted sender: \"include:b.example\", then \"+all\" matched")]
    [TestCase("v=spf1", "no mechanism in the SPF record of example.com matches 192.0.2.1")]
    [TestCase("v=spf2", "example.com has no SPF record")]
    [TestCase("v=spf1 include:n.example", "n.example, which \"include:n.example\" of example.com asks for, does not exist")]
    [TestCase("v=spf1 include:t.example", "t.example, which \"include:t.example\" of example.com asks for, has no SPF record")]
    [TestCase("v=spf1 redirect=n.example", "n.example, where \"redirect=n.example\" leads, does not exist")]
    [TestCase("v=spf1 redirect=a..example", "\"redirect=a..example\" of example.com leads to no domain name")]
    [TestCase("v=spf1 include:%{h2}", "\"include:%{h2}\" of example.com leads to no domain name")]
    [TestCase("v=spf1 moo", "the SPF record of example.com is malformed at position 7: \"moo\" is no mechanism; the mechanisms are all, include, a, mx, ptr, ip4, ip6 and exists (RFC 7208 section 4.6.1)")]
    public async Task The_reason_is_a_sentence(string record, string expected)
    {
        var result = await CheckRecordAsync(record, "b.example. TXT \"v=spf1 +all\"\nt.example. TXT x", helo: "localhost");
        Assert.That(result.ReasonText, Is.EqualTo(expected));
        Assert.That(result.ToString(), Is.EqualTo($"{result.Status.ToKeyword()} ({expected})"));
    }

    [Test]
    public async Task The_peers_text_is_printable_in_the_reason()
    {
        var result = await CheckAsync("", mailFrom: "a\r\nX: y\u00e9");
        Assert.That(result.ReasonText, Does.Contain("a\\x0D\\x0AX: y\\xC3\\xA9"));
    }

    [Rfc(7208, "7.3")]
    [TestCase("v=spf1 exists:%{i}.example.net ~all", false)]
    [TestCase("v=spf1 exists:%{d}.example.net ~all", false)]
    [TestCase("v=spf1 exists:%{l}.example.net ~all", true)]
    [TestCase("v=spf1 exists:%{O}.example.net ~all", true)]
    [TestCase("v=spf1 exists:%{s}.example.net ~all", true)]
    [TestCase("v=spf1 exists:%{h}.example.net ~all", true)]
    [TestCase("v=spf1 ip4:192.0.2.1 exists:%{l}.example.net ~all", false)]
    [TestCase("v=spf1 -all exp=%{l}.example.net", false)]
    public async Task A_result_that_holds_for_one_sender_only_says_so(string record, bool expected) =>
        Assert.That((await CheckRecordAsync(record)).DependsOnSender, Is.EqualTo(expected));

    [Rfc(8616, "4")]
    [TestCase("exists:%{l}.example.net", 1)]
    [TestCase("exists:%{L}.example.net", 1)]
    [TestCase("include:%{s}.example.net", 1)]
    [TestCase("a:%{s}.example.net", 1)]
    [TestCase("exists:%{o}.example.net", 2)]
    public async Task With_a_local_part_outside_ascii_terms_about_it_match_nothing(string term, int queries)
    {
        var dns = ZoneDnsResolver.Parse($"xn--mnchen-3ya.example. TXT \"v=spf1 {term} ~all\"\n*.example.net. A 127.0.0.2");
        dns.LogQueries = true;
        var result = await CheckAsync(dns, mailFrom: "jürgen@münchen.example");
        Assert.That((result.Status, dns.Queries.Length), Is.EqualTo((queries == 2 ? SpfStatus.Pass : SpfStatus.SoftFail, queries)));
        if (queries == 2)
            Assert.That(dns.Queries[1].Name.ToString(), Is.EqualTo("xn--mnchen-3ya.example.example.net"));
    }

    [Rfc(7208, "4.6.4")]
    [Test]
    public async Task The_query_for_the_p_macro_counts_once_among_the_ten()
    {
        var result = await CheckRecordAsync("v=spf1 exists:%{p}.a.example.net exists:%{p}.b.example.net ~all", "*.example.net. TXT x");
        Assert.That((result.Status, result.DnsLookups, result.VoidLookups), Is.EqualTo((SpfStatus.PermError, 3, 3)));
        result = await CheckRecordAsync($"v=spf1 {string.Join(' ', Enumerable.Repeat("mx", 9))} exists:%{{p}}.example.net ~all", "example.com. MX 0 .");
        Assert.That((result.Reason, result.DnsLookups), Is.EqualTo((SpfReason.TooManyDnsLookups, 10)));
    }

    [Test]
    public async Task Slow_and_quick_answers_give_the_same_result()
    {
        var slow = await CheckAsync(new SlowDns(ZoneDnsResolver.Parse(Zone)), "192.0.2.207");
        var quick = await CheckAsync(Zone, "192.0.2.207");
        Assert.That((slow.Status, slow.Mechanism, slow.DnsLookups, slow.TimeToLive), Is.EqualTo((quick.Status, quick.Mechanism, quick.DnsLookups, quick.TimeToLive)));
    }

    private sealed class SlowDns(IDnsResolver inner) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return await inner.QueryAsync(question, cancellationToken);
        }
    }

    [Rfc(7208, "7.3")]
    [Test]
    public async Task The_time_to_live_runs_from_the_receipt_of_the_answers()
    {
        var clock = new ManualTimeProvider();
        var received = clock.GetUtcNow();
        clock.Advance(40);
        var dns = new ScriptedDnsResolver(question => question.Type == DnsRecordType.TXT
            ? DnsAnswer.Received(DnsStatus.NoError, [new TxtRecord("v=spf1 a -all"u8.ToArray())], TimeSpan.MaxValue, received, server: null)
            : DnsAnswer.Received(DnsStatus.NoError, [new AddressRecord(IPAddress.Parse("203.0.113.1"))], TimeSpan.FromSeconds(100), received, server: null));
        Assert.That((await CheckAsync(dns, options: new SpfOptions { TimeProvider = clock })).TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(60)));
    }

    [Test]
    public async Task What_a_resolver_throws_is_a_temperror()
    {
        var result = await CheckAsync(new ScriptedDnsResolver(_ => throw new InvalidOperationException("10.0.0.1 at /etc")));
        Assert.That((result.Status, result.ReasonText), Is.EqualTo((SpfStatus.TempError, "the TXT records of example.com could not be looked up: the resolver failed with InvalidOperationException")));
    }

    [Test]
    public void Only_the_callers_cancellation_is_thrown()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var evaluator = new SpfEvaluator(new ZoneDnsResolver());
        var task = evaluator.CheckHeloAsync(IPAddress.Loopback, "mail.example.com", cancelled.Token);
        Assert.That(task.IsCanceled, Is.True);

        var held = new ScriptedDnsResolver { Holds = true };
        using var source = new CancellationTokenSource();
        var check = new SpfEvaluator(held).CheckHeloAsync(IPAddress.Loopback, "mail.example.com", source.Token).AsTask();
        source.Cancel();
        Assert.That(async () => await check, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Limits_are_judged_when_they_are_set()
    {
        Assert.That(() => new SpfLimits { MaxDnsLookups = 11 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new SpfLimits { MaxVoidLookups = -1 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new SpfLimits { MaxMxHosts = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new SpfLimits { MaxPtrNames = 11 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new SpfLimits { MaxQueries = 1_001 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new SpfLimits { MaxTime = TimeSpan.Zero }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new SpfOptions { ReceiverName = "mx\r\nX: y" }, Throws.ArgumentException);
        Assert.That(new SpfOptions().ReceiverName, Is.EqualTo("unknown"));
    }

    [Rfc(7208, "11.1")]
    [Test]
    public async Task The_limit_of_queries_is_a_permerror()
    {
        var result = await CheckAsync(Zone, options: new SpfOptions { Limits = new SpfLimits { MaxQueries = 3 } });
        Assert.That((result.Status, result.Reason), Is.EqualTo((SpfStatus.PermError, SpfReason.TooManyQueries)));
    }

    [Rfc(7208, "7.2")]
    [Test]
    public async Task Explanations_know_the_receiver_and_the_time()
    {
        var options = new SpfOptions { ReceiverName = "MX.example.org", TimeProvider = new ManualTimeProvider() };
        var result = await CheckAsync("example.com. TXT \"v=spf1 -all exp=e.example\"\ne.example. TXT \"%{c} %{r} %{t} %{h} %{v}\"", "2001:DB8::1", options: options);
        Assert.That(result.Explanation, Is.EqualTo("2001:db8::1 mx.example.org 1767225600 mail.example.net ip6"));
    }

    [Test]
    public async Task A_warm_check_leaves_less_than_500_bytes_on_the_heap()
    {
        var evaluator = new SpfEvaluator(ZoneDnsResolver.Parse(Zone));
        var client = IPAddress.Parse("198.51.100.9");
        await RunAsync(200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        await RunAsync(100);
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / 100, Is.LessThan(500));

        // Every answer is at hand, so that all of it runs on this thread.
        async Task RunAsync(int times)
        {
            for (var i = 0; i < times; i++)
                await evaluator.CheckMailFromAsync(client, "mail.example.net", "user@example.com");
        }
    }
}
