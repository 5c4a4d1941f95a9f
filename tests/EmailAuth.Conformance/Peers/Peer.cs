using System.Diagnostics;

namespace EmailAuth.Conformance.Peers;

/// <summary>
/// Programs of other projects that our answers are compared with. They come from Debian packages and from npm (`.ci/peers`); where one is not installed the
/// test is ignored with that reason, and fails where the environment says EMAILAUTH_PEERS=required.
/// </summary>
internal static class Peer
{
    /// <summary>Ends the test unless the probe command succeeds.</summary>
    /// <param name="package">The Debian package that brings the program.</param>
    /// <param name="program">A program to start, such as /usr/bin/python3.</param>
    /// <param name="arguments">Arguments with which it ends in status 0 where the peer is installed.</param>
    public static void Require(string package, string program, params string[] arguments)
    {
        if (Probe(program, arguments))
            return;
        var reason = $"The peer \"{program} {string.Join(' ', arguments)}\" is not here; it comes with the Debian package {package}.";
        if (Environment.GetEnvironmentVariable("EMAILAUTH_PEERS") == "required")
            Assert.Fail(reason);
        Assert.Ignore(reason);
    }

    /// <summary>Where <c>.ci/run</c> installs packages of npm, and a Node that is new enough for them.</summary>
    public static string NpmFolder => EmailAuth.Tests.Repository.PathOf("artifacts", "peers");

    public static string Node => Path.Combine(NpmFolder, "node_modules", ".bin", "node");

    /// <summary>Ends the test unless a package of npm is installed in <see cref="NpmFolder"/>.</summary>
    public static void RequireNpm(string package)
    {
        if (Directory.Exists(Path.Combine(NpmFolder, "node_modules", package)) && Probe(Node, ["--version"]))
            return;
        var reason = $"The peer {package} is not here; `.ci/peers` installs it from npm into artifacts/peers.";
        if (Environment.GetEnvironmentVariable("EMAILAUTH_PEERS") == "required")
            Assert.Fail(reason);
        Assert.Ignore(reason);
    }

    private static bool Probe(string program, string[] arguments)
    {
        try
        {
            return Run(program, arguments, default, TimeSpan.FromSeconds(20)).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs a program to its end with these octets on its standard input.</summary>
    /// <exception cref="TimeoutException">It ran longer than <paramref name="limit"/> and was ended.</exception>
    public static (int ExitCode, byte[] Output, string Error) Run(string program, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, TimeSpan limit)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(output);
        try
        {
            process.StandardInput.BaseStream.Write(input.Span);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it; its exit status tells why.
        }
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} ran longer than {limit.TotalSeconds} s.");
        }
        Task.WaitAll(error, copied);
        return (process.ExitCode, output.ToArray(), error.Result);
    }
}
