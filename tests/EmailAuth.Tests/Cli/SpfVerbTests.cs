using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

public class SpfVerbTests
{
    private TemporaryFolder _folder = null!;
    private string _zone = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _zone = _folder.Write("a.zone", """
            $ORIGIN example.com.
            @     TXT "v=spf1 include:_spf.example.com -all exp=why.example.com"
            _spf  TXT "v=spf1 ip4:192.0.2.0/24 -all"
            why   TXT "%{i} may not send for %{d}; asked by %{r}"
            mail  TXT "v=spf1 ip4:192.0.2.1 -all"
            """);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private Task<CommandRun> SpfAsync(params string[] words) => CommandRun.OfAsync(["spf", "--zone", _zone, .. words]);

    [Test]
    public async Task The_JSON_is_that_of_the_contract()
    {
        var run = await SpfAsync("--ip", "198.51.100.7", "--helo", "mail.example.com", "--mail-from", "joe@example.com", "--receiver", "mx.example.net", "--json");
        Assert.That((run.Status, run.Error), Is.EqualTo((ExitStatus.Success, "")));
        const string members = """ "result": "", "domain": "", "scope": "", "mechanism": "", "explanation": "", "reason": "", "dnsLookups": 1, "voidLookups": 1 """;
        JsonShape.AssertHas(run.Json, $$""" { {{members}}, "helo": { {{members}} } } """);
        Assert.That(run.Json.GetProperty("result").GetString(), Is.EqualTo("fail"));
        Assert.That(run.Json.GetProperty("domain").GetString(), Is.EqualTo("example.com"));
        Assert.That(run.Json.GetProperty("scope").GetString(), Is.EqualTo("mfrom"));
        Assert.That(run.Json.GetProperty("mechanism").GetString(), Is.EqualTo("-all"));
        Assert.That(run.Json.GetProperty("explanation").GetString(), Is.EqualTo("198.51.100.7 may not send for example.com; asked by mx.example.net"));
        Assert.That(run.Json.GetProperty("helo").GetProperty("result").GetString(), Is.EqualTo("fail"));
        Assert.That(run.Json.GetProperty("helo").GetProperty("scope").GetString(), Is.EqualTo("helo"));
    }

    [TestCase("--mail-from=")]
    [TestCase("--mail-from=<>")]
    [TestCase("--json")]
    [Pin("S15")]
    public async Task The_null_reverse_path_is_postmaster_at_HELO(string mailFrom)
    {
        var run = await SpfAsync("--ip", "192.0.2.1", "--helo", "mail.example.com", mailFrom, mailFrom == "--json" ? "--time=0" : "--json");
        Assert.That(run.Json.GetProperty("result").GetString(), Is.EqualTo("pass"));
        Assert.That(run.Json.GetProperty("scope").GetString(), Is.EqualTo("helo"));
        Assert.That(run.Json.GetProperty("helo").ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
    }

    [TestCase("")]
    [TestCase("\e]0;owned\a\r\nX: y")]
    [TestCase("@file")]
    [TestCase("--json")]
    [TestCase("-")]
    [TestCase("[192.0.2.1]")]
    [TestCase("\ud83d")]
    public async Task Whatever_the_peer_said_is_a_result(string text)
    {
        foreach (var json in (string[][])[[], ["--json"]])
        {
            var run = await SpfAsync(["--ip", "192.0.2.1", "--helo=" + text, "--mail-from=" + text, .. json]);
            Assert.That((run.Status, run.Error), Is.EqualTo((ExitStatus.Success, "")));
            Assert.That(run.Output, Does.Not.Contain('\e').And.Not.Contain('\a').And.Not.Contain('\r'));
            if (json.Length > 0)
                Assert.That(run.Json.GetProperty("result").GetString(), Is.EqualTo("none"));
        }
    }

    [Test]
    public async Task Text_says_the_result_first()
    {
        var run = await SpfAsync("--ip", "192.0.2.1", "--helo", "mail.example.com", "--mail-from", "joe@example.com");
        var lines = run.Output.Split('\n');
        Assert.That(lines[0], Does.StartWith("  SPF     pass      ").And.Contain("example.com").And.Contain("ip4:192.0.2.0/24"));
        Assert.That(lines[1], Does.StartWith("  HELO    pass      ").And.Contain("mail.example.com"));
        Assert.That(run.Output, Does.Not.Contain('\e'), "no colour where there is no terminal");
    }

    [Test]
    public async Task Bad_usage_is_told()
    {
        (await SpfAsync()).AssertFailed(ExitStatus.Usage, "--ip ADDRESS is missing");
        (await SpfAsync("--ip", "mail.example")).AssertFailed(ExitStatus.Usage, "\"mail.example\" is not an IP address");
        (await SpfAsync("--ip", "192.0.2.1", "file")).AssertFailed(ExitStatus.Usage, "\"file\" is one too many");
        (await SpfAsync("--ip", "192.0.2.1", "--receiver", "a b")).AssertFailed(ExitStatus.Usage, "--receiver: \"a b\" is not a domain name");
    }
}
