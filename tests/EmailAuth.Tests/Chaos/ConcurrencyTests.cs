using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using CsCheck;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Tests.Dkim;
using EmailAuth.Tests.Dns;
using EmailAuth.Tests.LookAhead;

namespace EmailAuth.Tests.Chaos;

/// <summary>One of each serves all threads: what many find at once is what one finds alone.</summary>
public class ConcurrencyTests
{
    private const int Threads = 64;

    /// <summary>How long the threads go on; <c>EMAILAUTH_THREAD_MINUTES</c> sets it, once over all messages without it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(double.TryParse(Environment.GetEnvironmentVariable("EMAILAUTH_THREAD_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 0);

    private static async Task OnThreadsAsync(Func<int, Task> work)
    {
        using var start = new Barrier(Threads);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(async () =>
        {
            start.SignalAndWait();
            await work(thread);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
    }

    [Test]
    public async Task Sixty_four_threads_with_one_authenticator_and_one_signer_find_what_one_finds()
    {
        // A machine that is busy with something else is no slow server: this clock never moves.
        var clock = new StillClock();
        // Small, so that answers are evicted all the time.
        using var cache = new CachingDnsResolver(ChaosWorld.Zone, new DnsCacheOptions { MaxEntries = 16 }, clock);
        var authenticator = ChaosVerdict.Authenticator(cache, clock);
        var signer = new DkimSigner(TestMail.Options());
        var signature = (await signer.SignAsync(TestMail.MessageOf(TestMail.Plain))).ToString();
        var verdicts = 0L;
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        await OnThreadsAsync(async thread =>
        {
            do
            {
                for (var i = 0; i < ChaosWorld.Messages.Length; i++)
                {
                    var message = ChaosWorld.Messages[(i + thread) % ChaosWorld.Messages.Length];
                    Assert.That(ChaosVerdict.Of(await authenticator.VerifyAsync(message.Open(), message.Session)).ToString(), Is.EqualTo(message.Expected), message.Name);
                    Interlocked.Increment(ref verdicts);
                }
                Assert.That((await signer.SignAsync(TestMail.MessageOf(TestMail.Plain))).ToString(), Is.EqualTo(signature));
            }
            while (Environment.TickCount64 < end);
        });
        TestContext.Out.WriteLine($"{verdicts} verdicts");
        Assert.That((cache.EntryCount, cache.EstimatedBytes), Is.EqualTo(cache.Recount()));
        Assert.That(cache.QueriesUnderWay, Is.Zero);
    }

    /// <summary>Answers a little late, and counts what is asked for while an answer to it is on its way that was not given up.</summary>
    private sealed class OnceAtATime : IDnsResolver
    {
        private readonly ConcurrentDictionary<DnsQuestion, ImmutableList<CancellationToken>> _underWay = new();
        private int _queries;

        public int Doubles;

        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            var underWay = _underWay.AddOrUpdate(question, [cancellationToken], (_, before) => before.Add(cancellationToken));
            if (underWay.Any(other => other != cancellationToken && !other.IsCancellationRequested))
                Interlocked.Increment(ref Doubles);
            try
            {
                await Task.Yield();
                if (Interlocked.Increment(ref _queries) % 16 == 0)
                    throw new InvalidOperationException();
                return ScriptedDnsResolver.Text(question.Name.ToString());
            }
            finally
            {
                _underWay.AddOrUpdate(question, [], (_, before) => before.Remove(cancellationToken));
            }
        }
    }

    [Test]
    public async Task Threads_that_ask_leave_expire_and_evict_get_right_answers_and_leave_the_cache_in_order()
    {
        var clock = new ManualTimeProvider();
        var world = new OnceAtATime();
        using var cache = new CachingDnsResolver(world, new DnsCacheOptions { MaxEntries = 32, RefreshesAhead = true }, clock);
        await OnThreadsAsync(async thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 300; i++)
            {
                var name = $"n{random.Next(48)}.example";
                using var leaving = new CancellationTokenSource();
                var call = cache.QueryAsync(ScriptedDnsResolver.Ask(name), leaving.Token);
                if (random.Next(8) == 0)
                    await leaving.CancelAsync();
                if (random.Next(64) == 0)
                    clock.Advance(100 * random.NextDouble());
                try
                {
                    var answer = await call;
                    if (answer.Status == DnsStatus.NoError)
                        Assert.That(System.Text.Encoding.ASCII.GetString(((TxtRecord)answer.Records[0]).Octets.Span), Is.EqualTo(name));
                    else
                        Assert.That(answer.Status, Is.EqualTo(DnsStatus.ResolverError).Or.EqualTo(DnsStatus.Timeout)); // The clock may jump past the limit of a query.
                }
                catch (OperationCanceledException exception)
                {
                    Assert.That(exception.CancellationToken, Is.EqualTo(leaving.Token));
                }
            }
        });
        Assert.That(() => cache.QueriesUnderWay, Is.Zero.After(5_000, 5));
        Assert.That(world.Doubles, Is.Zero);
        Assert.That(cache.EntryCount, Is.LessThanOrEqualTo(32));
        Assert.That((cache.EntryCount, cache.EstimatedBytes), Is.EqualTo(cache.Recount()));
    }

    [Test]
    public void Any_two_operations_on_a_cache_at_once_leave_it_as_one_after_the_other_would()
    {
        var question = Gen.Int[0, 4].Select(i => ScriptedDnsResolver.Ask($"n{i}.example"));
        Check.SampleParallel(
            Gen.Const(() => (Clock: new ManualTimeProvider(), Cache: new CachingDnsResolver(new ScriptedDnsResolver(static asked => ScriptedDnsResolver.Text(asked.Name.ToString(), 10))))),
            question.Operation<(ManualTimeProvider Clock, CachingDnsResolver Cache)>(static (state, asked) => { _ = state.Cache.QueryAsync(asked).AsTask(); }),
            Gen.Double[0, 20].Operation<(ManualTimeProvider Clock, CachingDnsResolver Cache)>(static (state, seconds) => { state.Clock.Advance(seconds); }),
            equal: static (one, other) => one.Cache.Recount() == other.Cache.Recount() && one.Cache.EntryCount == other.Cache.EntryCount,
            iter: Properties.Sampled.Seldom);
    }
}
