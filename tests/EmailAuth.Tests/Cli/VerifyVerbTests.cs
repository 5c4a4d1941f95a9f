using System.Text;
using System.Text.Json;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Tests.Message;

namespace EmailAuth.Tests.Cli;

public class VerifyVerbTests
{
    private const string Message = "From: Joe <joe@example.com>\r\nTo: ann@example.net\r\nSubject: x\r\n\r\nHello\r\n";

    private static readonly string[] Session = ["--ip", "192.0.2.1", "--helo", "mail.example.com", "--mail-from", "joe@example.com", "--authserv-id", "mx.example.net"];

    private TemporaryFolder _folder = null!;
    private string _zone = null!;
    private string _message = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _zone = _folder.Write("a.zone", """
            $ORIGIN example.com.
            @       TXT "v=spf1 ip4:192.0.2.0/24 -all"
            _dmarc  TXT "v=DMARC1; p=reject"
            mail    TXT "v=spf1 ip4:192.0.2.1 -all"
            """);
        _message = _folder.Write("message.eml", Message);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private Task<CommandRun> VerifyAsync(params string[] words) => CommandRun.OfAsync(["verify", "--zone", _zone, .. words]);

    private Task<CommandRun> VerifyInputAsync(byte[] input, params string[] words) => CommandRun.OfAsync(["verify", "--zone", _zone, .. words], input);

    private const string Contract = """
        {
          "file": "message.eml",
          "spf": { "result": "", "domain": "", "scope": "", "mechanism": "", "explanation": null, "reason": "", "dnsLookups": 3, "voidLookups": 0,
                   "helo": { "result": "", "domain": "", "scope": "", "mechanism": "", "explanation": null, "reason": "", "dnsLookups": 3, "voidLookups": 0 } },
          "dkim": { "result": "", "signatures": [
              { "result": "", "domain": "", "selector": "", "algorithm": "", "identity": "", "keyBits": 2048, "bodyLengthLimited": false, "testing": false, "reason": null } ] },
          "arc": { "result": "", "instance": 2, "oldestPass": 0, "reason": null,
                   "sets": [ { "instance": 1, "sealDomain": "", "selector": "", "chainValidation": "", "sealResult": "", "messageSignatureResult": "" } ] },
          "dmarc": { "result": "", "fromDomain": "", "organizationalDomain": "", "policyDomain": "", "policy": "", "disposition": "",
                     "spfAligned": true, "dkimAligned": true, "testing": false, "reason": null },
          "authenticationResults": "",
          "receivedSpf": "",
          "dnsQueries": 7
        }
        """;

    [TestCase(true)]
    [TestCase(false, "--ip", "198.51.100.1", "--mail-from", "joe@example.com")]
    public async Task A_failure_without_the_clients_address_says_that_SPF_was_not_checked(bool says, params string[] session)
    {
        const string caveat = "SPF was not checked, as no client's address was given (--ip)";
        void AssertSaid(string? text) => Assert.That(text!.Contains(caveat, StringComparison.Ordinal), Is.EqualTo(says), text);
        var text = await VerifyAsync([_message, .. session]);
        Assert.That(text.Status, Is.EqualTo(ExitStatus.Refused));
        AssertSaid(text.Output.Split("\n  DMARC")[0]);
        AssertSaid((await VerifyAsync([_message, _message, .. session])).Output);
        var json = (await VerifyAsync([_message, "--json", .. session])).Json;
        AssertSaid(json.GetProperty("dmarc").GetProperty("reason").GetString());
    }

    [Test]
    public async Task A_pass_and_a_domain_without_a_policy_need_no_such_word()
    {
        var other = _folder.Write("other.eml", Message.Replace("example.com", "plain.example"));
        Assert.That((await VerifyAsync(other)).Output, Does.Not.Contain("--ip"));
        Assert.That((await VerifyAsync([_message, .. Session])).Output, Does.Not.Contain("--ip"));
    }

    [TestCase(true)]
    [TestCase(false, "--helo", "mail.example.com")]
    [TestCase(false, "--mail-from=")]
    public async Task Text_says_that_neither_HELO_name_nor_reverse_path_was_given(bool says, params string[] more)
    {
        var run = await CommandRun.OfAsync(["verify", "-", "--zone", Repository.PathOf("samples", "zones", "example.zone"), "--ip", "192.0.2.1", .. more], "From: a@example.com\r\n\r\nx"u8.ToArray());
        Assert.That(run.Output.Contains("--helo and --mail-from were not given", StringComparison.Ordinal), Is.EqualTo(says), run.Output + run.Error);
    }

    [Test]
    public async Task The_JSON_is_that_of_the_contract()
    {
        var run = await VerifyAsync([_message, "--json", .. Session]);
        Assert.That((run.Status, run.Error), Is.EqualTo((ExitStatus.Success, "")));
        JsonShape.AssertHas(run.Json, Contract);
        Assert.That(run.Json.GetProperty("file").GetString(), Is.EqualTo(_message));
        Assert.That(run.Json.GetProperty("spf").GetProperty("result").GetString(), Is.EqualTo("pass"));
        Assert.That(run.Json.GetProperty("dkim").GetProperty("result").GetString(), Is.EqualTo("none"));
        Assert.That(run.Json.GetProperty("dmarc").GetProperty("result").GetString(), Is.EqualTo("pass"));
        Assert.That(run.Json.GetProperty("dmarc").GetProperty("policy").GetString(), Is.EqualTo("reject"));
        Assert.That(run.Json.GetProperty("dmarc").GetProperty("disposition").GetString(), Is.EqualTo("none"));
        Assert.That(run.Json.GetProperty("authenticationResults").GetString(), Does.StartWith("mx.example.net; ").And.Contain("dmarc=pass").And.Not.Contain('\n'));
        Assert.That(run.Json.GetProperty("receivedSpf").GetString(), Does.StartWith("pass (").And.Contain("client-ip=192.0.2.1").And.Not.Contain('\n'));
    }

    [Test]
    public async Task A_failing_message_asks_for_what_its_owner_says()
    {
        var run = await VerifyAsync(_message, "--json", "--ip", "198.51.100.1", "--helo", "x.example", "--mail-from", "joe@example.com");
        Assert.That(run.Status, Is.EqualTo(ExitStatus.Refused));
        Assert.That(run.Json.GetProperty("dmarc").GetProperty("disposition").GetString(), Is.EqualTo("reject"));
    }

    [Test]
    public async Task A_temporary_error_is_told_by_the_status()
    {
        var run = await VerifyAsync([_message, "--json", "--dns-fault", "_dmarc.example.com=timeout", .. Session]);
        Assert.That(run.Status, Is.EqualTo(ExitStatus.Temporary));
        Assert.That(run.Json.GetProperty("dmarc").GetProperty("result").GetString(), Is.EqualTo("temperror"));
    }

    [Test]
    public async Task Without_an_address_SPF_is_none_and_the_rest_is_evaluated()
    {
        var run = await VerifyAsync(_message, "--json");
        Assert.That(run.Json.GetProperty("spf").GetProperty("result").GetString(), Is.EqualTo("none"));
        Assert.That(run.Json.GetProperty("spf").GetProperty("reason").GetString(), Is.Not.Empty);
        Assert.That(run.Json.GetProperty("spf").GetProperty("helo").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(run.Json.GetProperty("dmarc").GetProperty("fromDomain").GetString(), Is.EqualTo("example.com"));
        Assert.That(run.Status, Is.EqualTo(ExitStatus.Refused));
    }

    [Test]
    public async Task Text_says_the_verdict_first()
    {
        var run = await VerifyAsync([_message, .. Session]);
        var lines = run.Output.Split('\n');
        Assert.That(lines[0], Is.EqualTo("authentic: example.com is confirmed by SPF"));
        Assert.That(lines[1], Does.StartWith("  DMARC   pass      "));
        Assert.That(lines, Has.Some.StartsWith("  SPF     pass      ").And.Some.StartsWith("  HELO    pass      ").And.Some.StartsWith("  DKIM    none      "));

        var failed = await VerifyAsync(_message);
        Assert.That(failed.Output, Does.StartWith("not authentic: nothing confirms example.com; its owner asks to reject it\n").And.Not.Contain("HELO"));
        var spoofed = await VerifyAsync(_folder.Write("spoofed.eml", Message.Replace("joe@example.com", "ceo@bank.example")), "--ip", "192.0.2.1", "--mail-from", "joe@example.com");
        Assert.That(spoofed.Output, Does.StartWith("not proven: bank.example has no DMARC policy that applies; authenticated: example.com (SPF)\n"));
    }

    [Test]
    public async Task Header_fields_have_the_line_ends_of_the_message()
    {
        var run = await VerifyAsync([_message, "--headers", .. Session]);
        Assert.That(run.Output, Does.StartWith("Authentication-Results: mx.example.net;\r\n "));
        Assert.That(run.Output, Does.Contain("\r\nReceived-SPF: pass ("));
        Assert.That(run.Output.Replace("\r\n", ""), Does.Not.Contain('\n').And.Not.Contain('\r'));
        var unix = await VerifyInputAsync(Encoding.Latin1.GetBytes(Message.Replace("\r\n", "\n")), ["-", "--headers", .. Session]);
        Assert.That(unix.Output, Is.EqualTo(run.Output.Replace("\r\n", "\n")));
    }

    [Test]
    [Pin("D13")]
    public async Task Lone_LF_everywhere_is_read_as_CRLF_and_a_mixture_is_not()
    {
        async Task<JsonElement> DmarcAsync(string text) =>
            (await VerifyInputAsync(Encoding.Latin1.GetBytes(text), ["--json", .. Session])).Json.GetProperty("dmarc");
        Assert.That((await DmarcAsync(Message.Replace("\r\n", "\n"))).GetProperty("result").GetString(), Is.EqualTo("pass"));
        Assert.That((await DmarcAsync(Message.Replace("Subject: x\r\n", "Subject: x\n"))).GetProperty("result").GetString(), Is.Not.EqualTo("none"));
    }

    [TestCase("")]
    [TestCase("\r\n")]
    [TestCase("no header at all")]
    [TestCase("From: joe@example.com")]
    [TestCase("From: joe@example.com\r\nno colon\r\n")]
    [TestCase("\0\0\0\0")]
    [TestCase("From: \e]0;owned\a@example.com\r\n\r\n")]
    public async Task Any_octets_are_a_message(string text)
    {
        foreach (var words in (string[][])[["--json"], [], ["--headers"]])
        {
            var run = await VerifyInputAsync(Encoding.Latin1.GetBytes(text), [.. words, .. Session]);
            Assert.That(run.Status, Is.AnyOf(ExitStatus.Success, ExitStatus.Refused), run.Error);
            Assert.That(run.Error, Is.Empty);
            Assert.That(run.Output, Is.Not.Empty.And.No.Member('\e').And.No.Member('\a'));
        }
    }

    [Test]
    public async Task Random_octets_are_a_message()
    {
        var random = new Random(11);
        for (var i = 0; i < 60; i++)
        {
            var octets = new byte[random.Next(4_000)];
            random.NextBytes(octets);
            if (i % 2 == 0)
            {
                var head = "From: joe@example.com\r\nDKIM-Signature: v=1; "u8;
                head[..Math.Min(octets.Length, head.Length)].CopyTo(octets);
            }
            var run = await VerifyInputAsync(octets, ["--json", .. Session]);
            Assert.That(run.Status, Is.AnyOf(ExitStatus.Success, ExitStatus.Refused), run.Error);
            JsonShape.AssertHas(run.Json, Contract);
        }
    }

    [Test]
    [Attack("P3")]
    public async Task A_hundred_thousand_header_fields_are_not_read()
    {
        var text = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("A: b\r\n", 100_000)) + Message);
        var run = await VerifyInputAsync(text, ["--json", .. Session]);
        Assert.That(run.Status, Is.AnyOf(ExitStatus.Success, ExitStatus.Refused), run.Error);
        Assert.That(run.Json.GetProperty("messageDefect").GetString(), Is.Not.EqualTo("none"));
        Assert.That(run.Json.GetProperty("dmarc").GetProperty("result").GetString(), Is.EqualTo("permerror"));
        Assert.That((await VerifyInputAsync(text, Session)).Output, Does.Contain("the header section was not read"));
    }

    [Test]
    public async Task What_cannot_be_read_is_told()
    {
        (await VerifyAsync(Path.Combine(_folder.Path, "none.eml"), "--json")).AssertFailed(ExitStatus.NoInput, "there is no such file");
        (await VerifyAsync(_folder.Path)).AssertFailed(ExitStatus.NoInput, "it is a directory");
    }

    [Test]
    public async Task Several_files_give_an_array_in_their_order_and_the_worst_status()
    {
        var files = Enumerable.Range(0, 20).Select(i => _folder.Write($"{i}.eml", Message.Replace("example.com", i == 7 ? "other.example" : "example.com"))).ToList();
        files.Insert(5, Path.Combine(_folder.Path, "none.eml"));
        var run = await VerifyAsync([.. files, "--json", .. Session]);
        Assert.That(run.Status, Is.EqualTo(ExitStatus.NoInput));
        Assert.That(run.Json.EnumerateArray().Select(element => element.GetProperty("file").GetString()), Is.EqualTo(files));
        Assert.That(run.Json[5].GetProperty("error").GetString(), Does.Contain("there is no such file"));
        Assert.That(run.Json[8].GetProperty("dmarc").GetProperty("result").GetString(), Is.EqualTo("none"));
        Assert.That(run.Json[0].GetProperty("dmarc").GetProperty("result").GetString(), Is.EqualTo("pass"));
        Assert.That(run.Error, Does.StartWith("emailauth: ").And.Contain("none.eml"));

        var refused = await VerifyAsync(_message, files[0], "--ip", "198.51.100.1", "--json");
        Assert.That(refused.Status, Is.EqualTo(ExitStatus.Refused));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Names_are_cut_on_a_terminal_only(bool isTerminal)
    {
        var file = _folder.Write(new string('n', 60) + ".eml", Message);
        using var output = new MemoryStream();
        await EmailAuthCommand.RunAsync(["verify", "--zone", _zone, file, _message], new CommandIo(Stream.Null, output, Stream.Null) { OutputIsTerminal = isTerminal });
        var table = Encoding.UTF8.GetString(output.ToArray());
        Assert.That(table.Contains(file, StringComparison.Ordinal), Is.EqualTo(!isTerminal), table);
        Assert.That(table.Contains('…', StringComparison.Ordinal), Is.EqualTo(isTerminal), table);
    }

    [Test]
    public async Task Several_files_give_a_table_as_text()
    {
        var hostile = _folder.Write("\u001b[31m.eml", Message);
        var run = await VerifyAsync([_message, hostile, "-", Path.Combine(_folder.Path, "none.eml"), .. Session]);
        var lines = run.Output.Split('\n');
        Assert.That(lines[0], Does.Match("^FILE +FROM +DMARC +SPF +DKIM +ASKED FOR$"));
        Assert.That(lines[1], Does.Match("message.eml +example.com +pass +pass +none +none$"));
        Assert.That(lines[2], Does.Contain("\\x1B[31m.eml").And.No.Member('\e'));
        Assert.That(lines[3], Does.StartWith("- ").And.Contain("permerror"));
        Assert.That(lines[4], Does.Contain("none.eml").And.Contain("unread"));
        Assert.That(lines[6], Is.EqualTo("4 messages by DMARC: 2 pass, 1 permerror, 1 unread"));
        Assert.That(run.Status, Is.EqualTo(ExitStatus.NoInput));
        Assert.That(run.Error, Does.Not.Contain('\r'), "no progress bar where there is no terminal");
    }

    [Test]
    public async Task A_terminal_gets_colours_and_a_progress_bar_unless_it_wants_none()
    {
        foreach (var (variable, coloured) in ((string?, bool)[])[(null, true), ("NO_COLOR", false), ("TERM", false)])
        {
            using var output = new MemoryStream();
            using var error = new MemoryStream();
            var io = new CommandIo(Stream.Null, output, error)
            {
                OutputIsTerminal = true,
                ErrorIsTerminal = true,
                Environment = name => name == variable ? "dumb" : null,
            };
            Assert.That(await EmailAuthCommand.RunAsync(["verify", "--zone", _zone, _message, _message, .. Session], io), Is.EqualTo(ExitStatus.Success));
            Assert.That(Encoding.UTF8.GetString(output.ToArray()).Contains("\e[32mpass"), Is.EqualTo(coloured));
            var progress = Encoding.UTF8.GetString(error.ToArray());
            Assert.That(progress.Contains("2/2"), Is.EqualTo(variable != "TERM"), "a terminal that cannot go back gets none");
            Assert.That(progress.Contains("\e[3") || progress.Contains(";38"), Is.EqualTo(coloured), progress);
        }
    }

    [Test]
    public async Task Forged_fields_are_listed()
    {
        var run = await VerifyInputAsync(Encoding.Latin1.GetBytes("Authentication-Results: MX.example.net 1; dmarc=pass\r\n" + Message), ["--json", .. Session]);
        Assert.That(run.Json.GetProperty("forgedAuthenticationResults").EnumerateArray().Select(field => field.GetInt32()), Is.EqualTo((int[])[0]));
        var text = await VerifyInputAsync(Encoding.Latin1.GetBytes("Authentication-Results: MX.example.net 1; dmarc=pass\r\n" + Message), Session);
        Assert.That(text.Output, Does.Contain("  Forged  1 "));
    }

    [Test]
    public async Task Bad_usage_is_told()
    {
        (await VerifyAsync("-", "-")).AssertFailed(ExitStatus.Usage, "\"-\" is given twice");
        (await VerifyAsync(_message, "--headers", "--json")).AssertFailed(ExitStatus.Usage, "exclude each other");
        (await VerifyAsync(_message, _message, "--headers")).AssertFailed(ExitStatus.Usage, "--headers is for one message");
        (await VerifyAsync(_message, "--ip", "1.2.3")).AssertFailed(ExitStatus.Usage, "\"1.2.3\" is not an IP address");
        (await VerifyAsync(_message, "--authserv-id", "a\r\nb")).AssertFailed(ExitStatus.Usage, "--authserv-id: \"a\\x0D\\x0Ab\" is not fit");
        (await VerifyAsync(_message, "--authserv-id=")).AssertFailed(ExitStatus.Usage, "--authserv-id: \"\" is not fit");
        (await VerifyAsync(_message, "--public-suffix-list", "none.dat")).AssertFailed(ExitStatus.NoInput, "none.dat");
    }

    [Test]
    public async Task A_call_that_is_cancelled_ends_as_interrupted()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var run = await CommandRun.OfAsync(["verify", "--zone", _zone, _message], [], cancelled.Token);
        run.AssertFailed(ExitStatus.Interrupted, "interrupted");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_body_of_100_MB_needs_no_memory(bool isFile)
    {
        const int size = 100_000_000;
        Stream input = new RepeatedStream(Encoding.Latin1.GetBytes("From: joe@example.com\nDKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\n\n"), Encoding.Latin1.GetBytes(new string('x', 70) + "\n"), size);
        var name = "-";
        if (isFile)
        {
            name = Path.Combine(_folder.Path, "large.eml");
            await using var file = File.Create(name);
            await input.CopyToAsync(file);
            input = Stream.Null;
        }
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        GC.Collect();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var status = await EmailAuthCommand.RunAsync(["verify", "--zone", _zone, "--json", name], new CommandIo(input, output, error));
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.That(status, Is.EqualTo(ExitStatus.Refused), Encoding.UTF8.GetString(error.ToArray()));
        Assert.That(JsonDocument.Parse(output.ToArray()).RootElement.GetProperty("dkim").GetProperty("signatures").GetArrayLength(), Is.EqualTo(1));
        Assert.That(allocated, Is.LessThan(32 << 20));
    }
}
