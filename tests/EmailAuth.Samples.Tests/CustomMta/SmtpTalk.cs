using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>A client that says exactly what it is told to, octet for octet.</summary>
internal sealed class SmtpTalk : IDisposable
{
    private readonly TcpClient _tcp = new() { NoDelay = true };
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));
    private StreamReader _reader = StreamReader.Null;

    /// <summary>Connects and hears the greeting.</summary>
    public static async Task<SmtpTalk> ConnectAsync(MtaServer server)
    {
        var talk = new SmtpTalk();
        await talk._tcp.ConnectAsync(IPAddress.Loopback, server.Port, talk._limit.Token);
        talk._reader = new StreamReader(talk._tcp.GetStream(), Encoding.ASCII);
        return talk;
    }

    /// <summary>Connects and says EHLO.</summary>
    public static async Task<SmtpTalk> GreetAsync(MtaServer server)
    {
        var talk = await ConnectAsync(server);
        Assert.That(await talk.HearAsync(), Does.StartWith("220 "));
        Assert.That(await talk.AskAsync("EHLO client.test"), Does.StartWith("250-"));
        return talk;
    }

    /// <summary>Comes as far as to a recipient.</summary>
    public static async Task<SmtpTalk> BeginAsync(MtaServer server, string mailFrom = "<a@good.example>", string recipient = "<reader@receiver.example>")
    {
        var talk = await GreetAsync(server);
        Assert.That(await talk.AskAsync($"MAIL FROM:{mailFrom}"), Does.StartWith("250 "));
        Assert.That(await talk.AskAsync($"RCPT TO:{recipient}"), Does.StartWith("250 "));
        return talk;
    }

    public ValueTask SayAsync(ReadOnlyMemory<byte> octets) => _tcp.GetStream().WriteAsync(octets, _limit.Token);

    public ValueTask SayAsync(string text) => SayAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>The next reply with all of its lines; null where the server has closed.</summary>
    public async Task<string?> HearAsync()
    {
        var reply = new StringBuilder();
        try
        {
            while (await _reader.ReadLineAsync(_limit.Token) is { } line)
            {
                reply.Append(line);
                if (line.Length < 4 || line[3] != '-')
                    return reply.ToString();
                reply.Append('\n');
            }
        }
        catch (IOException)
        {
            // A reset: it had something unread when it closed.
        }
        return null;
    }

    /// <summary>A command, and the reply to it.</summary>
    public async Task<string?> AskAsync(string command)
    {
        await SayAsync(command + "\r\n");
        return await HearAsync();
    }

    /// <summary>DATA, the text with its end, and the reply to that.</summary>
    public async Task<string?> SendDataAsync(ReadOnlyMemory<byte> stuffed)
    {
        Assert.That(await AskAsync("DATA"), Does.StartWith("354 "));
        await SayAsync(stuffed);
        await SayAsync("\r\n.\r\n");
        return await HearAsync();
    }

    /// <summary>Leaves without a word, with a reset.</summary>
    public void Break()
    {
        _tcp.Client.LingerState = new LingerOption(true, 0);
        _tcp.Close();
    }

    public void Dispose()
    {
        _tcp.Dispose();
        _limit.Dispose();
    }
}
