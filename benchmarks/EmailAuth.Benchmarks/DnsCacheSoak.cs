using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using EmailAuth.Dns;

namespace EmailAuth.Benchmarks;

/// <summary>
/// A million distinct names through one cache: it must stay within its bytes, by its own count and by the heap's. One run, not a time: the figures are
/// printed as "soak: …".
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 0, iterationCount: 1, invocationCount: 1)]
public class DnsCacheSoak
{
    private const int Names = 1_000_000;

    /// <summary>The default bound of entries, and one so high that the bytes decide.</summary>
    [Params(50_000, 1_000_000)]
    public int MaxEntries { get; set; }

    /// <summary>Half of the names do not exist, most others have a short text, some a long one, some addresses.</summary>
    private sealed class ManyNames : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            var number = question.GetHashCode() & 0xFFFF;
            var answer = (number % 20) switch
            {
                < 10 => DnsAnswer.NoRecords(DnsStatus.NxDomain, TimeSpan.FromHours(3)),
                < 16 => DnsAnswer.WithRecords([new TxtRecord(new byte[20 + number % 400])], TimeSpan.FromDays(1)),
                16 => DnsAnswer.WithRecords([new TxtRecord(new byte[4_000])], TimeSpan.FromDays(1)),
                _ => DnsAnswer.WithRecords([new AddressRecord(new System.Net.IPAddress(number)), new AddressRecord(new System.Net.IPAddress(number + 1L))], TimeSpan.FromDays(1)),
            };
            // What a room makes of an answer is kept with it.
            answer.GetParsed(static answer => new byte[answer.Records is [TxtRecord text] ? 64 + text.Octets.Length : 64]);
            return new(answer);
        }
    }

    [Benchmark]
    public async Task AMillionDistinctNames()
    {
        var options = new DnsCacheOptions { MaxEntries = MaxEntries };
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var cache = new CachingDnsResolver(new ManyNames(), options);
        long mostEstimated = 0, mostHeap = 0;
        var mostEntries = 0;
        for (var i = 0; i < Names; i++)
        {
            await cache.QueryAsync(new DnsQuestion(DomainName.Parse($"name{i}.some.domain.example"), DnsRecordType.TXT));
            mostEstimated = Math.Max(mostEstimated, cache.EstimatedBytes);
            mostEntries = Math.Max(mostEntries, cache.EntryCount);
            if (i % 100_000 == 99_999)
                mostHeap = Math.Max(mostHeap, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"soak: bound {options.MaxBytes >> 10} KiB and {options.MaxEntries} entries; at most {mostEstimated >> 10} KiB estimated, {mostHeap >> 10} KiB heap, {mostEntries} entries; working set {Environment.WorkingSet >> 20} MiB"));
        if (mostEstimated > options.MaxBytes)
            throw new InvalidOperationException("The cache grew beyond its bytes.");
        if (mostHeap > options.MaxBytes)
            throw new InvalidOperationException("The estimate is too low: the heap grew beyond the bytes of the cache.");
    }
}
