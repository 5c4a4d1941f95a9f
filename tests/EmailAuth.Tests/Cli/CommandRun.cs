using System.Text;
using System.Text.Json;
using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

/// <summary>One call of the command in this process, and what came of it.</summary>
internal sealed record CommandRun(ExitStatus Status, byte[] OutputOctets, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputOctets);

    /// <summary>Standard output as the one JSON document that it must be.</summary>
    public JsonElement Json => JsonDocument.Parse(OutputOctets).RootElement;

    public static Task<CommandRun> OfAsync(params string[] words) => OfAsync(words, []);

    public static async Task<CommandRun> OfAsync(string[] words, byte[] input, CancellationToken cancellationToken = default)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var stdin = new MemoryStream(input);
        var status = await EmailAuthCommand.RunAsync(words, new CommandIo(stdin, output, error), cancellationToken);
        return new CommandRun(status, output.ToArray(), Encoding.UTF8.GetString(error.ToArray()));
    }

    /// <summary>Nothing on standard output, one line on standard error, no stack trace.</summary>
    public void AssertFailed(ExitStatus status, string said)
    {
        Assert.That((Status, Output), Is.EqualTo((status, "")), Error);
        Assert.That(Error, Does.StartWith("emailauth: ").And.Contain(said));
        Assert.That(Error.Count(character => character == '\n'), Is.EqualTo(1), Error);
        Assert.That(Error, Does.Not.Contain("   at ").And.Not.Contain('\r').And.Not.Contain('\e'));
    }
}

/// <summary>Files of one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("emailauth-tests-").FullName;

    public string Write(string name, string text) => Write(name, Encoding.Latin1.GetBytes(text));

    public string Write(string name, byte[] octets)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, octets);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
