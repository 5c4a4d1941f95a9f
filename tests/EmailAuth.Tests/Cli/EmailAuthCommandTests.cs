using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

public class EmailAuthCommandTests
{
    [Test]
    public async Task No_verb_is_bad_usage() => (await CommandRun.OfAsync()).AssertFailed(ExitStatus.Usage, "no verb is given");

    [TestCase("verfy")]
    [TestCase("")]
    [TestCase("--json")]
    [TestCase("\e[31m\r\nX")]
    public async Task An_unknown_verb_is_bad_usage(string verb) => (await CommandRun.OfAsync(verb)).AssertFailed(ExitStatus.Usage, "there is no verb \"");

    [Test]
    public async Task Half_a_verb_is_bad_usage_that_names_the_other_half()
    {
        (await CommandRun.OfAsync("arc")).AssertFailed(ExitStatus.Usage, "arc alone is no verb; right would be arc seal.");
        (await CommandRun.OfAsync("dkim")).AssertFailed(ExitStatus.Usage, "dkim sign or dkim keygen or dkim record");
    }

    [TestCase("--help")]
    [TestCase("-h")]
    [TestCase("help")]
    public async Task Help_goes_to_standard_output(string word)
    {
        var run = await CommandRun.OfAsync(word);
        Assert.That((run.Status, run.Error), Is.EqualTo((ExitStatus.Success, "")));
        foreach (var verb in EmailAuthCommand.Verbs)
            Assert.That(run.Output, Does.Contain("emailauth " + verb.Name));
        foreach (var status in Enum.GetValues<ExitStatus>())
            Assert.That(run.Output, Does.Match($"\n  {(int)status} +[A-Z]"));
    }

    [Test]
    public async Task Each_verb_has_help_with_all_its_options_and_an_example()
    {
        foreach (var verb in EmailAuthCommand.Verbs)
        {
            var run = await CommandRun.OfAsync([.. verb.Name.Split(' '), "--help"]);
            Assert.That((run.Status, run.Error), Is.EqualTo((ExitStatus.Success, "")));
            foreach (var option in verb.Options)
                Assert.That(run.Output, Does.Contain("  " + option.Name));
            Assert.That(verb.Details, Does.Contain("emailauth " + verb.Name), "an example");
            Assert.That(run.Output.Split('\n'), Has.All.Length.LessThanOrEqualTo(120));
            Assert.That((await CommandRun.OfAsync(["help", .. verb.Name.Split(' ')])).Output, Is.EqualTo(run.Output));
        }
    }

    [Test]
    public async Task The_version_is_told()
    {
        var run = await CommandRun.OfAsync("--version");
        Assert.That(run.Status, Is.EqualTo(ExitStatus.Success));
        Assert.That(run.Output, Does.Match("^emailauth [0-9]+\\.[0-9]+\\.[0-9]+"));
    }

    [Test]
    public void The_worst_status_wins()
    {
        ExitStatus[] order = [ExitStatus.Success, ExitStatus.Refused, ExitStatus.Temporary, ExitStatus.NoInput, ExitStatus.Defect];
        Assert.That(order.Select(status => (int)status), Is.EqualTo((int[])[0, 1, 75, 66, 70]));
        for (var i = 0; i < order.Length; i++)
        {
            for (var j = 0; j < order.Length; j++)
                Assert.That(order[i].Or(order[j]), Is.EqualTo(order[Math.Max(i, j)]));
        }
    }

    [Test]
    public async Task An_output_that_cannot_be_written_is_told()
    {
        using var error = new MemoryStream();
        var status = await EmailAuthCommand.RunAsync(["--help"], new CommandIo(Stream.Null, new FullDisk(), error));
        Assert.That(status, Is.EqualTo(ExitStatus.NoOutput));
        Assert.That(System.Text.Encoding.UTF8.GetString(error.ToArray()), Is.EqualTo("emailauth: standard output cannot be written: no space left\n"));
    }

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("no space left");

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("no space left");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("no space left");
    }
}
