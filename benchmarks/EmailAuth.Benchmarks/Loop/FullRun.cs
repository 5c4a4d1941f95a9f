using System.Diagnostics;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Benchmarks.Loop;

/// <summary>
/// The mode <c>full</c>: whole checks against a DNS server, nothing kept from one to the next. The zone serves one check before the first, so that
/// what is measured is the waiting for DNS and not the compiler.
/// </summary>
internal static class FullRun
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    public static async Task RunAsync(LoopArguments arguments, TextWriter output)
    {
        var path = arguments.SingleMessage;
        var checks = arguments.Seconds == Math.Floor(arguments.Seconds) ? (int)arguments.Seconds : throw new LoopException("in the mode full SECONDS is a number of checks, such as 20");
        if (!DnsClientOptions.TryParseServer(Variable("DNS_ADDR", "127.0.0.1:PORT"), out var server))
            throw new LoopException($"\"{Variable("DNS_ADDR", "")}\" in DNS_ADDR is no address with a port");
        var session = LoopArguments.ToSession(LoopArguments.SplitText(Variable("SPF_ARG", "IP,HELO,SENDER"), "IP,HELO,SENDER"));
        var octets = await File.ReadAllBytesAsync(path);

        using (var zone = LoopSubject.OpenZone(arguments))
            await new EmailAuthenticator(zone).VerifyAsync(EmailMessage.FromBytes(octets), session);
        for (var check = 0; check < checks; check++)
        {
            if (check > 0)
                await Task.Delay(Pause);
            using var servers = new CachingDnsResolver(new DnsClientResolver(new DnsClientOptions { Servers = [server] }));
            var authenticator = new EmailAuthenticator(servers);
            var started = Stopwatch.GetTimestamp();
            var result = await authenticator.VerifyAsync(EmailMessage.FromBytes(octets), session);
            var wall = Stopwatch.GetElapsedTime(started);
            await output.WriteLineAsync(LoopLine.Begin(LoopSubject.NameOf(path)).Add("mode", "full").Add("wall_ms", wall.TotalMilliseconds, digits: 3)
                .Add("signatures", result.Dkim.Length).Add("verdict", VerdictSubject.IsPass(result) ? "pass" : "fail").ToString());
        }
    }

    private static string Variable(string name, string what) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw new LoopException($"the mode full needs {what} in the environment's {name}");
}
