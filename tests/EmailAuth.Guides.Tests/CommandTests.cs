using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using EmailAuth.Tests;

namespace EmailAuth.Guides.Tests;

/// <summary>
/// The commands on the pages, run as they stand, those of a page in one folder and in their order; what a page prints beside them they must print. Blocks of shell in which every
/// line is an <c>emailauth</c> or a sample that ends are run; a command that names no zone is answered by the samples' zone in the servers' stead.
/// </summary>
public partial class CommandTests
{
    private const string FromClone = "dotnet run --project src/EmailAuth.Cli -- ";

    // 64 is bad usage, 66 a file that is not there, 70 a defect, 127 no such command.
    private static readonly int[] Broken = [64, 66, 70, 74, 126, 127];

    private static IEnumerable<TestCaseData> Pages =>
        from page in Page.All where page.Blocks.Any(IsRun) select new TestCaseData(page).SetArgDisplayNames(page.Path);

    private static IEnumerable<TestCaseData> Blocks =>
        from page in Page.All from block in page.Blocks where block.Language == "sh" select new TestCaseData(block).SetArgDisplayNames(block.ToString());

    [TestCaseSource(nameof(Pages))]
    [Platform(Exclude = "Win")]
    public async Task The_commands_work_and_print_what_the_page_says(object page)
    {
        using var folder = new ReaderFolder();
        var bin = Directory.CreateDirectory(folder.PathOf(".bin")).FullName;
        WriteCommand(Path.Combine(bin, "emailauth"), folder.PathOf(".status"));
        var output = "";
        foreach (var block in ((Page)page).Blocks)
        {
            if (IsRun(block))
                output = await RunAsync(block, folder, bin);
            else if (block.Language == "text" && output.Length > 0)
                PrintedOutput.AssertIn(output, block);
            else if (block.Language != "text")
                output = "";
        }
    }

    /// <summary>What is not run names at least a project and a script that are there.</summary>
    [TestCaseSource(nameof(Blocks))]
    public void It_names_what_is_there(object block)
    {
        foreach (var word in ((CodeBlock)block).Lines.Where(static line => !line.StartsWith('#')).SelectMany(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            var path = word.Trim('"', '\'');
            if (path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("samples/", StringComparison.Ordinal) || path.StartsWith("tests/", StringComparison.Ordinal)
                || path.StartsWith("benchmarks/", StringComparison.Ordinal) || path.StartsWith(".ci/", StringComparison.Ordinal))
            {
                if (!path.Contains('*', StringComparison.Ordinal))
                    Assert.That(Repository.PathOf(path.Split('/')), Does.Exist, $"{block}");
            }
        }
    }

    private static bool IsRun(CodeBlock block) =>
        block.Language == "sh" && block.Lines.Where(static line => line.Length > 0 && !line.StartsWith('#')).All(static line =>
            line.StartsWith("emailauth ", StringComparison.Ordinal) || line.StartsWith(FromClone, StringComparison.Ordinal) || Sample().IsMatch(line));

    private static async Task<string> RunAsync(CodeBlock block, ReaderFolder folder, string bin)
    {
        var script = Sample().Replace(
            block.Text.Replace(FromClone, "emailauth ", StringComparison.Ordinal),
            static sample => $"dotnet \"{Repository.PathOf("samples", sample.Groups[1].Value, "bin", Configuration, "net10.0", sample.Groups[1].Value + ".dll")}\" ");
        var start = new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = folder.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var statuses = File.Exists(folder.PathOf(".status")) ? (await File.ReadAllLinesAsync(folder.PathOf(".status"))).Select(int.Parse) : [process.ExitCode];
        Assert.That(statuses.Intersect(Broken), Is.Empty, $"{block}\n{script}\n{await output}\n{await error}");
        File.Delete(folder.PathOf(".status"));
        return await output + await error;
    }

    private static string Configuration => Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;

    private static void WriteCommand(string path, string status)
    {
        var command = Repository.PathOf("src", "EmailAuth.Cli", "bin", Configuration, "net10.0", "EmailAuth.Cli.dll");
        File.WriteAllText(path, $"""
            #!/bin/bash
            case " $* " in
              *" --zone "*|*" --help "*|*" --version "*) ;;
              " verify "*|" spf "*|" dmarc "*|" arc seal "*|" lint "*) set -- "$@" --zone samples/zones/example.zone ;;
            esac
            dotnet "{command}" "$@"
            code=$?
            echo $code >> "{status}"
            exit $code

            """, new UTF8Encoding(false));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [GeneratedRegex("^dotnet run --project samples/(BatchAudit|SignOutbound) -- ", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
