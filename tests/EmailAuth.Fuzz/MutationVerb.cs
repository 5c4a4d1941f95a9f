using System.Diagnostics;
using System.Globalization;

namespace EmailAuth.Fuzz;

/// <summary>The in-process driver: each target gets its share of the executions, on as many threads as there are.</summary>
internal static class MutationVerb
{
    public static int Run(string[] options)
    {
        string? name = null;
        var executions = 1_000_000L;
        var seconds = double.PositiveInfinity;
        var seed = 1;
        var threads = Environment.ProcessorCount;
        var findings = "findings";
        for (var i = 0; i + 1 < options.Length; i += 2)
        {
            var value = options[i + 1];
            switch (options[i])
            {
                case "--target":
                    name = value;
                    break;
                case "--executions":
                    executions = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--seconds":
                    seconds = double.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--seed":
                    seed = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--threads":
                    threads = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--findings":
                    findings = value;
                    break;
                default:
                    Console.Error.WriteLine($"{options[i]} is not known.");
                    return 2;
            }
        }
        FuzzTarget[] targets = name is null ? FuzzTargets.All : [.. FuzzTargets.All.Where(target => target.Name == name)];
        if (targets.Length == 0)
        {
            Console.Error.WriteLine($"There is no target {name}.");
            return 2;
        }
        return Run(targets, executions, seconds, seed, threads, findings);
    }

    private static int Run(FuzzTarget[] targets, long executions, double seconds, int seed, int threads, string folder)
    {
        var corpus = Corpus.Find();
        var shares = targets.Sum(target => target.Share);
        Console.WriteLine($"seed {seed}, {threads} threads");
        var watch = Stopwatch.StartNew();
        var (total, failed) = (0L, 0);
        foreach (var target in targets)
        {
            var run = new MutationRun(target, corpus, seed);
            var before = watch.Elapsed;
            // A limit in seconds is for all; each target gets its part.
            var until = double.IsInfinity(seconds) ? TimeSpan.MaxValue : before + TimeSpan.FromSeconds(seconds * target.Share / shares);
            run.Execute((executions * target.Share + shares - 1) / shares, threads, () => watch.Elapsed > until);
            total += run.Executions;
            failed += run.Findings.Count;
            var took = (watch.Elapsed - before).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name,-20} {run.Executions,12:N0} executions {run.Executions / took,12:N0}/s {run.Findings.Count,4} findings"));
            foreach (var finding in run.Findings)
                Console.WriteLine($"  {finding.Write(target, folder)}: {finding.Problem}");
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"all",-20} {total,12:N0} executions {total / watch.Elapsed.TotalSeconds,12:N0}/s {failed,4} findings, {watch.Elapsed.TotalSeconds:N0} s"));
        return failed == 0 ? 0 : 1;
    }
}
