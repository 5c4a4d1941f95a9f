using System.Diagnostics.Metrics;
using System.Net;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Spf;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.LookAhead;

/// <summary>What is asked ahead, how often a verdict waits for DNS, and that asking ahead changes nothing else.</summary>
public class WaveTests
{
    private static readonly SmtpSession Session = new(IPAddress.Parse("192.0.2.1"), "mx.example.com", "a@example.com");

    private static readonly DnsLimits NothingAhead = new() { MaxQueriesAhead = 0 };

    private static EmailMessage Plain(string from = "a@example.com") => EmailMessage.FromBytes(System.Text.Encoding.ASCII.GetBytes($"From: {from}\r\n\r\nbody\r\n"));

    private static Task<VerificationResult> Start(IDnsResolver dns, EmailMessage? message = null, SmtpSession? session = null, DnsLimits? limits = null) =>
        new EmailAuthenticator(dns, new EmailAuthenticatorOptions { Limits = new EmailAuthLimits { Dns = limits ?? DnsLimits.Default } }).VerifyAsync(message ?? Plain(), session ?? Session).AsTask();

    [Test]
    public async Task A_chain_of_three_records_two_signatures_and_dmarc_take_three_waves()
    {
        var mail = await SignedMail.MakeAsync();
        var dns = new RoundsDnsResolver(mail.Zone);
        var result = await dns.AnswerAsync(Start(dns, mail.Message));
        AssertPass(result);
        Assert.That(dns.Rounds, Has.Count.EqualTo(3));
        Assert.That(dns.Rounds[0].Select(question => question.Name.ToString()), Is.EquivalentTo(new[]
        {
            "example.com", "mx.example.com", "r._domainkey.example.com", "e._domainkey.mail.example.com", "_dmarc.example.com", "_dmarc.com",
        }));
        Assert.That(result.DnsQueriesNotNeeded, Is.Zero);
        Assert.That(result.DnsQueries, Is.EqualTo(dns.Queries));
    }

    [Test]
    public async Task Without_asking_ahead_the_same_takes_its_turns_and_ends_the_same()
    {
        var mail = await SignedMail.MakeAsync();
        var dns = new RoundsDnsResolver(mail.Zone);
        var result = await dns.AnswerAsync(Start(dns, mail.Message, limits: NothingAhead));
        AssertPass(result);
        Assert.That(dns.Rounds, Has.Count.EqualTo(6));
        Assert.That((result.DnsQueriesAhead, result.DnsQueriesNotNeeded), Is.EqualTo((0, 0)));
    }

    private static readonly string[][] Waves =
    [
        ["example.com", "mx.example.com", "r._domainkey.example.com", "e._domainkey.mail.example.com", "_dmarc.example.com", "_dmarc.com"],
        ["_spf.example.com", "mx.example.com", "_dmarc.mail.example.com"],
        ["_b.example.com"],
    ];

    [TestCase(DnsTransport.UdpOnLoopback)]
    [TestCase(DnsTransport.Tcp)]
    public async Task A_server_that_answers_a_wave_only_when_all_of_it_is_there_answers_three(DnsTransport transport)
    {
        var mail = await SignedMail.MakeAsync();
        await using var server = new MisbehavingDnsServer();
        // Each answer is 20 ms late, and none leaves before the last question of its wave has come.
        var arrived = Waves.Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var missing = Waves.Select(static wave => wave.ToHashSet()).ToArray();
        server.OnUdp = async (query, reply) => await reply.SendAsync(await LateAsync(query));
        server.OnTcp = async (query, stream) => await MisbehavingDnsServer.SendOverTcpAsync(stream, await LateAsync(query));
        using var cache = new CachingDnsResolver(new DnsClientResolver(new DnsClientOptions { Servers = [server.EndPoint], Transport = transport }));
        var result = await Start(cache, mail.Message);
        AssertPass(result);
        Assert.That((result.DnsQueries, result.DnsQueriesNotNeeded), Is.EqualTo((10, 0)));
        // A try may be repeated on a busy machine.
        Assert.That(transport == DnsTransport.Tcp ? server.TcpQueries : server.UdpQueries, Is.GreaterThanOrEqualTo(10));

        async Task<byte[]> LateAsync(WireQuery query)
        {
            var wave = Array.FindIndex(Waves, names => names.Contains(query.Name));
            if (query.Type == DnsRecordType.A)
                wave = 1;
            lock (missing)
            {
                missing[wave].Remove(query.Name);
                if (missing[wave].Count == 0)
                    arrived[wave].TrySetResult();
            }
            await arrived[wave].Task;
            await Task.Delay(20);
            return await DnsServerWorld.AnswerAsync(mail.Zone, query);
        }
    }

    [Test]
    public async Task A_warm_cache_has_nothing_asked_ahead()
    {
        var mail = await SignedMail.MakeAsync();
        var result = await Start(mail.Zone, mail.Message);
        AssertPass(result);
        Assert.That((result.DnsQueries, result.DnsQueriesAhead), Is.EqualTo((10, 0)));
    }

    [Test]
    public async Task A_local_part_is_not_asked_for_ahead()
    {
        // Whoever sends chooses it: no cache would stand between him and the zone that is named.
        var zone = ZoneDnsResolver.Parse("""
            example.com. TXT "v=spf1 include:other.example exists:%{l}.victim.example exists:%{i}.list.example -all"
            other.example. TXT "v=spf1 ip4:192.0.2.1 -all"
            """);
        var dns = new RoundsDnsResolver(zone);
        await dns.AnswerAsync(Start(dns));
        var asked = dns.Rounds.SelectMany(static round => round).Select(static question => question.Name.ToString()).ToArray();
        Assert.That(asked, Does.Contain("192.0.2.1.list.example"));
        Assert.That(asked, Has.None.EndsWith("victim.example"));
    }

    [Test]
    [Attack("S1")]
    [Attack("S2")]
    public async Task No_record_makes_more_be_asked_ahead_than_one_evaluation_may_need()
    {
        var zone = ZoneDnsResolver.Parse(string.Concat(Enumerable.Range(0, 40).Select(i =>
            $"n{i}.example. TXT \"v=spf1 {string.Join(' ', Enumerable.Range(0, 12).Select(j => $"include:n{(i * 7 + j) % 40}.example"))} -all\"\n")));
        var dns = new RoundsDnsResolver(zone);
        var result = await dns.AnswerAsync(Start(dns, session: Session with { MailFrom = "a@n0.example", Helo = "n1.example" }));
        Assert.That(result.Spf.Reason, Is.EqualTo(SpfReason.TooManyDnsLookups));
        // Ten terms for each of two identities, and the names for DMARC.
        Assert.That(result.DnsQueriesAhead, Is.LessThanOrEqualTo(25));
        Assert.That(dns.Rounds.SelectMany(static round => round), Is.Unique);
    }

    [Test]
    public async Task What_is_asked_ahead_is_counted_by_the_meter()
    {
        var (ahead, notNeeded) = (0L, 0L);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name.StartsWith("emailauth.dns.message.ahead", StringComparison.Ordinal))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Interlocked.Add(ref instrument.Name.EndsWith("not_needed", StringComparison.Ordinal) ? ref notNeeded : ref ahead, value));
        listener.Start();
        var zone = ZoneDnsResolver.Parse("example.com. TXT \"v=spf1 include:a.example include:b.example -all\"\na.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"");
        var dns = new RoundsDnsResolver(zone);
        var result = await dns.AnswerAsync(Start(dns));
        Assert.That(result.DnsQueriesNotNeeded, Is.EqualTo(1), "b.example");
        // Other tests may be counted too.
        Assert.That(ahead, Is.GreaterThanOrEqualTo(result.DnsQueriesAhead));
        Assert.That(notNeeded, Is.GreaterThanOrEqualTo(1));
    }

    private static void AssertPass(VerificationResult result)
    {
        Assert.That(result.Spf.Status, Is.EqualTo(SpfStatus.Pass));
        Assert.That(result.Helo!.Status, Is.EqualTo(SpfStatus.Pass));
        Assert.That(result.Dkim.Select(signature => signature.Status), Is.All.EqualTo(DkimStatus.Pass).And.Exactly(2).Items);
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.Pass));
    }
}
