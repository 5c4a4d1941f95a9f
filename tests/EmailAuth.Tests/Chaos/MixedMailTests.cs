using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using EmailAuth.Dns;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.Chaos;

/// <summary>
/// The same two promises over real sockets: a thousand messages, honest and forged, while three in ten questions fail at the server, over UDP and over TCP, in every way
/// in which a server or a network can fail and be found out.
/// </summary>
public class MixedMailTests
{
    private const int Servers = 16, FailuresInTen = 3;

    /// <summary>How many; <c>EMAILAUTH_MIXED_MESSAGES</c> sets another number.</summary>
    private static int Count { get; } = int.TryParse(Environment.GetEnvironmentVariable("EMAILAUTH_MIXED_MESSAGES"), CultureInfo.InvariantCulture, out var count) ? count : 1_000;

    private static readonly DnsClientOptions Hasty = new() { AttemptTimeLimit = TimeSpan.FromMilliseconds(150), QueryTimeLimit = TimeSpan.FromMilliseconds(600) };

    [Test]
    public async Task Over_a_server_that_fails_three_questions_in_ten_nothing_is_lost_and_nobody_is_let_in()
    {
        var met = new ConcurrentDictionary<string, int>();
        var transient = await Task.WhenAll(Enumerable.Range(0, Servers).Select(lane => Task.Run(() => RunLaneAsync(lane, met))));
        // Else it would show nothing: each fault was met, and there was trouble in many messages.
        Assert.That(met.Keys, Is.EquivalentTo(ServerFault.All.Select(fault => fault.Name)));
        Assert.That(transient.Sum(), Is.GreaterThan(Count / 5));
        TestContext.Out.WriteLine($"{Count} messages, {transient.Sum()} of them in trouble, {met.Values.Sum()} questions met a fault");
    }

    /// <summary>One server and what asks it; its messages come one after the other, each with another choice of questions that fail.</summary>
    private static async Task<int> RunLaneAsync(int lane, ConcurrentDictionary<string, int> met)
    {
        await using var server = new FailingServer(met);
        var resolver = new DnsClientResolver(Hasty with { Servers = [server.EndPoint], Transport = lane % 2 == 0 ? DnsTransport.UdpOnLoopback : DnsTransport.Tcp });
        var transient = 0;
        for (var number = lane; number < Count; number += Servers)
        {
            var message = ChaosWorld.Messages[number / 3 % ChaosWorld.Messages.Length];
            var what = $"message {number}, {message.Name}";
            var clock = new ManualTimeProvider();
            using var cache = new CachingDnsResolver(resolver, timeProvider: clock);
            var clean = await ChaosVerdict.OfAsync(ChaosProtocol.Whole, message, ChaosWorld.Zone, TimeProvider.System);

            server.Seed = number + 1;
            var verdict = await ChaosVerdict.OfAsync(ChaosProtocol.Whole, message, cache, TimeProvider.System).WaitAsync(TimeSpan.FromMinutes(2));
            ChaosTests.Check(FaultEffect.Transient, message, clean, verdict, what);
            transient += verdict.Whole!.IsTransient ? 1 : 0;

            // The trouble is over: the same cache, once it has forgotten the failures, and the same resolver tell what is true. A machine with much to do may take a few tries.
            server.Seed = 0;
            for (var tries = 0; ; tries++)
            {
                clock.Advance(3600);
                var after = await ChaosVerdict.OfAsync(ChaosProtocol.Whole, message, cache, TimeProvider.System);
                if (after.ToString() == clean.ToString() && !after.Whole!.IsTransient)
                    break;
                ChaosTests.Check(FaultEffect.Transient, message, clean, after, $"after {what}");
                Assert.That(tries, Is.LessThan(100), $"after {what}: {after}");
            }
        }
        return transient;
    }

    /// <summary>Tells what <see cref="ChaosWorld"/> says, but for the questions that its seed has fail.</summary>
    private sealed class FailingServer : IAsyncDisposable
    {
        private readonly MisbehavingDnsServer _server = new();
        private readonly ConcurrentDictionary<string, int> _met;

        public FailingServer(ConcurrentDictionary<string, int> met)
        {
            _met = met;
            _server.OnUdp = async (query, reply) =>
            {
                var fault = FaultOf(query);
                foreach (var datagram in await (fault?.OverUdp ?? ServerFault.Truth)(query))
                    await reply.SendAsync(datagram);
            };
            _server.OnTcp = async (query, stream) =>
            {
                var fault = FaultOf(query);
                if (fault?.OverTcp is null)
                    throw new IOException("closed without a word");
                foreach (var message in await fault.OverTcp(query))
                    await MisbehavingDnsServer.SendOverTcpAsync(stream, message);
            };
        }

        public IPEndPoint EndPoint => _server.EndPoint;

        /// <summary>Which questions fail; zero for none.</summary>
        public int Seed { get; set; }

        /// <summary>The same question fails the same way as long as the seed is the same, however often it is asked.</summary>
        private ServerFault? FaultOf(WireQuery query)
        {
            if (Seed == 0)
                return ServerFault.None;
            var hash = (ulong)Seed * 0x9E3779B97F4A7C15 + (ulong)query.Type;
            foreach (var character in query.Name)
                hash = (hash ^ char.ToLowerInvariant(character)) * 1_099_511_628_211;
            hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9;
            hash ^= hash >> 32;
            if (hash % 10 >= FailuresInTen)
                return ServerFault.None;
            var fault = ServerFault.All[(int)(hash / 10 % (ulong)ServerFault.All.Length)];
            _met.AddOrUpdate(fault.Name, 1, static (_, before) => before + 1);
            return fault;
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }

    /// <summary>How a server or the network on the way to it fails: the datagrams and the messages of a stream that come. Null for a connection that is closed.</summary>
    private sealed record ServerFault(string Name, Func<WireQuery, Task<byte[][]>> OverUdp, Func<WireQuery, Task<byte[][]>>? OverTcp)
    {
        public static readonly ServerFault None = new("none", Truth, Truth);

        public static ServerFault[] All { get; } =
        [
            new("silence, and a connection that is closed", static _ => Task.FromResult<byte[][]>([]), null),
            new("an answer that comes too late", LateAsync, LateAsync),
            Says("SERVFAIL", static message => message.Fails(2)),
            Says("REFUSED", static message => message.Fails(5)),
            Says("FORMERR", static message => message.Fails(1)),
            Says("NOTIMP", static message => message.Fails(4)),
            Says("NOTAUTH", static message => message.Fails(9)),
            Says("a wrong number", static message => { message.Id ^= 0x5555; return message; }),
            Says("another question", static message => { message.Question = [.. WireMessage.Name("victim.example"), 0, 16, 0, 1]; return message; }),
            Says("a query", static message => { message.Flags &= 0x7FFF; return message; }),
            Says("an answer cut off over both", static message => message.With(WireMessage.Truncated)),
            Says("a bad name in the additional section", static message => message.Additional(WireMessage.Name("xn--0.example"), 1, [192, 0, 2, 1])),
            Instead("class CH", static query => new WireMessage(query).Answer(query.Name, DnsRecordType.TXT, WireMessage.Text("v=spf1 +all"), recordClass: 3)),
            Instead("a foreign owner", static query => new WireMessage(query).Answer("unrelated.example", query.Type, WireMessage.Text("v=spf1 +all"))),
            Instead("a circle of aliases", static query => new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, WireMessage.Name(query.Name))),
            Instead("a referral", static query => new WireMessage(query) { Flags = WireMessage.Response }.Authority("example", DnsRecordType.NS, WireMessage.Name("ns.example"))),
            new("rubbish", static _ => Task.FromResult<byte[][]>([[1, 2, 3]]), static _ => Task.FromResult<byte[][]>([[1, 2, 3]])),
            new("half of the answer", HalfAsync, HalfAsync),
            new("every answer twice", TwiceAsync, Truth),
            new("cut off, and whole over TCP", static async query => [(await OnTheWireAsync(query)).With(WireMessage.Truncated).ToArray()], Truth),
        ];

        public static async Task<byte[][]> Truth(WireQuery query) => [(await OnTheWireAsync(query)).ToArray()];

        private static ServerFault Says(string name, Func<WireMessage, WireMessage> change)
        {
            async Task<byte[][]> AnswerAsync(WireQuery query) => [change(await OnTheWireAsync(query)).ToArray()];
            return new(name, AnswerAsync, AnswerAsync);
        }

        private static ServerFault Instead(string name, Func<WireQuery, WireMessage> answer)
        {
            Task<byte[][]> AnswerAsync(WireQuery query) => Task.FromResult<byte[][]>([answer(query).ToArray()]);
            return new(name, AnswerAsync, AnswerAsync);
        }

        private static async Task<byte[][]> LateAsync(WireQuery query)
        {
            await Task.Delay(Hasty.AttemptTimeLimit * 2);
            return await Truth(query);
        }

        private static async Task<byte[][]> HalfAsync(WireQuery query)
        {
            var whole = (await OnTheWireAsync(query)).ToArray();
            return [whole[..(whole.Length / 2)]];
        }

        private static async Task<byte[][]> TwiceAsync(WireQuery query)
        {
            var truth = await Truth(query);
            return [.. truth, .. truth];
        }

        private static async Task<WireMessage> OnTheWireAsync(WireQuery query)
        {
            var answer = await ChaosWorld.Zone.QueryAsync(new DnsQuestion(DomainName.Parse(query.Name), query.Type));
            var message = new WireMessage(query);
            if (answer.Status == DnsStatus.NxDomain)
                message.Fails(3);
            if (answer.Status != DnsStatus.NoError)
                return message.Authority("example", DnsRecordType.SOA, WireMessage.Start(900));
            foreach (var record in answer.Records)
            {
                message.Answer(query.Name, query.Type, record switch
                {
                    TxtRecord text => WireMessage.Text(text.Octets.ToArray()),
                    AddressRecord address => address.Address.GetAddressBytes(),
                    MxRecord exchange => WireMessage.Exchange((ushort)exchange.Preference, WireMessage.Name(exchange.Exchange.ToString())),
                    _ => throw new NotSupportedException($"{record.Type} records are not written here."),
                });
            }
            return message;
        }
    }
}
