using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using EmailAuth.Conformance.Peers;
using EmailAuth.Tests;

namespace EmailAuth.Package;

/// <summary>
/// A project in an empty folder, as a new user makes it: the program of the package's readme, the packages from a local feed, run, and published as native AOT without one
/// warning. The servers are exchanged for a zone file and the file for a sample, so that no network is asked for DNS.
/// </summary>
[NonParallelizable]
public class ConsumerTests
{
    private const string Verdict = "dmarc=pass";

    [Test]
    [CancelAfter(600_000)]
    public void The_program_of_the_readme_runs_from_the_packages_and_as_native_code()
    {
        var feed = Packages.Folder;
        var folder = Directory.CreateTempSubdirectory("emailauth-consumer-");
        try
        {
            Write(folder, feed);
            var output = Run(folder, "dotnet", "run", "--no-self-contained");
            Assert.That(output, Does.Contain("Authentication-Results: mx.receiver.example").And.Contain(Verdict));

            // It links native code.
            Peer.Require("clang", "/usr/bin/clang", "--version");
            var rid = $"linux-{RuntimeInformation.OSArchitecture switch { Architecture.Arm64 => "arm64", _ => "x64" }}";
            var published = Run(folder, "dotnet", "publish", "-r", rid, "-p:PublishAot=true", "-p:TreatWarningsAsErrors=true", "-p:TrimmerSingleWarn=false", "-o", "native");
            Assert.That(published, Does.Not.Contain("warning"));
            output = Run(folder, Path.Combine(folder.FullName, "native", "Consumer"));
            Assert.That(output, Does.Contain("Authentication-Results: mx.receiver.example").And.Contain(Verdict));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Write(DirectoryInfo folder, string feed)
    {
        File.Copy(Repository.PathOf("samples", "messages", "newsletter.eml"), Path.Combine(folder.FullName, "newsletter.eml"));
        File.Copy(Repository.PathOf("samples", "zones", "example.zone"), Path.Combine(folder.FullName, "example.zone"));
        File.WriteAllText(Path.Combine(folder.FullName, "Program.cs"), Program());
        File.WriteAllText(Path.Combine(folder.FullName, "NuGet.Config"), $"""
            <configuration>
              <packageSources><add key="local" value="{feed}" /></packageSources>
              <packageSourceMapping>
                <packageSource key="local"><package pattern="EmailAuth*" /></packageSource>
                {string.Concat(OtherSources().Select(name => $"<packageSource key=\"{name}\"><package pattern=\"*\" /></packageSource>"))}
              </packageSourceMapping>
            </configuration>
            """);
        // A folder of its own for packages: one of the same version, packed before, must not stand in for this. What else is needed comes from the user's.
        File.WriteAllText(Path.Combine(folder.FullName, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <InvariantGlobalization>true</InvariantGlobalization>
                <RestorePackagesPath>{Path.Combine(folder.FullName, "packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{UserPackages}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="EmailAuth" Version="{Packages.Version}" />
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>The first block of C# in the readme, with its servers and its file exchanged.</summary>
    private static string Program()
    {
        var readme = File.ReadAllText(Repository.PathOf("src", "EmailAuth", "README.md"));
        var start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        var program = readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)];
        Assert.That(program, Does.Contain("new DnsClientResolver()"));
        return program.Replace("new DnsClientResolver()", "ZoneDnsResolver.Load(\"example.zone\")", StringComparison.Ordinal);
    }

    private static string UserPackages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static IEnumerable<string> OtherSources()
    {
        var list = Run(new DirectoryInfo(Path.GetTempPath()), "dotnet", "nuget", "list", "source", "--format", "detailed");
        // "  1.  name [Enabled]"
        foreach (var line in list.Split('\n'))
        {
            if (line.EndsWith(" [Enabled]", StringComparison.Ordinal) && line.IndexOf(".  ", StringComparison.Ordinal) is > 0 and var at)
                yield return line[(at + 3)..^" [Enabled]".Length];
        }
    }

    private static string Run(DirectoryInfo folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        // What the tests' own build has set is not the consumer's.
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        var output = new StringBuilder();
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        lock (output)
        {
            Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{output}");
            return output.ToString();
        }

        void Append(string? line)
        {
            lock (output)
                output.Append(line).Append('\n');
        }
    }
}
