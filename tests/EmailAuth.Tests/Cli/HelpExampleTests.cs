using System.Text;
using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

/// <summary>The examples in the help are run as they are printed, one after the other, with the files that they name.</summary>
public class HelpExampleTests
{
    private static readonly string[] Files = ["message.eml", "s1.pem", "ed1.pem", "example.zone", "a.zone", "verdict.ecap", "signed.eml", "sealed.eml"];

    private static IEnumerable<TestCaseData> Verbs => EmailAuthCommand.Verbs.Select(verb => new TestCaseData(verb.Name));

    [TestCaseSource(nameof(Verbs))]
    public async Task The_examples_run_as_printed(string name)
    {
        using var folder = new TemporaryFolder();
        var verb = EmailAuthCommand.Verbs.Single(verb => verb.Name == name);
        var message = Encoding.ASCII.GetBytes("From: Joe <joe@example.com>\r\nSubject: x\r\n\r\nHello\r\n");
        folder.Write("message.eml", message);
        var zone = folder.Write("example.zone", "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"");
        folder.Write("a.zone", "");
        if (name != "dkim keygen")
            await CommandRun.OfAsync("dkim", "keygen", "--algorithm", "ed25519-sha256", "--out", Path.Combine(folder.Path, "s1.pem"));
        var examples = Examples(verb).ToList();
        Assert.That(examples, Is.Not.Empty);
        foreach (var example in examples)
        {
            var words = Words(example).Select(word => Files.Contains(word) ? Path.Combine(folder.Path, word) : word).ToList();
            // The world is not asked here.
            if (EmailAuthCommand.Verbs.Single(verb => string.Join(' ', words).StartsWith(verb.Name, StringComparison.Ordinal)).Options.Any(option => option.Name == "--zone") && !words.Contains("--zone"))
                words.AddRange(["--zone", zone]);
            var run = await CommandRun.OfAsync([.. words.Select(word => word == "*.eml" ? Path.Combine(folder.Path, "message.eml") : word)], example.Contains("< message.eml", StringComparison.Ordinal) ? message : []);
            Assert.That(run.Status, Is.Not.EqualTo(ExitStatus.Usage).And.Not.EqualTo(ExitStatus.NoInput).And.Not.EqualTo(ExitStatus.Defect).And.Not.EqualTo(ExitStatus.NoOutput), $"{example}\n{run.Error}");
        }
    }

    private static IEnumerable<string> Examples(Verb verb) => verb.Details.ReplaceLineEndings("\n").Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        .Where(static line => line.StartsWith("  ", StringComparison.Ordinal)).Select(static line => line.Trim())
        .Select(static line => line.StartsWith("source <(", StringComparison.Ordinal) ? line["source <(".Length..^1] : line);

    /// <summary>What the shell gives to the command: quotes are gone, and what goes elsewhere.</summary>
    private static IEnumerable<string> Words(string example)
    {
        var command = example.Split(" > ")[0].Split(" < ")[0].Split(" | ")[0];
        Assert.That(command, Does.StartWith("emailauth "));
        var quoted = command["emailauth ".Length..].Split('"');
        for (var i = 0; i < quoted.Length; i++)
        {
            foreach (var word in i % 2 == 1 ? [quoted[i]] : quoted[i].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                yield return word;
        }
    }
}
