using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

public class DmarcVerbTests
{
    private const string Contract = """
        { "result": "", "fromDomain": "", "organizationalDomain": "", "policyDomain": "", "policy": "", "disposition": "",
          "spfAligned": true, "dkimAligned": true, "testing": false, "reason": null, "record": "", "queries": [ "" ] }
        """;

    private TemporaryFolder _folder = null!;
    private string _zone = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _zone = _folder.Write("a.zone", """
            _dmarc.example.com.       TXT "v=DMARC1; p=reject; sp=quarantine; aspf=s"
            www.example.com.          A 192.0.2.1
            _dmarc.testing.example.   TXT "v=DMARC1; p=reject; t=y"
            """);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private Task<CommandRun> DmarcAsync(params string[] words) => CommandRun.OfAsync(["dmarc", "--zone", _zone, .. words]);

    [Test]
    public async Task The_longest_policy_is_a_word_of_its_own()
    {
        var run = await DmarcAsync("www.example.com");
        Assert.That(run.Output, Does.StartWith("  DMARC   quarantine is the policy for www.example.com\n"));
    }

    [Test]
    public async Task Without_identifiers_it_only_discovers()
    {
        var run = await DmarcAsync("www.example.com", "--json");
        Assert.That((run.Status, run.Error), Is.EqualTo((ExitStatus.Success, "")));
        JsonShape.AssertHas(run.Json, Contract);
        Assert.That(run.Json.GetProperty("result").ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
        Assert.That(run.Json.GetProperty("policyDomain").GetString(), Is.EqualTo("example.com"));
        Assert.That(run.Json.GetProperty("policy").GetString(), Is.EqualTo("quarantine"));
        Assert.That(run.Json.GetProperty("disposition").GetString(), Is.EqualTo("none"));
        Assert.That(run.Json.GetProperty("record").GetString(), Is.EqualTo("v=DMARC1; p=reject; sp=quarantine; aspf=s"));
        Assert.That(run.Json.GetProperty("queries")[0].GetString(), Is.EqualTo("_dmarc.www.example.com"));
    }

    [TestCase("--spf=example.com=pass", "pass", 0)]
    [TestCase("--spf=www.example.com=pass", "fail", 1)]
    [TestCase("--dkim=www.example.com=PASS", "pass", 0)]
    [TestCase("--dkim=example.com=fail", "fail", 1)]
    [TestCase("--dkim=example.com=temperror", "temperror", 75)]
    public async Task With_identifiers_it_combines(string identifier, string result, int status)
    {
        var run = await DmarcAsync("example.com", identifier, "--json");
        Assert.That((run.Json.GetProperty("result").GetString(), (int)run.Status), Is.EqualTo((result, status)));
        JsonShape.AssertHas(run.Json, Contract);
        Assert.That((await DmarcAsync("example.com", identifier)).Output, Does.StartWith(result switch { "pass" => "authentic: ", "fail" => "not authentic: ", _ => "undecided: " }));
    }

    [Test]
    public async Task Without_a_record_everything_about_it_is_null()
    {
        var run = await DmarcAsync("nothing.example", "--json");
        Assert.That(run.Status, Is.EqualTo(ExitStatus.Success));
        JsonShape.AssertHas(run.Json, Contract);
        foreach (var member in (string[])["record", "policy", "policyDomain"])
            Assert.That(run.Json.GetProperty(member).ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null), member);
        Assert.That((await DmarcAsync("nothing.example", "--dns-fault", "_dmarc.example=servfail")).Status, Is.EqualTo(ExitStatus.Temporary));
    }

    [Test]
    public async Task Text_shows_the_policy_and_the_record()
    {
        var run = await DmarcAsync("testing.example");
        Assert.That(run.Output, Does.Contain("  DMARC   reject    ").And.Contain("only being tested (t=y)").And.Contain("v=DMARC1; p=reject; t=y").And.Contain("asked: _dmarc.testing.example"));
    }

    [Test]
    public async Task Bad_usage_is_told()
    {
        (await DmarcAsync()).AssertFailed(ExitStatus.Usage, "the author domain is missing");
        (await DmarcAsync("a b")).AssertFailed(ExitStatus.Usage, "\"a b\" is not a domain name");
        (await DmarcAsync("example.com", "--spf", "example.com")).AssertFailed(ExitStatus.Usage, "has no \"=\"; right would be example.com=pass");
        (await DmarcAsync("example.com", "--dkim", "example.com=maybe")).AssertFailed(ExitStatus.Usage, "\"maybe\" is not known; right would be pass, fail");
        (await DmarcAsync("example.com", "example.net")).AssertFailed(ExitStatus.Usage, "\"example.net\" is one too many");
    }
}
