using BenchmarkDotNet.Attributes;
using EmailAuth.Dns;

namespace EmailAuth.Benchmarks;

/// <summary>A question that the cache can answer: the path of nearly every question of a busy server.</summary>
[MemoryDiagnoser]
public class DnsCacheBenchmarks
{
    private readonly CachingDnsResolver _cache = new(new ConstantResolver());
    private readonly DnsQuestion _question = new(DomainName.Parse("example.com"), DnsRecordType.TXT);
    private readonly DnsQuestion _absent = new(DomainName.Parse("absent.example.com"), DnsRecordType.TXT);
    private DnsQuestion[] _many = [];
    private int _next;

    private sealed class ConstantResolver : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) =>
            new(question.Name.Octets.StartsWith("absent"u8)
                ? DnsAnswer.NoRecords(DnsStatus.NxDomain, TimeSpan.FromHours(3))
                : DnsAnswer.WithRecords([new TxtRecord("v=spf1 -all"u8.ToArray())], TimeSpan.FromDays(1)));
    }

    [GlobalSetup]
    public async Task Fill()
    {
        _many = [.. Enumerable.Range(0, 16_384).Select(i => new DnsQuestion(DomainName.Parse($"host{i}.example.com"), DnsRecordType.TXT))];
        foreach (var question in _many)
            await _cache.QueryAsync(question);
        await _cache.QueryAsync(_question);
        await _cache.QueryAsync(_absent);
    }

    [Benchmark(Baseline = true)]
    public ValueTask<DnsAnswer> Hit() => _cache.QueryAsync(_question);

    [Benchmark]
    public ValueTask<DnsAnswer> HitOfNxDomain() => _cache.QueryAsync(_absent);

    /// <summary>A name that is equal to the kept one but another object, as every message makes its own.</summary>
    [Benchmark]
    public ValueTask<DnsAnswer> HitAmong16384Names() => _cache.QueryAsync(_many[_next++ & 16_383]);

    [Benchmark]
    public ValueTask<DnsAnswer> HitByANameReadAnew() => _cache.QueryAsync(new DnsQuestion(DomainName.Parse("example.com"), DnsRecordType.TXT));

    /// <summary>What a room made of the answer, found with the answer.</summary>
    [Benchmark]
    public object HitWithWhatWasParsed() => _cache.QueryAsync(_question).Result.GetParsed(static answer => new object());
}
