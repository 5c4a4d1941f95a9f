using System.Diagnostics;
using System.Text;
using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

/// <summary>The program as a process of its own.</summary>
[Platform(Exclude = "Win", Reason = "Signals and closed pipes are those of Unix.")]
public class ProgramTests
{
    /// <summary>Opened for writing when the program opens it for reading: what it does next it does behind that.</summary>
    private static async Task FeedAsync(string pipe, string text)
    {
        await using var stream = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1, FileOptions.Asynchronous);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
    }

    private static async Task<string> MakePipeAsync(TemporaryFolder folder, string name)
    {
        var path = Path.Combine(folder.Path, name);
        using var make = Process.Start("mkfifo", [path]);
        await make.WaitForExitAsync();
        return path;
    }

    private static async Task SendAsync(Process process, string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {process.Id}"]);
        await kill.WaitForExitAsync();
    }

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
        await SendAsync(process, "INT");
        Assert.That(await EndAsync(process), Is.EqualTo(((int)ExitStatus.Interrupted, "emailauth: interrupted.\n")));
    }

    /// <summary>Opening such a pipe waits in the kernel, which no cancellation ends.</summary>
    [TestCase("INT", 130, "verify --zone FED PIPE")]
    [TestCase("TERM", 143, "verify --zone FED PIPE PIPE --json")]
    [TestCase("TERM", 143, "verify --zone FED --zone PIPE -")]
    [TestCase("TERM", 143, "verify --zone ZONE --shadow a=public-suffix-list=FED --shadow b=public-suffix-list=PIPE -")]
    public async Task One_signal_ends_it_while_it_waits_for_a_pipe_that_nobody_writes_to(string signal, int status, string line)
    {
        using var folder = new TemporaryFolder();
        var (fed, pipe, zone) = (await MakePipeAsync(folder, "fed"), await MakePipeAsync(folder, "pipe"), folder.Write("zone", ""));
        using var process = Start([.. line.Split(' ').Select(word => word.Replace("FED", fed).Replace("PIPE", pipe).Replace("ZONE", zone))]);
        await FeedAsync(fed, line.Contains("suffix") ? "com\n" : "");
        await SendAsync(process, signal);
        Assert.That((await EndAsync(process)).ExitCode, Is.EqualTo(status));
    }

    [Test]
    public async Task SIGTERM_has_the_status_of_its_own()
    {
        using var folder = new TemporaryFolder();
        using var process = Start("verify", "--zone", folder.Write("zone", ""), "-");
        await process.StandardInput.BaseStream.WriteAsync(new byte[1 << 20]);
        await SendAsync(process, "TERM");
        Assert.That(await EndAsync(process), Is.EqualTo(((int)ExitStatus.Terminated, "emailauth: interrupted.\n")));
    }
}
