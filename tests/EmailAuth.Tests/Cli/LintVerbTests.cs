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
