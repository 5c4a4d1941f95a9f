using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace EmailAuth.Benchmarks;

/// <summary>
/// <c>ratios FOLDER SECONDS</c>: every goal as a ratio to its floor, in Markdown. Each line is measured in three processes, in each of which rounds of floor and
/// subject take turns; of a process the best rounds are compared, and of the processes the median counts. FOLDER is one of <c>messages FOLDER</c>.
/// </summary>
internal static class RatioReport
{
    private const int Runs = 3;

    private static readonly (string Message, double Goal)[] Verified =
        [("2k-rsa", 1.5), ("20k-rsa", 1.25), ("20k-ed25519", 1.1), ("200k-rsa", 1.12), ("50m-rsa", 1.10)];

    public static async Task RunAsync(string folder, string seconds)
    {
        string Path(string name) => System.IO.Path.Combine(folder, name);
        var session = $"{DkimMessages.Session.ClientAddress},{DkimMessages.Session.Helo},{DkimMessages.Session.MailFrom}";
        var zone = Path("example.zone");
        Console.WriteLine($"{Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}; load {Load()}.\n");
        Console.WriteLine("| what | goal | ratio, median of three | the three | median rounds | floor, µs | EmailAuth, µs | bytes allocated |");
        Console.WriteLine("| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |");
        foreach (var (message, goal) in Verified)
        {
            await WriteAsync($"DKIM, {message}, relaxed", goal, "loop", "floor", zone, seconds, "dkim", Path(message + ".eml"));
            await WriteAsync($"DKIM, {message}, simple", goal, "loop", "floor", zone, seconds, "dkim", Path(message + "-simple.eml"));
        }
        await WriteAsync("verdict, 20k, two signatures", 1.3, "loop", "floor", zone, seconds, "verdict", session, Path("20k-two.eml"));
        await WriteAsync("verdict, 20k-rsa", null, "loop", "floor", zone, seconds, "verdict", session, Path("20k-rsa.eml"));
        await WriteAsync("sign, 20k-rsa", 1.08, "loop", "floor", zone, seconds, "sign", $"{Path("rsa.pem")},example.com,rsa", Path("20k-rsa.eml"));
        Console.WriteLine();
        Console.WriteLine("| what | goal | median of three | the three |");
        Console.WriteLine("| --- | ---: | ---: | --- |");
        await WriteAsync("SPF, five includes, warm, µs of CPU", "3", static line => line.GetProperty("cpu_ns_per_op").GetDouble() / 1000, "loop", "spf", zone, seconds, session);
        await WriteAsync("growth for 50 MB, relaxed, MB", "4", Growth, "loop", "mem", zone, "0", Path("50m-rsa.eml"));
        await WriteAsync("growth for 50 MB, simple, MB", "4", Growth, "loop", "mem", zone, "0", Path("50m-rsa-simple.eml"));
        await WriteAsync("growth for 2 KB, MB", "", Growth, "loop", "mem", zone, "0", Path("2k-rsa.eml"));
    }

    private static double Growth(JsonElement line) => (line.GetProperty("peak_rss_kb").GetDouble() - line.GetProperty("base_rss_kb").GetDouble()) / 1024;

    private static async Task WriteAsync(string what, double? goal, params string[] args)
    {
        var lines = await RunThriceAsync(args);
        var ratios = lines.Select(static line => line.GetProperty("ratio_best").GetDouble()).ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {goal} | **{Median(ratios):0.00}** | {string.Join(", ", ratios.Select(static ratio => ratio.ToString("0.00", CultureInfo.InvariantCulture)))} | {Median(lines, "ratio_median"):0.00} | {Median(lines, "floor_cpu_ns_best") / 1000:0.0} | {Median(lines, "cpu_ns_best") / 1000:0.0} | {Median(lines, "allocated_per_op"):0} |"));
    }

    private static async Task WriteAsync(string what, string goal, Func<JsonElement, double> select, params string[] args)
    {
        var values = (await RunThriceAsync(args)).Select(select).ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {goal} | **{Median(values):0.00}** | {string.Join(", ", values.Select(static value => value.ToString("0.00", CultureInfo.InvariantCulture)))} |"));
    }

    private static double Median(List<JsonElement> lines, string name) => Median([.. lines.Select(line => line.GetProperty(name).GetDouble())]);

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static async Task<List<JsonElement>> RunThriceAsync(string[] args)
    {
        List<JsonElement> lines = [];
        for (var run = 0; run < Runs; run++)
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(RatioReport).Assembly.Location, .. args]) { RedirectStandardOutput = true })!;
            lines.Add(JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync()).RootElement);
            await process.WaitForExitAsync();
        }
        return lines;
    }

    private static string Processor() =>
        File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal)) is { } name
            ? name[(name.IndexOf(':', StringComparison.Ordinal) + 2)..]
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
