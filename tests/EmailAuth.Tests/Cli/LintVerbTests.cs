using System.Text;
using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

public class LintVerbTests
{
    private const string Contract = """{ "usable": true, "diagnostics": [ { "severity": "error", "position": 12, "text": "…", "section": "RFC 7208 §5.6" } ] }""";

    [TestCase("spf", "v=spf1 ip4:192.0.2.0/24 -all", true)]
    [TestCase("spf", "v=spf1 ipv4:192.0.2.0/24 -all", false)]
    [TestCase("spf", "", false)]
    [TestCase("dkim", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", true)]
    [TestCase("dkim", "v=DKIM1; p=!", false)]
    [TestCase("dmarc", "v=DMARC1; p=reject; rua=mailto:reports@example.com", true)]
    [TestCase("dmarc", "v=DMARC2; p=reject", false)]
    [TestCase("dkim-signature", "v=1; a=rsa-sha256", false)]
    [TestCase("arc-seal", "i=1; a=rsa-sha256", false)]
    [TestCase("arc-message-signature", "i=0", false)]
    public async Task The_JSON_is_that_of_the_contract(string type, string value, bool usable)
    {
        var run = await CommandRun.OfAsync("lint", "--type", type, value, "--json");
        Assert.That(run.Status, Is.EqualTo(usable ? ExitStatus.Success : ExitStatus.Refused));
        Assert.That(run.Json.GetProperty("usable").GetBoolean(), Is.EqualTo(usable));
        JsonShape.AssertHas(run.Json, Contract);
        if (!usable)
        {
            var first = run.Json.GetProperty("diagnostics")[0];
            Assert.That(first.GetProperty("severity").GetString(), Is.EqualTo("error"));
            Assert.That(first.GetProperty("section").GetString(), Does.Match("^RFC [0-9]+ §[0-9]"));
        }
    }

    [Test]
    public async Task Text_shows_the_place()
    {
        var run = await CommandRun.OfAsync("lint", "--type", "spf", "v=spf1 ipv4:192.0.2.0/24 -all");
        Assert.That(run.Output, Does.StartWith("not usable\nerror at 7: ").And.Contain("v=spf1 »ipv4:192.0.2.0/24 -all"));
    }

    [TestCase("v=spf1 -all\n", true)]
    [TestCase("v=spf1 -all\r\n", true)]
    [TestCase("v=spf1 -all\n\n", false)]
    public async Task A_dash_reads_standard_input_without_its_line_end(string input, bool usable)
    {
        var run = await CommandRun.OfAsync(["lint", "--type", "spf", "-"], Encoding.UTF8.GetBytes(input));
        Assert.That(run.Status, Is.EqualTo(usable ? ExitStatus.Success : ExitStatus.Refused), run.Output);
    }

    [Test]
    public async Task Bad_usage_is_told()
    {
        (await CommandRun.OfAsync("lint", "v=spf1")).AssertFailed(ExitStatus.Usage, "--type TYPE is missing");
        (await CommandRun.OfAsync("lint", "--type", "spf")).AssertFailed(ExitStatus.Usage, "the value to check is missing");
        (await CommandRun.OfAsync("lint", "--type", "dnssec", "x")).AssertFailed(ExitStatus.Usage, "\"dnssec\" is not known; right would be spf");
        (await CommandRun.OfAsync("lint", "--type", "spf", "v=spf1", "-all")).AssertFailed(ExitStatus.Usage, "there is no option \"-all\"");
        (await CommandRun.OfAsync(["lint", "--type", "spf", "-"], new byte[70_000])).AssertFailed(ExitStatus.NoInput, "longer than 65536");
    }

    private const string Deep = """
        example.com. TXT "v=spf1 include:a.example include:b.example -all"
        a.example. TXT "v=spf1 a a:h.example mx exists:x.example -all"
        b.example. TXT "v=spf1 a a:h.example mx exists:x.example mx:h.example include:%{l}.example -all"
        """;

    [Test]
    [Rfc(7208, "4.6.4")]
    public async Task The_records_that_a_domain_leads_to_are_shown_with_what_each_costs()
    {
        using var folder = new TemporaryFolder();
        var zone = folder.Write("deep.zone", Deep);
        var run = await CommandRun.OfAsync("lint", "--type", "spf", "--domain", "example.com", "--zone", zone);
        Assert.That(run.Status, Is.EqualTo(ExitStatus.Refused), run.Error);
        Assert.That(run.Output, Does.StartWith("not usable\nerror at 0: ").And.Contain("12 of 10 terms that may cause DNS look-ups:\n  example.com: 2 look-ups, 12 with those below\n"
            + "    \"include:a.example\": 4 look-ups\n    \"include:b.example\": 6 look-ups, 6 with those below\n      \"include:%{l}.example\": differs from message to message"));
        var json = (await CommandRun.OfAsync("lint", "--type", "spf", "--domain", "example.com", "--zone", zone, "--json")).Json;
        Assert.That(json.GetProperty("usable").GetBoolean(), Is.False);
        Assert.That(json.GetProperty("tree").GetProperty("children")[0].GetProperty("totalLookups").GetInt32(), Is.EqualTo(4));
        (await CommandRun.OfAsync("lint", "--type", "spf", "--domain", "example.com", "--zone", zone, "v=spf1")).AssertFailed(ExitStatus.Usage, "exclude each other");
    }

    private const string Published = """
        $ORIGIN example.com.
        @                TXT "v=spf1 include:down.example -all"
        good._domainkey  TXT ( "v=DKIM1; k=ed25519; " "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" )
        gone._domainkey  TXT "v=DKIM1; k=rsa; p="
        two._domainkey   TXT "something else"
        two._domainkey   TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        spf._domainkey   TXT "v=spf1 -all"
        empty._domainkey A 192.0.2.1
        _dmarc           TXT "other"
        _dmarc           TXT "v=DMARC1; p=reject; rua=mailto:a@example.net"
        _dmarc.two       TXT "v=DMARC1; p=none"
        _dmarc.two       TXT "v=DMARC1; p=reject"
        _dmarc.bad       TXT "v=dmarc1; p=reject"
        down.example.    TXT "v=spf1 -all"
        """;

    [TestCase("dkim", "good._domainkey.example.com", 0, null)]
    [TestCase("dkim", "GOOD._domainkey.EXAMPLE.com.", 0, null)]
    [TestCase("dkim", "two._domainkey.example.com", 0, "warning RFC 6376 §3.6.2.2 there are 2 TXT records")]
    [TestCase("dkim", "gone._domainkey.example.com", 1, "error RFC 6376 §6.1.2 ")]
    [TestCase("dkim", "spf._domainkey.example.com", 1, "error RFC 6376 §3.6.1 ")]
    [TestCase("dkim", "empty._domainkey.example.com", 1, "error RFC 6376 §6.1.2 there is no TXT record at empty._domainkey.example.com")]
    [TestCase("dkim", "none._domainkey.example.com", 1, "error RFC 6376 §6.1.2 none._domainkey.example.com does not exist")]
    [TestCase("dkim", "down._domainkey.example.com", 75, "error RFC 6376 §6.1.2 DNS did not tell")]
    [TestCase("dmarc", "example.com", 0, "info RFC 9990 §3 example.net lies outside example.com")]
    [TestCase("dmarc", "_dmarc.example.com", 0, "info RFC 9990 §3 example.net lies outside example.com")]
    [TestCase("dmarc", "two.example.com", 1, "error RFC 9989 §4.10 there are 2 DMARC records")]
    [TestCase("dmarc", "bad.example.com", 1, "error RFC 9989 §4.7 the record does not begin with exactly")]
    [TestCase("dmarc", "none.example.com", 1, "error RFC 9989 §4.10 _dmarc.none.example.com does not exist")]
    [TestCase("dmarc", "down.example.com", 75, "error RFC 9989 §4.10 DNS did not tell")]
    [TestCase("spf", "example.com", 75, "error RFC 7208 §5.2 ")]
    [TestCase("spf", "none.example.com", 1, "error RFC 7208 §4.5 none.example.com does not exist, and so has no SPF record")]
    public async Task What_is_published_is_judged(string type, string name, int status, string? first)
    {
        using var folder = new TemporaryFolder();
        string[] words = ["lint", "--type", type, "--domain", name, "--zone", folder.Write("zone", Published),
            "--dns-fault", "down._domainkey.example.com=servfail", "--dns-fault", "_dmarc.down.example.com=timeout", "--dns-fault", "down.example/TXT=refused"];
        var json = await CommandRun.OfAsync([.. words, "--json"]);
        Assert.That((int)json.Status, Is.EqualTo(status), json.Output + json.Error);
        JsonShape.AssertHas(json.Json, Contract);
        var diagnostics = json.Json.GetProperty("diagnostics").EnumerateArray().Select(one => $"{one.GetProperty("severity")} {one.GetProperty("section")} {one.GetProperty("text")}").ToList();
        Assert.That(diagnostics, first is null ? Is.Empty : Has.ItemAt(0).StartsWith(first));
        Assert.That(json.Json.GetProperty("usable").GetBoolean(), Is.EqualTo(status == 0));

        var text = await CommandRun.OfAsync(words);
        Assert.That((int)text.Status, Is.EqualTo(status));
        Assert.That(text.Output, Does.StartWith(status == 0 ? "usable\n" : "not usable\n"));
        Assert.That(text.Output.Split('\n'), Has.None.EqualTo("  »"), "nothing is not shown");
        if (type != "spf")
        {
            var record = json.Json.GetProperty("record").GetString();
            Assert.That(text.Output, record is null ? Does.Not.Contain(" at 0") : Does.EndWith($"  {json.Json.GetProperty("name")}: {record}\n"));
        }
    }

    [TestCase("dkim", "example.com", "is no name of a key; right would be SELECTOR._domainkey.DOMAIN")]
    [TestCase("dkim", "_domainkey.example.com", "is no name of a key")]
    [TestCase("dkim", "a..b", "is not a domain name")]
    [TestCase("dmarc", "-", "exclude each other", "v=DMARC1")]
    [TestCase("arc-seal", "example.com", "--domain goes with --type spf, dkim or dmarc")]
    public async Task A_name_that_cannot_be_asked_for_is_told(string type, string name, string said, params string[] more) =>
        (await CommandRun.OfAsync(["lint", "--type", type, "--domain", name, .. more])).AssertFailed(ExitStatus.Usage, said);

    [Test]
    public async Task Texts_have_one_style()
    {
        foreach (var (type, value) in ((string, string)[])[("spf", "v=spf1 ip4:x foo"), ("dkim", "k=rsa; p=!"), ("dkim", "v=DKIM1; t=y; h=sha1; s=x; g=*; p="), ("dmarc", "v=DMARC1; p=x; pct=5"),
            ("dkim-signature", "v=1; a=rsa-sha1; d=x"), ("dkim-signature", "v=1; a=rsa-sha1; d=x; y=1; b=AAAA; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAA=; s=s; h=from; l=1"), ("arc-seal", "i=1; cv=pass; h=x"), ("arc-message-signature", "i=0")])
        {
            foreach (var diagnostic in (await CommandRun.OfAsync("lint", "--type", type, value, "--json")).Json.GetProperty("diagnostics").EnumerateArray())
            {
                var text = diagnostic.GetProperty("text").GetString()!;
                Assert.That(text, Does.Not.EndWith(".").And.Not.Match("^[A-Z][a-z]+ (?!is not signed|stands once)"), type);
            }
        }
    }

    [Test]
    public async Task What_is_said_of_one_place_stands_together()
    {
        var run = await CommandRun.OfAsync("lint", "--type", "dkim-signature", "v=1; a=rsa-sha1; d=x");
        Assert.That(run.Output.Split('\n').Count(line => line == "  »v=1; a=rsa-sha1; d=x"), Is.EqualTo(1), run.Output);
    }

    [Test]
    public async Task Random_values_are_judged_and_never_break_anything()
    {
        var random = new Random(7);
        for (var i = 0; i < 50; i++)
        {
            var octets = new byte[random.Next(200)];
            random.NextBytes(octets);
            foreach (var type in (string[])["spf", "dkim", "dmarc", "dkim-signature", "arc-seal"])
            {
                var run = await CommandRun.OfAsync(["lint", "--type", type, "-"], octets);
                Assert.That(run.Status, Is.EqualTo(ExitStatus.Refused), run.Error);
                Assert.That(run.Output.Where(character => character != '\n'), Has.None.Matches<char>(char.IsControl));
            }
        }
    }
}
