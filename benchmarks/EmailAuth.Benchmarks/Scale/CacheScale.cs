using System.Diagnostics;
using System.Globalization;
using EmailAuth.Dns;

namespace EmailAuth.Benchmarks.Scale;

/// <summary>A cache that holds a million answers: what it takes, and what a hit costs in it.</summary>
internal static class CacheScale
{
    private sealed class ShortTexts : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) =>
            new(DnsAnswer.WithRecords([new TxtRecord(new byte[40])], TimeSpan.FromDays(1)));
    }

    public static async Task RunAsync()
    {
        Console.WriteLine("| entries | heap, bytes an entry | estimate, bytes an entry | a hit among all, ns |");
        Console.WriteLine("| ---: | ---: | ---: | ---: |");
        foreach (var entries in (int[])[1_000, 10_000, 100_000, 1_000_000])
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            // ConcurrentLru keeps a share of its places for newcomers, so some room is left.
            using var cache = new CachingDnsResolver(new ShortTexts(), new DnsCacheOptions { MaxEntries = entries * 2, MaxBytes = 4L << 30 });
            for (var i = 0; i < entries; i++)
                await cache.QueryAsync(QuestionOf(i));
            var after = GC.GetTotalMemory(forceFullCollection: true);
            var hit = await HitAsync(cache, entries);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {cache.EntryCount} | {(after - before) / cache.EntryCount} | {cache.EstimatedBytes / cache.EntryCount} | {hit:0} |"));
        }
    }

    private static DnsQuestion QuestionOf(int number) =>
        new(DomainName.Parse(string.Create(CultureInfo.InvariantCulture, $"name{number}.some.domain.example")), DnsRecordType.TXT);

    /// <summary>The best of many rounds; each goes through other entries, so that most lie outside the processor's caches.</summary>
    private static async Task<double> HitAsync(CachingDnsResolver cache, int entries)
    {
        var best = double.MaxValue;
        for (var round = 0; round < 30; round++)
        {
            var questions = Enumerable.Range(0, 5_000).Select(i => QuestionOf((int)((round * 5_000L + i) * 7_919 % entries))).ToArray();
            var started = Stopwatch.GetTimestamp();
            foreach (var question in questions)
                await cache.QueryAsync(question);
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / questions.Length);
        }
        return best;
    }
}
