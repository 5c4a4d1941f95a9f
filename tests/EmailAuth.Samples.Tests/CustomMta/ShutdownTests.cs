using System.Text;

namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>A server that is told to stop, as at every upgrade.</summary>
[Platform("Unix")]
public sealed class ShutdownTests
{
    [Test]
    public async Task A_message_under_way_is_taken_and_a_client_between_commands_is_sent_away()
    {
        using var world = new MailWorld();
        await using var server = await MtaServer.StartAsync(world.Zone);
        var idle = await SmtpTalk.GreetAsync(server);
        var busy = await SmtpTalk.BeginAsync(server);
        Assert.That(await busy.AskAsync("DATA"), Does.StartWith("354 "));
        await busy.SayAsync("From: <a@good.example>\r\nSubject: under way\r\n\r\n");

        var stopping = server.StopAsync();
        Assert.That(await idle.HearAsync(), Does.StartWith("421 4.3.2 "));
        await busy.SayAsync("the rest\r\n.\r\n");
        Assert.That(await busy.HearAsync(), Does.StartWith("250 2.0.0 "));
        Assert.That(await busy.HearAsync(), Does.StartWith("421 4.3.2 "));
        Assert.That(await stopping, Is.Zero);
        Assert.That(Encoding.UTF8.GetString(File.ReadAllBytes(server.FilesOf("reader").Single())), Does.EndWith("the rest\r\n"));
    }
}
