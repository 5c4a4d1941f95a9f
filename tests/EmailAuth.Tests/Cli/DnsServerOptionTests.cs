using EmailAuth.Cli.CommandLine;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.Cli;

public class DnsServerOptionTests
{
    private static Task<CommandRun> SpfAsync(params string[] words) =>
        CommandRun.OfAsync(["spf", "--ip", "192.0.2.1", "--mail-from", "a@example.com", "--json", .. words]);

    [Test]
    public async Task The_server_named_is_asked()
    {
        await using var server = new MisbehavingDnsServer().Answering(query => new WireMessage(query).Answer(query.Name, query.Type, WireMessage.Text("v=spf1 ip4:192.0.2.1 -all")));
        var run = await SpfAsync("--dns", server.EndPoint.ToString());
        Assert.That((run.Status, run.Json.GetProperty("result").GetString()), Is.EqualTo((ExitStatus.Success, "pass")), run.Output);
        Assert.That(server.UdpQueries + server.TcpQueries, Is.EqualTo(1));
    }

    [Test]
    public async Task A_server_that_fails_is_followed_by_the_next()
    {
        await using var broken = new MisbehavingDnsServer().Answering(query => new WireMessage(query).Fails(2));
        await using var good = new MisbehavingDnsServer().Answering(query => new WireMessage(query).Answer(query.Name, query.Type, WireMessage.Text("v=spf1 -all")));
        var run = await SpfAsync("--dns", broken.EndPoint.ToString(), "--dns", good.EndPoint.ToString());
        Assert.That(run.Json.GetProperty("result").GetString(), Is.EqualTo("fail"), run.Output);
    }

    [Test]
    public async Task A_silent_server_is_a_temporary_error_within_the_time_given()
    {
        await using var server = new MisbehavingDnsServer();
        var run = await SpfAsync("--dns", server.EndPoint.ToString(), "--dns-timeout", "0.3");
        Assert.That((run.Status, run.Json.GetProperty("result").GetString()), Is.EqualTo((ExitStatus.Temporary, "temperror")));
    }

    [TestCase("")]
    [TestCase("dns.example")]
    [TestCase("127.0.0.1:0")]
    [TestCase("127.0.0.1:99999")]
    [TestCase("[::1")]
    public async Task What_is_no_server_is_bad_usage(string server) =>
        (await SpfAsync("--dns", server)).AssertFailed(ExitStatus.Usage, "is no server; right would be an address such as 127.0.0.1");
}
