using System.Globalization;
using System.Net;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests;
using MailKit.Net.Smtp;
using MimeKit;

namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>Mail that MailKit sends: the reply by the verdict, and the stored file octet for octet.</summary>
public sealed class DeliveryTests() : MtaTests("--Smtp:Mailboxes:δοκιμή@receiver.example=greek")
{
    [Test]
    [Rfc(5321, "4.4")]
    public async Task Good_mail_is_stored_with_our_fields_before_it_and_not_an_octet_else()
    {
        var message = await World.SignAsync(MailWorld.Compose("ann@good.example", "good"), "good.example");
        await SendAsync(message, "ann@good.example", "bob@receiver.example");

        var file = Server.FilesOf("bob").Single();
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(await StoredAsync(file, message, message, "ann@good.example", "bob@receiver.example")));
        Assert.That(Encoding.UTF8.GetString(File.ReadAllBytes(file)), Does.Contain("spf=pass").And.Contain("dkim=pass").And.Contain("dmarc=pass"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Rights of Unix.")]
    public async Task Stored_mail_is_for_its_owner_only()
    {
        await SendAsync(MailWorld.Compose("ann@good.example", "private"), "ann@good.example", "reader@receiver.example");
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var open = new List<string>();
        foreach (var entry in Directory.EnumerateFileSystemEntries(Server.Folder, "*", SearchOption.AllDirectories).Append(Server.Folder))
        {
            if ((File.GetUnixFileMode(entry) & Others) != 0)
                open.Add(entry);
        }
        Assert.That(open, Is.Empty);
        Assert.That(Server.FilesOf("reader"), Is.Not.Empty);
    }

    [Test]
    [Rfc(8601, "5")]
    public async Task Forged_results_are_removed_and_those_of_others_stay()
    {
        const string Ours = "Authentication-Results: MX.receiver.example;\r\n dmarc=pass header.from=bank.example\r\n";
        const string Others = "Authentication-Results: mx.elsewhere.example; spf=pass smtp.mailfrom=x@y.example\r\n";
        const string Disguised = "authentication-results : \"mx.receiver.example\" 1; dkim=pass header.d=bank.example\r\n";
        var signed = await World.SignAsync(MailWorld.Compose("ann@good.example", "forged"), "good.example");
        byte[] Before(string fields) => [.. Encoding.ASCII.GetBytes(fields), .. signed];

        await SendAsync(Before(Ours + Others + Disguised), "ann@good.example", "accounts@receiver.example");

        var file = Server.FilesOf("accounts").Single();
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(await StoredAsync(file, Before(Ours + Others + Disguised), Before(Others), "ann@good.example", "accounts@receiver.example")));
    }

    [TestCase("Return-Path: <evil@bank.example>\r\n")]
    [TestCase("X-First: 1\r\nreturn-PATH\t :\r\n <evil@bank.example>\r\nReturn-Path: <>\r\n")]
    [Rfc(5321, "4.4")]
    public async Task A_Return_Path_that_came_is_removed_and_a_Received_SPF_stays_below_ours(string came)
    {
        const string Spf = "Received-SPF: pass (mx.receiver.example: of bank.example)\r\n";
        const string Body = "Return-Path: <in@the.body>\r\n";
        using var talk = await SmtpTalk.BeginAsync(Server);
        var kept = came.StartsWith('X') ? "X-First: 1\r\n" : "";
        var rest = $"{Spf}From: <a@good.example>\r\nSubject: returned {came.Length}\r\n\r\n{Body}";
        Assert.That(await talk.SendDataAsync(Encoding.ASCII.GetBytes(came + rest.TrimEnd())), Does.StartWith("250 2.0.0 "));
        var text = Server.FilesOf("reader").Select(File.ReadAllText).Single(text => text.Contains($"returned {came.Length}\r\n", StringComparison.Ordinal));
        Assert.That(text, Does.StartWith("Return-Path: <a@good.example>\r\n").And.EndsWith($" +0000\r\n{kept}{rest}"));
        Assert.That(text.IndexOf("Received-SPF: pass", StringComparison.Ordinal), Is.LessThan(text.IndexOf("Received: ", StringComparison.Ordinal)));
    }

    /// <summary>With 250 the server has answered for the message, whatever happens to the power (RFC 5321 §6.1).</summary>
    [Test]
    [Rfc(7372, "3.4")]
    public async Task Spoofed_mail_is_refused_with_5_7_26_and_not_stored()
    {
        var message = await World.SignAsync(MailWorld.Compose("ceo@good.example", "spoofed"), "attacker.example");
        var refusal = (await Assert.ThrowsAsync<SmtpCommandException>(() => SendAsync(message, "bounce@attacker.example", "reader@receiver.example")))!;
        Assert.That(((int)refusal.StatusCode, refusal.Message[..refusal.Message.LastIndexOf(" [", StringComparison.Ordinal)]), Is.EqualTo((550,
            "5.7.26 DMARC: no authenticated identifier is aligned with good.example: SPF passed, but attacker.example lies outside good.example; "
            + "DKIM passed, but attacker.example lies outside good.example")));
        Assert.That(Server.FilesOf("reader").Select(File.ReadAllText), Has.None.Contain("spoofed"));
    }

    [Test]
    public async Task Mail_under_quarantine_is_accepted_into_Junk()
    {
        var message = MailWorld.Compose("orders@unhappy.example", "quarantine");
        await SendAsync(message, "orders@unhappy.example", "postmaster");
        Assert.That(Server.FilesOf("postmaster"), Is.Empty);
        Assert.That(File.ReadAllText(Server.FilesOf("postmaster", ".Junk").Single()), Does.Contain("dmarc=fail").And.Contain("policy.dmarc=quarantine"));
    }

    [TestCase("From: CEO of good example\r\n", TestName = "A From without an address goes to Junk")]
    [TestCase("From: <ceo@good>\r\n", TestName = "A From with one label goes to Junk")]
    [TestCase("", TestName = "A message without From goes to Junk")]
    [Rfc(9989, "4.4")]
    public async Task Mail_whose_author_cannot_be_judged_is_accepted_into_Junk(string from)
    {
        var subject = $"author {from.Length}";
        using var talk = await SmtpTalk.BeginAsync(Server);
        Assert.That(await talk.SendDataAsync(Encoding.ASCII.GetBytes($"{from}Subject: {subject}\r\n\r\nPay me.\r\n")), Does.StartWith("250 2.0.0 "));
        Assert.That(Server.FilesOf("reader").Select(File.ReadAllText), Has.None.Contain(subject));
        Assert.That(Server.FilesOf("reader", ".Junk").Select(File.ReadAllText).Single(text => text.Contains(subject, StringComparison.Ordinal)), Does.Contain("dmarc=permerror"));
    }

    [TestCase("ann@lost.example", "4.7.0 DMARC: ")]
    [TestCase("ann@ring.example", "4.7.24 SPF: ")]
    [TestCase("ann@keyless.example", "4.7.5 DKIM: ")]
    [Rfc(7372, "3.2")]
    public async Task Mail_whose_DNS_fails_is_deferred(string from, string reply)
    {
        var message = await World.SignAsync(MailWorld.Compose(from, "deferred"), "keyless.example");
        if (from != "ann@keyless.example")
            message = MailWorld.Compose(from, "deferred");
        var refusal = (await Assert.ThrowsAsync<SmtpCommandException>(() => SendAsync(message, from, "reader@receiver.example")))!;
        Assert.That((int)refusal.StatusCode, Is.EqualTo(451));
        Assert.That(refusal.Message, Does.StartWith(reply));
        Assert.That(Server.FilesOf("reader").Select(File.ReadAllText), Has.None.Contain("deferred"));
    }

    [Test]
    [Rfc(6531, "4.3")]
    public async Task Internationalized_mail_is_stored_with_UTF8_in_our_fields()
    {
        var message = MailWorld.Compose("ann@good.example", "greek");
        await SendAsync(message, "ann@good.example", "δοκιμή@receiver.example");
        var file = Server.FilesOf("greek").Single();
        var text = File.ReadAllText(file);
        Assert.That(text, Does.Contain("with UTF8SMTP").And.Contain("for <δοκιμή@receiver.example>;"));
    }

    [Test]
    public async Task One_message_for_two_mailboxes_names_neither_and_is_stored_twice()
    {
        using var client = await ConnectAsync();
        var message = MimeMessage.Load(new MemoryStream(MailWorld.Compose("ann@good.example", "both")));
        await client.SendAsync(message, new MailboxAddress("", "ann@good.example"), [new MailboxAddress("", "reader@receiver.example"), new MailboxAddress("", "BOB@receiver.example")]);
        string Stored(string box) => Server.FilesOf(box).Select(File.ReadAllText).Single(static text => text.Contains("Subject: both", StringComparison.Ordinal));
        Assert.That(Stored("reader"), Is.EqualTo(Stored("bob")).And.Not.Contain("for <"));
    }

    [Test]
    public async Task What_was_done_can_be_seen_at_the_metrics()
    {
        await SendAsync(MailWorld.Compose("ann@good.example", "measured"), "ann@good.example", "reader@receiver.example");
        var scrape = await Server.ScrapeAsync();
        Assert.That(scrape, Does.Contain("emailauth_verdicts_total{").And.Contain("emailauth_verify_duration_seconds_bucket{").And.Contain("emailauth_verify_active{")
            .And.Contain("emailauth_verify_dns_queries_bucket{").And.Contain("emailauth_dns_cache_misses_total{").And.Contain("mta_connections_active{"));
        Assert.That(scrape, Does.Contain("emailauth_dmarc=\"pass\",le=\"0.005\"").And.Contain("le=\"15\""), "boundaries that a dashboard can use");
        Assert.That(await Server.CounterAsync("mta_messages_total", "mta_reply=\"250\"", "mta_status=\"2.0.0\""), Is.GreaterThan(0));
        Assert.That(Server.Log, Does.Contain("good.example: DMARC pass").And.Not.Contain("127.0.0.1 ").And.Not.Contain("ann@"));
    }

    /// <summary>What the file must hold, to the last octet, made with the library from the same zone.</summary>
    private async Task<byte[]> StoredAsync(string file, byte[] sent, byte[] kept, string mailFrom, string recipient)
    {
        var authenticator = new EmailAuthenticator(ZoneDnsResolver.Parse(World.Zone));
        var result = await authenticator.VerifyAsync(EmailMessage.FromBytes(sent), new SmtpSession(IPAddress.Loopback, "client.test", mailFrom));
        var lines = File.ReadAllLines(file);
        var date = lines[Array.FindIndex(lines, static line => line.StartsWith("    for <", StringComparison.Ordinal)) + 1].Trim();
        Assert.That(DateTimeOffset.ParseExact(date, "ddd, dd MMM yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(2)));
        return
        [
            .. Encoding.UTF8.GetBytes($"Return-Path: <{mailFrom}>\r\n"),
            .. result.ToAuthenticationResults(MtaServer.Name).RawOctets.ToArray(),
            .. result.ToReceivedSpf(MtaServer.Name).RawOctets.ToArray(),
            .. Encoding.UTF8.GetBytes(
                $"Received: from client.test ([127.0.0.1])\r\n    by {MtaServer.Name} with ESMTP id {Path.GetFileName(file)}\r\n    for <{recipient}>;\r\n    {date}\r\n"),
            .. kept,
        ];
    }

    private async Task SendAsync(byte[] message, string mailFrom, string recipient)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(MimeMessage.Load(new MemoryStream(message)), new MailboxAddress("", mailFrom), [new MailboxAddress("", recipient)]);
        await client.DisconnectAsync(quit: true);
    }

    private async Task<SmtpClient> ConnectAsync()
    {
        var client = new SmtpClient { LocalDomain = "client.test" };
        await client.ConnectAsync("127.0.0.1", Server.Port, useSsl: false);
        return client;
    }
}
