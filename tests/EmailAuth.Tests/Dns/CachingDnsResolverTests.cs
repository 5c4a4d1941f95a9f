using EmailAuth.Dns;
using static EmailAuth.Tests.Dns.ScriptedDnsResolver;

namespace EmailAuth.Tests.Dns;

public class CachingDnsResolverTests
{
    private static readonly DnsQuestion Question = Ask("example.com");
    private readonly ManualTimeProvider _clock = new();

    private CachingDnsResolver CacheOver(IDnsResolver inner, DnsCacheOptions? options = null) => new(inner, options, _clock);

    [SetUp]
    public void Later() => _clock.Advance(1);

    [Test, Pin("N4")]
    public async Task A_kept_answer_is_the_same_object_and_comes_at_once()
    {
        var inner = new ScriptedDnsResolver(_ => Text("v=spf1 -all"));
        using var cache = CacheOver(inner);
        var first = await cache.QueryAsync(Question);
        var second = cache.QueryAsync(Question);
        Assert.That(second.IsCompletedSuccessfully, Is.True);
        Assert.That(await second, Is.SameAs(first));
        Assert.That(inner.Queries, Is.EqualTo(1));
    }

    [Test]
    public async Task A_hit_allocates_nothing()
    {
        using var cache = new CachingDnsResolver(new ScriptedDnsResolver(_ => Text("x")));
        await cache.QueryAsync(Question);
        for (var i = 0; i < 1_000; i++)
            await cache.QueryAsync(Question);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            AtOnce(cache.QueryAsync(Question));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static DnsAnswer AtOnce(ValueTask<DnsAnswer> query) =>
        query.IsCompletedSuccessfully ? query.Result : throw new AssertionException("The answer did not come at once.");

    [Pin("N4"), Attack("D11")]
    [TestCase(300, 299.9, 1)]
    [TestCase(300, 300, 2)]
    [TestCase(0, 0.9, 1, Description = "at least one second")]
    [TestCase(0, 1, 2)]
    [TestCase(2147483647.0, 86399, 1, Description = "at most a day")]
    [TestCase(2147483647.0, 86400, 2)]
    [TestCase(2147483648.0, 0, 2, Description = "2^31 is no time at all (RFC 2181 §8)")]
    [TestCase(4294967295.0, 0, 2)]
    public async Task Records_are_kept_for_their_time(double timeToLive, double later, int queries)
    {
        var inner = new ScriptedDnsResolver(_ => Text("x", timeToLive));
        using var cache = CacheOver(inner);
        await cache.QueryAsync(Question);
        _clock.Advance(later);
        await cache.QueryAsync(Question);
        Assert.That(inner.Queries, Is.EqualTo(queries));
    }

    [Pin("N4"), Attack("D14"), Rfc(2308, "5")]
    [TestCase(DnsStatus.NoData, 60, 59, 1)]
    [TestCase(DnsStatus.NoData, 60, 60, 2)]
    [TestCase(DnsStatus.NxDomain, 60, 59, 1)]
    [TestCase(DnsStatus.NxDomain, 86400, 899, 1)]
    [TestCase(DnsStatus.NxDomain, 86400, 900, 2)]
    [TestCase(DnsStatus.NoData, 0, 0, 2, Description = "without an SOA record not at all")]
    public async Task What_is_not_there_is_kept_as_long_as_the_zone_says_up_to_15_minutes(DnsStatus status, double minimum, double later, int queries)
    {
        var inner = new ScriptedDnsResolver(_ => DnsAnswer.NoRecords(status, TimeSpan.FromSeconds(minimum)));
        using var cache = CacheOver(inner);
        await cache.QueryAsync(Question);
        _clock.Advance(later);
        Assert.That((await cache.QueryAsync(Question)).Status, Is.EqualTo(status));
        Assert.That(inner.Queries, Is.EqualTo(queries));
    }

    [Test, Pin("N4"), Attack("D17"), Rfc(9520, "3.2")]
    public async Task A_failure_is_kept_5_seconds_and_each_further_one_longer_up_to_60()
    {
        var inner = new ScriptedDnsResolver(_ => DnsAnswer.NoRecords(DnsStatus.ServFail));
        using var cache = CacheOver(inner);
        var asked = 0;
        foreach (var kept in new[] { 5, 10, 20, 40, 60, 60 })
        {
            await cache.QueryAsync(Question);
            Assert.That(inner.Queries, Is.EqualTo(++asked));
            _clock.Advance(kept - 0.1);
            Assert.That((await cache.QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.ServFail));
            Assert.That(inner.Queries, Is.EqualTo(asked), $"within {kept} s");
            _clock.Advance(0.1);
        }
    }

    [Test]
    public async Task An_answer_ends_the_row_of_failures()
    {
        DnsAnswer[] answers = [DnsAnswer.NoRecords(DnsStatus.Timeout), DnsAnswer.NoRecords(DnsStatus.Timeout), Text("x", 1), DnsAnswer.NoRecords(DnsStatus.Timeout), Text("y")];
        var next = 0;
        var inner = new ScriptedDnsResolver(_ => answers[next++]);
        using var cache = CacheOver(inner);
        foreach (var wait in new[] { 5, 10, 1, 5, 0 })
        {
            await cache.QueryAsync(Question);
            _clock.Advance(wait);
        }
        Assert.That(inner.Queries, Is.EqualTo(5));
    }

    [Test]
    public async Task A_question_that_was_never_asked_for_lack_of_budget_is_not_a_failure_of_the_name()
    {
        var inner = new ScriptedDnsResolver(_ => DnsAnswer.NoRecords(DnsStatus.OverBudget));
        using var cache = CacheOver(inner);
        await cache.QueryAsync(Question);
        await cache.QueryAsync(Question);
        Assert.That(inner.Queries, Is.EqualTo(2));
    }

    [Test, Attack("D12"), Pin("N2")]
    public async Task One_name_in_any_spelling_is_one_question()
    {
        var inner = new ScriptedDnsResolver(_ => Text("x"));
        using var cache = CacheOver(inner);
        foreach (var spelling in new[] { "foo.example", "FOO.example", "fOO.example." })
            await cache.QueryAsync(Ask(spelling));
        Assert.That(inner.Queries, Is.EqualTo(1));
    }

    [Test]
    public async Task Types_are_kept_apart()
    {
        var inner = new ScriptedDnsResolver(question => Text(question.Type.ToString()));
        using var cache = CacheOver(inner);
        await cache.QueryAsync(Question);
        await cache.QueryAsync(Ask("example.com", DnsRecordType.A));
        Assert.That(inner.Queries, Is.EqualTo(2));
    }

    [Test, Attack("D13"), Pin("N4")]
    public async Task A_thousand_callers_of_a_cold_name_are_one_question()
    {
        var inner = new ScriptedDnsResolver { Holds = true };
        using var cache = CacheOver(inner);
        await AThousandGet(cache, inner, Text("x"), DnsStatus.NoError);
        Assert.That(inner.Queries, Is.EqualTo(1));
    }

    [Test, Attack("D13"), Pin("N4")]
    public async Task A_thousand_callers_of_an_expiring_name_are_one_question()
    {
        var inner = new ScriptedDnsResolver(_ => Text("old", 60));
        using var cache = CacheOver(inner);
        await cache.QueryAsync(Question);
        _clock.Advance(60);
        inner.Holds = true;
        await AThousandGet(cache, inner, Text("new"), DnsStatus.NoError);
        Assert.That(inner.Queries, Is.EqualTo(2));
    }

    [Test, Attack("D13"), Pin("N4")]
    public async Task A_thousand_callers_of_a_failing_name_are_one_question()
    {
        var inner = new ScriptedDnsResolver { Holds = true };
        using var cache = CacheOver(inner);
        await AThousandGet(cache, inner, DnsAnswer.NoRecords(DnsStatus.ServFail), DnsStatus.ServFail);
        await AThousandGet(cache, inner, Text("never"), DnsStatus.ServFail);
        Assert.That(inner.Queries, Is.EqualTo(1));
    }

    private static async Task AThousandGet(CachingDnsResolver cache, ScriptedDnsResolver inner, DnsAnswer answer, DnsStatus expected)
    {
        using var start = new Barrier(4);
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return Enumerable.Range(0, 250).Select(_ => cache.QueryAsync(Question).AsTask()).ToArray();
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var waiting = (await Task.WhenAll(callers)).SelectMany(tasks => tasks).ToArray();
        inner.Release(answer);
        var answers = await Task.WhenAll(waiting);
        Assert.That(answers, Has.Length.EqualTo(1_000));
        Assert.That(answers.Distinct().Count(), Is.EqualTo(1));
        Assert.That(answers[0].Status, Is.EqualTo(expected));
    }

    [Test, Attack("D13"), Pin("N4")]
    public async Task One_who_leaves_takes_nothing_from_the_others()
    {
        var inner = new ScriptedDnsResolver { Holds = true };
        using var cache = CacheOver(inner);
        using var first = new CancellationTokenSource();
        var leaving = cache.QueryAsync(Question, first.Token).AsTask();
        var staying = cache.QueryAsync(Question).AsTask();
        await first.CancelAsync();
        var exception = await Assert.CatchAsync<OperationCanceledException>(() => leaving);
        Assert.That(exception!.CancellationToken, Is.EqualTo(first.Token));
        Assert.That(inner.LastToken.IsCancellationRequested, Is.False);
        inner.Release(Text("x"));
        Assert.That((await staying).Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That(inner.Queries, Is.EqualTo(1));
    }

    [Test, Pin("N4")]
    public async Task When_the_last_one_leaves_the_question_is_given_up_and_nothing_is_kept_of_it()
    {
        var inner = new ScriptedDnsResolver(_ => Text("x")) { Holds = true };
        using var cache = CacheOver(inner);
        using var source = new CancellationTokenSource();
        var leaving = new[] { cache.QueryAsync(Question, source.Token).AsTask(), cache.QueryAsync(Question, source.Token).AsTask() };
        await source.CancelAsync();
        foreach (var task in leaving)
            await Assert.CatchAsync<OperationCanceledException>(() => task);
        Assert.That(inner.LastToken.IsCancellationRequested, Is.True);
        inner.Holds = false;
        Assert.That((await cache.QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That(inner.Queries, Is.EqualTo(2));
    }

    [Test]
    public async Task A_caller_who_has_cancelled_before_asks_nothing()
    {
        var inner = new ScriptedDnsResolver(_ => Text("x"));
        using var cache = CacheOver(inner);
        await Assert.CatchAsync<OperationCanceledException>(() => cache.QueryAsync(Question, new CancellationToken(true)).AsTask());
        Assert.That(inner.Queries, Is.Zero);
    }

    [Test]
    public async Task A_resolver_that_never_answers_is_left_at_the_time_limit_and_not_asked_again_for_5_seconds()
    {
        var inner = new DeafResolver();
        using var cache = CacheOver(inner);
        var query = cache.QueryAsync(Question).AsTask();
        _clock.Advance(9.9);
        Assert.That(query.IsCompleted, Is.False);
        _clock.Advance(0.1);
        var answer = await query;
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.Timeout));
        Assert.That(answer.Detail, Does.Contain("10 s"));
        _clock.Advance(4.9);
        AtOnce(cache.QueryAsync(Question));
        Assert.That(inner.Queries, Is.EqualTo(1));
    }

    /// <summary>Never answers, and does not look at its token.</summary>
    private sealed class DeafResolver : IDnsResolver
    {
        public int Queries { get; private set; }

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            Queries++;
            return new(new TaskCompletionSource<DnsAnswer>().Task);
        }
    }

    [Test, Attack("D7")]
    public async Task What_the_resolver_throws_is_an_answer_that_tells_no_secret()
    {
        var inner = new ScriptedDnsResolver(_ => throw new InvalidOperationException("10.0.0.1 said no"));
        using var cache = CacheOver(inner);
        var answer = await cache.QueryAsync(Question);
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.ResolverError));
        Assert.That(answer.Detail, Is.EqualTo("the resolver failed with InvalidOperationException"));
        Assert.That(await cache.QueryAsync(Question), Is.SameAs(answer));
    }

    [Test]
    public async Task A_name_that_is_asked_for_in_its_last_tenth_is_asked_anew_in_the_background()
    {
        var number = 0;
        var inner = new ScriptedDnsResolver(_ => Text($"{++number}", 100));
        using var cache = CacheOver(inner, new DnsCacheOptions { RefreshesAhead = true });
        var first = await cache.QueryAsync(Question);
        _clock.Advance(89);
        Assert.That(await cache.QueryAsync(Question), Is.SameAs(first));
        Assert.That(inner.Queries, Is.EqualTo(1));
        _clock.Advance(1);
        Assert.That(await cache.QueryAsync(Question), Is.SameAs(first), "nobody waits for the new one");
        Assert.That(inner.Queries, Is.EqualTo(2));
        Assert.That(await cache.QueryAsync(Question), Is.Not.SameAs(first));
        _clock.Advance(15);
        await cache.QueryAsync(Question);
        Assert.That(inner.Queries, Is.EqualTo(2), "the new answer has its own time");
    }

    [Test]
    public async Task Asking_ahead_is_one_question_and_its_failure_hurts_nobody()
    {
        var inner = new ScriptedDnsResolver(_ => Text("x", 100));
        using var cache = CacheOver(inner, new DnsCacheOptions { RefreshesAhead = true });
        var first = await cache.QueryAsync(Question);
        _clock.Advance(91);
        inner.Holds = true;
        for (var i = 0; i < 100; i++)
            Assert.That(await cache.QueryAsync(Question), Is.SameAs(first));
        Assert.That(inner.Queries, Is.EqualTo(2));
        var landed = cache.QueriesUnderWay;
        inner.Release(DnsAnswer.NoRecords(DnsStatus.ServFail));
        Assert.That(landed, Is.EqualTo(1));
        Assert.That(() => cache.QueriesUnderWay, Is.Zero.After(2000, 5));
        Assert.That(await cache.QueryAsync(Question), Is.SameAs(first));
        Assert.That(inner.Queries, Is.EqualTo(2), "a failure ahead is not repeated at once");
        _clock.Advance(5);
        inner.Holds = false;
        await cache.QueryAsync(Question);
        Assert.That(inner.Queries, Is.EqualTo(3));
    }

    [Test, Pin("N5"), Rfc(8767, "4")]
    public async Task Stale_records_are_served_after_a_failure_up_to_the_age_that_was_set()
    {
        DnsAnswer[] answers = [Text("x", 60), DnsAnswer.NoRecords(DnsStatus.ServFail), DnsAnswer.NoRecords(DnsStatus.Timeout), DnsAnswer.NoRecords(DnsStatus.Timeout)];
        var next = 0;
        var inner = new ScriptedDnsResolver(_ => answers[next++]);
        using var cache = CacheOver(inner, new DnsCacheOptions { MaxStaleAge = TimeSpan.FromSeconds(7) });
        var fresh = await cache.QueryAsync(Question);
        Assert.That(fresh.IsStale, Is.False);
        var parsed = fresh.GetParsed(static answer => new List<DnsStatus> { answer.Status });

        _clock.Advance(60);
        var stale = await cache.QueryAsync(Question);
        Assert.That(stale.IsStale, Is.True);
        Assert.That(stale.Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That(stale.Records, Is.EqualTo(fresh.Records));
        Assert.That(stale.GetParsed(static answer => new List<DnsStatus>()), Is.SameAs(parsed), "parsed once");
        _clock.Advance(4.9);
        Assert.That(await cache.QueryAsync(Question), Is.SameAs(stale));
        Assert.That(inner.Queries, Is.EqualTo(2));
        _clock.Advance(0.1);
        Assert.That((await cache.QueryAsync(Question)).IsStale, Is.True);
        _clock.Advance(2);
        Assert.That((await cache.QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.Timeout), "the age is over, and so is what was kept of the failure");
        Assert.That(inner.Queries, Is.EqualTo(4));
    }

    [Test, Pin("N5")]
    public async Task Nothing_stale_is_served_unless_asked_for()
    {
        DnsAnswer[] answers = [Text("x", 60), DnsAnswer.NoRecords(DnsStatus.ServFail)];
        var next = 0;
        using var cache = CacheOver(new ScriptedDnsResolver(_ => answers[next++]));
        await cache.QueryAsync(Question);
        _clock.Advance(60);
        Assert.That((await cache.QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.ServFail));
    }

    [Test, Pin("N5")]
    public async Task That_a_name_was_not_there_is_no_stale_answer()
    {
        DnsAnswer[] answers = [Text("x", 60), DnsAnswer.NoRecords(DnsStatus.NxDomain, TimeSpan.FromSeconds(60)), DnsAnswer.NoRecords(DnsStatus.ServFail)];
        var next = 0;
        using var cache = CacheOver(new ScriptedDnsResolver(_ => answers[next++]), new DnsCacheOptions { MaxStaleAge = TimeSpan.FromHours(1) });
        await cache.QueryAsync(Question);
        _clock.Advance(60);
        await cache.QueryAsync(Question);
        _clock.Advance(60);
        Assert.That((await cache.QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.ServFail));
    }

    [Test, Attack("D11"), Pin("N4")]
    public async Task The_cache_stays_within_its_entries()
    {
        var inner = new ScriptedDnsResolver(_ => Text("x", int.MaxValue));
        using var cache = CacheOver(inner, new DnsCacheOptions { MaxEntries = 100 });
        for (var i = 0; i < 5_000; i++)
        {
            await cache.QueryAsync(Ask($"n{i}.example"));
            Assert.That(cache.EntryCount, Is.LessThanOrEqualTo(101));
        }
        Assert.That(cache.EntryCount, Is.GreaterThan(90));
    }

    [Test, Attack("D11"), Pin("N4")]
    public async Task The_cache_stays_within_its_bytes_and_counts_them_right_under_threads()
    {
        const long most = 256 << 10;
        var inner = new ScriptedDnsResolver(question => question.Name.Octets[1] % 3 == 0
            ? DnsAnswer.NoRecords(DnsStatus.NxDomain, TimeSpan.FromMinutes(1))
            : Text(new string('x', question.Name.Octets[1] * 20), 1));
        using var cache = CacheOver(inner, new DnsCacheOptions { MaxEntries = 10_000, MaxBytes = most });
        var highest = 0L;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 1_500; i++)
            {
                await cache.QueryAsync(Ask($"n{(i * 7 + worker) % 1_000}.example"));
                InterlockedMax(ref highest, cache.EstimatedBytes);
                if (i % 200 == 0)
                    _clock.Advance(1);
            }
        })));
        // What is on its way in at the same moment on each thread is the only excess.
        Assert.That(highest, Is.LessThan(most + 4 * 16_000));
        Assert.That(cache.EstimatedBytes, Is.LessThanOrEqualTo(most));
        Assert.That((cache.EntryCount, cache.EstimatedBytes), Is.EqualTo(cache.Recount()));
        cache.Dispose();
        Assert.That((cache.EntryCount, cache.EstimatedBytes), Is.EqualTo((0, 0L)));
    }

    private static void InterlockedMax(ref long target, long value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
            seen = Interlocked.CompareExchange(ref target, value, seen);
    }

    [Test, Attack("D11")]
    public async Task An_answer_beyond_the_bound_of_an_entry_is_handed_on_but_not_kept()
    {
        var inner = new ScriptedDnsResolver(_ => Text(new string('x', 17 << 10)));
        using var cache = CacheOver(inner);
        Assert.That((await cache.QueryAsync(Question)).Status, Is.EqualTo(DnsStatus.NoError));
        await cache.QueryAsync(Question);
        Assert.That(inner.Queries, Is.EqualTo(2));
        Assert.That(cache.EntryCount, Is.Zero);
    }

    [Test]
    public async Task A_name_that_is_used_survives_a_flood_of_names_that_are_not()
    {
        var inner = new ScriptedDnsResolver(_ => Text("x", 86400));
        using var cache = CacheOver(inner, new DnsCacheOptions { MaxEntries = 1_000 });
        var hot = Enumerable.Range(0, 100).Select(i => Ask($"hot{i}.example")).ToArray();
        for (var round = 0; round < 20; round++)
        {
            foreach (var question in hot)
                await cache.QueryAsync(question);
            for (var i = 0; i < 500; i++)
                await cache.QueryAsync(Ask($"flood{round}-{i}.example"));
        }
        Assert.That(inner.Queries, Is.LessThanOrEqualTo(20 * 500 + 200));
    }

    [Test]
    public async Task A_cache_that_was_disposed_leaves_nobody_waiting()
    {
        var cache = CacheOver(new ScriptedDnsResolver { Holds = true });
        var waiting = cache.QueryAsync(Question).AsTask();
        cache.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.QueryAsync(Question).AsTask());
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DnsCacheOptions { MaxEntries = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DnsCacheOptions { MaxBytes = 5L << 30 });
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DnsCacheOptions { MaxNegativeTimeToLive = TimeSpan.FromHours(4) });
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DnsCacheOptions { FailureTimeToLive = TimeSpan.FromMinutes(6) });
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DnsCacheOptions { MaxStaleAge = TimeSpan.FromDays(4) });
    }
}
