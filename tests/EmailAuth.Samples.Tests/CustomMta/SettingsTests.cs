namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>Settings with which no mail could be taken: told at the start, each by its key, and not to the first client.</summary>
public sealed class SettingsTests
{
    private const string TimeIsRight = "right would be hours:minutes:seconds, such as 00:05:00, more than none and a day at most.";
    private const string FolderIsRight = "right would be the name of a folder, such as reader: no path, no dot before it, and not \"spool\".";

    private DirectoryInfo _folder = null!;

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("emailauth-mta-");

    [TearDown]
    public void TearDown() => _folder.Delete(recursive: true);

    [TestCase("--Smtp:Address=x", "Smtp:Address is \"x\"; right would be an IP address, such as 0.0.0.0.")]
    [TestCase("--client=foo", "Smtp:PretendedClient (--client) is \"foo\"; right would be an IP address, such as 192.0.2.150.")]
    [TestCase("--client=26", "Smtp:PretendedClient (--client) is \"26\"; right would be an IP address, such as 192.0.2.150.")]
    [TestCase("--Smtp:Port=65536", "Smtp:Port (--port) is \"65536\"; right would be a number from 0 to 65535.")]
    [TestCase("--Metrics:Port=x", "Metrics:Port (--metrics-port) is \"x\"; right would be a number from 0 to 65535.")]
    [TestCase("--Smtp:MaxErrors=0", "Smtp:MaxErrors is \"0\"; right would be a number from 1 to 1000000.")]
    [TestCase("--Smtp:MaxTextLineOctets=997", "Smtp:MaxTextLineOctets is \"997\"; right would be a number from 998 to 1048576.")]
    [TestCase("--Smtp:CommandTimeLimit=-00:00:05", "Smtp:CommandTimeLimit is \"-00:00:05\"; " + TimeIsRight)]
    [TestCase("--Smtp:MessageTimeLimit=100.00:00:00", "Smtp:MessageTimeLimit is \"100.00:00:00\"; " + TimeIsRight)]
    [TestCase("--Smtp:BlockTimeLimit=5", "Smtp:BlockTimeLimit is \"5\"; " + TimeIsRight)]
    [TestCase("--Smtp:Mailboxes:x@receiver.example=Spool", "Smtp:Mailboxes:x@receiver.example is \"Spool\"; " + FolderIsRight)]
    [TestCase("--Smtp:Mailboxes:x@receiver.example=../../x", "Smtp:Mailboxes:x@receiver.example is \"../../x\"; " + FolderIsRight)]
    [TestCase("--Smtp:Mailboxes:reader=x", "Smtp:Mailboxes:reader names no mailbox; right would be an address, such as reader@receiver.example, or postmaster.")]
    [TestCase("--EmailAuth:AuthservId=my server", "EmailAuth:AuthservId is \"my server\"; right would be the name of this server, such as mx.receiver.example, since it greets by it.")]
    [TestCase("--folder=/dev/null/x", "Smtp:Folder (--folder) is \"/dev/null/x\", which cannot be used: ")]
    [Platform(Exclude = "Win", Reason = "A path of Unix.")]
    public async Task A_setting_that_cannot_be_used_is_told_with_its_key_its_value_and_what_would_be_right(string argument, string said) =>
        await RefusesAsync(78, [argument], said);

    [TestCase("there is no option \"--prot\"; the nearest is --port. --help lists them all.", "--prot", "26")]
    [TestCase("there is no option \"port\"; the nearest is --port. --help lists them all.", "port")]
    [TestCase("there is no option \"-p\"; the nearest ", "-p", "26")]
    [TestCase("there is no option \"--Smpt:Address\"; the nearest is --Smtp:Address. --help lists them all.", "--Smpt:Address=0.0.0.0")]
    [TestCase("there is no option \"--Smtp:Adress\"; the nearest is --Smtp:Address. --help lists them all.", "--Smtp:Adress=0.0.0.0")]
    [TestCase("--port lacks its value; right would be --port 25. --help tells more.", "--port")]
    [TestCase("--port lacks its value; right would be --port 25. --help tells more.", "--port", "--client", "192.0.2.1")]
    public async Task An_option_that_is_not_known_stops_the_start(string said, params string[] arguments) => await RefusesAsync(64, arguments, said);

    [Test]
    public async Task All_problems_are_told_at_once() => await RefusesAsync(
        78,
        ["--Smtp:MaxErrors=0", "--EmailAuth:AuthservId=", "--EmailAuth:Verification:MinimumRsaKeyBits=1"],
        "Smtp:MaxErrors is \"0\"; right would be a number from 1 to 1000000.", "EmailAuth:Verification:MinimumRsaKeyBits is \"1\": ", "EmailAuth:AuthservId is \"\": ");

    [Test]
    public async Task A_key_in_the_settings_that_is_not_known_is_told_with_the_nearest()
    {
        var start = SampleProgram.StartInfo("CustomMta");
        (start.Environment["Smtp__MaxEror"], start.Environment["Metrics__Prot"]) = ("5", "1");
        using var process = System.Diagnostics.Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync();
        Assert.That((process.ExitCode, error), Is.EqualTo((78, "CustomMta: Smtp:MaxEror is no setting; the nearest is Smtp:MaxErrors.\nCustomMta: Metrics:Prot is no setting; the nearest is Metrics:Port.\n")));
    }

    [Test]
    public async Task A_port_that_is_taken_is_told_in_one_line()
    {
        using var world = new MailWorld();
        await using var server = await MtaServer.StartAsync(world.Zone);
        await RefusesAsync(69, [$"--Smtp:Port={server.Port}"], $"Failed to bind to address http://127.0.0.1:{server.Port}: address already in use. Right would be a free one: ");
    }

    [TestCase("--help")]
    [TestCase("-h")]
    [TestCase("--prot", "26", "-h")]
    public async Task Help_tells_of_every_option_with_its_default_and_an_example(params string[] arguments)
    {
        var (status, output, error) = await SampleProgram.RunAsync("CustomMta", arguments).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That((status, error), Is.EqualTo((0, "")));
        var lines = output.Split('\n');
        foreach (var option in (string[])["--zone", "--client", "--folder", "--port", "--metrics-port", "--Smtp:Address", "--Smtp:MaxMessageOctets", "--Smtp:MaxTextLineOctets", "--Smtp:MaxRecipients",
            "--Smtp:MaxCommands", "--Smtp:MaxErrors", "--Smtp:MaxConnections", "--Smtp:MaxConnectionsPerClient", "--Smtp:CommandTimeLimit", "--Smtp:BlockTimeLimit", "--Smtp:MessageTimeLimit", "--Smtp:ConnectionTimeLimit"])
        {
            var at = Array.FindIndex(lines, line => line.StartsWith($"  {option} ", StringComparison.Ordinal));
            Assert.That(at, Is.Not.Negative, option);
            Assert.That(lines[at + 1], Does.Match($"(Unless set: [^ ]+|Not set)\\. Example: {option} [^ ]+$"));
        }
        Assert.That(output, Does.Contain("Unless set: 2525. Example: --port 25\n").And.Contain("--Smtp:Mailboxes:ADDRESS").And.Contain("78 a setting"));
    }

    /// <summary>The server does not start, says these lines and nothing else.</summary>
    private async Task RefusesAsync(int expected, string[] arguments, params string[] said)
    {
        string[] others = [.. ((string[])["--folder", _folder.FullName]).Where(_ => !arguments.Any(argument => argument.StartsWith("--folder", StringComparison.Ordinal)))];
        var (status, output, error) = await SampleProgram.RunAsync("CustomMta", [.. others, .. arguments]).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That((status, output), Is.EqualTo((expected, "")), error);
        var lines = error.TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.EqualTo(said.Length), error);
        foreach (var (line, start) in lines.Zip(said))
            Assert.That(line, Does.StartWith("CustomMta: " + start));
    }
}
