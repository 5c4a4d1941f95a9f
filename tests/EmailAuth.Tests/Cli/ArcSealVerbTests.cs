using System.Text;
using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

public class ArcSealVerbTests
{
    private TemporaryFolder _folder = null!;
    private string _key = null!;
    private string _zone = null!;

    [OneTimeSetUp]
    public async Task MakeKeyAndZone()
    {
        _folder = new TemporaryFolder();
        _key = Path.Combine(_folder.Path, "s1.pem");
        await CommandRun.OfAsync("dkim", "keygen", "--algorithm", "ed25519-sha256", "--out", _key);
        var record = await CommandRun.OfAsync("dkim", "record", "--key", _key, "--domain", "list.example", "--selector", "s1");
        _zone = _folder.Write("list.zone", record.Output + """
            example.com.         TXT "v=spf1 ip4:192.0.2.1 -all"
            _dmarc.example.com.  TXT "v=DMARC1; p=reject"

            """);
    }

    [OneTimeTearDown]
    public void Clean() => _folder.Dispose();

    private Task<CommandRun> SealAsync(byte[] message, params string[] more) => CommandRun.OfAsync(
        ["arc", "seal", "-", "--domain", "list.example", "--selector", "s1", "--key", _key, "--authserv-id", "mx.list.example", "--zone", _zone, .. more], message);

    private async Task<CommandRun> VerifyAsync(byte[] message, params string[] more) =>
        await CommandRun.OfAsync(["verify", "-", "--zone", _zone, "--json", .. more], message);

    private static readonly byte[] Message = "From: joe@example.com\r\nSubject: x\r\n\r\nbody\r\n"u8.ToArray();

    [Test]
    public async Task What_was_found_is_sealed_and_the_chain_grows_hop_by_hop()
    {
        var first = await SealAsync(Message, "--ip", "192.0.2.1", "--helo", "mail.example.com", "--mail-from", "joe@example.com");
        Assert.That(first.Status, Is.EqualTo(ExitStatus.Success), first.Error);
        Assert.That(first.Output, Does.StartWith("ARC-Seal: ").And.Contain("cv=none; d=list.example; i=1;").And.Contain("spf=pass").And.EndWith(Encoding.UTF8.GetString(Message)));

        var second = await SealAsync(first.OutputOctets, "--ip", "198.51.100.1", "--helo", "list.example", "--mail-from", "joe@example.com");
        Assert.That(second.Output, Does.StartWith("ARC-Seal: ").And.Contain("cv=pass; d=list.example; i=2;").And.Contain("arc=pass"));

        var arc = (await VerifyAsync(second.OutputOctets)).Json.GetProperty("arc");
        Assert.That(arc.GetProperty("result").GetString(), Is.EqualTo("pass"));
        Assert.That(arc.GetProperty("instance").GetInt32(), Is.EqualTo(2));
        Assert.That(arc.GetProperty("oldestPass").GetInt32(), Is.Zero);
        var sets = arc.GetProperty("sets");
        Assert.That(sets.GetArrayLength(), Is.EqualTo(2));
        Assert.That(sets[0].GetProperty("sealDomain").GetString(), Is.EqualTo("list.example"));
        Assert.That(sets[0].GetProperty("selector").GetString(), Is.EqualTo("s1"));
        Assert.That(sets.EnumerateArray().Select(set => (set.GetProperty("instance").GetInt32(), set.GetProperty("chainValidation").GetString(), set.GetProperty("sealResult").GetString())),
            Is.EqualTo(new[] { (1, "none", "pass"), (2, "pass", "pass") }));
    }

    [Test]
    [Pin("A4")]
    public async Task A_broken_chain_gets_one_set_that_says_so_and_no_more()
    {
        var broken = (await SealAsync(Message)).OutputOctets;
        broken[^4] ^= 1;
        var marked = await SealAsync(broken);
        Assert.That(marked.Output, Does.StartWith("ARC-Seal: ").And.Contain("cv=fail; d=list.example; i=2;"));
        var again = await SealAsync(marked.OutputOctets);
        Assert.That(again.OutputOctets, Is.EqualTo(marked.OutputOctets));
        Assert.That(again.Error, Does.Contain("cv=fail"));
        Assert.That((await VerifyAsync(marked.OutputOctets)).Json.GetProperty("arc").GetProperty("result").GetString(), Is.EqualTo("fail"));
    }

    [Test]
    public async Task A_message_with_unix_line_ends_keeps_them_and_verifies()
    {
        var sealedMessage = (await SealAsync("From: joe@example.com\n\nbody\n"u8.ToArray())).OutputOctets;
        Assert.That(sealedMessage, Does.Not.Contain((byte)'\r'));
        Assert.That((await VerifyAsync(sealedMessage)).Json.GetProperty("arc").GetProperty("result").GetString(), Is.EqualTo("pass"));
    }

    [Test]
    public async Task The_fields_alone_are_written_or_told_in_the_document_of_the_verification()
    {
        var whole = await SealAsync(Message, "--time", "2026-11-24");
        var fields = await SealAsync(Message, "--time", "2026-11-24", "--headers");
        Assert.That(fields.Output + Encoding.UTF8.GetString(Message), Is.EqualTo(whole.Output));

        var told = (await SealAsync(Message, "--time", "2026-11-24", "--json")).Json;
        Assert.That(told.GetProperty("arc").GetProperty("result").GetString(), Is.EqualTo("none"));
        Assert.That(told.GetProperty("sealedFields").EnumerateArray().Select(field => field.GetString()), Is.EqualTo(fields.Output.Replace("\r\n ", " ").TrimEnd().Split("\r\n")));
        (await SealAsync(Message, "--json", "--headers")).AssertFailed(ExitStatus.Usage, "exclude each other");
    }

    [Test]
    public async Task While_dns_fails_nothing_is_sealed()
    {
        var once = (await SealAsync(Message)).OutputOctets;
        var run = await SealAsync(once, "--dns-fault", "s1._domainkey.list.example=servfail");
        run.AssertFailed(ExitStatus.Temporary, "temporary error");
    }

    [TestCase("--authserv-id")]
    [TestCase("--domain")]
    [TestCase("--selector")]
    [TestCase("--key")]
    public async Task Each_name_is_asked_for(string option)
    {
        string[] words = ["arc", "seal", "-", "--domain", "list.example", "--selector", "s1", "--key", _key, "--authserv-id", "mx.list.example"];
        var at = Array.IndexOf(words, option);
        (await CommandRun.OfAsync([.. words[..at], .. words[(at + 2)..]], Message)).AssertFailed(ExitStatus.Usage, option);
    }

    [Test]
    public async Task What_breaks_a_limit_is_refused_with_the_limit()
    {
        var message = Encoding.UTF8.GetBytes("From: joe@example.com\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 3_000)) + "\r\nbody\r\n");
        (await SealAsync(message)).AssertFailed(ExitStatus.NoInput, "TooManyFields");
    }

    [TestCase("-5")]
    [TestCase("0001-01-01T00:00:00Z")]
    public async Task No_time_before_1970_can_be_written(string time) =>
        (await SealAsync(Message, "--time", time)).AssertFailed(ExitStatus.Usage, "is no moment");
}
