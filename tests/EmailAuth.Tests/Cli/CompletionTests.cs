using System.Text;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Conformance.Peers;

namespace EmailAuth.Tests.Cli;

[TestFixture("bash")]
[TestFixture("zsh")]
[TestFixture("fish")]
public class CompletionTests(string shell)
{
    private const string Python = "/usr/bin/python3";

    /// <summary>What is typed before the tab, and what the command then gets.</summary>
    private static readonly (string Typed, string Given)[] Lines =
    [
        ("ver", "verify"),
        ("dk", "dkim"),
        ("dkim ke", "dkim|keygen"),
        ("dkim sign --alg", "dkim|sign|--algorithm"),
        ("dkim sign --algorithm ed", "dkim|sign|--algorithm|ed25519-sha256"),
        ("dkim sign --canonicalization simple/r", "dkim|sign|--canonicalization|simple/relaxed"),
        ("dkim sign --key on", "dkim|sign|--key|only.pem"),
        // A domain is no file.
        ("dkim sign --domain on", "dkim|sign|--domain|on"),
        ("verify --zone=on", "verify|--zone=only.pem"),
        ("verify a\\ m", "verify|a message.eml"),
        ("verify \\$", "verify|$(touch pwned).eml"),
        ("verify -- on", "verify|--|only.pem"),
        ("spf on", "spf|on"),
        ("spf --js", "spf|--json"),
        ("lint --type dkim-", "lint|--type|dkim-signature"),
        ("completion f", "completion|fish"),
        ("help arc s", "help|arc|seal"),
        ("man --h", "man|--help"),
    ];

    [Test]
    public async Task A_real_shell_completes_verbs_options_values_and_files_of_any_name()
    {
        Peer.Require(shell, shell, "-c", "exit 0");
        Peer.Require("python3", Python, "-c", "import pty");
        using var folder = new TemporaryFolder();
        using var files = new TemporaryFolder();
        foreach (var name in (string[])["only.pem", "a message.eml", "$(touch pwned).eml"])
            files.Write(name, "");
        var script = folder.Write("script", (await CommandRun.OfAsync("completion", shell)).OutputOctets);

        var program = Repository.PathOf("tests", "EmailAuth.Tests", "Cli", "CompletionTests.py");
        var (status, output, error) = Peer.Run(Python, [program, shell, script, files.Path, .. Lines.Select(line => line.Typed)], default, TimeSpan.FromMinutes(3));
        Assert.That((status, error), Is.EqualTo((0, "")));
        var given = Encoding.UTF8.GetString(output).TrimEnd('\n').Split("\n\n").Select(call => call.Trim('\n').Replace('\n', '|'));
        Assert.That(given, Is.EqualTo(Lines.Select(line => line.Given)));
        Assert.That(File.Exists(Path.Combine(files.Path, "pwned")), Is.False);
    }

    [Test]
    public async Task Its_script_has_every_verb_option_and_word()
    {
        var script = (await CommandRun.OfAsync("completion", shell)).Output;
        foreach (var verb in EmailAuthCommand.Verbs)
        {
            foreach (var word in verb.Name.Split(' ').Concat(verb.OperandWords))
                Assert.That(script, Does.Match($"\\b{word}\\b"));
            foreach (var option in verb.Options)
            {
                Assert.That(script, Does.Contain(shell == "fish" ? $" -l {option.Name[2..]} " : option.Name));
                foreach (var word in option.Words)
                    Assert.That(script, Does.Contain(word));
            }
        }
    }
}

public class CompletionVerbTests
{
    [Test]
    public async Task A_shell_that_is_not_known_or_missing_is_bad_usage()
    {
        (await CommandRun.OfAsync("completion")).AssertFailed(ExitStatus.Usage, "right would be: emailauth completion bash, zsh or fish");
        (await CommandRun.OfAsync("completion", "\e[31mtcsh")).AssertFailed(ExitStatus.Usage, "\\x1B[31mtcsh\" is no shell that is known here");
        (await CommandRun.OfAsync("completion", "bash", "zsh")).AssertFailed(ExitStatus.Usage, "is one too many");
    }

    [Test]
    public async Task Every_word_that_is_offered_for_a_value_is_taken()
    {
        using var folder = new TemporaryFolder();
        var message = folder.Write("message", "From: a@example.com\r\n\r\nHello\r\n");
        var key = Path.Combine(folder.Path, "ed25519-sha256.pem");
        foreach (var word in Words("dkim keygen", "--algorithm"))
            Assert.That((await CommandRun.OfAsync("dkim", "keygen", "--algorithm", word, "--out", Path.Combine(folder.Path, word + ".pem"))).Status, Is.EqualTo(ExitStatus.Success), word);
        foreach (var word in Words("dkim sign", "--algorithm"))
        {
            var run = await CommandRun.OfAsync("dkim", "sign", message, "--domain", "example.com", "--selector", "s", "--key", Path.Combine(folder.Path, word + ".pem"), "--algorithm", word);
            Assert.That(run.Status, Is.EqualTo(ExitStatus.Success), run.Error);
        }
        foreach (var word in Words("dkim sign", "--canonicalization"))
        {
            var run = await CommandRun.OfAsync("dkim", "sign", message, "--domain", "example.com", "--selector", "s", "--key", key, "--canonicalization", word);
            Assert.That(run.Output, Does.Contain($"c={word};"), run.Error);
        }
        foreach (var word in Words("lint", "--type"))
            Assert.That((await CommandRun.OfAsync("lint", "--type", word, "x")).Status, Is.EqualTo(ExitStatus.Refused), word);
    }

    private static IReadOnlyList<string> Words(string verb, string option)
    {
        var words = EmailAuthCommand.Verbs.Single(known => known.Name == verb).Options.Single(known => known.Name == option).Words;
        Assert.That(words, Is.Not.Empty);
        return words;
    }
}
