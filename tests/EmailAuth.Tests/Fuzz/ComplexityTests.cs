using System.Diagnostics;
using System.Globalization;
using EmailAuth.Fuzz.Complexity;

namespace EmailAuth.Tests.Fuzz;

/// <summary>
/// Hostile input of n, 2n … 64n octets: with each doubling, the branches that the library takes and the octets that it allocates may grow to 2.3 times at
/// the most. Both are counted in a program of its own, with an EmailAuth.dll that was rewritten to count; time is never looked at.
/// </summary>
public class ComplexityTests
{
    private const double LargestRatio = 2.3;

    // What does not grow with the input: the first steps, and what a pool lends anew.
    private const long FewBranches = 500, FewOctets = 8 << 10;

    private static readonly string[] Parts = ["EmailAuth.dll", "EmailAuth.Fuzz.dll", "EmailAuth.Fuzz.deps.json", "EmailAuth.Fuzz.runtimeconfig.json", "SharpFuzz.dll", "SharpFuzz.Common.dll", "dnlib.dll", "DnsClient.dll", "BitFaster.Caching.dll", "BouncyCastle.Cryptography.dll"];

    [Test]
    public async Task Work_and_memory_grow_no_faster_than_hostile_input()
    {
        var folder = Directory.CreateTempSubdirectory("emailauth-complexity-").FullName;
        try
        {
            foreach (var part in Parts)
                File.Copy(Path.Combine(AppContext.BaseDirectory, part), Path.Combine(folder, part));
            await RunAsync(Path.Combine(AppContext.BaseDirectory, "EmailAuth.Fuzz.dll"), "afl-instrument", Path.Combine(folder, "EmailAuth.dll"));
            var lines = await RunAsync(Path.Combine(folder, "EmailAuth.Fuzz.dll"), "complexity");
            Assert.That(lines, Has.Length.EqualTo(GrowingInput.All.Length));
            Assert.That(lines.SelectMany(Faults), Is.Empty);
            Assert.That(lines.Sum(line => Read(line)[^1].Branches), Is.GreaterThan(10_000_000), "the library counts its branches");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Growth_by_the_square_is_found()
    {
        const string linear = "x\t1000/1000\t2000/2000\t4000/4000", square = "x\t1000/1000\t4000/1000\t16000/1000", memory = "x\t1/100000\t1/400000";
        Assert.That(Faults(linear), Is.Empty);
        Assert.That(Faults(square), Is.Not.Empty);
        Assert.That(Faults(memory), Is.Not.Empty);
    }

    private static IEnumerable<string> Faults(string line)
    {
        var sizes = Read(line);
        for (var i = 1; i < sizes.Length; i++)
        {
            var ((branches, allocated), (branchesBefore, allocatedBefore)) = (sizes[i], sizes[i - 1]);
            if (branches > branchesBefore * LargestRatio + FewBranches || allocated > allocatedBefore * LargestRatio + FewOctets)
                yield return line;
        }
    }

    private static (long Branches, long Allocated)[] Read(string line) =>
    [
        .. line.Split('\t')[1..].Select(cell => cell.Split('/'))
            .Select(parts => (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture))),
    ];

    private static async Task<string[]> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments]) { RedirectStandardOutput = true };
        start.Environment["SHARPFUZZ_ENABLE_ON_BRANCH_CALLBACK"] = "1";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
