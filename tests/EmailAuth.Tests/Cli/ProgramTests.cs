using System.Diagnostics;
using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

/// <summary>The program as a process of its own.</summary>
[Platform(Exclude = "Win", Reason = "Signals and closed pipes are those of Unix.")]
public class ProgramTests
{
    private static Process Start(params string[] words)
    {
        var program = Path.Combine(Path.GetDirectoryName(typeof(EmailAuthCommand).Assembly.Location)!, "EmailAuth.Cli.dll");
        string[] command = IgnoresInterrupts() ? ["env", "--default-signal=INT", "dotnet", program, .. words] : ["dotnet", program, .. words];
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    /// <summary>A shell that runs the tests in the background has them ignore interrupts, and so would every program that they start.</summary>
    private static bool IgnoresInterrupts() =>
        OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[^1] is '2' or '3' or '6' or '7' or 'a' or 'b' or 'e' or 'f';

    /// <summary>What it says on standard error and its exit status; within a time, or the test fails.</summary>
    private static async Task<(int ExitCode, string Error)> EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var error = await process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    [Test]
    public async Task A_reader_that_goes_away_ends_it_quietly()
    {
        using var process = Start("help");
        process.StandardOutput.Close();
        Assert.That(await EndAsync(process), Is.EqualTo((0, "")));
    }

    [Test]
    public async Task An_interrupt_ends_it_with_one_line_even_while_it_waits_for_input()
    {
        using var folder = new TemporaryFolder();
        using var process = Start("verify", "--zone", folder.Write("zone", ""), "-");
        // It is under way when it has read more than fits the pipe.
        await process.StandardInput.BaseStream.WriteAsync(new byte[1 << 20]);
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        Assert.That(await EndAsync(process), Is.EqualTo(((int)ExitStatus.Interrupted, "emailauth: interrupted.\n")));
    }
}
