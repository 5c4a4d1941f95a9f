using System.Text;
using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

public class DkimVerbTests
{
    private const string Message = "From: Joe <joe@example.com>\r\nTo: ann@example.net\r\nSubject: x\r\nDate: Mon, 4 May 2026 10:00:00 +0000\r\n\r\nHello\r\n\r\n";

    private static readonly string[] Names = ["--domain", "example.com", "--selector", "s1"];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private string NewPath(string name) => Path.Combine(_folder.Path, name);

    private static Task<CommandRun> KeygenAsync(string file, params string[] words) => CommandRun.OfAsync(["dkim", "keygen", "--out", file, .. words]);

    private Task<CommandRun> SignAsync(string text, params string[] words) =>
        CommandRun.OfAsync(["dkim", "sign", "-", .. Names, "--key", NewPath("key.pem"), .. words], Encoding.Latin1.GetBytes(text));

    [TestCase("joe@plain.example", "d=plain.example would align")]
    [TestCase("ann@example.com>, Joe <joe@plain.example", "d=plain.example would align")]
    [TestCase("joe@example.org", "which has the domain example.org; d=example.org would align")]
    [TestCase("joe@[192.0.2.1]", "DMARC cannot judge this message, whoever signs it")]
    [TestCase("joe@news.example.com", null)]
    [TestCase("joe@example.com", null)]
    [Rfc(9989, "4.4.1")]
    public async Task A_signature_that_DMARC_will_not_count_is_made_and_told(string author, string? said)
    {
        await KeygenAsync(NewPath("key.pem"), "--algorithm", "ed25519-sha256");
        var signed = await SignAsync(Message.Replace("joe@example.com", author));
        Assert.That(signed.Status, Is.EqualTo(ExitStatus.Success));
        Assert.That(signed.Output, Does.StartWith("DKIM-Signature: ").And.Contain("d=example.com;"));
        Assert.That(signed.Error, said is null ? Is.Empty : Does.StartWith("emailauth: signed, but DMARC ").And.EndsWith("\n").And.Contain(said));
        Assert.That(signed.Error.Count(character => character == '\n'), Is.EqualTo(said is null ? 0 : 1));
    }

    [TestCase("news.a.example", "mail.a.example", "unless both have one Organizational Domain; d=news.a.example would align")]
    [TestCase("a.example", "mail.a.example", null)]
    public async Task Without_DNS_domains_side_by_side_are_told_with_a_condition(string author, string signer, string? said)
    {
        await KeygenAsync(NewPath("key.pem"), "--algorithm", "ed25519-sha256");
        var signed = await CommandRun.OfAsync(["dkim", "sign", "--domain", signer, "--selector", "s", "--key", NewPath("key.pem")], Encoding.Latin1.GetBytes(Message.Replace("example.com", author)));
        Assert.That(signed.Status, Is.EqualTo(ExitStatus.Success));
        Assert.That(signed.Error, said is null ? Is.Empty : Does.Contain(said));
    }

    [TestCase("rsa-sha256", false)]
    [TestCase("ed25519-sha256", false)]
    [TestCase("ed25519-sha256", true)]
    public async Task What_is_signed_verifies_with_the_record_that_is_printed(string algorithm, bool unixLineEnds)
    {
        var text = unixLineEnds ? Message.Replace("\r\n", "\n") : Message;
        var made = await KeygenAsync(NewPath("key.pem"), ["--algorithm", algorithm, .. Names]);
        Assert.That((made.Status, made.Error), Is.EqualTo((ExitStatus.Success, "")));
        var record = await CommandRun.OfAsync(["dkim", "record", "--key", NewPath("key.pem"), .. Names]);
        Assert.That(record.Output, Is.EqualTo(made.Output));
        Assert.That(record.Output, Does.StartWith("s1._domainkey.example.com. IN TXT ("));

        var signed = await SignAsync(text, "--expire-in", "86400", "--identity", "@news.example.com", "--time", "1777888800");
        Assert.That((signed.Status, signed.Error), Is.EqualTo((ExitStatus.Success, "")));
        Assert.That(signed.Output, Does.StartWith("DKIM-Signature: ").And.EndWith(text));
        Assert.That(signed.Output.Contains('\r'), Is.EqualTo(!unixLineEnds));

        var zone = _folder.Write("zone", record.Output);
        var verified = await CommandRun.OfAsync(["verify", "--json", "--zone", zone, "--time", "1777888900", _folder.Write("signed.eml", signed.OutputOctets)]);
        var signature = verified.Json.GetProperty("dkim").GetProperty("signatures")[0];
        Assert.That(signature.GetProperty("result").GetString(), Is.EqualTo("pass"), verified.Output);
        Assert.That(signature.GetProperty("reason").ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
        Assert.That(signature.GetProperty("algorithm").GetString(), Is.EqualTo(algorithm));
        Assert.That(signature.GetProperty("selector").GetString(), Is.EqualTo("s1"));
        Assert.That(signature.GetProperty("identity").GetString(), Is.EqualTo("@news.example.com"));
        Assert.That(signature.GetProperty("keyBits").GetInt32(), Is.EqualTo(algorithm[0] == 'r' ? 2048 : 256));
        Assert.That(signature.GetProperty("timestamp").GetInt64(), Is.EqualTo(1_777_888_800));
        Assert.That(signature.GetProperty("expiration").GetInt64(), Is.EqualTo(1_777_888_800 + 86_400));

        var late = await CommandRun.OfAsync(["verify", "--json", "--zone", zone, "--time", "1800000000", NewPath("signed.eml")]);
        Assert.That(late.Json.GetProperty("dkim").GetProperty("result").GetString(), Is.EqualTo("permerror"), "D10: expired");
    }

    [Test]
    public async Task The_fields_and_the_canonicalization_are_those_asked_for()
    {
        await KeygenAsync(NewPath("key.pem"), "--algorithm", "ed25519-sha256");
        var signed = (await SignAsync(Message, "--headers", "from:Subject:date", "--oversign=to", "--canonicalization", "simple")).Output.Replace("\r\n", "");
        Assert.That(signed, Does.Contain("c=simple/simple").Or.Contain("c=simple;"));
        var names = signed[(signed.IndexOf("h=", StringComparison.Ordinal) + 2)..].Split(';')[0].Replace(" ", "").Split(':');
        Assert.That(names.Select(name => name.ToUpperInvariant()).Order(), Is.EqualTo((string[])["DATE", "FROM", "SUBJECT", "TO", "TO"]));
    }

    [Test]
    public async Task A_private_key_is_for_its_owner_only_and_never_written_over()
    {
        var file = NewPath("key.pem");
        Assert.That((await KeygenAsync(file, "--algorithm", "ed25519-sha256")).Output, Does.StartWith("s1._domainkey IN TXT ( \"v=DKIM1; k=ed25519; p="));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var pem = await File.ReadAllTextAsync(file);
        Assert.That(pem, Does.StartWith("-----BEGIN PRIVATE KEY-----"));
        (await KeygenAsync(file, "--algorithm", "ed25519-sha256")).AssertFailed(ExitStatus.NoOutput, "it exists, and no key is ever written over");
        Assert.That(await File.ReadAllTextAsync(file), Is.EqualTo(pem));
        (await KeygenAsync(NewPath("no/such/folder"), "--algorithm", "ed25519-sha256")).AssertFailed(ExitStatus.NoOutput, "cannot be written");
    }

    [TestCase("To: ann@example.net\r\n\r\nx\r\n", "From")]
    [TestCase("From: a@example.com\r\nFrom: b@example.com\r\n\r\nx\r\n", "From")]
    [TestCase("From: a@example.com\r\n\r\nx\ny\r\n", "LF")]
    [TestCase("", "From")]
    public async Task A_message_that_must_not_be_signed_is_refused(string text, string said)
    {
        await KeygenAsync(NewPath("key.pem"), "--algorithm", "ed25519-sha256");
        (await SignAsync(text)).AssertFailed(ExitStatus.NoInput, said);
    }

    [Test]
    public async Task A_key_that_cannot_be_used_is_told_without_showing_it()
    {
        (await SignAsync(Message)).AssertFailed(ExitStatus.NoInput, "there is no such file");
        _folder.Write("key.pem", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0IHN0dWZm\n-----END PRIVATE KEY-----\n");
        var run = await SignAsync(Message);
        run.AssertFailed(ExitStatus.NoInput, "holds no key that can be used");
        Assert.That(run.Error, Does.Not.Contain("c2VjcmV0"));
    }

    [Test]
    public async Task Bad_usage_is_told()
    {
        await KeygenAsync(NewPath("key.pem"), "--algorithm", "ed25519-sha256");
        (await CommandRun.OfAsync("dkim")).AssertFailed(ExitStatus.Usage, "dkim alone is no verb; right would be dkim sign or dkim keygen or dkim record");
        (await CommandRun.OfAsync("dkim", "sign")).AssertFailed(ExitStatus.Usage, "--key FILE is missing");
        (await CommandRun.OfAsync("dkim", "keygen")).AssertFailed(ExitStatus.Usage, "--out FILE is missing");
        (await CommandRun.OfAsync("dkim", "record", "--key", "x")).AssertFailed(ExitStatus.Usage, "--domain DOMAIN is missing");
        (await SignAsync(Message, "--algorithm", "rsa-sha256")).AssertFailed(ExitStatus.Usage, "the key is for ed25519-sha256");
        (await SignAsync(Message, "--algorithm", "rsa-sha1")).AssertFailed(ExitStatus.Usage, "right would be rsa-sha256 or ed25519-sha256");
        (await SignAsync(Message, "--canonicalization", "relaxed/strict")).AssertFailed(ExitStatus.Usage, "right would be relaxed or simple");
        (await SignAsync(Message, "--headers", "from::to")).AssertFailed(ExitStatus.Usage, "has an empty name");
        (await SignAsync(Message, "--identity", "joe@example.net")).AssertFailed(ExitStatus.Usage, "must be an address at example.com or below");
        (await SignAsync(Message, "--expire-in", "0")).AssertFailed(ExitStatus.Usage, "right would be a number of seconds");
        (await KeygenAsync(NewPath("x"), "--bits", "1024")).AssertFailed(ExitStatus.Usage, "right would be a number from 2048 to 4096");
        (await KeygenAsync(NewPath("x"), "--bits", "2049")).AssertFailed(ExitStatus.Usage, "right would be 2048, 3072 or 4096");
        (await KeygenAsync(NewPath("x"), "--algorithm", "ed25519-sha256", "--bits", "2048")).AssertFailed(ExitStatus.Usage, "--bits is for RSA keys");
        (await KeygenAsync(NewPath("x"), "--selector", "a b", "--domain", "example.com", "--algorithm", "ed25519-sha256")).AssertFailed(ExitStatus.Usage, "\"a b\" is no selector");
        Assert.That(File.Exists(NewPath("x")), Is.False);
    }
}
