using System.Text;
using EmailAuth.Tests;

namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>What the server makes of clients that know the protocol well, badly, or too well. After every test it must serve the next client.</summary>
public sealed class ProtocolTests() : MtaTests(
    "--Smtp:MaxMessageOctets=1000000", "--Smtp:MaxTextLineOctets=2000", "--Smtp:MaxRecipients=3", "--Smtp:Mailboxes:δοκιμή@receiver.example=greek",
    "--Smtp:MaxConnections=300", "--Smtp:MaxConnectionsPerClient=250")
{
    [OneTimeTearDown]
    public async Task It_serves_after_all()
    {
        using (var talk = await SmtpTalk.BeginAsync(Server))
            Assert.That(await talk.SendDataAsync(MailWorld.Compose("a@good.example", "after all", "x")), Does.StartWith("250 2.0.0 "));
        Assert.That(Server.Log, Does.Not.Contain("A conversation failed"));
    }

    /// <summary>The subject tells whose message a file is.</summary>
    private bool IsStored(string subject) => Server.FilesOf("reader").Any(file => File.ReadAllText(file).Contains($"Subject: {subject}\r\n", StringComparison.Ordinal));

    [TearDown]
    public async Task TheServer_serves_the_next_client()
    {
        Assert.That(Server.IsRunning, Server.Log);
        using var talk = await SmtpTalk.ConnectAsync(Server);
        Assert.That(await talk.HearAsync(), Does.StartWith("220 "));
        Assert.That(await talk.AskAsync("QUIT"), Does.StartWith("221 "));
        Assert.That(await talk.HearAsync(), Is.Null);
    }

    [TestCase("MAIL FROM:<a@good.example>", "503 5.5.1", TestName = "MAIL before EHLO")]
    [TestCase("EHLO", "501 5.5.4", TestName = "EHLO without a name")]
    [TestCase("EHLO a\"b", "501 5.5.4", TestName = "EHLO with a quote in the name")]
    [TestCase("HELO old.test|MAIL FROM:<a@good.example>|RCPT TO:<reader@receiver.example>", "250 2.1.5", TestName = "HELO will do")]
    [TestCase("HELO old.test|MAIL FROM:<a@good.example> SIZE=5", "555 5.5.4", TestName = "Parameters need EHLO")]
    [TestCase("EHLO x|DATA", "503 5.5.1", TestName = "DATA before MAIL")]
    [TestCase("EHLO x|MAIL FROM:<>|DATA", "554 5.5.1", TestName = "DATA without a recipient")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example>|MAIL FROM:<b@good.example>", "503 5.5.1", TestName = "MAIL twice")]
    [TestCase("EHLO x|MAIL FROM:<@relay.test,@b.test:a@good.example>", "250 2.1.0", TestName = "A source route is ignored")]
    [TestCase("EHLO x|MAIL FROM:<\"a b\\\"@>\"@good.example>", "250 2.1.0", TestName = "A quoted local-part may hold anything")]
    [TestCase("EHLO x|MAIL FROM:<a@[192.0.2.1]>", "250 2.1.0", TestName = "An address literal")]
    [TestCase("EHLO x|MAIL FROM:<a@[IPv6:2001:db8::1]>", "250 2.1.0", TestName = "An IPv6 address literal")]
    [TestCase("EHLO x|MAIL FROM: <a@good.example>", "501 5.5.4", TestName = "A space before the path")]
    [TestCase("EHLO x|MAIL FROM:a@good.example", "501 5.5.4", TestName = "A path without brackets")]
    [TestCase("EHLO x|MAIL FROM:<a@b@good.example>", "501 5.5.4", TestName = "Two at signs")]
    [TestCase("EHLO x|MAIL FROM:<a..b@good.example>", "501 5.5.4", TestName = "An empty atom")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example", "501 5.5.4", TestName = "A path without an end")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example>SIZE=5", "501 5.5.4", TestName = "A parameter without a space")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example> SIZE=1000000", "250 2.1.0", TestName = "SIZE at its limit")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example> SIZE=1000001", "552 5.3.4", TestName = "SIZE beyond its limit")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example> SIZE=99999999999999999999", "552 5.3.4", TestName = "SIZE beyond all numbers")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example> SIZE=-1", "501 5.5.4", TestName = "SIZE below zero")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example> BODY=8BITMIME SMTPUTF8 SIZE=9", "250 2.1.0", TestName = "All parameters")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example> BODY=BINARYMIME", "555 5.5.4", TestName = "BINARYMIME was not offered")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example> AUTH=<>", "555 5.5.4", TestName = "AUTH was not offered")]
    [TestCase("EHLO x|MAIL FROM:<δ@good.example>", "553 5.6.7", TestName = "A non-ASCII sender without SMTPUTF8")]
    [TestCase("EHLO x|MAIL FROM:<δ@good.example> SMTPUTF8|RCPT TO:<δοκιμή@receiver.example>", "250 2.1.5", TestName = "Non-ASCII addresses with SMTPUTF8")]
    [TestCase("EHLO x|MAIL FROM:<a@good.example>|RCPT TO:<δοκιμή@receiver.example>", "553 5.6.7", TestName = "A non-ASCII recipient without SMTPUTF8")]
    [TestCase("EHLO x|MAIL FROM:<>|RCPT TO:<Postmaster>", "250 2.1.5", TestName = "The postmaster needs no domain")]
    [TestCase("EHLO x|MAIL FROM:<>|RCPT TO:<postmaster@receiver.example>", "250 2.1.5", TestName = "Each domain has a postmaster")]
    [TestCase("EHLO x|MAIL FROM:<>|RCPT TO:<PostMASTER@Receiver.Example>", "250 2.1.5", TestName = "In any case")]
    [TestCase("EHLO x|MAIL FROM:<> SMTPUTF8|RCPT TO:<po\u017Ftma\u017Fter@receiver.example>", "550 5.1.1", TestName = "In ASCII only")]
    [TestCase("EHLO x|MAIL FROM:<>|RCPT TO:<postmaster@elsewhere.example>", "550 5.7.1", TestName = "Other domains have their own")]
    [TestCase("EHLO x|MAIL FROM:<>|RCPT TO:<postmasters@receiver.example>", "550 5.1.1", TestName = "Nobody else is postmaster")]
    [TestCase("EHLO x|MAIL FROM:<>|RCPT TO:<reader>", "501 5.5.4", TestName = "Everybody else needs one")]
    [TestCase("EHLO x|MAIL FROM:<>|RCPT TO:<\"../reader\"@receiver.example>", "550 5.1.1", TestName = "A path is no mailbox")]
    [TestCase("EHLO x|MAIL FROM:<>|RCPT TO:<someone@elsewhere.example>", "550 5.7.1", TestName = "It relays nothing")]
    [TestCase("EHLO x|MAIL FROM:<>|RCPT TO:<reader@receiver.example> NOTIFY=NEVER", "555 5.5.4", TestName = "NOTIFY was not offered")]
    [TestCase("EHLO x|VRFY reader", "252 2.5.0", TestName = "VRFY tells nothing")]
    [TestCase("EHLO x|EXPN list", "502 5.5.1", TestName = "EXPN is known and not implemented")]
    [TestCase("EHLO x|RSET now", "501 5.5.4", TestName = "RSET has no parameter")]
    [TestCase("EHLO x|QUIT now", "501 5.5.4", TestName = "QUIT has no parameter")]
    [TestCase("EHLO x|STARTTLS", "500 5.5.1", TestName = "STARTTLS was not offered")]
    [TestCase("GET / HTTP/1.1", "421 4.7.0", TestName = "HTTP is another protocol")]
    [TestCase("EHLO x|POST / HTTP/1.1", "421 4.7.0", TestName = "HTTP is another protocol at any time")]
    [TestCase("EHLO x|Host: localhost", "421 4.7.0", TestName = "A field is no command")]
    [TestCase("nonsense", "421 4.7.0", TestName = "Whoever begins with no SMTP is not listened to")]
    [TestCase("\a", "421 4.7.0", TestName = "Whoever begins with no text is not listened to")]
    [TestCase("EHLO x|noop with words|rset", "250 2.0.0", TestName = "Verbs in lower case")]
    [TestCase("EHLO x|", "500 5.5.1", TestName = "An empty line")]
    [Rfc(5321, "4.1")]
    public async Task Commands(string commands, string reply)
    {
        using var talk = await SmtpTalk.ConnectAsync(Server);
        var last = await talk.HearAsync();
        foreach (var command in commands.Split('|'))
            last = await talk.AskAsync(command);
        Assert.That(last, Does.StartWith(reply));
    }

    /// <summary>As a browser sends it for a web page, which may choose the body.</summary>
    [Test]
    public async Task A_web_page_can_send_no_mail()
    {
        var message = MailWorld.Compose("a@good.example", "by a page", "");
        var body = $"EHLO x\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<reader@receiver.example>\r\nBDAT {message.Length} LAST\r\n{Encoding.UTF8.GetString(message)}QUIT\r\n";
        using var talk = await SmtpTalk.ConnectAsync(Server);
        await talk.SayAsync($"POST / HTTP/1.1\r\nHost: localhost:{Server.Port}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        var replies = new List<string>();
        while (await talk.HearAsync() is { } reply)
            replies.Add(reply[..3]);
        Assert.That(replies, Is.SubsetOf((string[])["220", "421"]));
        Assert.That(IsStored("by a page"), Is.False);
    }

    [TestCase(" ")]
    [TestCase("\t")]
    [Rfc(5322, "2.2.3")]
    public async Task No_message_continues_the_fields_of_theServer(string white)
    {
        var message = Encoding.ASCII.GetBytes($"{white}by bank.example with ESMTPS; Tue, 1 Jan 2030 00:00:00 +0000\r\nFrom: <a@good.example>\r\nSubject: continued\r\n\r\n");
        using var talk = await SmtpTalk.BeginAsync(Server);
        Assert.That(await talk.SendDataAsync(message), Does.StartWith("550 5.6.0 "));
        foreach (var command in (string[])["MAIL FROM:<a@good.example>", "RCPT TO:<reader@receiver.example>"])
            Assert.That(await talk.AskAsync(command), Does.StartWith("250 "));
        await talk.SayAsync($"BDAT 1\r\n{white}BDAT {message.Length - 1} LAST\r\n");
        await talk.SayAsync(message.AsMemory(1));
        Assert.That(await talk.HearAsync(), Does.StartWith("550 5.6.0 "));
        Assert.That(await talk.HearAsync(), Does.StartWith("550 5.6.0 "));
        Assert.That(IsStored("continued"), Is.False);
    }

    [Test]
    [Rfc(2920, "3.1")]
    public async Task Pipelined_commands_are_answered_in_their_order()
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        await talk.SayAsync("MAIL FROM:<a@good.example>\r\nRCPT TO:<nobody@receiver.example>\r\nRCPT TO:<reader@receiver.example>\r\nDATA\r\n");
        var replies = new List<string?>();
        for (var i = 0; i < 4; i++)
            replies.Add((await talk.HearAsync())?[..3]);
        Assert.That(replies, Is.EqualTo(new[] { "250", "550", "250", "354" }));
        // The end of the message and what comes next in one piece.
        await talk.SayAsync((byte[])[.. MailWorld.Compose("a@good.example", "pipelined", ""), .. "\r\n.\r\nMAIL FROM:<b@good.example>\r\nQUIT\r\n"u8]);
        Assert.That(await talk.HearAsync(), Does.StartWith("250 2.0.0 Stored"));
        Assert.That(await talk.HearAsync(), Does.StartWith("250 2.1.0 "));
        Assert.That(await talk.HearAsync(), Does.StartWith("221 "));
        Assert.That(IsStored("pipelined"));
    }

    [Test]
    [Rfc(2920, "3.1")]
    public async Task Text_that_comes_before_the_reply_to_DATA_is_never_read_as_commands()
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        await talk.SayAsync("MAIL FROM:<a@good.example>\r\nDATA\r\nMAIL FROM:<evil@good.example>\r\nRCPT TO:<reader@receiver.example>\r\n");
        Assert.That(await talk.HearAsync(), Does.StartWith("250 "));
        Assert.That(await talk.HearAsync(), Is.Null.Or.StartsWith("421 4.5.1 "));
        Assert.That(await talk.HearAsync(), Is.Null);
    }

    /// <summary>What another server might take for the end of the message, and the commands behind it.</summary>
    [TestCase("\n.\n", TestName = "LF dot LF")]
    [TestCase("\n.\r\n", TestName = "LF dot CRLF")]
    [TestCase("\r\n.\n", TestName = "CRLF dot LF")]
    [TestCase("\r.\r", TestName = "CR dot CR")]
    [TestCase("\r\n.\r", TestName = "CRLF dot CR")]
    [TestCase("\r.\r\n", TestName = "CR dot CRLF")]
    [TestCase("\r\n\0.\r\n", TestName = "CRLF NUL dot CRLF")]
    [TestCase("\r\n.\0\r\n", TestName = "CRLF dot NUL CRLF")]
    [TestCase("\r\n.\r\r\n", TestName = "CRLF dot CR CRLF")]
    [TestCase("\n\n.\r\n", TestName = "LF LF dot CRLF")]
    [Rfc(5321, "2.3.8")]
    public async Task Nothing_else_ends_a_message(string end)
    {
        using var talk = await SmtpTalk.BeginAsync(Server);
        var smuggled = $"MAIL FROM:<ceo@good.example>\r\nRCPT TO:<reader@receiver.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nx";
        Assert.That(await talk.SendDataAsync(Encoding.ASCII.GetBytes($"From: <a@good.example>\r\nSubject: carrier\r\n\r\ntext{end}{smuggled}")), Does.StartWith("550 5.6.0 "));
        // One message, one reply.
        Assert.That(await talk.AskAsync("NOOP"), Does.StartWith("250 2.0.0 OK"));
        Assert.That(IsStored("smuggled") || IsStored("carrier"), Is.False);
    }

    [TestCase("NOOP\nNOOP\r\n")]
    [TestCase("NOOP\rNOOP\r\n")]
    [TestCase("NOOP\n")]
    [Rfc(5321, "2.3.8")]
    public async Task A_command_with_another_line_end_ends_the_conversation(string text)
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        await talk.SayAsync(text);
        Assert.That(await talk.HearAsync(), Is.Null.Or.StartsWith("421 4.5.2 "));
        Assert.That(await talk.HearAsync(), Is.Null);
    }

    [Test]
    [Rfc(5321, "4.5.2")]
    public async Task Dots_are_taken_away_wherever_the_octets_are_split()
    {
        var stuffed = "From: <a@good.example>\r\nSubject: dots\r\n\r\n..\r\n...two\r\n.one\r\nmiddle.\r\n\r\n.\r\n"u8.ToArray();
        var kept = "From: <a@good.example>\r\nSubject: dots\r\n\r\n.\r\n..two\r\none\r\nmiddle.\r\n\r\n"u8.ToArray();
        for (var split = stuffed.Length - 12; split < stuffed.Length; split++)
        {
            using var talk = await SmtpTalk.BeginAsync(Server);
            await talk.AskAsync("DATA");
            await talk.SayAsync(stuffed.AsMemory(0, split));
            await Task.Delay(5);
            await talk.SayAsync(stuffed.AsMemory(split));
            var reply = await talk.HearAsync();
            Assert.That(reply, Does.StartWith("250 2.0.0 Stored as "));
            var stored = File.ReadAllBytes(Path.Combine(Server.Folder, "reader", "new", reply![("250 2.0.0 Stored as ".Length)..]));
            Assert.That(stored.AsSpan().EndsWith(kept), $"split at {split}");
        }
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(17)]
    [Rfc(3030, "2")]
    public async Task Chunks_of_odd_sizes_are_one_message(int size)
    {
        var message = MailWorld.Compose("a@good.example", $"chunks {size}", "a\r\n.\r\n..b\r\n");
        // Where each octet has a command of its own, a short message will do.
        if (size > 1)
            message = await World.SignAsync(message, "good.example");
        using var talk = await SmtpTalk.BeginAsync(Server);
        for (var at = 0; at < message.Length; at += size)
        {
            var chunk = message.AsMemory(at, Math.Min(size, message.Length - at));
            await talk.SayAsync((byte[])[.. Encoding.ASCII.GetBytes($"BDAT {chunk.Length}\r\n"), .. chunk.Span]);
        }
        for (var at = 0; at < message.Length; at += size)
            Assert.That(await talk.HearAsync(), Does.EndWith("octets received"));
        Assert.That(await talk.AskAsync("MAIL FROM:<b@good.example>"), Does.StartWith("503 "));
        var reply = await talk.AskAsync("BDAT 0 LAST");
        Assert.That(reply, Does.StartWith("250 2.0.0 Stored as "));
        var stored = File.ReadAllBytes(Path.Combine(Server.Folder, "reader", "new", reply!["250 2.0.0 Stored as ".Length..]));
        Assert.That(stored.AsSpan().EndsWith(message));
        if (size > 1)
            Assert.That(Encoding.UTF8.GetString(stored), Does.Contain("dkim=pass"));
    }

    [Test]
    [Rfc(3030, "2")]
    public async Task A_chunk_that_is_refused_is_read_to_its_end_all_the_same()
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        await talk.SayAsync("BDAT 25 LAST\r\nMAIL FROM:<a@b.example>\r\nMAIL FROM:<a@good.example>\r\n");
        Assert.That(await talk.HearAsync(), Does.StartWith("503 "));
        Assert.That(await talk.HearAsync(), Does.StartWith("250 2.1.0 "));
        Assert.That(await talk.AskAsync("BDAT 4\r\nNOOP"), Does.StartWith("554 "));
        await talk.SayAsync("RCPT TO:<reader@receiver.example>\r\n");
        Assert.That(await talk.HearAsync(), Does.StartWith("500 "), "the CRLF behind the chunk");
        Assert.That(await talk.HearAsync(), Does.StartWith("250 2.1.5"));
        await talk.SayAsync("BDAT 5\r\na\nb\r\n");
        Assert.That(await talk.HearAsync(), Does.StartWith("550 5.6.0"));
        Assert.That(await talk.AskAsync("BDAT 0 LAST"), Does.StartWith("550 5.6.0"));
        Assert.That(await talk.AskAsync("RSET"), Does.StartWith("250 "));
    }

    [Test]
    [Rfc(3030, "2")]
    public async Task A_chunk_that_is_too_large_is_read_to_its_end_and_refused_for_good()
    {
        using var talk = await SmtpTalk.BeginAsync(Server);
        await talk.SayAsync("BDAT 1000002 LAST\r\n");
        await talk.SayAsync(Enumerable.Repeat("\r\n"u8.ToArray(), 500_001).SelectMany(static octets => octets).ToArray());
        Assert.That(await talk.HearAsync(), Does.StartWith("552 5.3.4 "));
        Assert.That(await talk.AskAsync("MAIL FROM:<a@good.example>"), Does.StartWith("250 "));
    }

    [TestCase("BDAT")]
    [TestCase("BDAT x LAST")]
    [TestCase("BDAT 2000001")]
    [TestCase("BDAT -1 LAST")]
    [TestCase("BDAT 99999999999999999999999")]
    [TestCase("BDAT 1 FIRST")]
    public async Task A_chunk_whose_end_nobody_knows_ends_the_conversation(string command)
    {
        using var talk = await SmtpTalk.BeginAsync(Server);
        Assert.That(await talk.AskAsync(command), Does.StartWith("421 4.3.4 "));
        Assert.That(await talk.HearAsync(), Is.Null);
    }

    [Test]
    [Rfc(1870, "6.2")]
    public async Task A_message_that_is_larger_than_announced_is_read_to_its_end_and_refused()
    {
        using var talk = await SmtpTalk.BeginAsync(Server, "<a@good.example> SIZE=10");
        var line = new byte[1000];
        Array.Fill(line, (byte)'a');
        "\r\n"u8.CopyTo(line.AsSpan(998));
        Assert.That(await talk.AskAsync("DATA"), Does.StartWith("354 "));
        for (var i = 0; i < 1500; i++)
            await talk.SayAsync(line);
        await talk.SayAsync(".\r\n");
        Assert.That(await talk.HearAsync(), Does.StartWith("552 5.3.4 "));
        Assert.That(await talk.AskAsync("NOOP"), Does.StartWith("250 "));
        Assert.That(Server.Unfinished(), Is.Empty);
    }

    [Test]
    public async Task A_message_without_an_end_is_cut_off()
    {
        using var talk = await SmtpTalk.BeginAsync(Server);
        Assert.That(await talk.AskAsync("DATA"), Does.StartWith("354 "));
        var zeros = new byte[1 << 16];
        var sent = 0;
        try
        {
            for (; sent < 1 << 28; sent += zeros.Length)
                await talk.SayAsync(zeros);
        }
        catch (IOException)
        {
            // It hung up, as it should.
        }
        Assert.That(sent, Is.LessThan(1 << 26));
    }

    [TestCase("x: ", 2001, "550 5.6.0 A line")]
    [TestCase("x: ", 1900, "250 2.0.0 ")]
    public async Task An_endless_line_of_text(string start, int length, string reply)
    {
        using var talk = await SmtpTalk.BeginAsync(Server);
        Assert.That(await talk.SendDataAsync(Encoding.ASCII.GetBytes($"From: <a@good.example>\r\n{start}{new string('x', length)}\r\n\r\n")), Does.StartWith(reply));
    }

    [Test]
    public async Task A_header_section_beyond_all_bounds_is_refused()
    {
        using var talk = await SmtpTalk.BeginAsync(Server);
        var fields = string.Concat(Enumerable.Range(0, 3000).Select(static i => $"X-{i}: y\r\n"));
        Assert.That(await talk.SendDataAsync(MailWorld.Compose("a@good.example", "many fields", fields: fields)), Does.StartWith("550 5.6.0 The header section cannot be judged: TooManyFields"));
    }

    [Test]
    public async Task An_endless_command_is_thrown_away_and_then_cut_off()
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        Assert.That(await talk.AskAsync("NOOP " + new string('x', 5000)), Does.StartWith("500 5.5.2"));
        Assert.That(await talk.AskAsync("NOOP"), Does.StartWith("250 "));
        try
        {
            for (var i = 0; i < 4096; i++)
                await talk.SayAsync(new byte[4096]);
            Assert.Fail("Sixteen megabytes of a line were taken.");
        }
        catch (IOException)
        {
            // It hung up, as it should.
        }
    }

    [TestCase("NOOP \0\r\n")]
    [TestCase("NOOP \a\r\n")]
    [TestCase("MAIL FROM:<\u0085@good.example> SMTPUTF8\r\n")]
    public async Task Control_characters_are_in_no_command(string text)
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        await talk.SayAsync(text);
        Assert.That(await talk.HearAsync(), Does.StartWith("500 5.5.2"));
    }

    [Test]
    public async Task Octets_that_are_no_UTF8_are_in_no_command()
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        await talk.SayAsync((byte[])[.. "MAIL FROM:<"u8, 0xC3, 0x28, .. "@good.example> SMTPUTF8\r\n"u8]);
        Assert.That(await talk.HearAsync(), Does.StartWith("500 5.5.2"));
    }

    [Test]
    [Rfc(5321, "4.5.3.1.10")]
    public async Task A_hundred_thousand_recipients_cost_one_connection()
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        await talk.SayAsync("MAIL FROM:<a@good.example>\r\n");
        Assert.That(await talk.HearAsync(), Does.StartWith("250 "));
        var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("RCPT TO:<reader@receiver.example>\r\n", 1000)));
        var speaking = Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
                await talk.SayAsync(block);
        });
        var replies = new List<string>();
        while (await talk.HearAsync() is { } reply)
            replies.Add(reply[..3]);
        try
        {
            await speaking;
        }
        catch (IOException)
        {
            // It hung up before all was said.
        }
        Assert.That(replies.Count(static reply => reply == "250"), Is.LessThanOrEqualTo(3));
        Assert.That(replies, Has.Count.LessThanOrEqualTo(1000));
    }

    [TestCase("nonsense")]
    [TestCase("MAIL FROM:<a@good.example>\r\nRSET")]
    [TestCase("EHLO again.test\r\nMAIL FROM:<a@good.example>")]
    public async Task Errors_and_transactions_that_come_to_nothing_end_the_conversation(string command)
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        string? reply = "";
        var lines = command.Split("\r\n").Length;
        for (var i = 0; i < 60 && reply?.StartsWith("421", StringComparison.Ordinal) == false; i++)
        {
            await talk.SayAsync(command + "\r\n");
            for (var line = 0; line < lines && reply?.StartsWith("421", StringComparison.Ordinal) == false; line++)
                reply = await talk.HearAsync();
        }
        Assert.That(reply, Does.StartWith("421 4.7.0 "));
    }

    /// <summary>Where the client leaves, with a reset or with a plain end of its side.</summary>
    [TestCase("")]
    [TestCase("EHL")]
    [TestCase("EHLO x\r\n")]
    [TestCase("EHLO x\r\nMAIL FROM:<a@good.example>\r\n")]
    [TestCase("EHLO x\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<reader@receiver.example>\r\n")]
    [TestCase("EHLO x\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<reader@receiver.example>\r\nDATA\r\n")]
    [TestCase("EHLO x\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<reader@receiver.example>\r\nDATA\r\n|From: <a@good.example>\r\nSubject: broken\r\n\r\nhalf of")]
    [TestCase("EHLO x\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<reader@receiver.example>\r\nDATA\r\n|From: <a@good.example>\r\nSubject: broken\r\n\r\nx\r\n.\r")]
    [TestCase("EHLO x\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<reader@receiver.example>\r\nBDAT 100\r\nhalf of")]
    [TestCase("EHLO x\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<reader@receiver.example>\r\nBDAT 4\r\nhalf")]
    public async Task Clients_that_leave_in_the_middle_leave_nothing_behind(string said)
    {
        for (var i = 0; i < 4; i++)
        {
            using var talk = await SmtpTalk.ConnectAsync(Server);
            foreach (var part in said.Split('|'))
            {
                await talk.SayAsync(part);
                await Task.Delay(10);
            }
            if (i % 2 == 0)
                talk.Break();
        }
        Assert.That(() => Server.Unfinished(), Is.Empty.After(5000, 50));
        Assert.That(IsStored("broken"), Is.False);
    }

    /// <summary>Octets that matter, in all orders: the end is where the first CRLF . CRLF is, and what has a bare line end or NUL before it is refused.</summary>
    [Test]
    [Rfc(5321, "4.5.2")]
    public async Task Whatever_octets_come_the_message_ends_where_the_RFC_says()
    {
        var random = new Random(20261124);
        for (var round = 0; round < 80; round++)
        {
            const string Head = "From: <a@good.example>\r\n\r\n";
            var pieces = round % 2 == 0 ? (string[])["\r\n", ".", "\r\n.", "a", "..", "\r\n\r\n"] : ["\r", "\n", ".", "\r\n", "a", "\0", "\r\n.\r"];
            var sent = Head + string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => pieces[random.Next(pieces.Length)])) + "\r\n.\r\n";
            var end = sent.IndexOf("\r\n.\r\n", StringComparison.Ordinal) + 2;
            var text = sent[..end].Replace("\r\n.", "\r\n", StringComparison.Ordinal);
            var isClean = text.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().IndexOfAny('\r', '\n', '\0') < 0;

            using var talk = await SmtpTalk.BeginAsync(Server);
            Assert.That(await talk.AskAsync("DATA"), Does.StartWith("354 "));
            var message = Encoding.ASCII.GetBytes(sent[..(end + 3)]);
            for (int at = 0, length; at < message.Length; at += length)
                await talk.SayAsync(message.AsMemory(at, length = Math.Min(random.Next(1, 40), message.Length - at)));
            var reply = await talk.HearAsync();
            Assert.That(reply, Does.StartWith(isClean ? "250 2.0.0 Stored as " : "550 5.6.0 "), $"round {round}: {sent}");
            if (isClean)
                Assert.That(File.ReadAllText(Path.Combine(Server.Folder, "reader", "new", reply!["250 2.0.0 Stored as ".Length..])), Does.EndWith("\r\n" + text), $"round {round}");
            Assert.That(await talk.AskAsync("NOOP"), Does.StartWith("250 2.0.0 OK"), $"round {round}: one message has one reply");
        }
    }

    [Test]
    public async Task A_message_that_cannot_be_stored_stays_with_the_client()
    {
        var folders = new[] { Path.Combine(Server.Folder, "spool"), Path.Combine(Server.Folder, "reader", "tmp") };
        foreach (var folder in folders)
        {
            Directory.Move(folder, folder + ".away");
            using var talk = await SmtpTalk.BeginAsync(Server);
            var isSpool = folder == folders[0];
            var reply = isSpool ? await talk.AskAsync("DATA") : await talk.SendDataAsync(MailWorld.Compose("a@good.example", "no room", ""));
            Assert.That(reply, Does.StartWith("452 4.3.1 "));
            if (isSpool)
            {
                await talk.SayAsync("BDAT 4 LAST\r\nNOOP");
                Assert.That(await talk.HearAsync(), Does.StartWith("452 4.3.1 "));
                Assert.That(await talk.AskAsync("NOOP"), Does.StartWith("250 "));
            }
            Directory.Move(folder + ".away", folder);
        }
    }

    [Test]
    public async Task Connections_beyond_the_limit_are_told_to_come_back()
    {
        var talks = new List<SmtpTalk>();
        try
        {
            for (var i = 0; i < 250; i++)
            {
                talks.Add(await SmtpTalk.ConnectAsync(Server));
                Assert.That(await talks[^1].HearAsync(), Does.StartWith("220 "));
            }
            talks.Add(await SmtpTalk.ConnectAsync(Server));
            Assert.That(await talks[^1].HearAsync(), Does.StartWith("421 4.7.0 "));
            Assert.That(await talks[^1].HearAsync(), Is.Null);
        }
        finally
        {
            foreach (var talk in talks)
                talk.Dispose();
        }
        Assert.That(async () =>
        {
            using var talk = await SmtpTalk.ConnectAsync(Server);
            return await talk.HearAsync();
        }, Does.StartWith("220 ").After(5000, 50));
    }
}
