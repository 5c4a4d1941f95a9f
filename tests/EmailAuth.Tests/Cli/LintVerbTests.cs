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
        (await CommandRun.OfAsync("lint", "--type", "dkim", "--domain", "example.com", "--zone", zone)).AssertFailed(ExitStatus.Usage, "--domain goes with --type spf");
        (await CommandRun.OfAsync("lint", "--type", "spf", "--domain", "example.com", "--zone", zone, "v=spf1")).AssertFailed(ExitStatus.Usage, "exclude each other");
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
