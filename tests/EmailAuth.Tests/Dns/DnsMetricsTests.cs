using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using EmailAuth.Dns;
using static EmailAuth.Tests.Dns.ScriptedDnsResolver;

namespace EmailAuth.Tests.Dns;

/// <summary>Other tests count into the same meter, so nothing may run beside these.</summary>
[NonParallelizable]
public class DnsMetricsTests
{
    private sealed class Listener : IDisposable
    {
        private readonly MeterListener _listener = new();

        public ConcurrentQueue<(string Instrument, double Value, string Tags)> Seen { get; } = new();

        public Listener()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == DnsMetrics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => See(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => See(instrument, value, tags));
            _listener.Start();
        }

        private void See(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var text = new List<string>();
            foreach (var tag in tags)
                text.Add($"{tag.Key}={tag.Value}");
            Seen.Enqueue((instrument.Name["emailauth.dns.".Length..], value, string.Join(' ', text)));
        }

        public double Sum(string instrument) => Seen.Where(seen => seen.Instrument == instrument).Sum(seen => seen.Value);

        public void Dispose() => _listener.Dispose();
    }

    [Test]
    public async Task The_cache_counts_hits_misses_stale_answers_and_evictions()
    {
        var clock = new ManualTimeProvider();
        var fails = false;
        using var cache = new CachingDnsResolver(
            new ScriptedDnsResolver(_ => fails ? DnsAnswer.NoRecords(DnsStatus.ServFail) : Text("x", 60)),
            new DnsCacheOptions { MaxEntries = 16, MaxStaleAge = TimeSpan.FromHours(1) }, clock);
        using var listener = new Listener();
        await cache.QueryAsync(Ask("a.example"));
        await cache.QueryAsync(Ask("a.example"));
        clock.Advance(60);
        fails = true;
        await cache.QueryAsync(Ask("a.example"));
        await cache.QueryAsync(Ask("a.example"));
        for (var i = 0; i < 100; i++)
            await cache.QueryAsync(Ask($"n{i}.example"));
        Assert.That(listener.Sum("cache.hits"), Is.EqualTo(2));
        Assert.That(listener.Sum("cache.misses"), Is.EqualTo(102));
        Assert.That(listener.Sum("cache.stale"), Is.EqualTo(2));
        Assert.That(listener.Sum("cache.evictions"), Is.EqualTo(101 - cache.EntryCount));
    }

    [Test]
    public async Task Questions_to_servers_are_counted_by_type_and_outcome_and_timed()
    {
        await using var server = new MisbehavingDnsServer().Answering(query => new WireMessage(query).Fails(query.Type == DnsRecordType.MX ? 2 : 3));
        var resolver = new DnsClientResolver(new DnsClientOptions { Servers = [server.EndPoint] });
        using var listener = new Listener();
        await resolver.QueryAsync(Ask("a.example"));
        await resolver.QueryAsync(Ask("a.example", DnsRecordType.MX));
        Assert.That(listener.Seen.Where(seen => seen.Instrument == "queries").Select(seen => seen.Tags), Is.EqualTo(new[]
        {
            "dns.question.type=TXT outcome=NxDomain",
            "dns.question.type=MX outcome=ServFail",
        }));
        Assert.That(listener.Seen.Where(seen => seen.Instrument == "query.duration").Select(seen => seen.Value), Has.Exactly(2).InRange(0, 5));
        Assert.That(listener.Seen.Where(seen => seen.Instrument == "queries.active").Select(seen => seen.Value), Is.EqualTo(new[] { 1, -1, 1, -1 }));
    }

    [Test]
    public async Task A_message_over_its_budget_is_counted()
    {
        using var listener = new Listener();
        var message = new MessageDnsResolver(new ScriptedDnsResolver(_ => Text("x")), new DnsLimits { MaxQueriesPerMessage = 1 }, TimeProvider.System);
        for (var i = 0; i < 3; i++)
            await message.QueryAsync(Ask("a.example"));
        Assert.That(listener.Sum("message.over_budget"), Is.EqualTo(2));
    }
}
