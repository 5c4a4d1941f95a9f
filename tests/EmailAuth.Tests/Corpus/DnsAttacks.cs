using System.Net;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Tests.Dkim;
using EmailAuth.Tests.Dns;
using static EmailAuth.Tests.Dns.ScriptedDnsResolver;
using static EmailAuth.Tests.Dns.WireMessage;

namespace EmailAuth.Tests.Corpus;

/// <summary>D1 to D19: what comes back for a question, from a server that lies or breaks. Each is asked over UDP and over TCP.</summary>
internal static class DnsAttacks
{
    private static readonly DnsClientOptions Hasty = new() { AttemptTimeLimit = TimeSpan.FromMilliseconds(300), QueryTimeLimit = TimeSpan.FromSeconds(1) };

    private static readonly byte[] EvilName = [3, (byte)'a', (byte)'.', (byte)'b', 4, (byte)'\r', (byte)'\n', (byte)'X', (byte)':', 0];

    public static IEnumerable<CorpusVector> All()
    {
        yield return new CorpusVector("D1", "another address answers", () => AskAsync("asked.example", DnsRecordType.TXT, server =>
        {
            server.OnUdp = (query, reply) => reply.SendFromElsewhereAsync(new WireMessage(query).Answer(query.Name, query.Type, Text("forged")).ToArray());
            server.OnTcp = (query, stream) => MisbehavingDnsServer.SendOverTcpAsync(stream, Good(query).ToArray());
        }, new DnsClientOptions { Transport = DnsTransport.Tcp }), "NoError v=spf1 -all");

        foreach (var transport in new[] { DnsTransport.UdpOnLoopback, DnsTransport.Tcp })
        {
            foreach (var (row, name, expected, answer) in Answers())
                yield return new CorpusVector(row, $"{name}, {transport}", () => AskAsync("asked.example", DnsRecordType.TXT, server => server.Answering(answer), Hasty with { Transport = transport }), expected);
            yield return new CorpusVector("D10", $"a client's name with a line end, {transport}", () => AskAsync("1.2.0.192.in-addr.arpa", DnsRecordType.PTR, server => server.Answering(query => new WireMessage(query).Answer(query.Name, DnsRecordType.PTR, EvilName)), Hasty with { Transport = transport }), "Malformed");
            yield return new CorpusVector("D10", $"a client's name with a line end beside a good one, {transport}", () => AskAsync("1.2.0.192.in-addr.arpa", DnsRecordType.PTR, server => server.Answering(query => new WireMessage(query).Answer(query.Name, DnsRecordType.PTR, EvilName).Answer(query.Name, DnsRecordType.PTR, Name("good.example"))), Hasty with { Transport = transport }), "NoError good.example");
            yield return new CorpusVector("D7", $"an A-label that is none is asked for, {transport}", () => AskAsync("xn--0.example", DnsRecordType.TXT, server => server.Answering(Good), Hasty with { Transport = transport }), "Malformed");
            yield return new CorpusVector("D5", $"a pointer behind the end of a short message, {transport}", () => AskAsync("asked.example", DnsRecordType.MX, server => server.Answering(query => new WireMessage(query).Answer(query.Name, DnsRecordType.MX, [0, 10, 0xFF, 0xFF])), Hasty with { Transport = transport }), "Malformed");
        }

        yield return new CorpusVector("D10", "a client's name with a space is no name", async () =>
        {
            var zone = ZoneDnsResolver.Parse("attack.example. TXT \"v=spf1 ptr:t.example -all\"\n5.113.0.203.in-addr.arpa. PTR a\\032b.t.example.\na\\032b.t.example. A 203.0.113.5");
            var result = await new SpfEvaluator(zone).CheckMailFromAsync(IPAddress.Parse("203.0.113.5"), "x.example", "a@attack.example");
            return $"{result.Status.ToKeyword()}/{result.Reason}";
        }, "fail/MechanismMatched");

        yield return new CorpusVector("D3", "a wrong number first", () => AskAsync("asked.example", DnsRecordType.TXT, server =>
        {
            server.Answering(Good);
            server.OnUdp = async (query, reply) =>
            {
                await reply.SendAsync(new WireMessage(query) { Id = (ushort)(query.Id + 1) }.Answer(query.Name, query.Type, Text("forged")).ToArray());
                await reply.SendAsync(Good(query).ToArray());
            };
        }), "NoError v=spf1 -all");

        foreach (var (name, count) in new[] { ("an empty label", "a..b.example"), ("a label of 64", new string('a', 64) + ".example"), ("254 octets", string.Join('.', Enumerable.Repeat(new string('a', 63), 4))[..254]), ("a space", "a b.example"), ("a slash", "a/b.example"), ("nothing", ""), ("a control octet", "a\x01.example"), ("octets above 127 that are no UTF-8", "\uFFFD.example") })
            yield return new CorpusVector("D8", name, () => Task.FromResult(DomainName.TryParse(count, out _) ? "a name" : "no name"), "no name");
        yield return new CorpusVector("D8", "253 octets", () => Task.FromResult(DomainName.TryParse(string.Join('.', Enumerable.Repeat(new string('a', 62), 4)) + ".a", out var name) ? $"a name of {name.Octets.Length}" : "no name"), "a name of 253");

        yield return Cached("D11", "twenty thousand names", async cache =>
        {
            for (var i = 0; i < 20_000; i++)
                await cache.QueryAsync(Ask($"n{i}.example"));
            return cache.EntryCount <= 1_100 ? "bounded" : $"{cache.EntryCount} entries";
        }, "bounded", new DnsCacheOptions { MaxEntries = 1_000 });
        yield return Cached("D11", "a time of 68 years", async cache => await Asked(cache, later: 24 * 3600), "2 questions", script: _ => ScriptedDnsResolver.Text("x", int.MaxValue));
        yield return Cached("D11", "a time of 2^31 seconds", async cache => await Asked(cache), "2 questions", script: _ => ScriptedDnsResolver.Text("x", 2147483648.0));
        yield return Cached("D11", "an entry over its bound", async cache => await Asked(cache), "2 questions", new DnsCacheOptions { MaxEntryOctets = 512 }, _ => ScriptedDnsResolver.Text(new string('x', 600)));
        yield return Cached("D12", "capitals and a final dot", async cache =>
        {
            foreach (var name in new[] { "foo.example", "FOO.example", "fOO.example." })
                await cache.QueryAsync(Ask(name));
            return $"{Inner!.Queries} question, {cache.EntryCount} entry";
        }, "1 question, 1 entry");
        yield return new CorpusVector("D13", "a hundred callers at once", async () =>
        {
            var inner = new ScriptedDnsResolver { Holds = true };
            using var cache = new CachingDnsResolver(inner);
            using var impatient = new CancellationTokenSource();
            var left = cache.QueryAsync(Ask("cold.example"), impatient.Token).AsTask();
            var all = Enumerable.Range(0, 99).Select(_ => cache.QueryAsync(Ask("cold.example")).AsTask()).ToArray();
            await impatient.CancelAsync();
            inner.Release(ScriptedDnsResolver.Text("x"));
            var answers = await Task.WhenAll(all);
            return $"{inner.Queries} question, {answers.Count(answer => answer.Status == DnsStatus.NoError)} answers, the impatient one {(left.IsCanceled || await Canceled(left) ? "gone" : "answered")}";
        }, "1 question, 99 answers, the impatient one gone");
        yield return Cached("D14", "no data, with a time", async cache => await Asked(cache), "1 question", script: _ => DnsAnswer.NoRecords(DnsStatus.NoData, TimeSpan.FromSeconds(60)));
        yield return Cached("D14", "no data, after its time", async cache => await Asked(cache, later: 60), "2 questions", script: _ => DnsAnswer.NoRecords(DnsStatus.NoData, TimeSpan.FromSeconds(60)));
        yield return Cached("D14", "no such name for a day", async cache => await Asked(cache, later: 900), "2 questions", script: _ => DnsAnswer.NoRecords(DnsStatus.NxDomain, TimeSpan.FromDays(1)));
        yield return Cached("D14", "no data without a time", async cache => await Asked(cache), "2 questions", script: _ => DnsAnswer.NoRecords(DnsStatus.NoData, TimeSpan.Zero));

        foreach (var (code, expected) in new[] { (3, "NxDomain"), (0, "NoData") })
        {
            yield return new CorpusVector("D15", $"{expected}, and a second server that is silent", async () =>
            {
                await using var first = new MisbehavingDnsServer().Answering(query => new WireMessage(query).Fails(code));
                await using var silent = new MisbehavingDnsServer();
                var answer = await new DnsClientResolver(new DnsClientOptions { Servers = [first.EndPoint, silent.EndPoint] }).QueryAsync(Ask("asked.example"));
                return $"{answer.Status}, {silent.UdpQueries} questions to the second";
            }, $"{expected}, 0 questions to the second");
        }

        yield return new CorpusVector("D16", "a length prefix in two pieces, and nothing behind", () => AskAsync("asked.example", DnsRecordType.TXT, server => server.OnTcp = async (query, stream) =>
        {
            await stream.WriteAsync(new byte[] { 0 });
            await Task.Delay(2_000);
        }, Hasty with { Transport = DnsTransport.Tcp }), "Timeout");

        foreach (var (name, limit, expected) in new[] { ("over the budget of questions", 3, "temperror/DnsError"), ("within it", 40, "fail/MechanismMatched") })
        {
            yield return new CorpusVector("D17", name, async () =>
            {
                var zone = ZoneDnsResolver.Parse($"attack.example. TXT \"v=spf1 {string.Join(' ', Enumerable.Range(0, 8).Select(i => $"a:n{i}.example"))} -all\"\n*.example. A 198.51.100.1");
                var authenticator = new EmailAuthenticator(zone, new EmailAuthenticatorOptions { CheckHelo = false, Limits = new EmailAuthLimits { Dns = new DnsLimits { MaxQueriesPerMessage = limit } } });
                var result = await authenticator.VerifyAsync(TestMail.MessageOf("\r\nx\r\n"), new SmtpSession(IPAddress.Parse("203.0.113.5"), "x.example", "any@attack.example"));
                return $"{result.Spf.Status.ToKeyword()}/{result.Spf.Reason}";
            }, expected);
        }
        yield return Cached("D17", "a name that fails is asked for less and less", async cache =>
        {
            for (var second = 0; second < 300; second++)
            {
                await cache.QueryAsync(Ask("bad.example"));
                Clock!.Advance(1);
            }
            return $"{Inner!.Queries} questions in five minutes";
        }, "8 questions in five minutes", script: _ => DnsAnswer.Failed(DnsStatus.ServFail, ""));

        yield return new CorpusVector("D19", "four includes that each have four", async () =>
        {
            var zone = ZoneDnsResolver.Parse(string.Join('\n', Enumerable.Range(1, 4).Select(i => $"a{i}.example. TXT \"v=spf1 include:b1.example include:b2.example include:b3.example include:b4.example ?all\""))
                + "\nattack.example. TXT \"v=spf1 include:a1.example include:a2.example include:a3.example include:a4.example -all\"\n*.example. TXT \"v=spf1 ?all\"");
            zone.LogQueries = true;
            var result = await new SpfEvaluator(zone).CheckMailFromAsync(IPAddress.Parse("203.0.113.5"), "x.example", "a@attack.example");
            return $"{result.Status.ToKeyword()}/{result.Reason} after {zone.Queries.Length} questions";
        }, "permerror/TooManyDnsLookups after 11 questions");
    }

    private static IEnumerable<(string Row, string Name, string Expected, Func<WireQuery, WireMessage> Answer)> Answers()
    {
        yield return ("D2", "the answer to another question", "Malformed", query => new WireMessage(query) { Question = [.. Name("victim.test"), 0, 16, 0, 1] }.Answer("victim.test", DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return ("D2", "the answer to another type", "Malformed", query => new WireMessage(query) { Question = [.. Name(query.Name), 0, 1, 0, 1] }.Answer(query.Name, DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return ("D2", "the answer to another class", "Malformed", query => new WireMessage(query) { Question = [.. Name(query.Name), 0, 16, 0, 3] }.Answer(query.Name, DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return ("D2", "the question in other capitals", "NoError v=spf1 -all", query => new WireMessage(query) { Question = [.. Name(query.Name.ToUpperInvariant()), 0, 16, 0, 1] }.Answer(query.Name.ToUpperInvariant(), DnsRecordType.TXT, Text("v=spf1 -all")));
        yield return ("D4", "the query itself", "Malformed", query => new WireMessage(query) { Flags = query.Flags });
        yield return ("D4", "a query with an answer", "Malformed", query => new WireMessage(query) { Flags = 0x0100 }.Answer(query.Name, DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return ("D4", "the response to an update", "Malformed", query => new WireMessage(query).With(5 << 11).Answer(query.Name, DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return ("D7", "a CNAME that points out of the message", "Malformed", query => new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, [0xff, 0xff]));
        yield return ("D7", "a CNAME to a bad A-label", "Malformed", query => new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, Name("xn--0000.evil.example")).Answer("xn--0000.evil.example", query.Type, Text("v=DKIM1")));
        yield return ("D7", "a bad A-label in the additional section", "Malformed", query => Good(query).Additional(Name("xn--0.example"), 1, [192, 0, 2, 1]));
        yield return ("D7", "a name that points to itself", "Malformed", query => new WireMessage(query).AnswerOwnedBy([0xc0, (byte)(12 + query.Question.Length)], DnsRecordType.TXT, Text("x")));
        yield return ("D9", "class CH", "Malformed", query => new WireMessage(query).Answer(query.Name, DnsRecordType.TXT, Text("v=spf1 +all"), recordClass: 3));
        yield return ("D9", "a foreign owner", "Malformed", query => new WireMessage(query).Answer("unrelated.example", DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return ("D9", "a foreign owner beside a good one", "NoError v=spf1 -all", query => Good(query).Answer("unrelated.example", DnsRecordType.TXT, Text("v=spf1 +all")));
        yield return ("D9", "a foreign owner beside an alias", "NxDomain", query => query.Name == "b.example"
            ? new WireMessage(query).Fails(3)
            : new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, Name("b.example")).Answer("unrelated.example", query.Type, Text("v=spf1 +all")));
        yield return ("D9", "records of a name that does not exist", "NxDomain", query => Good(query).Fails(3));
        yield return ("D9", "two aliases of one name, a good record behind both", "Malformed", query => query.Name == "asked.example"
            ? new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, Name("b.example")).Answer(query.Name, DnsRecordType.CNAME, Name("c.example"))
            : Good(query));
        yield return ("D9", "two aliases in a circle", "Malformed", query => new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, Name("b.example")).Answer("b.example", DnsRecordType.CNAME, Name(query.Name)));
        yield return ("D18", "a string longer than its record", "Malformed", query => new WireMessage(query).Answer(query.Name, DnsRecordType.TXT, [0xc8, 0x41, 0x42]));
        yield return ("D18", "a string longer than its record, with more behind", "Malformed", query => new WireMessage(query).Answer(query.Name, DnsRecordType.TXT, [0xc8, 0x41, 0x42]).Answer(query.Name, DnsRecordType.TXT, Text(new string('x', 230))));
        yield return ("D16", "cut off", "Malformed", query => Good(query).With(Truncated));
        yield return ("D6", "a name over 255 octets behind a hundred pointers", "Malformed", query =>
        {
            var message = new WireMessage(query).Answer(query.Name, DnsRecordType.CNAME, Name(string.Join('.', Enumerable.Repeat(new string('a', 63), 10))));
            var pointer = (byte)(12 + query.Question.Length + Name(query.Name).Length + 10);
            for (var i = 0; i < 20; i++)
                message.AnswerOwnedBy([0xc0, pointer], DnsRecordType.CNAME, [0xc0, pointer]);
            return message;
        }
        );
    }

    private static WireMessage Good(WireQuery query) => new WireMessage(query).Answer(query.Name, query.Type, Text("v=spf1 -all"));

    private static async Task<string> AskAsync(string name, DnsRecordType type, Action<MisbehavingDnsServer> script, DnsClientOptions? options = null)
    {
        await using var server = new MisbehavingDnsServer();
        script(server);
        var answer = await new DnsClientResolver((options ?? new DnsClientOptions()) with { Servers = [server.EndPoint] }).QueryAsync(Ask(name, type));
        return $"{answer.Status} {string.Join('|', answer.Records.Select(record => record is TxtRecord text ? Encoding.Latin1.GetString(text.Octets.Span) : record is PtrRecord { Target: var target } ? target.ToString() : record.ToString()))}".TrimEnd();
    }

    // What a vector with a cache looks at; vectors run one at a time on their own thread of control.
    private static readonly AsyncLocal<ScriptedDnsResolver?> InnerOfVector = new();
    private static readonly AsyncLocal<ManualTimeProvider?> ClockOfVector = new();

    private static ScriptedDnsResolver? Inner => InnerOfVector.Value;

    private static ManualTimeProvider? Clock => ClockOfVector.Value;

    private static CorpusVector Cached(string row, string name, Func<CachingDnsResolver, Task<string>> play, string expected, DnsCacheOptions? options = null, Func<DnsQuestion, DnsAnswer>? script = null) => new(row, name, async () =>
    {
        var inner = InnerOfVector.Value = new ScriptedDnsResolver(script ?? (_ => ScriptedDnsResolver.Text("x")));
        var clock = ClockOfVector.Value = new ManualTimeProvider();
        using var cache = new CachingDnsResolver(inner, options, clock);
        return await play(cache);
    }, expected);

    /// <summary>How many questions two calls cost.</summary>
    private static async Task<string> Asked(CachingDnsResolver cache, double later = 0)
    {
        await cache.QueryAsync(Ask("asked.example"));
        Clock!.Advance(later);
        await cache.QueryAsync(Ask("asked.example"));
        return Inner!.Queries == 1 ? "1 question" : $"{Inner.Queries} questions";
    }

    private static async Task<bool> Canceled(Task task)
    {
        try
        {
            await task;
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
