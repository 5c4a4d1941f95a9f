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
        Assert.That(await first.ReadAsync(cancellationToken), Is.EqualTo("connected"));
        Assert.That(await second.ReadAsync(cancellationToken), Is.EqualTo("connected"));

        Assert.That(await first.JudgeAsync("shared.example", cancellationToken), Is.EqualTo(Verdict("shared.example", "in use")));
        var asked = QuestionsOf("shared.example");
        Assert.That(asked, Is.GreaterThanOrEqualTo(2), "SPF and DMARC were asked");
        Assert.That(await second.JudgeAsync("shared.example", cancellationToken), Is.EqualTo(Verdict("shared.example", "in use")));
        Assert.That(QuestionsOf("shared.example"), Is.EqualTo(asked), "the second process asked nothing");

        redis.Stop();
        foreach (var worker in new[] { first, second })
        {
            // The first of them finds that Redis is gone, and is judged all the same.
            Assert.That(await worker.JudgeAsync("without.example", cancellationToken), Is.EqualTo(Verdict("without.example", "bypassed")));
            Assert.That(await worker.JudgeAsync("later.example", cancellationToken), Is.EqualTo(Verdict("later.example", "bypassed")));
        }
        Assert.That(QuestionsOf("later.example"), Is.EqualTo(2 * asked), "each asked for itself");

        int QuestionsOf(string domain) => questions.Count(question => question.Contains(domain, StringComparison.Ordinal));
        static string Verdict(string domain, string shared) => $"{domain} spf=Pass dmarc=Pass shared={shared}";
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
            return await ReadAsync(cancellationToken);
        }

        public async Task<string?> ReadAsync(CancellationToken cancellationToken) => await _process.StandardOutput.ReadLineAsync(cancellationToken);

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
