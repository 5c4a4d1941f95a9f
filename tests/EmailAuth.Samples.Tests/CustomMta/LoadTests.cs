using System.Text;
using MailKit.Net.Smtp;
using MimeKit;

namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>Many messages at once, and what they leave behind.</summary>
public sealed class LoadTests : MtaTests
{
    private const int Connections = 50;
    private const int MessagesEach = 20;

    [Test]
    public async Task A_thousand_messages_over_fifty_connections_are_all_judged_and_none_is_lost()
    {
        // Every tenth is a forgery, which must not get through however busy the server is.
        var good = new List<byte[]>();
        var forged = new List<byte[]>();
        for (var i = 0; i < Connections * MessagesEach; i++)
        {
            var isForged = i % 10 == 9;
            var message = MailWorld.Compose("ann@good.example", $"load-{i:0000}", new string('x', 70) + "\r\n" + string.Concat(Enumerable.Repeat("A line of some length, to make a body.\r\n", i % 100)));
            (isForged ? forged : good).Add(await World.SignAsync(message, isForged ? "attacker.example" : "good.example"));
        }
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async connection =>
        {
            using var client = new SmtpClient { LocalDomain = "client.test" };
            await client.ConnectAsync("127.0.0.1", Server.Port, useSsl: false);
            for (var i = connection; i < good.Count; i += Connections)
                await SendAsync(client, good[i], "ann@good.example");
            for (var i = connection; i < forged.Count; i += Connections)
            {
                await Assert.ThrowsAsync<SmtpCommandException>(() => SendAsync(client, forged[i], "ann@attacker.example"));
                Interlocked.Increment(ref refused);
            }
            await client.DisconnectAsync(quit: true);
        }));
        clock.Stop();
        await TestContext.Out.WriteLineAsync($"{good.Count + forged.Count} messages over {Connections} connections: {clock.Elapsed.TotalSeconds:0.00} s, peak memory {Server.PeakMebibytes} MiB");

        var files = Server.FilesOf("reader");
        var stored = files.ToDictionary(static file => SubjectOf(File.ReadAllText(file)));
        Assert.Multiple(() =>
        {
            Assert.That(stored, Has.Count.EqualTo(good.Count));
            foreach (var message in good)
                Assert.That(File.ReadAllBytes(stored[SubjectOf(Encoding.UTF8.GetString(message))]).AsSpan().EndsWith(message));
        });
        Assert.That(refused, Is.EqualTo(forged.Count));
        Assert.That(Server.Unfinished(), Is.Empty);
        Assert.That(await Server.CounterAsync("emailauth_verdicts_total", "emailauth_method=\"dmarc\"", "emailauth_result=\"pass\""), Is.EqualTo(good.Count));
        Assert.That(await Server.CounterAsync("emailauth_verdicts_total", "emailauth_method=\"dmarc\"", "emailauth_result=\"fail\""), Is.EqualTo(forged.Count));
        Assert.That(await Server.CounterAsync("mta_messages_total"), Is.EqualTo(good.Count + forged.Count));
    }

    [Test]
    public async Task Large_messages_are_never_in_memory()
    {
        // Twenty-four megabytes each, five at a time: 120 MB, were they kept.
        var line = Encoding.ASCII.GetBytes(new string('x', 998) + "\r\n");
        var block = Enumerable.Repeat(line, 64).SelectMany(static octets => octets).ToArray();
        var before = Server.PeakMebibytes;
        await Task.WhenAll(Enumerable.Range(0, 5).Select(async i =>
        {
            using var talk = await SmtpTalk.BeginAsync(Server, "<a@good.example>", "<accounts@receiver.example>");
            Assert.That(await talk.AskAsync("DATA"), Does.StartWith("354 "));
            await talk.SayAsync(MailWorld.Compose("a@good.example", $"large {i}", ""));
            for (var sent = 0; sent < 24_000_000; sent += block.Length)
                await talk.SayAsync(block);
            await talk.SayAsync(".\r\n");
            Assert.That(await talk.HearAsync(), Does.StartWith("250 2.0.0 "));
        }));
        Assert.That(Server.FilesOf("accounts"), Has.Length.EqualTo(5));
        Assert.That(Server.FilesOf("accounts").Select(static file => new FileInfo(file).Length), Has.All.GreaterThan(24_000_000));
        await TestContext.Out.WriteLineAsync($"5 messages of 24 MB at once: peak memory {before} MiB before, {Server.PeakMebibytes} MiB after");
        Assert.That(Server.PeakMebibytes - before, Is.LessThan(60));
    }

    private static string SubjectOf(string message)
    {
        var start = message.IndexOf("Subject: ", StringComparison.Ordinal);
        return message[start..message.IndexOf('\r', start)];
    }

    private static Task<string> SendAsync(SmtpClient client, byte[] message, string mailFrom) =>
        client.SendAsync(MimeMessage.Load(new MemoryStream(message)), new MailboxAddress("", mailFrom), [new MailboxAddress("", "reader@receiver.example")]);
}
