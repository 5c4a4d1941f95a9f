using EmailAuth.Dns;
using EmailAuth.Tests;

namespace EmailAuth.Conformance.Peers;

/// <summary>The resolver, its cache and the zones in memory against servers that are in use: nsd and unbound.</summary>
public class NsdUnboundTests
{
    private DnsServers? _servers;
    private DnsClientResolver _unbound = null!;
    private DnsClientResolver _nsd = null!;

    [OneTimeSetUp]
    public async Task StartServers()
    {
        Peer.Require("nsd", "/usr/sbin/nsd", "-v");
        Peer.Require("unbound", "/usr/sbin/unbound", "-V");
        Peer.Require("ldnsutils", "/usr/bin/ldns-signzone", "-v");
        _servers = await DnsServers.StartAsync();
        _unbound = new DnsClientResolver(new DnsClientOptions { Servers = [_servers.Unbound], TrustsAuthenticatedData = true });
        _nsd = new DnsClientResolver(new DnsClientOptions { Servers = [_servers.Nsd] });
    }

    [OneTimeTearDown]
    public void StopServers() => _servers?.Dispose();

    private static DnsQuestion Ask(string name, DnsRecordType type = DnsRecordType.TXT) => new(DomainName.Parse(name), type);

    private static string TextOf(DnsAnswer answer) => System.Text.Encoding.Latin1.GetString(((TxtRecord)answer.Records.Single()).Octets.Span);

    [Test]
    public async Task What_the_zone_signs_is_authenticated_and_what_it_does_not_is_not()
    {
        var signed = await _unbound.QueryAsync(Ask("signed.example"));
        Assert.That(TextOf(signed), Is.EqualTo("v=spf1 -all"));
        Assert.That(signed.IsAuthenticated, Is.True);
        Assert.That((await _unbound.QueryAsync(Ask("nothing.signed.example"))).IsAuthenticated, Is.True, "that it does not exist is signed too");
        Assert.That((await _unbound.QueryAsync(Ask("plain.example"))).IsAuthenticated, Is.False);
        Assert.That((await _unbound.QueryAsync(Ask("away.plain.example"))).IsAuthenticated, Is.False, "the alias is not signed, though its target is");
    }

    [Test]
    public async Task The_flag_is_not_shown_where_the_server_is_not_trusted()
    {
        var resolver = new DnsClientResolver(new DnsClientOptions { Servers = [_servers!.Unbound] });
        Assert.That((await resolver.QueryAsync(Ask("signed.example"))).IsAuthenticated, Is.False);
    }

    [Test, Pin("N1")]
    public async Task What_fails_validation_and_what_has_no_server_is_servfail()
    {
        Assert.That((await _unbound.QueryAsync(Ask("bogus.example"))).Status, Is.EqualTo(DnsStatus.ServFail));
        Assert.That((await _unbound.QueryAsync(Ask("anything.lame.example"))).Status, Is.EqualTo(DnsStatus.ServFail));
        Assert.That((await _nsd.QueryAsync(Ask("anything.lame.example"))).Status, Is.EqualTo(DnsStatus.Refused));
    }

    [Test, Pin("N3")]
    public async Task Text_that_no_datagram_takes_comes_over_tcp_from_both()
    {
        foreach (var resolver in new[] { _nsd, _unbound })
            Assert.That(TextOf(await resolver.QueryAsync(Ask("long.plain.example"))), Has.Length.EqualTo(5_000));
    }

    [TestCase(DnsTransport.Tcp), TestCase(DnsTransport.UdpOnLoopback), TestCase(DnsTransport.UdpEverywhere)]
    public async Task Every_octet_of_a_text_comes_through(DnsTransport transport)
    {
        var resolver = new DnsClientResolver(new DnsClientOptions { Servers = [_servers!.Unbound], Transport = transport });
        var expected = Enumerable.Range(0, 256).Select(octet => (char)octet);
        Assert.That(TextOf(await resolver.QueryAsync(Ask("octets.plain.example"))), Is.EqualTo(string.Concat(expected)));
    }

    [Test, Pin("N6")]
    public async Task An_alias_into_another_zone_is_followed_whoever_follows_it()
    {
        // nsd gives the alias alone; unbound gives its target with it.
        foreach (var resolver in new[] { _nsd, _unbound })
            Assert.That(TextOf(await resolver.QueryAsync(Ask("away.plain.example"))), Is.EqualTo("from the signed zone"));
    }

    [Test, Pin("N4"), Attack("D14"), Rfc(2308, "5")]
    public async Task What_is_not_there_has_the_time_of_its_zone()
    {
        foreach (var resolver in new[] { _nsd, _unbound })
        {
            Assert.That((await resolver.QueryAsync(Ask("nothing.plain.example"))).TimeToLive.TotalSeconds, Is.InRange(1, 60));
            Assert.That((await resolver.QueryAsync(Ask("plain.example", DnsRecordType.TLSA))).TimeToLive.TotalSeconds, Is.InRange(1, 60));
            Assert.That((await resolver.QueryAsync(Ask("nothing.signed.example"))).TimeToLive.TotalSeconds, Is.InRange(1, 120));
        }
    }

    private sealed class CountingResolver(IDnsResolver inner) : IDnsResolver
    {
        private int _queries;

        public int Queries => Volatile.Read(ref _queries);

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _queries);
            return inner.QueryAsync(question, cancellationToken);
        }
    }

    [Test, Attack("D13"), Pin("N4")]
    public async Task A_thousand_callers_of_a_cold_an_expiring_and_a_failing_name_are_one_question_each()
    {
        var counting = new CountingResolver(_unbound);
        using var cache = new CachingDnsResolver(counting);

        var cold = await AThousand(cache, Ask("plain.example"));
        Assert.That(cold.Distinct().Single().Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That(counting.Queries, Is.EqualTo(1));

        await cache.QueryAsync(Ask("short.plain.example"));
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        var before = counting.Queries;
        var expiring = await AThousand(cache, Ask("short.plain.example"));
        Assert.That(expiring.Distinct().Single().Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That(counting.Queries, Is.EqualTo(before + 1));

        before = counting.Queries;
        var failing = await AThousand(cache, Ask("bogus.example"));
        Assert.That(failing.Distinct().Single().Status, Is.EqualTo(DnsStatus.ServFail));
        Assert.That(counting.Queries, Is.EqualTo(before + 1));
    }

    private static Task<DnsAnswer[]> AThousand(CachingDnsResolver cache, DnsQuestion question) =>
        Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Task.Run(() => cache.QueryAsync(question).AsTask())));

    [Test]
    public async Task Many_questions_at_once_all_get_their_own_answer()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => _unbound.QueryAsync(Ask($"n{i}.wild.plain.example")).AsTask()));
        Assert.That(answers.Where(answer => answer.Status != DnsStatus.NoError).Select(answer => $"{answer.Status}: {answer.Detail}"), Is.Empty);
        Assert.That(answers.Select(TextOf), Is.All.EqualTo("wild"));
    }

    private static readonly string[] Names =
    [
        "plain.example", "mail.plain.example", "mail2.plain.example", "null.plain.example", "ptr.plain.example", "tls.plain.example", "alias.plain.example", "twice.plain.example",
        "nowhere.plain.example", "octets.plain.example", "long.plain.example", "wild.plain.example", "x.wild.plain.example", "x.y.wild.plain.example", "under.wild.plain.example",
        "deep.under.wild.plain.example", "x.under.wild.plain.example", "empty.plain.example", "b.empty.plain.example", "a.b.empty.plain.example", "x.b.empty.plain.example",
        "x.aliases.plain.example", "aliases.plain.example", "nothing.plain.example", "x.mail.plain.example", "MAIL.Plain.Example",
    ];

    [Test, Rfc(4592, "3.3.1")]
    public async Task A_zone_in_memory_answers_as_nsd_does([ValueSource(nameof(Names))] string name)
    {
        var zone = ZoneDnsResolver.Parse(DnsServers.PlainZone);
        foreach (var type in Enum.GetValues<DnsRecordType>())
        {
            if (type is DnsRecordType.None)
                continue;
            var ours = await zone.QueryAsync(Ask(name, type));
            var theirs = await _nsd.QueryAsync(Ask(name, type));
            var what = $"{name} {type}";
            Assert.That(ours.Status, Is.EqualTo(theirs.Status), what);
            Assert.That(ours.Records, Is.EquivalentTo(theirs.Records), what);
            Assert.That(ours.TimeToLive, Is.EqualTo(theirs.TimeToLive), what);
        }
    }

    [Test, Pin("N6")]
    public async Task A_circle_of_aliases_is_transient_for_all()
    {
        foreach (var resolver in new IDnsResolver[] { ZoneDnsResolver.Parse(DnsServers.PlainZone), _nsd, _unbound })
            Assert.That((await resolver.QueryAsync(Ask("loop.plain.example"))).Status.IsTransient(), Is.True);
    }
}
