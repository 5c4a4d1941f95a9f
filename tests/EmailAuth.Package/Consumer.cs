using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using EmailAuth.Conformance.Peers;
using EmailAuth.Tests;

namespace EmailAuth.Package;

/// <summary>A project in an empty folder, as a new user makes it, with the packages from a local feed. A sample and its zone lie beside it, so that no network is asked for DNS.</summary>
internal sealed class Consumer : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("emailauth-consumer-");

    /// <summary>Makes the folder.</summary>
    public Consumer()
    {
        File.Copy(Repository.PathOf("samples", "messages", "newsletter.eml"), PathOf("newsletter.eml"));
        File.Copy(Repository.PathOf("samples", "zones", "example.zone"), PathOf("example.zone"));
        File.WriteAllText(PathOf("NuGet.Config"), $"""
            <configuration>
              <packageSources><add key="local" value="{Packages.Folder}" /></packageSources>
              <packageSourceMapping>
                <packageSource key="local"><package pattern="EmailAuth*" /></packageSource>
                {string.Concat(OtherSources().Select(name => $"<packageSource key=\"{name}\"><package pattern=\"*\" /></packageSource>"))}
              </packageSourceMapping>
            </configuration>
            """);
    }

    public string PathOf(params string[] parts) => Path.Combine([_folder.FullName, .. parts]);

    /// <summary>Writes a program and its project.</summary>
    /// <param name="program">The program.</param>
    /// <param name="packages">What it refers to: names of ours, or a name and a version.</param>
    public void Write(string program, params string[] packages)
    {
        File.WriteAllText(PathOf("Program.cs"), program);
        // A folder of its own for packages: one of the same version, packed before, must not stand in for this. What else is needed comes from the user's.
        File.WriteAllText(PathOf("Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <InvariantGlobalization>true</InvariantGlobalization>
                <RestorePackagesPath>{PathOf("packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{UserPackages}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(packages.Select(static package => package.Split(' ') is [var name, var version]
                    ? $"<PackageReference Include=\"{name}\" Version=\"{version}\" />"
                    : $"<PackageReference Include=\"{package}\" Version=\"{Packages.Version}\" />"))}
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>Runs the program, and again as native code, which must come to be without one warning. What each of the two printed.</summary>
    public IEnumerable<string> RunBoth()
    {
        yield return Run("dotnet", "run", "--no-self-contained");

        // It links native code.
        Peer.Require("clang", "/usr/bin/clang", "--version");
        var rid = $"linux-{RuntimeInformation.OSArchitecture switch { Architecture.Arm64 => "arm64", _ => "x64" }}";
        var published = Run("dotnet", "publish", "-r", rid, "-p:PublishAot=true", "-p:TreatWarningsAsErrors=true", "-p:TrimmerSingleWarn=false", "-o", "native");
        Assert.That(published, Does.Not.Contain("warning"));
        yield return Run(PathOf("native", "Consumer"));
    }

    /// <summary>Runs a program in the folder; it must end well.</summary>
    public string Run(string program, params string[] arguments) => Run(_folder, program, arguments);

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A block of C# of a package's readme.</summary>
    public static string Block(string package, int number = 0)
    {
        var blocks = File.ReadAllText(Repository.PathOf("src", package, "README.md")).Split("```csharp\n");
        return blocks[number + 1][..blocks[number + 1].IndexOf("```", StringComparison.Ordinal)];
    }

    private static string UserPackages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static IEnumerable<string> OtherSources()
    {
        var list = Run(new DirectoryInfo(Path.GetTempPath()), "dotnet", ["nuget", "list", "source", "--format", "detailed"]);
        // "  1.  name [Enabled]"
        foreach (var line in list.Split('\n'))
        {
            if (line.EndsWith(" [Enabled]", StringComparison.Ordinal) && line.IndexOf(".  ", StringComparison.Ordinal) is > 0 and var at)
                yield return line[(at + 3)..^" [Enabled]".Length];
        }
    }

    private static string Run(DirectoryInfo folder, string program, string[] arguments)
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
