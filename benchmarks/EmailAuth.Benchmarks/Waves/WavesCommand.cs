using System.Diagnostics;
using System.Globalization;
using System.Net;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Tests.Dns;
using EmailAuth.Tests.LookAhead;

namespace EmailAuth.Benchmarks.Waves;

/// <summary>
/// <c>waves</c>: how long a verdict takes when every DNS answer is 20 ms late, with and without asking ahead, and how far beyond its deadline it ends when a
/// name never answers. Tables in Markdown.
/// </summary>
internal static class WavesCommand
{
    private const int WarmUps = 50;
    private const int Runs = 200;

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(20);

    private static readonly SmtpSession Session = new(IPAddress.Parse("192.0.2.1"), "mx.example.com", "a@example.com");

    private static readonly string[] Names =
    [
        "example.com", "_spf.example.com", "_b.example.com", "mx.example.com", "r._domainkey.example.com", "e._domainkey.mail.example.com", "_dmarc.example.com", "_dmarc.com", "_dmarc.mail.example.com",
    ];

    public static async Task<int> RunAsync(TextWriter output)
    {
        var mail = await SignedMail.MakeAsync();
        await using var server = new MisbehavingDnsServer();
        server.OnUdp = async (query, reply) =>
        {
            await Task.Delay(Delay);
            await reply.SendAsync(await DnsServerWorld.AnswerAsync(mail.Zone, query));
        };
        server.OnTcp = async (query, stream) =>
        {
            await Task.Delay(Delay);
            await MisbehavingDnsServer.SendOverTcpAsync(stream, await DnsServerWorld.AnswerAsync(mail.Zone, query));
        };
        var udp = new DnsClientResolver(new DnsClientOptions { Servers = [server.EndPoint] });
        var tcp = new DnsClientResolver(new DnsClientOptions { Servers = [server.EndPoint], Transport = DnsTransport.Tcp });

        await output.WriteLineAsync("| answers from | asked ahead | median | 95th percentile | most | queries sent | of them ahead | not needed |");
        await output.WriteLineAsync("|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (name, dns) in new (string, IDnsResolver)[] { ("memory", new LateResolver(mail.Zone)), ("UDP server on loopback", udp), ("TCP server on loopback", tcp) })
        {
            foreach (var ahead in new[] { 50, 0 })
                await output.WriteLineAsync(await MeasureAsync(name, dns, mail, ahead));
        }
        await output.WriteLineAsync();
        await output.WriteLineAsync(await MeasureDeadlineAsync(mail));
        return 0;
    }

    private static async Task<string> MeasureAsync(string name, IDnsResolver dns, SignedMail mail, int ahead)
    {
        var times = new List<double>();
        VerificationResult? last = null;
        var sent = 0;
        for (var run = 0; run < WarmUps + Runs; run++)
        {
            var counting = new CountingResolver(dns);
            // A cold cache each time, in a warm process.
            using var cache = new CachingDnsResolver(counting);
            var authenticator = new EmailAuthenticator(cache, new EmailAuthenticatorOptions { Limits = new EmailAuthLimits { Dns = new DnsLimits { MaxQueriesAhead = ahead } } });
            var started = Stopwatch.GetTimestamp();
            last = await authenticator.VerifyAsync(mail.Message, Session);
            if (run >= WarmUps)
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            sent = counting.Queries;
            if (last.Spf.Status != SpfStatus.Pass || !last.Dmarc.DkimAligned)
                throw new InvalidOperationException($"The verdict is wrong: {last.Spf}, {last.Dmarc}");
        }
        times.Sort();
        return string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {(ahead > 0 ? "yes" : "no")} | {times[Runs / 2]:0.0} ms | {times[Runs * 95 / 100]:0.0} ms | {times[^1]:0.0} ms | {sent} | {last!.DnsQueriesAhead} | {last.DnsQueriesNotNeeded} |");
    }

    private static async Task<string> MeasureDeadlineAsync(SignedMail mail)
    {
        var limit = TimeSpan.FromMilliseconds(200);
        var times = new List<double>();
        foreach (var name in Names)
        {
            for (var run = 0; run < 10; run++)
            {
                var authenticator = new EmailAuthenticator(new HangingResolver(mail.Zone, name), new EmailAuthenticatorOptions { TimeLimit = limit });
                var started = Stopwatch.GetTimestamp();
                await authenticator.VerifyAsync(mail.Message, Session);
                times.Add((Stopwatch.GetElapsedTime(started) - limit).TotalMilliseconds);
            }
        }
        times.Sort();
        return string.Create(CultureInfo.InvariantCulture,
            $"Each of the {Names.Length} names never answered, ten times, with a deadline of {limit.TotalMilliseconds} ms: the call ended {times[times.Count / 2]:0.0} ms after it (median), {times[^1]:0.0} ms at most.");
    }

    private sealed class LateResolver(IDnsResolver inner) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Delay, cancellationToken);
            return await inner.QueryAsync(question, cancellationToken);
        }
    }

    private sealed class HangingResolver(IDnsResolver inner, string name) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            if (question.Name.ToString() == name)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return await inner.QueryAsync(question, cancellationToken);
        }
    }

    private sealed class CountingResolver(IDnsResolver inner) : IDnsResolver
    {
        private int _queries;

        public int Queries => Volatile.Read(ref _queries);

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _queries);
            return inner.QueryAsync(question, cancellationToken);
        }
    }
}
