using System.Diagnostics;

namespace EmailAuth.Tests.Fuzz;

/// <summary>Nothing that is read is read by calls within calls without a bound: no input, however deep, ends the process.</summary>
public class StackTests
{
    [Test]
    public async Task Input_a_million_deep_is_read_on_a_stack_of_128_KiB()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "EmailAuth.Fuzz.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, "stack", "1000000"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The threads that answers come on have as little.
        start.Environment["DOTNET_Thread_DefaultStackSize"] = "20000";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, output + await errors);
        Assert.That(output, Does.EndWith(" inputs, 1000000 deep\n"));
    }
}
