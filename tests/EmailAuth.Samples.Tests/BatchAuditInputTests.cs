using System.Xml.Linq;

namespace EmailAuth.Samples.Tests;

public sealed class BatchAuditInputTests
{
    private const string Zone = """
        example.com.        TXT "v=spf1 ip4:192.0.2.1 -all"
        _dmarc.example.com. TXT "v=DMARC1; p=reject"
        """;

    private AuditRun _run = null!;

    [SetUp]
    public void SetUp()
    {
        _run = new AuditRun();
        File.WriteAllText(Path.Combine(_run.Folder, "zone"), Zone);
    }

    [TearDown]
    public void TearDown() => _run.Dispose();

    private Task StartAsync(params string[] arguments) => _run.StartAsync([_run.Mail, "--zone", Path.Combine(_run.Folder, "zone"), .. arguments]);

    private IEnumerable<string> Listed() => _run.Read().Section("messages").Descendants("tbody").Single().Elements().Where(row => row.Descendants("code").Any())
        .Select(row => row.Descendants("code").Single().Value + ": " + string.Join(' ', row.Cells()[2..4]));

    [Test]
    [Platform(Exclude = "Win", Reason = "A Maildir's names have a colon.")]
    public async Task Folders_and_maildirs_are_read_through_and_nothing_else()
    {
        const string text = "From: a@example.com\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\n\nHello\n";
        foreach (var folder in (string[])["new", "cur", "tmp"])
            _run.Write($"box/.Sent/{folder}/1700000000.M1P1.host:2,S", text);
        _run.Write("a/b/c.EML", text);
        _run.Write("a/new/notes.txt", text);
        _run.Write("readme.txt", text);
        File.CreateSymbolicLink(Path.Combine(_run.Mail, "loop"), _run.Mail);
        await StartAsync();
        Assert.That(Listed(), Is.EquivalentTo((string[])["a/b/c.EML: fail not checked", "box/.Sent/cur/1700000000.M1P1.host:2,S: fail not checked", "box/.Sent/new/1700000000.M1P1.host:2,S: fail not checked"]));
        Assert.That(_run.Output, Does.Contain("SPF was not checked for 3 of them"));
        Assert.That(_run.Report, Does.Contain("Grüße").And.Contain("not known: SPF is not checked"));
    }

    [Test]
    public async Task Trace_fields_are_believed_only_where_the_user_says_so()
    {
        const string trace = "Return-Path: <a@example.com>\r\nReceived: from mail.example.com (x.example.com [192.0.2.1])\r\n by mx.test with ESMTP; Tue, 24 Nov 2026 12:00:00 +0000\r\nReceived: from other.example ([192.0.2.99]) by relay.test; Tue, 24 Nov 2026 11:00:00 +0000\r\n";
        _run.Write("1.eml", trace + "From: a@example.com\r\n\r\nHello\r\n");
        _run.Write("2.eml", trace.Replace("Return-Path: <a@example.com>\r\n", "") + "From: a@example.com\r\n\r\nHello\r\n");
        _run.Write("3.eml", trace.Replace("[192.0.2.1]", "[IPv6:2001:db8::1]") + "From: a@example.com\r\n\r\nHello\r\n");
        await StartAsync();
        Assert.That(Listed(), Is.EquivalentTo((string[])["1.eml: fail not checked", "2.eml: fail not checked", "3.eml: fail not checked"]));
        await StartAsync("--trust-received");
        Assert.That(Listed(), Is.EquivalentTo((string[])["1.eml: pass pass", "2.eml: fail not checked", "3.eml: fail fail"]));
    }

    /// <summary>The client's address is the one that the receiving server saw, in the comment behind the HELO name; all else may be the client's word.</summary>
    [Test]
    public async Task An_address_that_the_client_wrote_itself_is_not_believed()
    {
        var traces = new Dictionary<string, string>
        {
            ["literal.eml: fail fail"] = "from [192.0.2.1] (unknown [203.0.113.66])",
            ["name.eml: fail fail"] = "from mail.example.com ([203.0.113.66])",
            ["authentic.eml: pass pass"] = "from [203.0.113.66] (mail.example.com. [192.0.2.1] (may be forged))",
            ["v6.eml: fail fail"] = "from [192.0.2.1] ([IPv6:2001:db8::66])",
            ["tls.eml: pass pass"] = "from mail.example.com (unknown [192.0.2.1])\r\n (using TLSv1.3 with cipher X (256/256 bits))",
            ["bare.eml: fail not checked"] = "from [192.0.2.1]",
            ["outside.eml: fail not checked"] = "from mail.example.com [192.0.2.1]",
            ["glued.eml: fail not checked"] = "from mail([192.0.2.1])",
            ["two.eml: fail not checked"] = "from mail ([192.0.2.1] [203.0.113.66])",
            ["second.eml: fail not checked"] = "from mail (x [192.0.2.1]) (unknown [203.0.113.66])",
            ["nested.eml: fail not checked"] = "from mail (x ([192.0.2.1]) [203.0.113.66])",
            ["qmail.eml: fail not checked"] = "from unknown (HELO [192.0.2.1]) (203.0.113.66)",
            ["exim.eml: fail not checked"] = "from [203.0.113.66] (helo=[192.0.2.1])",
            ["ident.eml: fail not checked"] = "from mail (me@x [192.0.2.1])",
            ["unknown.eml: fail not checked"] = "from mail (unknown [unknown])",
            ["open.eml: fail not checked"] = "from mail (x [192.0.2.1]",
            ["nothing.eml: fail not checked"] = "from",
        };
        foreach (var (expected, trace) in traces)
            _run.Write(expected[..expected.IndexOf(':')], $"Return-Path: <a@example.com>\r\nReceived: {trace}\r\n by mx.test with ESMTP; Tue, 24 Nov 2026 12:00:00 +0000\r\nFrom: a@example.com\r\n\r\nHello\r\n");
        await StartAsync("--trust-received");
        Assert.That(Listed(), Is.EquivalentTo(traces.Keys));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Pipes and links of Unix.")]
    public async Task Neither_a_pipe_nor_a_link_leads_the_audit_astray()
    {
        _run.Write("1.eml", "From: a@example.com\r\n\r\nHello\r\n");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_run.Mail, "pipe.eml")]))
            await make.WaitForExitAsync();
        var victim = Path.Combine(_run.Folder, "victim");
        await File.WriteAllTextAsync(victim, "precious");
        File.CreateSymbolicLink(_run.ReportFile + ".part", victim);
        var (status, _, error) = await SampleProgram.RunAsync("BatchAudit", [_run.Mail, "--zone", Path.Combine(_run.Folder, "zone"), "--report", _run.ReportFile]).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That((status, error), Is.EqualTo((66, "")));
        Assert.That(Listed(), Is.EquivalentTo((string[])["1.eml: fail not checked", "pipe.eml: unread -"]));
        Assert.That(await File.ReadAllTextAsync(victim), Is.EqualTo("precious"));
        Assert.That(Directory.GetFiles(_run.Folder, "*.part"), Has.Length.EqualTo(1), "the link");
    }

    [Test]
    public async Task All_messages_are_counted_and_the_most_worrying_ones_listed()
    {
        for (var i = 0; i < 300; i++)
            _run.Write($"{i:000}.eml", $"From: a@{(i % 100 == 7 ? "example.com" : $"d{i}.example")}\r\n\r\nHello\r\n");
        await StartAsync("--list", "4", "--at-a-time", "3");
        Assert.That(Listed(), Is.EqualTo((string[])["007.eml: fail not checked", "107.eml: fail not checked", "207.eml: fail not checked", "000.eml: none not checked"]));
        Assert.That(_run.Report, Does.Contain("The 4 most worrying ones of 300 messages").And.Contain("from 298 author domains"));
    }

    [Test]
    public async Task An_empty_folder_has_a_report_too()
    {
        Directory.CreateDirectory(_run.Mail);
        await StartAsync();
        Assert.That(_run.Read().OfClass("figures").Single().Elements().First().Element("strong")!.Value, Is.EqualTo("0"));
    }

    [TestCase("a folder is missing")]
    [TestCase("there is no folder", "no\e[31msuch")]
    [TestCase("there is no option", "samples", "--frobnicate")]
    [TestCase("exclude each other", "samples", "--trust-received", "--sessions", "x")]
    [TestCase("is no server", "samples", "--dns", "x y")]
    public async Task Bad_usage_is_told_in_one_line(string said, params string[] arguments)
    {
        var (status, output, error) = await SampleProgram.RunAsync("BatchAudit", arguments);
        Assert.That((status, output), Is.EqualTo((64, "")));
        Assert.That(error, Does.StartWith("BatchAudit: ").And.Contain(said).And.Not.Contain('\e'));
        Assert.That(error.Count(character => character == '\n'), Is.EqualTo(1));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Such names of files are those of Unix.")]
    public async Task No_text_of_a_mail_becomes_markup()
    {
        const string attack = "</bdi></strong></table></style><script>document.title='pwned'</script><img src=x onerror=alert(1)>\"'`&lt;&#60;";
        _run.Write("<img src=x onerror=alert(1)>.eml", $"From: a@example.com\r\nSubject: {attack}\r\n\r\nHello\r\n");
        _run.Write("encoded.eml", $"From: =?utf-8?Q?{attack.Replace(" ", "_")}?= <a@example.com>\r\nSubject: =?utf-8?B?{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(attack + "\u202Eevil\0\u001b[31m"))}?=\r\n\r\nHello\r\n");
        _run.Write("from.eml", $"From: \"{attack.Replace("\"", "")}\"@<script>.example\r\nDKIM-Signature: v=1; a=<script>; d=<script>alert(1)</script>; s=\"><img>; b=x\r\n\r\nHello\r\n");
        _run.Write("]]>.eml", "From: a@example.com\r\nSubject: <![CDATA[ ]]> <!-- --> <?xml?> &#x202E;\r\n\r\nHello\r\n");
        await StartAsync();
        var page = _run.Read();
        Assert.That(page.DescendantNodes().OfType<XComment>().Count() + page.DescendantNodes().OfType<XCData>().Count() + page.DescendantNodes().OfType<XProcessingInstruction>().Count(), Is.Zero);
        using var plain = await AuditRun.OfSamplesAsync();
        var known = Names(plain.Read());
        Assert.That(Names(page), Is.SubsetOf(known), "elements and attributes are those of any report");
        var subjects = page.Section("messages").Descendants("strong").Select(strong => strong.Value).ToList();
        Assert.That(subjects, Does.Contain(attack).And.Contain(attack + "\\u{202E}evil\\u{0}\\u{1B}[31m").And.Contain("<![CDATA[ ]]> <!-- --> <?xml?> &#x202E;"));
        Assert.That(page.Section("messages").Descendants("code").Select(code => code.Value), Does.Contain("<img src=x onerror=alert(1)>.eml"));
        Assert.That(_run.Report.Where(character => char.IsControl(character) && character != '\n'), Is.Empty);
    }

    private static HashSet<string> Names(XElement page) =>
        [.. page.DescendantsAndSelf().SelectMany(element => element.Attributes().Select(attribute => $"{element.Name}/{attribute.Name}").Prepend(element.Name.ToString()))];
}
