using System.Text;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Conformance.Peers;

namespace EmailAuth.Tests.Cli;

public class ManPageTests
{
    private static readonly string Page = Repository.PathOf("src", "EmailAuth.Cli", "emailauth.1");

    [Test]
    public async Task The_page_that_is_packed_is_the_one_that_the_command_writes() =>
        Assert.That((await CommandRun.OfAsync("man")).Output, Is.EqualTo(await File.ReadAllTextAsync(Page)),
            "write it anew: dotnet run --project src/EmailAuth.Cli -- man > src/EmailAuth.Cli/emailauth.1");

    [Test]
    public void Mandoc_finds_nothing_to_warn_of()
    {
        Peer.Require("mandoc", "mandoc", "-T", "ascii", Page);
        var (status, output, error) = Peer.Run("mandoc", ["-T", "lint", "-W", "warning", Page], default, TimeSpan.FromSeconds(30));
        Assert.That((status, Encoding.UTF8.GetString(output), error), Is.EqualTo((0, "", "")));
    }

    [Test]
    public void Groff_finds_nothing_to_warn_of_and_shows_every_verb_option_and_example()
    {
        Peer.Require("groff-base", "groff", "--version");
        var (status, output, error) = Peer.Run("groff", ["-ww", "-man", "-T", "utf8", "-P", "-c", "-rLL=200n", Page], default, TimeSpan.FromSeconds(30));
        Assert.That((status, error), Is.EqualTo((0, "")));
        var text = Plain(Encoding.UTF8.GetString(output));
        foreach (var verb in EmailAuthCommand.Verbs)
        {
            Assert.That(text, Does.Contain($"emailauth {verb.Name}"));
            foreach (var option in verb.Options)
                Assert.That(text, Does.Contain($"       {option.Name}{(option.Value is null ? "" : " " + option.Value.Replace("…", "...", StringComparison.Ordinal))}"));
            foreach (var example in verb.Details.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)))
                Assert.That(text, Does.Contain(example.TrimEnd()));
        }
        foreach (var exit in Enum.GetValues<ExitStatus>())
            Assert.That(text, Does.Contain($"\n       {(int)exit} "));
    }

    /// <summary>Without the overstrikes that make letters bold or underlined.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var character in text)
        {
            if (character == '\b')
                plain.Length--;
            else
                plain.Append(character);
        }
        return plain.ToString();
    }
}
