using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EmailAuth.Conformance.Peers;
using EmailAuth.Dns;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Hosting.Tests;

/// <summary>Debian's redis-server on loopback, a DNS server that counts, and two processes that share.</summary>
public class RedisTests
{
    private const string Verdict = "{0} spf=Pass dmarc=Pass";

    [Test]
    [CancelAfter(120_000)]
    public async Task The_second_process_answers_from_the_look_ups_of_the_first_and_without_redis_verdicts_go_on(CancellationToken cancellationToken)
    {
        Peer.Require("redis-server", "/usr/bin/redis-server", "--version");
        var questions = new ConcurrentQueue<string>();
        await using var dns = new MisbehavingDnsServer().Answering(query => Answer(query, questions));
        using var redis = await Redis.StartAsync();
        using var first = new Worker(dns.EndPoint, redis.EndPoint);
        using var second = new Worker(dns.EndPoint, redis.EndPoint);
        // The first look-up of a process also makes its connection to Redis: with a domain apart, so that its time limit decides nothing below.
        await first.JudgeAsync("warm1.example", cancellationToken);
        await second.JudgeAsync("warm2.example", cancellationToken);

        Assert.That(await first.JudgeAsync("shared.example", cancellationToken), Is.EqualTo(Verdict.Replace("{0}", "shared.example", StringComparison.Ordinal)));
        var asked = questions.Count(question => question.Contains("shared.example", StringComparison.Ordinal));
        Assert.That(asked, Is.GreaterThanOrEqualTo(2), "SPF and DMARC were asked");
        // Nobody waits for the writes.
        await Task.Delay(500, cancellationToken);

        Assert.That(await second.JudgeAsync("shared.example", cancellationToken), Is.EqualTo(Verdict.Replace("{0}", "shared.example", StringComparison.Ordinal)));
        Assert.That(questions.Count(question => question.Contains("shared.example", StringComparison.Ordinal)), Is.EqualTo(asked), "the second process asked nothing");

        redis.Stop();
        foreach (var worker in new[] { first, second })
        {
            for (var i = 0; i < 5; i++)
            {
                var domain = $"without{i}.example";
                Assert.That(await worker.JudgeAsync(domain, cancellationToken), Is.EqualTo(Verdict.Replace("{0}", domain, StringComparison.Ordinal)));
            }
        }
        Assert.That(questions.Count(question => question.Contains("without4.example", StringComparison.Ordinal)), Is.EqualTo(2 * asked), "each asked for itself");
    }

    private static WireMessage Answer(WireQuery query, ConcurrentQueue<string> questions)
    {
        questions.Enqueue($"{query.Name} {query.Type}");
        var text = query.Name.StartsWith("_dmarc.", StringComparison.Ordinal) ? "v=DMARC1; p=reject" : "v=spf1 ip4:192.0.2.1 -all";
        return query.Type == DnsRecordType.TXT
            ? new WireMessage(query).Answer(query.Name, DnsRecordType.TXT, WireMessage.Text(text))
            : new WireMessage(query).Authority("example", DnsRecordType.SOA, WireMessage.Start(300));
    }

    /// <summary>A process with EmailAuth in it.</summary>
    private sealed class Worker : IDisposable
    {
        private readonly Process _process;

        public Worker(IPEndPoint dns, IPEndPoint redis) => _process = Process.Start(
            new ProcessStartInfo("dotnet", ["exec", typeof(RedisTests).Assembly.Location, dns.ToString(), redis.ToString()])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;

        public async Task<string?> JudgeAsync(string domain, CancellationToken cancellationToken)
        {
            await _process.StandardInput.WriteLineAsync(domain.AsMemory(), cancellationToken);
            await _process.StandardInput.FlushAsync(cancellationToken);
            return await _process.StandardOutput.ReadLineAsync(cancellationToken);
        }

        public void Dispose()
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
                _process.Kill(entireProcessTree: true);
            _process.Dispose();
        }
    }

    /// <summary>A Redis without files, on a port of its own.</summary>
    private sealed class Redis : IDisposable
    {
        private readonly Process _process;

        private Redis(IPEndPoint endPoint)
        {
            EndPoint = endPoint;
            _process = Process.Start(
                new ProcessStartInfo("/usr/bin/redis-server", ["--bind", "127.0.0.1", "--port", $"{endPoint.Port}", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath()])
                {
                    RedirectStandardOutput = true,
                })!;
            _process.OutputDataReceived += static (_, _) => { };
            _process.BeginOutputReadLine();
        }

        public IPEndPoint EndPoint { get; }

        public static async Task<Redis> StartAsync()
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var endPoint = (IPEndPoint)free.LocalEndpoint;
            free.Stop();
            var redis = new Redis(endPoint);
            for (var i = 0; i < 200; i++)
            {
                try
                {
                    using var client = new TcpClient();
                    await client.ConnectAsync(endPoint);
                    return redis;
                }
                catch (SocketException)
                {
                    await Task.Delay(50);
                }
            }
            redis.Dispose();
            throw new InvalidOperationException("redis-server does not answer.");
        }

        public void Stop()
        {
            if (_process.HasExited)
                return;
            _process.Kill();
            _process.WaitForExit();
        }

        public void Dispose()
        {
            Stop();
            _process.Dispose();
        }
    }
}
