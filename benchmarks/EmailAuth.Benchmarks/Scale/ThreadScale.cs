using System.Diagnostics;
using System.Globalization;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Benchmarks.Scale;

/// <summary>One verifier, one authenticator, one cache, and several threads at work with them: messages a second, and how often a thread waited for a lock.</summary>
internal static class ThreadScale
{
    private const int Rounds = 7;

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);
    private static readonly int[] Threads = [1, 2, 4, 8];

    public static async Task RunAsync()
    {
        var rsa = await DkimMessages.SignedAsync(20_000, DkimMessages.Rsa, CanonicalizationAlgorithm.Relaxed);
        var two = await DkimMessages.TwiceSignedAsync(20_000, CanonicalizationAlgorithm.Relaxed);
        using var dns = new CachingDnsResolver(DkimMessages.Zone);
        var verifier = new DkimVerifier(dns);
        var authenticator = new EmailAuthenticator(dns);
        Console.WriteLine("| work | threads | messages/s, best round | times one thread | CPU µs a message, best round | waits for a lock |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        Measure("DKIM, 20 KB, one RSA key", () => verifier.VerifyAsync(EmailMessage.FromBytes(rsa)).AsTask().GetAwaiter().GetResult());
        Measure("verdict, 20 KB, two signatures", () => authenticator.VerifyAsync(EmailMessage.FromBytes(two), DkimMessages.Session).AsTask().GetAwaiter().GetResult());
    }

    private static void Measure(string name, Action verify)
    {
        RunRound(2, verify, Round * 4);
        var rates = new double[Threads.Length];
        var costs = new double[Threads.Length];
        var waits = new long[Threads.Length];
        Array.Fill(costs, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Threads.Length; i++)
            {
                var contended = Monitor.LockContentionCount;
                var (rate, cost) = RunRound(Threads[i], verify, Round);
                waits[i] += Monitor.LockContentionCount - contended;
                rates[i] = Math.Max(rates[i], rate);
                costs[i] = Math.Min(costs[i], cost);
            }
        }
        for (var i = 0; i < Threads.Length; i++)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Threads[i]} | {rates[i]:0} | {rates[i] / rates[0]:0.00} | {costs[i]:0.0} | {waits[i]} |"));
    }

    private static (double PerSecond, double CpuMicroseconds) RunRound(int threads, Action verify, TimeSpan time)
    {
        long runs = 0;
        using var ready = new Barrier(threads + 1);
        var workers = new Thread[threads];
        var started = 0L;
        for (var i = 0; i < threads; i++)
        {
            workers[i] = new Thread(() =>
            {
                ready.SignalAndWait();
                long own = 0;
                while (Stopwatch.GetElapsedTime(Volatile.Read(ref started)) < time)
                {
                    for (var j = 0; j < 10; j++)
                        verify();
                    own += 10;
                }
                Interlocked.Add(ref runs, own);
            });
            workers[i].Start();
        }
        var cpu = Environment.CpuUsage.TotalTime;
        started = Stopwatch.GetTimestamp();
        ready.SignalAndWait();
        foreach (var worker in workers)
            worker.Join();
        return (runs / Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / runs);
    }
}
