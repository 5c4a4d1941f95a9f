using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Chaos;

/// <summary>
/// A caller may leave at any moment: at each question and each read in turn, before it, in the middle of it and after it. He sees his own cancellation, nothing goes on
/// without him, the cache is as good as new, and others who wait for the same answers get them.
/// </summary>
public class CancellationTests
{
    /// <summary>What a question or a read does at the moment at which the caller leaves.</summary>
    public enum Manner
    {
        /// <summary>It answers at once, as if it had not seen it.</summary>
        AnswersAtOnce,

        /// <summary>It answers a little later, as if it had not seen it.</summary>
        AnswersLate,

        /// <summary>It throws what a good citizen throws.</summary>
        Throws,

        /// <summary>It throws something else.</summary>
        ThrowsSomethingElse,

        /// <summary>It waits until its own token says so.</summary>
        Waits,
    }

    /// <summary>Counts the moments, cancels at one of them.</summary>
    private sealed class Hooks(int cancelAt, Manner manner, CancellationTokenSource caller)
    {
        private int _moments;
        private int _pending;

        public int Moments => Volatile.Read(ref _moments);

        public int Pending => Volatile.Read(ref _pending);

        public async ValueTask<T> AtAsync<T>(Func<ValueTask<T>> go, CancellationToken token)
        {
            var isTheOne = Interlocked.Increment(ref _moments) == cancelAt;
            Interlocked.Increment(ref _pending);
            try
            {
                if (!isTheOne)
                    return await go();
                await caller.CancelAsync();
                switch (manner)
                {
                    case Manner.Throws:
                        // A flight that others may share has a token of its own, which learns a little later that nobody waits any more.
                        while (!token.IsCancellationRequested)
                            await Task.Delay(1, CancellationToken.None);
                        throw new OperationCanceledException(token);
                    case Manner.ThrowsSomethingElse:
                        throw new IOException("connection reset");
                    case Manner.Waits:
                        await Task.Delay(TimeSpan.FromSeconds(30), token);
                        throw new InvalidOperationException("the token was not passed on");
                    case Manner.AnswersLate:
                        await Task.Yield();
                        break;
                }
                return await go();
            }
            finally
            {
                Interlocked.Decrement(ref _pending);
            }
        }
    }

    private sealed class HookedResolver(Hooks hooks) : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) =>
            hooks.AtAsync(() => ChaosWorld.Zone.QueryAsync(question, CancellationToken.None), cancellationToken);
    }

    private sealed class HookedStream(byte[] octets, Hooks hooks) : MemoryStream(octets)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            hooks.AtAsync(() => base.ReadAsync(buffer[..Math.Min(buffer.Length, 300)], CancellationToken.None), cancellationToken);
    }

    [TestCase(Manner.AnswersAtOnce)]
    [TestCase(Manner.AnswersLate)]
    [TestCase(Manner.Throws)]
    [TestCase(Manner.ThrowsSomethingElse)]
    [TestCase(Manner.Waits)]
    public async Task Whoever_leaves_at_whatever_moment_sees_his_own_cancellation_and_leaves_nothing_behind(Manner manner)
    {
        var runs = 0;
        foreach (var message in ChaosWorld.Messages)
        {
            foreach (var hasCache in new[] { false, true })
            {
                for (var moment = 1; ; moment++)
                {
                    if (!await LeaveAtAsync(moment, manner, message, hasCache))
                        break;
                    runs++;
                }
            }
        }
        Assert.That(runs, Is.GreaterThan(ChaosWorld.Messages.Length * 10));
        TestContext.Out.WriteLine($"{runs} runs");
    }

    /// <summary>False if the call had fewer moments than that.</summary>
    private static async Task<bool> LeaveAtAsync(int moment, Manner manner, ChaosMessage message, bool hasCache)
    {
        using var caller = new CancellationTokenSource();
        var hooks = new Hooks(moment, manner, caller);
        using var cache = new CachingDnsResolver(new HookedResolver(hooks));
        var authenticator = ChaosVerdict.Authenticator(hasCache ? cache : new HookedResolver(hooks), TestMail.Clock);
        var what = $"{message.Name}, moment {moment}, {(hasCache ? "with" : "without")} a cache";
        try
        {
            var result = await authenticator.VerifyAsync(EmailMessage.FromStream(new HookedStream(message.Message, hooks)), message.Session, caller.Token);
            // Too late to matter, or nobody looked: then it is whole.
            Assert.That(ChaosVerdict.Of(result).ToString(), Is.EqualTo(message.Expected), what);
        }
        catch (OperationCanceledException exception)
        {
            Assert.That(exception.CancellationToken, Is.EqualTo(caller.Token), what);
        }
        catch (IOException) when (manner == Manner.ThrowsSomethingElse)
        {
            // The stream's own error comes through, whatever else happens.
        }
        if (!caller.IsCancellationRequested)
            return false;
        await PatientlyAsync(() => hooks.Pending == 0 && cache.QueriesUnderWay == 0, $"something goes on: {what}");

        // The same cache, another caller: the verdict is the clean one, so nothing was kept of what was given up. A failure that came before that is kept, as any is (N4).
        if (hasCache && manner != Manner.ThrowsSomethingElse)
            Assert.That((await ChaosVerdict.OfAsync(ChaosProtocol.Whole, message, cache, TestMail.Clock)).ToString(), Is.EqualTo(message.Expected), what);
        return true;
    }

    /// <summary>Answers on a thread of the pool, and counts what it has not answered yet.</summary>
    private sealed class PoolResolver : IDnsResolver
    {
        private int _pending;

        public int Pending => Volatile.Read(ref _pending);

        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _pending);
            try
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                return await ChaosWorld.Zone.QueryAsync(question, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _pending);
            }
        }
    }

    [Test]
    public async Task Whoever_leaves_from_another_thread_between_any_two_steps_sees_his_own_cancellation_and_spoils_no_cache()
    {
        var random = new Random(11);
        int runs = 0, left = 0;
        for (var round = 0; round < ChaosTests.Seeds * 100; round++)
        {
            var message = ChaosWorld.Messages[round % ChaosWorld.Messages.Length];
            var resolver = new PoolResolver();
            using var cache = new CachingDnsResolver(resolver);
            using var caller = new CancellationTokenSource();
            var call = Task.Run(() => ChaosVerdict.Authenticator(cache, TestMail.Clock).VerifyAsync(message.Open(), message.Session, caller.Token).AsTask(), CancellationToken.None);
            Thread.SpinWait(random.Next(100_000));
            await caller.CancelAsync();
            try
            {
                var result = await call;
                Assert.That(ChaosVerdict.Of(result).ToString(), Is.EqualTo(message.Expected), message.Name);
            }
            catch (OperationCanceledException exception)
            {
                left++;
                Assert.That(exception.CancellationToken, Is.EqualTo(caller.Token), message.Name);
            }
            await PatientlyAsync(() => resolver.Pending == 0 && cache.QueriesUnderWay == 0, $"something goes on: {message.Name}");
            Assert.That((await ChaosVerdict.OfAsync(ChaosProtocol.Whole, message, cache, TestMail.Clock)).ToString(), Is.EqualTo(message.Expected), message.Name);
            runs++;
        }
        TestContext.Out.WriteLine($"{runs} runs, {left} left before the verdict");
        Assert.That(left, Is.GreaterThan(runs / 20));
    }

    [Test]
    public async Task Who_stays_gets_the_answers_that_others_left()
    {
        foreach (var message in ChaosWorld.Messages)
        {
            var clock = new ChaosClock(ChaosWorld.Start);
            var dns = new ChaosDnsResolver(new ChaosFault("slow", FaultEffect.None, static query => query.AfterAsync(0.2)), seed: 12, clock);
            using var cache = new CachingDnsResolver(dns, timeProvider: clock);
            using var leaving = new CancellationTokenSource();
            var authenticator = ChaosVerdict.Authenticator(cache, clock);
            var gone = Enumerable.Range(0, 5).Select(_ => authenticator.VerifyAsync(message.Open(), message.Session, leaving.Token).AsTask()).ToArray();
            var stays = ChaosVerdict.OfAsync(ChaosProtocol.Whole, message, cache, clock);
            await leaving.CancelAsync();
            Assert.That((await clock.RunAsync(stays, TimeSpan.FromSeconds(10))).ToString(), Is.EqualTo(message.Expected), message.Name);
            foreach (var call in gone)
                Assert.That((await Assert.CatchAsync<OperationCanceledException>(() => call))!.CancellationToken, Is.EqualTo(leaving.Token));
            await PatientlyAsync(() => cache.QueriesUnderWay == 0 && dns.Waiting == 0, "something goes on");
        }
    }

    private static async Task PatientlyAsync(Func<bool> isDone, string otherwise)
    {
        for (var patience = Environment.TickCount64 + 10_000; !isDone(); await Task.Delay(1))
        {
            if (Environment.TickCount64 > patience)
                Assert.Fail(otherwise);
        }
    }
}
