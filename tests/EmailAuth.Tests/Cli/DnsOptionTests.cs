using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

public class DnsOptionTests
{
    private TemporaryFolder _folder = null!;
    private string _zone = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _zone = _folder.Write("a.zone", "example.com. TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\nslow.example. TXT \"v=spf1 include:example.com -all\"\n");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private static Task<CommandRun> SpfAsync(params string[] words) => CommandRun.OfAsync(["spf", "--ip", "192.0.2.1", "--json", .. words]);

    [Test]
    public async Task Several_zone_files_are_put_together()
    {
        var other = _folder.Write("b.zone", "example.net. TXT \"v=spf1 include:example.com -all\"\n");
        var run = await SpfAsync("--mail-from", "a@example.net", "--zone", _zone, "--zone=" + other);
        Assert.That(run.Json.GetProperty("result").GetString(), Is.EqualTo("pass"), run.Error);
    }

    [TestCase("example.com=servfail")]
    [TestCase("example.com/TXT=timeout")]
    [TestCase("EXAMPLE.com./txt=REFUSED")]
    [Pin("N1")]
    public async Task A_fault_is_a_temporary_error(string fault)
    {
        foreach (var sender in (string[])["a@example.com", "a@slow.example"])
        {
            var run = await SpfAsync("--mail-from", sender, "--zone", _zone, "--dns-fault", fault);
            Assert.That((run.Status, run.Json.GetProperty("result").GetString()), Is.EqualTo((ExitStatus.Temporary, "temperror")));
        }
    }

    [Test]
    public async Task A_fault_of_another_type_or_name_changes_nothing()
    {
        var run = await SpfAsync("--mail-from", "a@example.com", "--zone", _zone, "--dns-fault", "example.com/A=servfail", "--dns-fault=example.net=timeout");
        Assert.That(run.Json.GetProperty("result").GetString(), Is.EqualTo("pass"));
    }

    [TestCase("example.com", "has no \"=\"; right would be example.com/TXT=servfail")]
    [TestCase("example.com=broken", "right would be servfail, timeout or refused")]
    [TestCase("example.com/TYPE99=timeout", "\"TYPE99\" is not known; right would be A, AAAA")]
    [TestCase("exa mple.com=timeout", "\"exa mple.com\" is not a domain name")]
    [TestCase("=timeout", "\"\" is not a domain name")]
    public async Task A_wrong_fault_is_bad_usage(string fault, string said) =>
        (await SpfAsync("--zone", _zone, "--dns-fault", fault)).AssertFailed(ExitStatus.Usage, said);

    [Test]
    public async Task A_fault_needs_a_zone() =>
        (await SpfAsync("--dns-fault", "example.com=timeout")).AssertFailed(ExitStatus.Usage, "--dns-fault works with --zone only");

    [Test]
    public async Task A_zone_and_a_server_exclude_each_other() =>
        (await SpfAsync("--zone", _zone, "--dns", "192.0.2.53")).AssertFailed(ExitStatus.Usage, "exclude each other");

    [Test]
    public async Task A_zone_file_with_an_error_is_told_with_its_line()
    {
        var bad = _folder.Write("bad.zone", "; a comment\nexample.com. TXT \"unclosed\nexample.net. A 192.0.2.1\n");
        (await SpfAsync("--zone", bad)).AssertFailed(ExitStatus.NoInput, bad + ":2:");
    }

    [Test]
    public async Task A_zone_file_that_cannot_be_read_is_told()
    {
        (await SpfAsync("--zone", Path.Combine(_folder.Path, "none"))).AssertFailed(ExitStatus.NoInput, "there is no such file");
        (await SpfAsync("--zone", _folder.Path)).AssertFailed(ExitStatus.NoInput, "it is a directory");
        (await SpfAsync("--zone", _folder.Write("random", "\0\x1\xff(((\"\"\"\n"))).AssertFailed(ExitStatus.NoInput, "random:1:");
    }

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("soon")]
    [TestCase("1e9")]
    [TestCase("NaN")]
    public async Task A_wrong_time_limit_is_bad_usage(string seconds) =>
        (await SpfAsync("--zone", _zone, "--dns-timeout", seconds)).AssertFailed(ExitStatus.Usage, "right would be a number of seconds");

    [Test]
    public async Task The_moment_reaches_the_evaluation()
    {
        var zone = _folder.Write("t.zone", "example.com. TXT \"v=spf1 -all exp=why.example.com\"\nwhy.example.com. TXT \"it is %{t}\"\n");
        var run = await SpfAsync("--mail-from", "a@example.com", "--zone", zone, "--time", "2023-11-14T22:13:20Z");
        Assert.That(run.Json.GetProperty("explanation").GetString(), Is.EqualTo("it is 1700000000"));
    }
}
