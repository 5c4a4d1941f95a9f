using System.Collections.Concurrent;
using System.Diagnostics;

namespace EmailAuth.Fuzz;

/// <summary>An input that breaks a promise.</summary>
internal sealed record Finding(long Number, byte[] Input, string Problem)
{
    /// <summary>Keeps the input in a file; returns its path.</summary>
    public string Write(FuzzTarget target, string folder)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{target.Name}-{Number}");
        File.WriteAllBytes(path, Input);
        return path;
    }
}

/// <summary>Runs many inputs of one target and collects the first of each kind of finding.</summary>
internal sealed class MutationRun(FuzzTarget target, Corpus? corpus, int seed)
{
    private const int Batch = 1024;
    private const int MostFindings = 20;

    // Generous, since a runtime compiles and collects meanwhile, and targets compare with slow readers: only what is slow again and again is slow.
    private static readonly TimeSpan SlowInput = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SlowOctet = TimeSpan.FromMicroseconds(5);

    private readonly ConcurrentDictionary<string, Finding> _findings = new(StringComparer.Ordinal);
    private long _next;
    private long _executions;

    public long Executions => _executions;

    public IReadOnlyCollection<Finding> Findings => [.. _findings.Values.OrderBy(finding => finding.Number)];

    public void Execute(long executions, int threads, Func<bool> isOver)
    {
        var workers = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            workers[i] = new Thread(() => Work(executions, isOver));
            workers[i].Start();
        }
        foreach (var worker in workers)
            worker.Join();
    }

    private void Work(long executions, Func<bool> isOver)
    {
        var mutator = new Mutator(target, corpus, seed);
        while (!isOver() && _findings.Count < MostFindings)
        {
            var first = Interlocked.Add(ref _next, Batch) - Batch;
            var last = Math.Min(first + Batch, executions);
            if (first >= last)
                return;
            for (var number = first; number < last; number++)
                RunOne(number, mutator.Make(number));
            Interlocked.Add(ref _executions, last - first);
        }
    }

    private void RunOne(long number, ReadOnlySpan<byte> input)
    {
        try
        {
            var started = Stopwatch.GetTimestamp();
            target.Run(input);
            var limit = (SlowInput + SlowOctet * input.Length) * target.Patience;
            if (Stopwatch.GetElapsedTime(started) > limit)
                RunSlowly(input, limit);
        }
#pragma warning disable CA1031 // Whatever comes out is what is looked for.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // One of each kind: the place it was thrown from tells.
            var frames = exception.StackTrace?.Split('\n').Take(3) ?? [];
            _findings.TryAdd($"{exception.GetType().Name} {string.Join(' ', frames)}", new Finding(number, input.ToArray(), $"{exception.GetType().Name}: {exception.Message}"));
        }
    }

    /// <summary>The clock runs on while others have the processor; what counts is the thread's own time.</summary>
    private void RunSlowly(ReadOnlySpan<byte> input, TimeSpan limit)
    {
        var least = TimeSpan.MaxValue;
        for (var again = 0; again < 5 && least > limit; again++)
        {
            var started = ThreadTime.Now();
            target.Run(input);
            var took = ThreadTime.Now() - started;
            least = took < least ? took : least;
        }
        Promise.That(least <= limit, $"{least.TotalMilliseconds:0} ms at the best for {input.Length} octets");
    }
}
