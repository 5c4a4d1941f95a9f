using System.Text;
using EmailAuth.Dns;
using EmailAuth.Tests;
using EmailAuth.Tests.Dns;
using Microsoft.Extensions.Logging;

namespace EmailAuth.Hosting.Tests;

/// <summary>A cache that others write to: what is shared, what is believed, and what it costs when it is gone.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class SharedCacheDnsResolverTests
{
    private static readonly DnsQuestion Question = new(DomainName.Parse("example.com"), DnsRecordType.TXT);

    private readonly ManualTimeProvider _clock = new();
    private readonly SharedMemory _shared = new();
    private readonly ScriptedUpstream _upstream = new();

    private sealed class ScriptedUpstream : IDnsResolver
    {
        private int _queries;

        public Func<DnsAnswer> Answer { get; set; } = static () => Text("from the servers");

        public int Queries => Volatile.Read(ref _queries);

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _queries);
            return new(Answer());
        }
    }

    private static DnsAnswer Text(string text, double seconds = 300) => DnsAnswer.WithRecords([new TxtRecord(Encoding.Latin1.GetBytes(text))], TimeSpan.FromSeconds(seconds));

    private static string TextOf(DnsAnswer answer) => Encoding.Latin1.GetString(((TxtRecord)answer.Records[0]).Octets.Span);

    private SharedCacheDnsResolver Resolver(SharedDnsCacheOptions? options = null, IDnsResolver? upstream = null, ILogger<SharedCacheDnsResolver>? logger = null) =>
        new(upstream ?? _upstream, _shared, options, _clock, logger);

    private static SharedDnsCacheOptions WithSecret(byte octet) => new() { Secret = [.. Enumerable.Repeat(octet, 32)] };

    private static string Key => new SharedDnsEntry(SharedDnsCacheOptions.Default).KeyOf(Question);

    private void Put(byte[] octets, string? key = null) => _shared.Entries[key ?? Key] = (octets, new());

    private static byte[] Unsigned(DnsQuestion question, DnsAnswer answer) => [(byte)'U', .. DnsRecording.Of([new(question, answer)]).ToArray()];

    private static async Task WrittenAsync(SharedCacheDnsResolver resolver)
    {
        for (var i = 0; i < 500 && resolver.WritesUnderWay > 0; i++)
            await Task.Delay(10);
        Assert.That(resolver.WritesUnderWay, Is.Zero);
    }

    // ---- What is shared ----

    [Test]
    public async Task What_one_asked_the_other_need_not()
    {
        var first = Resolver();
        await first.QueryAsync(Question);
        await WrittenAsync(first);
        _clock.Advance(100);
        var answer = await Resolver().QueryAsync(Question);
        Assert.That(_upstream.Queries, Is.EqualTo(1));
        Assert.That(TextOf(answer), Is.EqualTo("from the servers"));
        Assert.That(answer.TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(300)));
        Assert.That(answer.ReceivedAt, Is.EqualTo(_clock.GetUtcNow() - TimeSpan.FromSeconds(100)));
        Assert.That(answer.Server, Is.EqualTo("shared cache"));
    }

    [TestCase(DnsStatus.NoData)]
    [TestCase(DnsStatus.NxDomain)]
    public async Task A_negative_answer_is_shared_for_at_most_a_quarter_of_an_hour(DnsStatus status)
    {
        _upstream.Answer = () => DnsAnswer.NoRecords(status, TimeSpan.FromHours(3));
        var first = Resolver();
        await first.QueryAsync(Question);
        await WrittenAsync(first);
        Assert.That(_shared.Entries[Key].Options.AbsoluteExpirationRelativeToNow, Is.EqualTo(TimeSpan.FromMinutes(15)));
        Assert.That((await Resolver().QueryAsync(Question)).Status, Is.EqualTo(status));
        Assert.That(_upstream.Queries, Is.EqualTo(1));
    }

    [Test]
    public async Task Records_are_shared_for_at_most_a_day_less_their_age()
    {
        _upstream.Answer = () => Text("x", 1_000_000).WithOrigin(_clock.GetUtcNow() - TimeSpan.FromHours(1));
        var first = Resolver();
        await first.QueryAsync(Question);
        await WrittenAsync(first);
        Assert.That(_shared.Entries[Key].Options.AbsoluteExpirationRelativeToNow, Is.EqualTo(TimeSpan.FromHours(23)));
    }

    private static readonly TestCaseData<DnsAnswer>[] NotShared =
    [
        .. Enum.GetValues<DnsStatus>().Where(status => status.IsTransient()).Select(status => new TestCaseData<DnsAnswer>(DnsAnswer.NoRecords(status)).SetArgDisplayNames(status.ToString())),
        new TestCaseData<DnsAnswer>(Text("x", 0)).SetArgDisplayNames("no time to live"),
        new TestCaseData<DnsAnswer>(Text("x", 1L << 31)).SetArgDisplayNames("a time to live that is none (RFC 2181 §8)"),
        new TestCaseData<DnsAnswer>(Text(new string('x', 30_000))).SetArgDisplayNames("too long"),
        new TestCaseData<DnsAnswer>(Text("x").WithOrigin(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero))).SetArgDisplayNames("too old"),
    ];

    [TestCaseSource(nameof(NotShared))]
    public async Task What_is_no_lasting_answer_is_not_shared(DnsAnswer answer)
    {
        _upstream.Answer = () => answer;
        var resolver = Resolver();
        Assert.That(await resolver.QueryAsync(Question), Is.SameAs(answer));
        await WrittenAsync(resolver);
        Assert.That(_shared.Entries, Is.Empty);
    }

    [Test]
    public async Task The_flag_of_dnssec_counts_only_where_the_operator_says_so()
    {
        _upstream.Answer = () => Text("x").WithOrigin(null, isAuthenticated: true);
        var first = Resolver();
        await first.QueryAsync(Question);
        await WrittenAsync(first);
        Assert.That((await Resolver().QueryAsync(Question)).IsAuthenticated, Is.False);
        Assert.That((await Resolver(new SharedDnsCacheOptions { TrustsAuthenticatedData = true }).QueryAsync(Question)).IsAuthenticated, Is.True);
    }

    [Test]
    public async Task Every_kind_of_record_comes_back_as_it_was()
    {
        var name = DomainName.Parse("a.example");
        (DnsRecordType Type, DnsRecord Record)[] records =
        [
            (DnsRecordType.TXT, new TxtRecord(Enumerable.Range(0, 256).Select(i => (byte)i).ToArray())),
            (DnsRecordType.A, new AddressRecord(TestHost.Legitimate)),
            (DnsRecordType.MX, new MxRecord(10, name)),
            (DnsRecordType.PTR, new PtrRecord(name)),
        ];
        foreach (var (type, record) in records)
        {
            var question = new DnsQuestion(name, type);
            _upstream.Answer = () => DnsAnswer.WithRecords([record], TimeSpan.FromMinutes(1));
            var first = Resolver();
            await first.QueryAsync(question);
            await WrittenAsync(first);
            Assert.That((await Resolver().QueryAsync(question)).Records, Is.EqualTo(new[] { record }));
        }
        Assert.That(_upstream.Queries, Is.EqualTo(records.Length));
    }

    [Test]
    public async Task An_entry_near_its_end_is_asked_anew_and_serves_if_that_fails()
    {
        var first = Resolver();
        await first.QueryAsync(Question);
        await WrittenAsync(first);
        _clock.Advance(271);
        _upstream.Answer = static () => DnsAnswer.NoRecords(DnsStatus.ServFail);
        Assert.That(TextOf(await Resolver().QueryAsync(Question)), Is.EqualTo("from the servers"));
        _upstream.Answer = static () => Text("renewed");
        var second = Resolver();
        Assert.That(TextOf(await second.QueryAsync(Question)), Is.EqualTo("renewed"));
        await WrittenAsync(second);
        _clock.Advance(200);
        Assert.That(TextOf(await Resolver().QueryAsync(Question)), Is.EqualTo("renewed"));
        Assert.That(_upstream.Queries, Is.EqualTo(3));
    }

    // ---- What is believed ----

    private static readonly DateTimeOffset Now = new ManualTimeProvider().GetUtcNow();

    private static byte[] Forged(DnsAnswer answer, DnsQuestion? question = null) => Unsigned(question ?? Question, answer);

    private static DnsAnswer At(DnsAnswer answer, double seconds) => answer.WithOrigin(Now.AddSeconds(seconds));

    private static readonly TestCaseData<byte[]>[] Bad =
    [
        new TestCaseData<byte[]>([]).SetArgDisplayNames("empty"),
        new TestCaseData<byte[]>([(byte)'U']).SetArgDisplayNames("nothing behind the mark"),
        new TestCaseData<byte[]>(Encoding.ASCII.GetBytes("v=spf1 +all")).SetArgDisplayNames("text"),
        new TestCaseData<byte[]>(Forged(At(Text("forged"), 0))[..^1]).SetArgDisplayNames("cut short"),
        new TestCaseData<byte[]>([.. Forged(At(Text("forged"), 0)), 0]).SetArgDisplayNames("with something behind it"),
        new TestCaseData<byte[]>(new byte[100_000]).SetArgDisplayNames("too long"),
        new TestCaseData<byte[]>([(byte)'U', .. DnsRecording.Of([]).ToArray()]).SetArgDisplayNames("no answer"),
        new TestCaseData<byte[]>([(byte)'U', .. DnsRecording.Of([new(Question, At(Text("forged"), 0)), new(Question, At(Text("forged"), 0))]).ToArray()]).SetArgDisplayNames("two answers"),
        new TestCaseData<byte[]>(Forged(At(Text("forged"), 0), new DnsQuestion(DomainName.Parse("other.example"), DnsRecordType.TXT))).SetArgDisplayNames("for another name"),
        new TestCaseData<byte[]>(Forged(At(DnsAnswer.NoRecords(DnsStatus.NxDomain, TimeSpan.FromMinutes(1)), 0), Question with { Type = DnsRecordType.MX })).SetArgDisplayNames("for another type"),
        new TestCaseData<byte[]>(Forged(At(DnsAnswer.NoRecords(DnsStatus.ServFail), 0))).SetArgDisplayNames("a failure"),
        new TestCaseData<byte[]>(Forged(At(DnsAnswer.NoRecords(DnsStatus.NxDomain), 0))).SetArgDisplayNames("a negative answer without a time"),
        new TestCaseData<byte[]>(Forged(At(DnsAnswer.NoRecords(DnsStatus.NxDomain, TimeSpan.FromMinutes(16)), 0))).SetArgDisplayNames("a negative answer for too long"),
        new TestCaseData<byte[]>(Forged(At(Text("forged", 86_401), 0))).SetArgDisplayNames("records for too long"),
        new TestCaseData<byte[]>(Forged(At(Text("forged", 1e9), 0))).SetArgDisplayNames("records for ever"),
        new TestCaseData<byte[]>(Forged(Text("forged"))).SetArgDisplayNames("of an unknown time"),
        new TestCaseData<byte[]>(Forged(At(Text("forged"), 61))).SetArgDisplayNames("from the future"),
        new TestCaseData<byte[]>(Forged(At(Text("forged"), -300))).SetArgDisplayNames("over"),
        new TestCaseData<byte[]>([(byte)'S', .. new byte[32], .. Forged(At(Text("forged"), 0))[1..]]).SetArgDisplayNames("signed, where nobody signs"),
    ];

    [TestCaseSource(nameof(Bad))]
    [Attack("D2")]
    public async Task What_is_not_a_whole_answer_to_the_question_is_ignored_and_replaced(byte[] octets)
    {
        Put(octets);
        var resolver = Resolver();
        Assert.That(TextOf(await resolver.QueryAsync(Question)), Is.EqualTo("from the servers"));
        Assert.That(resolver.IsBypassed, Is.False);
        await WrittenAsync(resolver);
        Assert.That(TextOf(await Resolver().QueryAsync(Question)), Is.EqualTo("from the servers"));
        Assert.That(_upstream.Queries, Is.EqualTo(1));
    }

    [Test]
    public async Task No_change_of_one_octet_makes_another_answer_or_an_exception()
    {
        var good = Forged(At(Text("v=spf1 -all"), 0));
        for (var i = 0; i < good.Length; i++)
        {
            foreach (var flip in new byte[] { 1, 0x10, 0x80, 0xFF })
            {
                var bad = (byte[])good.Clone();
                bad[i] ^= flip;
                Put(bad);
                var answer = await Resolver().QueryAsync(Question);
                // Without a secret the text itself, its time and its marks can be changed, but nothing about the question or the form.
                Assert.That(answer.Status, Is.EqualTo(DnsStatus.NoError));
                Assert.That(answer.TimeToLive, Is.LessThanOrEqualTo(TimeSpan.FromDays(1)));
            }
        }
    }

    [Test]
    public async Task With_a_secret_only_signed_entries_count()
    {
        var options = WithSecret(1);
        var first = Resolver(options);
        await first.QueryAsync(Question);
        await WrittenAsync(first);
        var good = _shared.Entries[Key].Octets;
        Assert.That(TextOf(await Resolver(options).QueryAsync(Question)), Is.EqualTo("from the servers"));
        Assert.That(_upstream.Queries, Is.EqualTo(1));

        _upstream.Answer = static () => Text("asked again");
        byte[][] bad = [Forged(At(Text("forged"), 0)), [(byte)'U', .. good[33..]], [(byte)'S', .. good[33..]], [.. good[..^1], (byte)(good[^1] ^ 1)], [good[0], (byte)(good[1] ^ 1), .. good[2..]]];
        foreach (var octets in bad)
        {
            Put(octets);
            var resolver = Resolver(options);
            Assert.That(TextOf(await resolver.QueryAsync(Question)), Is.EqualTo("asked again"));
            await WrittenAsync(resolver);
        }
        Put(good);
        Assert.That(TextOf(await Resolver(WithSecret(2)).QueryAsync(Question)), Is.EqualTo("asked again"), "another secret");
        Assert.That(TextOf(await Resolver().QueryAsync(Question)), Is.EqualTo("asked again"), "no secret");
    }

    [Test]
    public async Task A_signed_entry_counts_only_under_its_own_key()
    {
        var options = WithSecret(1);
        var first = Resolver(options);
        await first.QueryAsync(Question);
        await WrittenAsync(first);
        // The same question under another prefix: an entry of a cluster with the same secret, moved.
        var other = options with { KeyPrefix = "other:" };
        Put(_shared.Entries[Key].Octets, new SharedDnsEntry(other).KeyOf(Question));
        _upstream.Answer = static () => Text("asked again");
        Assert.That(TextOf(await Resolver(other).QueryAsync(Question)), Is.EqualTo("asked again"));
    }

    [Test]
    public void The_secret_is_in_no_text() =>
        Assert.That(WithSecret(77).ToString(), Does.Not.Contain("77").And.Not.Contain(Convert.ToBase64String(WithSecret(77).Secret.AsSpan())));

    // ---- What it costs ----

    [Test]
    public async Task A_cache_that_hangs_costs_one_delay()
    {
        _shared.OnGet = static _ => new TaskCompletionSource().Task;
        var resolver = Resolver();
        var query = resolver.QueryAsync(Question).AsTask();
        await UntilAsync(() => _shared.Gets == 1);
        Assert.That(query.IsCompleted, Is.False);
        await AdvanceAsync(0.1, query);
        Assert.That(TextOf(await query), Is.EqualTo("from the servers"));
        Assert.That(resolver.IsBypassed, Is.True);
        // Nobody else waits.
        for (var i = 0; i < 100; i++)
            Assert.That((await resolver.QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That(_shared.Gets, Is.EqualTo(1));
    }

    [Test]
    public async Task A_cache_that_holds_up_the_thread_is_left_too()
    {
        using var release = new ManualResetEventSlim();
        _shared.OnGet = _ =>
        {
            release.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
            return Task.CompletedTask;
        };
        var query = Resolver().QueryAsync(Question).AsTask();
        await UntilAsync(() => _shared.Gets == 1);
        await AdvanceAsync(0.1, query);
        Assert.That(TextOf(await query), Is.EqualTo("from the servers"));
        release.Set();
    }

    [Test]
    public async Task It_is_tried_again_in_the_background_after_one_second_then_two()
    {
        _shared.OnGet = static _ => throw new InvalidOperationException("down");
        var lines = new LogLines();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines).SetMinimumLevel(LogLevel.Debug));
        var resolver = Resolver(logger: factory.CreateLogger<SharedCacheDnsResolver>());
        await resolver.QueryAsync(Question);
        Assert.That(_shared.Gets, Is.EqualTo(1));

        _clock.Advance(0.9);
        await resolver.QueryAsync(Question);
        Assert.That(_shared.Gets, Is.EqualTo(1));
        _clock.Advance(0.1);
        await resolver.QueryAsync(Question);
        await UntilAsync(() => _shared.Gets == 2 && !resolver.IsProbed);
        Assert.That(resolver.IsBypassed, Is.True);

        _shared.OnGet = null;
        _clock.Advance(1);
        await resolver.QueryAsync(Question);
        Assert.That(resolver.IsBypassed, Is.True);
        _clock.Advance(1);
        await resolver.QueryAsync(Question);
        await UntilAsync(() => !resolver.IsBypassed && lines.Seen.Count == 2);
        Assert.That(_upstream.Queries, Is.EqualTo(5), "nobody waited for the cache, and everybody got an answer");
        Assert.That(lines.Seen.Select(line => (line.Level, line.Text)), Is.EqualTo(new[]
        {
            (LogLevel.Warning, "The shared DNS cache failed with InvalidOperationException; it is left alone for 1 s, and the servers are asked."),
            (LogLevel.Information, "The shared DNS cache is back."),
        }));
    }

    [Test]
    public async Task A_write_that_fails_costs_no_answer_and_leaves_the_cache_alone()
    {
        _shared.OnSet = static () => throw new InvalidOperationException("read only");
        var resolver = Resolver();
        Assert.That(TextOf(await resolver.QueryAsync(Question)), Is.EqualTo("from the servers"));
        await UntilAsync(() => resolver.IsBypassed);
    }

    [Test]
    public async Task A_cache_that_can_be_read_and_not_written_to_is_not_back_and_is_told_once()
    {
        _shared.OnSet = static () => throw new InvalidOperationException("OOM command not allowed when used memory > 'maxmemory'");
        var lines = new LogLines();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines).SetMinimumLevel(LogLevel.Debug));
        var resolver = Resolver(logger: factory.CreateLogger<SharedCacheDnsResolver>());
        await resolver.QueryAsync(Question);
        await UntilAsync(() => resolver.IsBypassed);
        for (var probes = 1; probes <= 3; probes++)
        {
            _clock.Advance(60);
            await resolver.QueryAsync(Question);
            await UntilAsync(() => _shared.Gets == 1 + probes && !resolver.IsProbed);
            Assert.That(resolver.IsBypassed, Is.True);
        }
        Assert.That(lines.Seen, Has.Count.EqualTo(1));

        _shared.OnSet = null;
        _clock.Advance(60);
        await resolver.QueryAsync(Question);
        await UntilAsync(() => !resolver.IsBypassed);
    }

    [Test]
    public async Task Writes_that_hang_are_bounded()
    {
        _shared.OnSet = static () => new TaskCompletionSource().Task;
        var resolver = Resolver();
        for (var i = 0; i < 200; i++)
            await resolver.QueryAsync(new DnsQuestion(DomainName.Parse($"n{i}.example"), DnsRecordType.TXT));
        Assert.That(resolver.WritesUnderWay, Is.EqualTo(64));
    }

    [Test]
    public async Task A_caller_who_leaves_is_told_so_with_his_own_token()
    {
        _shared.OnGet = static _ => new TaskCompletionSource().Task;
        using var cancellation = new CancellationTokenSource();
        var resolver = Resolver();
        var query = resolver.QueryAsync(Question, cancellation.Token).AsTask();
        await UntilAsync(() => _shared.Gets == 1);
        await cancellation.CancelAsync();
        var exception = await Assert.CatchAsync<OperationCanceledException>(() => query);
        Assert.That(exception!.CancellationToken, Is.EqualTo(cancellation.Token));
        Assert.That(resolver.IsBypassed, Is.False, "that one caller left says nothing about the cache");
    }

    private async Task AdvanceAsync(double seconds, Task until)
    {
        // The time limit is set on another thread than the one that moves the clock.
        for (var i = 0; i < 500 && !until.IsCompleted; i++)
        {
            await Task.Delay(5);
            if (i % 10 == 0)
                _clock.Advance(seconds);
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
            await Task.Delay(5);
        Assert.That(condition(), Is.True);
    }
}
