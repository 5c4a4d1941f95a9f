using System.Diagnostics;
using System.Globalization;

namespace EmailAuth.Fuzz.Forgery;

/// <summary>The forgery oracle on all processors: 200 messages, as many mutations as asked for.</summary>
internal static class ForgeryVerb
{
    private const int Messages = 200;

    public static int Run(long mutations, int seed)
    {
        var watch = Stopwatch.StartNew();
        var run = new ForgeryRun(SignedMessage.Make(Messages), seed);
        var failures = new List<string>();
        var threads = Environment.ProcessorCount;
        var workers = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            var (from, to) = (mutations * i / threads, mutations * (i + 1) / threads);
            workers[i] = new Thread(() =>
            {
                try
                {
                    run.Execute(from, to);
                }
                catch (BrokenPromiseException broken)
                {
                    lock (failures)
                        failures.Add(broken.Message);
                }
            });
            workers[i].Start();
        }
        foreach (var worker in workers)
            worker.Join();
        failures.ForEach(Console.WriteLine);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"forgery: seed {seed}, {Messages} messages, {run.Changed:N0} mutations changed what is signed, {run.Same:N0} did not, {failures.Count} findings, {watch.Elapsed.TotalSeconds:N0} s"));
        return failures.Count == 0 ? 0 : 1;
    }
}
