using EmailAuth.Tests;

namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>Clients that are slow, or that stay for ever, with limits of seconds. They wait at the same time, so that it takes the longest limit and not the sum.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class TimeLimitTests() : MtaTests(
    "--Smtp:CommandTimeLimit=00:00:02", "--Smtp:BlockTimeLimit=00:00:02", "--Smtp:MessageTimeLimit=00:00:04", "--Smtp:ConnectionTimeLimit=00:00:07")
{
    [OneTimeTearDown]
    public void Nothing_is_left_half_done() => Assert.That(Server.Unfinished(), Is.Empty);

    [TestCase("")]
    [TestCase("EHLO x")]
    [TestCase("EHLO x\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<reader@receiver.example>\r\nDATA\r\n")]
    [TestCase("EHLO x\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<reader@receiver.example>\r\nBDAT 10\r\nx")]
    [Rfc(5321, "4.5.3.2")]
    public async Task A_client_that_falls_silent_is_told_so_and_left(string said)
    {
        using var talk = await SmtpTalk.ConnectAsync(Server);
        await talk.SayAsync(said);
        string? last = null;
        while (await talk.HearAsync() is { } reply)
            last = reply;
        Assert.That(last, Does.StartWith("421 4.4.2 "));
    }

    [Test]
    public async Task A_message_that_trickles_is_cut_off()
    {
        using var talk = await SmtpTalk.BeginAsync(Server);
        Assert.That(await talk.AskAsync("DATA"), Does.StartWith("354 "));
        var trickling = TrickleAsync(talk, "x");
        Assert.That(await talk.HearAsync(), Does.StartWith("421 4.4.2 "));
        await trickling;
    }

    [Test]
    public async Task A_connection_that_never_ends_is_ended()
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        var hearing = Task.Run(async () =>
        {
            string? last = null;
            while (await talk.HearAsync() is { } reply)
                last = reply;
            return last;
        });
        var trickling = TrickleAsync(talk, "NOOP\r\n");
        Assert.That(await hearing, Does.StartWith("421 4.4.2 "));
        await trickling;
    }

    [Test]
    public async Task A_client_that_reads_no_reply_is_left()
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        Assert.That(async () =>
        {
            while (true)
                await talk.SayAsync(string.Concat(Enumerable.Repeat("NOOP\r\n", 1000)));
        }, Throws.InstanceOf<IOException>());
    }

    /// <summary>A little now and then, until the server has had enough.</summary>
    private static async Task TrickleAsync(SmtpTalk talk, string text)
    {
        try
        {
            for (var i = 0; i < 30; i++)
            {
                await talk.SayAsync(text);
                await Task.Delay(500);
            }
        }
        catch (IOException)
        {
            // It is closed.
        }
    }
}
