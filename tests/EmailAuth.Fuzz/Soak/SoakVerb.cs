using System.Diagnostics;
using System.Globalization;

namespace EmailAuth.Fuzz.Soak;

/// <summary>
/// Verifies messages for as long as is wanted, three in ten of them hostile, and watches what must not grow: memory, handles, threads. Exit status 1 if
/// one of them did after the first quarter of the time.
/// </summary>
internal static class SoakVerb
{
    public static async Task<int> RunAsync(string[] options)
    {
        var minutes = 20.0;
        var seed = 1;
        for (var i = 0; i + 1 < options.Length; i += 2)
        {
            switch (options[i])
            {
                case "--minutes":
                    minutes = double.Parse(options[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--seed":
                    seed = int.Parse(options[i + 1], CultureInfo.InvariantCulture);
                    break;
                default:
                    Console.Error.WriteLine($"{options[i]} is not known.");
                    return 2;
            }
        }

        await using var run = new SoakRun(seed);
        var time = TimeSpan.FromMinutes(minutes);
        var watch = Stopwatch.StartNew();
        var reports = new List<SoakReport>();
        Console.WriteLine(SoakReport.Heading);
        for (var next = TimeSpan.Zero; ; next += time / 40)
        {
            while (watch.Elapsed < next)
                await run.VerifySomeAsync();
            var report = await run.ReportAsync(watch.Elapsed);
            reports.Add(report);
            Console.WriteLine(report);
            if (next >= time)
                break;
        }
        return Judge(reports);
    }

    /// <summary>Flat: the mean of the last quarter against that of the second.</summary>
    private static int Judge(List<SoakReport> reports)
    {
        var quarter = reports.Count / 4;
        var (warm, last) = (reports.GetRange(quarter, quarter), reports.GetRange(reports.Count - quarter, quarter));
        var holds = true;
        Compare("managed heap", static report => report.HeapBytes, 8 << 20);
        Compare("resident set", static report => report.ResidentBytes, 16 << 20);
        Compare("handles", static report => report.Handles, 4);
        Compare("threads", static report => report.Threads, 4);
        return holds ? 0 : 1;

        void Compare(string what, Func<SoakReport, double> figure, double slack)
        {
            var (before, after) = (warm.Average(figure), last.Average(figure));
            var isFlat = after <= before * 1.05 + slack;
            holds &= isFlat;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {before:N0} after warm-up, {after:N0} at the end: {(isFlat ? "flat" : "GROWS")}"));
        }
    }
}
