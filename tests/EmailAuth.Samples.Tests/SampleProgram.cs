using System.Diagnostics;
using EmailAuth.Tests;

namespace EmailAuth.Samples.Tests;

/// <summary>A sample as it was built, started from the root of the checkout.</summary>
internal static class SampleProgram
{
    /// <summary>The sample's assembly of this build; the configuration is the one that the tests were built in.</summary>
    public static string PathOf(string sample)
    {
        var configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;
        return Repository.PathOf("samples", sample, "bin", configuration, "net10.0", sample + ".dll");
    }

    /// <summary>How to start the sample, with both outputs taken.</summary>
    public static ProcessStartInfo StartInfo(string sample, params IEnumerable<string> arguments) =>
        new("dotnet", [PathOf(sample), .. arguments]) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };

    /// <summary>Runs the sample to its end, and takes what it writes as it is.</summary>
    public static async Task<(int Status, byte[] Output, string Error)> RunForBytesAsync(string sample, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(sample, arguments))!;
        using var output = new MemoryStream();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(output);
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await copied;
        return (process.ExitCode, output.ToArray(), await error);
    }

    /// <summary>Runs the sample to its end.</summary>
    public static async Task<(int Status, string Output, string Error)> RunAsync(string sample, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(sample, arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
