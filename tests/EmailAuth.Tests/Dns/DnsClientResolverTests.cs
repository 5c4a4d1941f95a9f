using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EmailAuth.Dns;
using static EmailAuth.Tests.Dns.ScriptedDnsResolver;
using static EmailAuth.Tests.Dns.WireMessage;

namespace EmailAuth.Tests.Dns;

public class DnsClientResolverTests
{
    private static readonly DnsQuestion Question = Ask("asked.example");
    private readonly List<MisbehavingDnsServer> _servers = [];

    [TearDown]
    public async Task StopServers()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        _servers.Clear();
    }

    private MisbehavingDnsServer Server()
    {
        var server = new MisbehavingDnsServer();
        _servers.Add(server);
        return server;
    }

    private MisbehavingDnsServer Server(Func<WireQuery, WireMessage> answer) => Server().Answering(answer);

    private static DnsClientResolver Resolver(params ReadOnlySpan<MisbehavingDnsServer> servers) => Resolver(new DnsClientOptions(), servers);

    private static DnsClientResolver Resolver(DnsClientOptions options, params ReadOnlySpan<MisbehavingDnsServer> servers)
    {
        var endPoints = new IPEndPoint[servers.Length];
        for (var i = 0; i < servers.Length; i++)
            endPoints[i] = servers[i].EndPoint;
        return new DnsClientResolver(options with { Servers = [.. endPoints] });
    }

    private static readonly DnsClientOptions Hasty = new() { AttemptTimeLimit = TimeSpan.FromMilliseconds(250), QueryTimeLimit = TimeSpan.FromMilliseconds(800) };

    private static WireMessage Good(WireQuery query) => new WireMessage(query).Answer(query.Name, query.Type, Text("v=spf1 -all"));

    private static string TextOf(DnsAnswer answer) => Encoding.Latin1.GetString(((TxtRecord)answer.Records.Single()).Octets.Span);

    // ---- Answers ----

    [Test, Pin("N1")]
    public async Task An_answer_has_its_records_its_time_its_server_and_when_it_came()
    {
        var server = Server(query => new WireMessage(query).Answer(query.Name, query.Type, Text("one"), 300).Answer("ASKED.example", query.Type, Text("two"), 60));
        var clock = new ManualTimeProvider();
        var answer = await new DnsClientResolver(new DnsClientOptions { Servers = [server.EndPoint] }, clock).QueryAsync(Question);
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That(answer.Records, Has.Length.EqualTo(2));
        Assert.That(answer.TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(60)));
        Assert.That(answer.Server, Is.EqualTo(server.EndPoint.ToString()));
        Assert.That(answer.ReceivedAt, Is.EqualTo(clock.GetUtcNow()));
        Assert.That(answer.IsAuthenticated, Is.False);
    }

    private static IEnumerable<TestCaseData> Types()
    {
        yield return new TestCaseData(DnsRecordType.A, new byte[] { 192, 0, 2, 1 }, "192.0.2.1");
        yield return new TestCaseData(DnsRecordType.AAAA, new byte[] { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, "2001:db8::1");
        yield return new TestCaseData(DnsRecordType.MX, Exchange(10, Name("Mail.example")), "Preference = 10, Exchange = mail.example");
        yield return new TestCaseData(DnsRecordType.MX, Exchange(0, Name("")), "Exchange = .");
        yield return new TestCaseData(DnsRecordType.PTR, Name("host_1.example"), "Target = host_1.example");
        yield return new TestCaseData(DnsRecordType.PTR, Name("xn--bcher-kva.example"), "Target = xn--bcher-kva.example");
        yield return new TestCaseData(DnsRecordType.NS, Name("ns.example"), "Host = ns.example");
        yield return new TestCaseData(DnsRecordType.CNAME, Name("other.example"), "Target = other.example");
        yield return new TestCaseData(DnsRecordType.SOA, Start(300), "PrimaryServer = ns.example, Serial = 0, Minimum = 00:05:00");
        yield return new TestCaseData(DnsRecordType.TLSA, new byte[] { 3, 1, 1, 0xab, 0xcd }, "Usage = 3, Selector = 1, MatchingType = 1");
    }

    [TestCaseSource(nameof(Types))]
    public async Task Each_type_of_record_is_read(DnsRecordType type, byte[] data, string expected)
    {
        var server = Server(query => new WireMessage(query).Answer(query.Name, type, data));
        var answer = await Resolver(server).QueryAsync(Ask("asked.example", type));
        Assert.That(answer.Records.Single().ToString(), Does.Contain(expected));
        Assert.That(answer.Records.Single().Type, Is.EqualTo(type));
    }

    [Pin("N3")]
    [TestCase("v=spf1 -all")]
    [TestCase("")]
    [TestCase("back\\slash \\200 and \"quotes\"")]
    [TestCase("\u00c3\u00bc is two octets of UTF-8")]
    [TestCase("\u00fc is one of Latin-1")]
    [TestCase("\u00ef\u00bf\u00bd is the replacement character itself, \u00ff is none")]
    [TestCase("\u00e4\u00b8 cut, \u00e4\u00b8\u00ad whole, \u00f0\u009f\u0092\u00a9 four")]
    [TestCase("\u00ff\\")]
    [TestCase("\0\r\n\t\u007f\u0080\u00fe")]
    public async Task Text_is_exact_octets(string text)
    {
        var server = Server(query => new WireMessage(query).Answer(query.Name, query.Type, Text(text)));
        Assert.That(TextOf(await Resolver(server).QueryAsync(Question)), Is.EqualTo(text));
    }

    [Test, Pin("N3")]
    public async Task Every_octet_comes_through_and_long_text_comes_over_tcp_in_one_piece()
    {
        var octets = new byte[60_000];
        for (var i = 0; i < octets.Length; i++)
            octets[i] = (byte)(i * 7 + i / 256);
        var server = Server();
        server.OnUdp = (query, reply) => reply.SendAsync(new WireMessage(query).With(Truncated).ToArray());
        server.OnTcp = (query, stream) => MisbehavingDnsServer.SendOverTcpAsync(stream, new WireMessage(query).Answer(query.Name, query.Type, Text(octets)).ToArray());
        var answer = await Resolver(server).QueryAsync(Question);
        Assert.That(((TxtRecord)answer.Records.Single()).Octets.ToArray(), Is.EqualTo(octets));
        Assert.That((server.UdpQueries, server.TcpQueries), Is.EqualTo((1, 1)));
    }

    [Test, Pin("N2")]
    public async Task A_name_with_any_visible_octet_is_asked_as_it_is()
    {
        var server = Server(Good);
        Assert.That(DomainName.TryParseQueryName("!\"#$%&'()*+,-/:;<=>?@[\\]^_`{|}~.a\\.b.example"u8, out var name), Is.True);
        var answer = await Resolver(server).QueryAsync(new DnsQuestion(name!, DnsRecordType.TXT));
        Assert.That(server.LastQuery!.Name, Is.EqualTo(name!.ToString()));
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.NoError));
    }

    [Pin("N1")]
    [TestCase(1, DnsStatus.ServFail)]
    [TestCase(2, DnsStatus.ServFail)]
    [TestCase(4, DnsStatus.ServFail)]
    [TestCase(5, DnsStatus.Refused)]
    [TestCase(9, DnsStatus.Refused)]
    [TestCase(11, DnsStatus.ServFail)]
    public async Task A_server_that_fails_is_told_apart_and_asked_once(int code, DnsStatus expected)
    {
        var server = Server(query => new WireMessage(query).Fails(code));
        var answer = await Resolver(server).QueryAsync(Question);
        Assert.That(answer.Status, Is.EqualTo(expected));
        Assert.That(answer.Detail, Is.Not.Empty);
        Assert.That(server.UdpQueries, Is.EqualTo(1));
    }

    [Test, Pin("N1")]
    public async Task An_extended_code_is_a_failure_though_its_low_bits_say_no_error()
    {
        // RFC 6891 §6.1.3: BADVERS is 16, of which the header shows 0.
        var server = Server(query => new WireMessage(query).Additional([0], 41, [], timeToLive: 1u << 24, recordClass: 1232));
        Assert.That((await Resolver(server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.ServFail));
    }

    [Pin("N1"), Attack("D14"), Rfc(2308, "5")]
    [TestCase(3, DnsStatus.NxDomain, 900u, 60u, 60)]
    [TestCase(3, DnsStatus.NxDomain, 60u, 900u, 60)]
    [TestCase(0, DnsStatus.NoData, 300u, 120u, 120)]
    public async Task What_is_not_there_has_the_time_of_the_soa_record(int code, DnsStatus expected, uint timeToLive, uint minimum, int seconds)
    {
        var server = Server(query => new WireMessage(query).Fails(code).Authority("example", DnsRecordType.SOA, Start(minimum), timeToLive));
        var answer = await Resolver(server).QueryAsync(Question);
        Assert.That(answer.Status, Is.EqualTo(expected));
        Assert.That(answer.TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }

    [Test]
    public async Task An_soa_record_of_a_foreign_zone_says_nothing_about_the_time()
    {
        var server = Server(query => new WireMessage(query).Fails(3).Authority("other.test", DnsRecordType.SOA, Start(900)));
        Assert.That((await Resolver(server).QueryAsync(Question)).TimeToLive, Is.EqualTo(TimeSpan.Zero));
    }

    [Test, Rfc(2308, "2.2")]
    public async Task A_referral_is_no_answer()
    {
        var server = Server(query => new WireMessage(query) { Flags = Response }.Authority("example", DnsRecordType.NS, Name("ns.example")));
        Assert.That((await Resolver(server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.ServFail));
    }

    [TestCase(0u, 0)]
    [TestCase(2147483648u, 2147483648)]
    [TestCase(4294967295u, 4294967295)]
    public async Task A_time_to_live_is_handed_on_as_it_is(uint timeToLive, long seconds)
    {
        var server = Server(query => new WireMessage(query).Answer(query.Name, query.Type, Text("x"), timeToLive));
        Assert.That((await Resolver(server).QueryAsync(Question)).TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }

    // ---- Aliases ----

    /// <summary>n0 → n1 → … → n(length), which has text; so many of the chain are in each response.</summary>
    private static WireMessage Chain(WireQuery query, int length, int inEach)
    {
        var message = new WireMessage(query);
        var at = int.Parse(query.Name.AsSpan(1, query.Name.IndexOf('.') - 1), System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i < inEach && at < length; i++, at++)
            message.Answer($"n{at}.example", DnsRecordType.CNAME, Name($"n{at + 1}.example"), timeToLive: 100 + (uint)at);
        if (at == length && inEach > length)
            message.Answer($"n{at}.example", query.Type, Text("end"));
        else if (at == length && query.Name == $"n{length}.example")
            message.Answer(query.Name, query.Type, Text("end"));
        return message;
    }

    [Pin("N6")]
    [TestCase(1, 9, 1)]
    [TestCase(8, 9, 1)]
    [TestCase(1, 1, 2)]
    [TestCase(8, 3, 4)]
    [TestCase(8, 1, 9)]
    public async Task Aliases_are_followed_within_a_response_and_by_asking_again(int length, int inEach, int queries)
    {
        var server = Server(query => Chain(query, length, inEach));
        var answer = await Resolver(server).QueryAsync(Ask("n0.example"));
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.NoError), answer.Detail);
        Assert.That(answer.TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(100)));
        Assert.That(server.UdpQueries, Is.EqualTo(queries));
    }

    [Pin("N6")]
    [TestCase(9, 20)]
    [TestCase(9, 1)]
    [TestCase(100, 7)]
    public async Task A_chain_of_more_than_8_is_a_transient_error(int length, int inEach)
    {
        var server = Server(query => Chain(query, length, inEach));
        var answer = await Resolver(server).QueryAsync(Ask("n0.example"));
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.Malformed));
        Assert.That(answer.Detail, Does.Contain("n0.example"));
        Assert.That(server.UdpQueries, Is.LessThanOrEqualTo(10));
    }

    [Pin("N6")]
    [TestCase("asked.example", "asked.example")]
    [TestCase("asked.example", "b.example", "b.example", "asked.example")]
    public async Task A_circle_of_aliases_is_a_transient_error(params string[] pairs)
    {
        var server = Server(query =>
        {
            var message = new WireMessage(query);
            for (var i = 0; i < pairs.Length; i += 2)
                message.Answer(pairs[i], DnsRecordType.CNAME, Name(pairs[i + 1]));
            return message;
        });
        Assert.That((await Resolver(server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.Malformed));
    }

    [Test, Pin("N6")]
    public async Task The_order_of_records_does_not_matter()
    {
        var server = Server(query => new WireMessage(query).Answer("b.example", query.Type, Text("x")).Answer(query.Name, DnsRecordType.CNAME, Name("b.example")));
        Assert.That(TextOf(await Resolver(server).QueryAsync(Question)), Is.EqualTo("x"));
    }

    [Test, Pin("N6")]
    public async Task An_alias_of_what_does_not_exist_is_nxdomain_and_of_what_has_no_such_record_nodata()
    {
        var server = Server(query => new WireMessage(query).Fails(3).Answer(query.Name, DnsRecordType.CNAME, Name("b.other")).Authority("other", DnsRecordType.SOA, Start(60)));
        Assert.That((await Resolver(server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NxDomain));
        server.Answering(query => new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, Name("b.other")).Authority("other", DnsRecordType.SOA, Start(60)));
        Assert.That((await Resolver(server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NoData));
    }

    [Test]
    public async Task Two_different_aliases_of_one_name_are_malformed()
    {
        var server = Server(query => new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, Name("b.example")).Answer(query.Name, DnsRecordType.CNAME, Name("c.example")));
        Assert.That((await Resolver(server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.Malformed));
    }

    // ---- Attacks, by their rows ----

    [Test, Attack("D1")]
    public async Task A_server_not_on_loopback_is_asked_over_tcp_where_there_is_no_datagram_to_forge()
    {
        Assert.That(new DnsClientServer(new IPEndPoint(IPAddress.Parse("192.0.2.53"), 53), DnsTransport.UdpOnLoopback, TimeProvider.System).UsesTcp, Is.True);
        Assert.That(new DnsClientServer(new IPEndPoint(IPAddress.Parse("2001:db8::53"), 53), DnsTransport.UdpOnLoopback, TimeProvider.System).UsesTcp, Is.True);
        Assert.That(new DnsClientServer(new IPEndPoint(IPAddress.IPv6Loopback, 53), DnsTransport.UdpOnLoopback, TimeProvider.System).UsesTcp, Is.False);
        Assert.That(new DnsClientServer(new IPEndPoint(IPAddress.Parse("127.0.0.53"), 53), DnsTransport.UdpOnLoopback, TimeProvider.System).UsesTcp, Is.False);

        var server = Server();
        server.OnUdp = (query, reply) => reply.SendFromElsewhereAsync(new WireMessage(query).Answer(query.Name, query.Type, Text("forged")).ToArray());
        server.OnTcp = (query, stream) => MisbehavingDnsServer.SendOverTcpAsync(stream, Good(query).ToArray());
        Assert.That(TextOf(await Resolver(new DnsClientOptions { Transport = DnsTransport.Tcp }, server).QueryAsync(Question)), Is.EqualTo("v=spf1 -all"));
        Assert.That(server.UdpQueries, Is.Zero);
        Assert.That(Documentation(), Does.Contain("it takes a datagram from any sender that has the right number"));
    }

    private static IEnumerable<TestCaseData> Unacceptable()
    {
        yield return Case("D2", "another question", query => new WireMessage(query) { Question = [.. Name("victim.test"), 0, 16, 0, 1] }.Answer("victim.test", DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return Case("D2", "another type", query => new WireMessage(query) { Question = [.. Name(query.Name), 0, 1, 0, 1] }.Answer(query.Name, DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return Case("D2", "another class", query => new WireMessage(query) { Question = [.. Name(query.Name), 0, 16, 0, 3] }.Answer(query.Name, DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return Case("D4", "the query itself", query => new WireMessage(query) { Flags = query.Flags });
        yield return Case("D4", "a query with an answer", query => new WireMessage(query) { Flags = 0x0100 }.Answer(query.Name, DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return Case("D4", "an update response", query => new WireMessage(query).With(5 << 11).Answer(query.Name, DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return Case("D7", "a CNAME that points out of the message", query => new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, [0xff, 0xff]));
        yield return Case("D7", "a bad A-label in the additional section", query => Good(query).Additional(Name("xn--0.example"), 1, [192, 0, 2, 1]));
        yield return Case("D7", "a name that points to itself", query => new WireMessage(query).AnswerOwnedBy([0xc0, (byte)(12 + query.Question.Length)], DnsRecordType.TXT, Text("x")));
        yield return Case("D7", "two names that point to each other", query => new WireMessage(query).AnswerOwnedBy([0xc0, (byte)(14 + query.Question.Length), 0xc0, (byte)(12 + query.Question.Length)], DnsRecordType.TXT, Text("x")));
        yield return Case("D9", "class CH", query => new WireMessage(query).Answer(query.Name, DnsRecordType.TXT, Text("v=spf1 +all"), recordClass: 3));
        yield return Case("D9", "a foreign owner", query => new WireMessage(query).Answer("unrelated.example", DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return Case("D9", "a foreign type", query => new WireMessage(query).Answer(query.Name, DnsRecordType.A, [192, 0, 2, 1]));
        yield return Case("D18", "a string longer than its record", query => new WireMessage(query).Answer(query.Name, DnsRecordType.TXT, [0xc8, 0x41, 0x42]));
        yield return Case("D18", "a string longer than its record, with more behind", query => new WireMessage(query).Answer(query.Name, DnsRecordType.TXT, [0xc8, 0x41, 0x42]).Answer(query.Name, DnsRecordType.TXT, Text(new string('x', 230))));
        yield return Case("D16", "cut off over TCP too", query => Good(query).With(Truncated));
        yield return Case("S3", "more records than the bound", query =>
        {
            var message = new WireMessage(query).With(Truncated);
            message.Flags &= 0xfdff;
            for (var i = 0; i < 257; i++)
                message.Answer(query.Name, DnsRecordType.TXT, Text("x"));
            return message;
        });

        static TestCaseData Case(string row, string what, Func<WireQuery, WireMessage> answer) =>
            new TestCaseData(answer).SetArgDisplayNames(row, what).SetProperty("Attack", row);
    }

    [TestCaseSource(nameof(Unacceptable))]
    public async Task What_is_no_answer_to_the_question_is_malformed_and_tried_again_over_tcp(object answer)
    {
        var server = Server((Func<WireQuery, WireMessage>)answer);
        var result = await Resolver(server).QueryAsync(Question);
        Assert.That(result.Status, Is.EqualTo(DnsStatus.Malformed), result.Detail);
        Assert.That(result.Records, Is.Empty);
        Assert.That(server.TcpQueries, Is.GreaterThanOrEqualTo(1));

        // Over TCP the same server tells the truth: then the datagram was somebody else's.
        server.OnTcp = (query, stream) => MisbehavingDnsServer.SendOverTcpAsync(stream, Good(query).ToArray());
        Assert.That(TextOf(await Resolver(server).QueryAsync(Question)), Is.EqualTo("v=spf1 -all"));
    }

    [Test, Attack("D3")]
    public async Task A_datagram_with_a_wrong_number_does_not_cost_the_answer()
    {
        var server = Server(Good);
        server.OnUdp = async (query, reply) =>
        {
            await reply.SendAsync(new WireMessage(query) { Id = (ushort)(query.Id + 1) }.Answer(query.Name, query.Type, Text("forged")).ToArray());
            await reply.SendAsync(Good(query).ToArray());
        };
        Assert.That(TextOf(await Resolver(server).QueryAsync(Question)), Is.EqualTo("v=spf1 -all"));
    }

    [Test, Attack("D2"), Attack("D3")]
    public async Task Of_a_hundred_thousand_forged_datagrams_in_the_window_of_a_question_none_is_believed()
    {
        const int Forged = 100_000;
        var server = Server(Good);
        server.OnUdp = async (query, reply) =>
        {
            // He knows the port and the question, which is the worst case, and tries one number after the other but the right one; then he knows the number, too, but not the question.
            var random = new Random(query.Id);
            for (var i = 0; i < Forged / 4; i++)
            {
                var forgery = new WireMessage(query).Answer(query.Name, query.Type, Text("v=spf1 +all"));
                if (i % 50 == 49)
                    forgery.Question = [.. Name($"n{i}.victim.example"), 0, 16, 0, 1];
                else
                    forgery.Id = (ushort)(query.Id + random.Next(1, 65_536));
                await reply.SendAsync(forgery.ToArray());
            }
            await reply.SendAsync(Good(query).ToArray());
        };
        var resolver = Resolver(new DnsClientOptions { AttemptTimeLimit = TimeSpan.FromSeconds(15), QueryTimeLimit = TimeSpan.FromSeconds(30) }, server);
        for (var i = 0; i < 4; i++)
            Assert.That(TextOf(await resolver.QueryAsync(Ask($"n{i}.example"))), Is.EqualTo("v=spf1 -all"));
        // The first forgery ends the datagram's try; the connection, into which nobody can throw anything, has the answer.
        Assert.That(server.TcpQueries, Is.EqualTo(4));
    }

    [Test]
    public async Task An_answer_that_comes_too_late_is_asked_for_once_more()
    {
        var server = Server();
        var queries = 0;
        server.OnUdp = async (query, reply) =>
        {
            if (Interlocked.Increment(ref queries) == 1)
                await Task.Delay(400);
            await reply.SendAsync(Good(query).ToArray());
        };
        Assert.That((await Resolver(Hasty with { QueryTimeLimit = TimeSpan.FromSeconds(5) }, server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That(server.UdpQueries, Is.EqualTo(2));
    }

    [Test, Attack("D3")]
    public async Task An_answer_that_comes_twice_is_no_answer_to_the_next_question()
    {
        var server = Server(Good);
        server.OnUdp = async (query, reply) =>
        {
            await reply.SendAsync(Good(query).ToArray());
            await reply.SendAsync(Good(query).ToArray());
        };
        var resolver = Resolver(server);
        for (var i = 0; i < 5; i++)
            Assert.That((await resolver.QueryAsync(Ask($"n{i}.example"))).Status, Is.EqualTo(DnsStatus.NoError));
    }

    [Test, Attack("D5")]
    public async Task A_pointer_out_of_the_message_throws_nothing_and_the_documentation_tells_the_limit()
    {
        var server = Server(query => new WireMessage(query).Answer(query.Name, DnsRecordType.MX, [0, 10, 0xc7, 0xd0]));
        var answer = await Resolver(server).QueryAsync(Ask("asked.example", DnsRecordType.MX));
        // What the transport reads there is not ours to decide; a name that is none never comes out.
        foreach (var record in answer.Records.Cast<MxRecord>())
            Assert.That(record.Exchange.Octets.Length, Is.LessThanOrEqualTo(DomainName.MaxLength));
        Assert.That(Documentation(), Does.Contain("compressed out of the message's bounds"));
    }

    [Test, Attack("D6")]
    public async Task A_name_beyond_255_octets_is_malformed_and_the_documentation_tells_what_it_costs()
    {
        var long2k = Enumerable.Repeat(new string('a', 63), 30);
        var server = Server(query =>
        {
            var message = new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, Name(string.Join('.', long2k)));
            var pointer = 12 + query.Question.Length + Name(query.Name).Length + 10;
            for (var i = 0; i < 100; i++)
                message.AnswerOwnedBy([0xc0, (byte)pointer], DnsRecordType.CNAME, [0xc0, (byte)pointer]);
            return message;
        });
        Assert.That((await Resolver(Hasty, server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.Malformed));
        Assert.That(Documentation(), Does.Contain("grow beyond 255 octets"));
    }

    private static string Documentation()
    {
        var xml = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "EmailAuth.xml"));
        return string.Join(' ', xml.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [Test, Attack("D7")]
    public async Task A_bad_a_label_in_the_question_is_an_answer_not_an_exception()
    {
        var server = Server(Good);
        Assert.That((await Resolver(server).QueryAsync(Ask("xn--0.example"))).Status, Is.EqualTo(DnsStatus.Malformed));
        Assert.That(Documentation(), Does.Contain("begins with \"xn--\" and is no punycode"));
    }

    [Test, Attack("D7")]
    public async Task A_bad_a_label_as_the_target_of_an_alias_is_an_answer_not_an_exception()
    {
        var server = Server(query => new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, Name("xn--0000.evil.example")).Answer("xn--0000.evil.example", query.Type, Text("v=DKIM1")));
        Assert.That((await Resolver(Hasty, server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.Malformed));
    }

    [Test, Attack("D9")]
    public async Task Records_in_a_response_that_says_nxdomain_do_not_exist()
    {
        var server = Server(query => Good(query).Fails(3));
        var answer = await Resolver(server).QueryAsync(Question);
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.NxDomain));
        Assert.That(answer.Records, Is.Empty);
    }

    [Test, Attack("D9")]
    public async Task Records_of_a_foreign_owner_beside_an_alias_do_not_count()
    {
        var server = Server(query => query.Name == "b.example"
            ? new WireMessage(query).Fails(3)
            : new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, Name("b.example")).Answer("unrelated.example", query.Type, Text("v=spf1 +all")));
        Assert.That((await Resolver(server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NxDomain));
    }

    [Test, Attack("D10")]
    public async Task A_target_with_octets_that_no_name_has_is_left_out()
    {
        byte[] evil = [3, (byte)'a', (byte)'.', (byte)'b', 4, (byte)'\r', (byte)'\n', (byte)'X', (byte)':', 0];
        var server = Server(query => new WireMessage(query).Answer(query.Name, DnsRecordType.PTR, evil).Answer(query.Name, DnsRecordType.PTR, Name("good.example")));
        var answer = await Resolver(server).QueryAsync(Ask("1.2.0.192.in-addr.arpa", DnsRecordType.PTR));
        Assert.That(answer.Records, Is.EqualTo(new DnsRecord[] { new PtrRecord(DomainName.Parse("good.example")) }));

        server.Answering(query => new WireMessage(query).Answer(query.Name, DnsRecordType.PTR, evil));
        Assert.That((await Resolver(server).QueryAsync(Ask("1.2.0.192.in-addr.arpa", DnsRecordType.PTR))).Status, Is.EqualTo(DnsStatus.Malformed));
    }

    [Test, Attack("D15")]
    public async Task Nxdomain_and_nodata_of_one_server_are_final()
    {
        var silent = Server();
        foreach (var (code, status) in new[] { (3, DnsStatus.NxDomain), (0, DnsStatus.NoData) })
        {
            var answer = await Resolver(Server(query => new WireMessage(query).Fails(code)), silent).QueryAsync(Question);
            Assert.That(answer.Status, Is.EqualTo(status));
        }
        Assert.That(silent.UdpQueries, Is.Zero);
    }

    [Test, Attack("D16")]
    public async Task Over_tcp_a_split_length_prefix_or_an_endless_stream_cost_no_more_than_the_time_limit()
    {
        var server = Server();
        server.OnTcp = async (query, stream) =>
        {
            var message = Good(query).ToArray();
            await stream.WriteAsync(new byte[] { (byte)(message.Length >> 8) });
            await Task.Delay(20);
            await stream.WriteAsync((byte[])[(byte)message.Length, .. message]);
        };
        var options = Hasty with { Transport = DnsTransport.Tcp };
        Assert.That((await Resolver(options, server).QueryAsync(Question)).Status.IsTransient(), Is.True);

        server.OnTcp = async (query, stream) =>
        {
            var until = Stopwatch.StartNew();
            while (until.ElapsedMilliseconds < 3_000)
                await MisbehavingDnsServer.SendOverTcpAsync(stream, Good(query).ToArray());
        };
        var watch = Stopwatch.StartNew();
        var answer = await Resolver(options, server).QueryAsync(Question);
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2.5)), "a bound far above the limit");
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.Timeout).Or.EqualTo(DnsStatus.Malformed).Or.EqualTo(DnsStatus.NoError));
        Assert.That(Documentation(), Does.Contain("a length prefix that arrives in two parts is misread, and a server that sends without end is read until the time limit"));
    }

    [Test]
    public async Task A_connection_that_is_reset_is_tried_again()
    {
        var server = Server();
        var connections = 0;
        server.OnTcp = (query, stream) =>
        {
            if (Interlocked.Increment(ref connections) > 1)
                return MisbehavingDnsServer.SendOverTcpAsync(stream, Good(query).ToArray());
            stream.Socket.LingerState = new LingerOption(true, 0);
            stream.Socket.Close();
            return Task.CompletedTask;
        };
        Assert.That((await Resolver(Hasty with { Transport = DnsTransport.Tcp }, server).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NoError));
    }

    [Test]
    public async Task A_long_answer_without_tcp_is_a_transient_error()
    {
        var server = Server();
        server.OnUdp = (query, reply) => reply.SendAsync(Good(query).With(Truncated).ToArray());
        Assert.That((await Resolver(Hasty, server).QueryAsync(Question)).Status.IsTransient(), Is.True);
    }

    [Test]
    public async Task An_oversized_datagram_is_still_one_answer()
    {
        var server = Server(query => new WireMessage(query).Answer(query.Name, query.Type, Text(new string('x', 4_000))));
        var answer = await Resolver(Hasty, server).QueryAsync(Question);
        Assert.That(answer.Status is DnsStatus.NoError ? TextOf(answer).Length : 4_000, Is.EqualTo(4_000));
    }

    // ---- Servers, time and cancellation ----

    [Test]
    public async Task A_dead_server_costs_at_most_the_time_limit_and_the_next_5_seconds_nothing()
    {
        var server = Server();
        using var cache = new CachingDnsResolver(Resolver(Hasty, server));
        var watch = Stopwatch.StartNew();
        var answer = await cache.QueryAsync(Question);
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.Timeout));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(4)), "a bound far above the limit");
        Assert.That(server.UdpQueries, Is.EqualTo(2));
        Assert.That(cache.QueryAsync(Question).AsTask().IsCompletedSuccessfully, Is.True);
        Assert.That(server.UdpQueries, Is.EqualTo(2));
    }

    [Test]
    public async Task Behind_a_server_that_is_silent_fails_or_refuses_the_next_one_is_asked()
    {
        var good = Server(Good);
        Assert.That((await Resolver(Hasty, Server(), good).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That((await Resolver(Server(query => new WireMessage(query).Fails(2)), good).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That((await Resolver(Server(query => new WireMessage(query).Fails(5)), good).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That((await Resolver(Server(query => new WireMessage(query) { Flags = 0 }), good).QueryAsync(Question)).Server, Is.EqualTo(good.EndPoint.ToString()));
    }

    [Test]
    public async Task A_server_that_was_silent_is_asked_last_for_a_while()
    {
        var silent = Server();
        var resolver = Resolver(Hasty, silent, Server(Good));
        for (var i = 0; i < 4; i++)
            Assert.That((await resolver.QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That(silent.UdpQueries, Is.EqualTo(1));
    }

    [Test]
    public void Of_connections_that_hang_so_many_may_pile_up_and_then_one_a_second_is_tried()
    {
        var clock = new ManualTimeProvider();
        var server = new DnsClientServer(new IPEndPoint(IPAddress.Parse("192.0.2.53"), 53), DnsTransport.UdpOnLoopback, clock);
        var hanging = Enumerable.Range(0, 64).Select(_ => new TaskCompletionSource()).ToArray();
        foreach (var query in hanging)
        {
            Assert.That(server.MayBeAsked(), Is.True);
            server.Abandon(query.Task);
        }
        Assert.That(server.MayBeAsked(), Is.True, "the first try after");
        Assert.That(server.MayBeAsked(), Is.False);
        clock.Advance(1);
        Assert.That(server.MayBeAsked(), Is.True);
        Assert.That(server.MayBeAsked(), Is.False);
        hanging[0].SetException(new SocketException());
        Assert.That(server.MayBeAsked(), Is.True, "the system has given one up");
    }

    [Test]
    public async Task The_failure_that_tells_most_is_told()
    {
        var answer = await Resolver(Hasty, Server(), Server(query => new WireMessage(query).Fails(2))).QueryAsync(Question);
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.ServFail));
    }

    [Test]
    public async Task The_callers_cancellation_is_his_own_and_a_time_limit_is_an_answer()
    {
        var resolver = Resolver(new DnsClientOptions { QueryTimeLimit = TimeSpan.FromSeconds(30), AttemptTimeLimit = TimeSpan.FromSeconds(30) }, Server());
        using var source = new CancellationTokenSource();
        var query = resolver.QueryAsync(Question, source.Token).AsTask();
        await source.CancelAsync();
        var exception = await Assert.CatchAsync<OperationCanceledException>(() => query);
        Assert.That(exception!.CancellationToken, Is.EqualTo(source.Token));
        Assert.That((await Resolver(Hasty, Server()).QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.Timeout));
    }

    [Test, Attack("D17")]
    public async Task So_many_questions_are_under_way_so_many_wait_and_the_rest_is_told_at_once()
    {
        var server = Server();
        var held = new List<Func<Task>>();
        server.OnUdp = (query, reply) =>
        {
            lock (held)
                held.Add(() => reply.SendAsync(Good(query).ToArray()));
            return Task.CompletedTask;
        };
        var resolver = new DnsClientResolver(new DnsClientOptions { Servers = [server.EndPoint] }, null, new DnsQueryGate(2, 3));
        var queries = Enumerable.Range(0, 7).Select(i => resolver.QueryAsync(Ask($"n{i}.example")).AsTask()).ToArray();
        Assert.That(() => server.UdpQueries, Is.EqualTo(2).After(2000, 5));
        Assert.That(queries.Where(query => query.IsCompleted).Select(query => query.Result.Status), Is.EqualTo(new[] { DnsStatus.OverBudget, DnsStatus.OverBudget }));
        while (!queries.All(query => query.IsCompleted))
        {
            Func<Task>[] ready;
            lock (held)
            {
                ready = [.. held];
                held.Clear();
            }
            Assert.That(ready, Has.Length.LessThanOrEqualTo(2));
            foreach (var reply in ready)
                await reply();
            await Task.Delay(5);
        }
        Assert.That(queries.Count(query => query.Result.Status == DnsStatus.NoError), Is.EqualTo(5));
    }

    [Test]
    public async Task The_ad_flag_counts_only_where_the_server_is_trusted()
    {
        var server = Server(query => Good(query).With(Authentic));
        Assert.That((await Resolver(server).QueryAsync(Question)).IsAuthenticated, Is.False);
        Assert.That(server.LastQuery!.HasDnssecOk, Is.False);
        Assert.That((await Resolver(new DnsClientOptions { TrustsAuthenticatedData = true }, server).QueryAsync(Question)).IsAuthenticated, Is.True);
        Assert.That(server.LastQuery!.HasDnssecOk, Is.True);
    }

    [TestCase("192.0.2.1", "192.0.2.1:53")]
    [TestCase("192.0.2.1:5353", "192.0.2.1:5353")]
    [TestCase("2001:db8::1", "[2001:db8::1]:53")]
    [TestCase("[2001:db8::1]", "[2001:db8::1]:53")]
    [TestCase("[2001:db8::1]:5353", "[2001:db8::1]:5353")]
    [TestCase("localhost:5353", "127.0.0.1:5353")]
    [TestCase("", null)]
    [TestCase("dns.example", null)]
    [TestCase("192.0.2.1:", null)]
    [TestCase("192.0.2.1:0", null)]
    [TestCase("192.0.2.1:65536", null)]
    [TestCase("192.0.2.1:+53", null)]
    [TestCase("192.0.2", null)]
    [TestCase("[192.0.2.1]:53", null)]
    [TestCase("[2001:db8::1", null)]
    [TestCase("[2001:db8::1]5353", null)]
    [TestCase("2001:db8::1%eth0", null)]
    public void A_server_is_read_as_people_write_it(string text, string? expected)
    {
        Assert.That(DnsClientOptions.TryParseServer(text, out var server), Is.EqualTo(expected is not null));
        Assert.That(server?.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void Without_servers_those_of_the_system_are_taken_and_never_a_public_one()
    {
        var servers = new DnsClientResolver().Servers;
        Assert.That(servers, Is.Not.Empty);
        Assert.That(servers.Select(server => server.Address.ToString()), Has.None.AnyOf("8.8.8.8", "8.8.4.4", "1.1.1.1"));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DnsClientOptions { AttemptTimeLimit = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DnsClientOptions { QueryTimeLimit = TimeSpan.FromMinutes(1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DnsClientOptions { Tries = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DnsClientOptions { MaxRecords = 0 });
        Assert.Throws<ArgumentException>(() => _ = new DnsClientOptions { Servers = [null!] });
    }
}
