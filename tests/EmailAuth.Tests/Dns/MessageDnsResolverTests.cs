using EmailAuth.Dns;
using static EmailAuth.Tests.Dns.ScriptedDnsResolver;

namespace EmailAuth.Tests.Dns;

public class MessageDnsResolverTests
{
    private readonly ManualTimeProvider _clock = new();

    private MessageDnsResolver Message(IDnsResolver inner, DnsLimits? limits = null) => new(inner, limits ?? DnsLimits.Default, _clock);

    [Test, Attack("D17"), Attack("D19")]
    public async Task All_questions_of_a_message_are_counted_in_one_place_and_too_many_are_transient()
    {
        var inner = new ScriptedDnsResolver(_ => Text("x"));
        var message = Message(inner, new DnsLimits { MaxQueriesPerMessage = 3 });
        for (var i = 0; i < 3; i++)
            Assert.That((await message.QueryAsync(Ask($"n{i}.example"))).Status, Is.EqualTo(DnsStatus.NoError));
        var over = await message.QueryAsync(Ask("n3.example"));
        Assert.That(over.Status, Is.EqualTo(DnsStatus.OverBudget));
        Assert.That(over.Status.IsTransient(), Is.True);
        Assert.That(over.Detail, Does.Contain("3 DNS queries"));
        Assert.That((inner.Queries, message.QueriesAsked), Is.EqualTo((3, 3)));
    }

    [Test, Attack("D17")]
    public async Task A_message_out_of_time_asks_no_more_and_waits_no_more()
    {
        var inner = new ScriptedDnsResolver(_ => Text("x")) { Holds = true };
        var message = Message(inner);
        var query = message.QueryAsync(Ask("slow.example")).AsTask();
        _clock.Advance(29.9);
        Assert.That(query.IsCompleted, Is.False);
        _clock.Advance(0.1);
        Assert.That((await query.WaitAsync(TimeSpan.FromMinutes(1))).Status, Is.EqualTo(DnsStatus.OverBudget));
        Assert.That((await message.QueryAsync(Ask("next.example")).AsTask().WaitAsync(TimeSpan.FromMinutes(1))).Status, Is.EqualTo(DnsStatus.OverBudget));
        Assert.That(message.IsOutOfTime, Is.True);
        Assert.That(inner.Queries, Is.EqualTo(1));
    }

    [Test, Attack("D17")]
    public async Task Eight_questions_of_a_message_are_under_way_and_the_others_wait_their_turn()
    {
        var inner = new ScriptedDnsResolver { Holds = true };
        var message = Message(inner);
        var queries = Enumerable.Range(0, 20).Select(i => message.QueryAsync(Ask($"n{i}.example")).AsTask()).ToArray();
        Assert.That(inner.Queries, Is.EqualTo(8));
        inner.Release(Text("x"));
        Assert.That(() => inner.Queries, Is.EqualTo(16).After(2000, 5));
        while (!queries.All(query => query.IsCompleted))
        {
            inner.Release(Text("x"));
            await Task.Delay(1);
        }
        Assert.That(queries.Select(query => query.Result.Status), Is.All.EqualTo(DnsStatus.NoError));
        Assert.That(inner.Queries, Is.EqualTo(20));
    }

    [Test]
    public async Task Who_waits_for_his_turn_waits_no_longer_than_the_message_has_time()
    {
        var inner = new ScriptedDnsResolver { Holds = true };
        var message = Message(inner, new DnsLimits { MaxParallelQueriesPerMessage = 1 });
        var queries = new[] { message.QueryAsync(Ask("a.example")).AsTask(), message.QueryAsync(Ask("b.example")).AsTask() };
        _clock.Advance(30);
        foreach (var query in queries)
            Assert.That((await query).Status, Is.EqualTo(DnsStatus.OverBudget));
        Assert.That(inner.Queries, Is.EqualTo(1));
    }

    [Test]
    public async Task A_turn_is_given_back_whatever_comes()
    {
        var calls = 0;
        var inner = new ScriptedDnsResolver(_ => ++calls % 2 == 0 ? throw new InvalidOperationException("secret") : null!);
        var message = Message(inner, new DnsLimits { MaxParallelQueriesPerMessage = 1 });
        for (var i = 0; i < 6; i++)
        {
            var answer = await message.QueryAsync(Ask($"n{i}.example"));
            Assert.That(answer.Status, Is.EqualTo(DnsStatus.ResolverError));
            Assert.That(answer.Detail, Does.Not.Contain("secret"));
        }

        inner.Holds = true;
        using var source = new CancellationTokenSource();
        var leaving = message.QueryAsync(Ask("left.example"), source.Token).AsTask();
        await source.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => leaving);
        inner.Holds = false;
        Assert.That((await message.QueryAsync(Ask("after.example"))).Status, Is.EqualTo(DnsStatus.ResolverError));
    }

    [Test]
    public async Task Whatever_a_resolver_throws_under_a_cancelled_token_the_caller_sees_his_cancellation()
    {
        using var source = new CancellationTokenSource();
        var inner = new ScriptedDnsResolver(_ =>
        {
            source.Cancel();
            throw new InvalidOperationException();
        });
        var exception = await Assert.CatchAsync<OperationCanceledException>(() => Message(inner).QueryAsync(Ask("x.example"), source.Token).AsTask());
        Assert.That(exception!.CancellationToken, Is.EqualTo(source.Token));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_failure_that_comes_when_the_caller_has_left_is_his_cancellation_and_no_temporary_error(bool comesLater)
    {
        using var source = new CancellationTokenSource();
        var inner = new LeavingResolver(source, comesLater, DnsAnswer.NoRecords(DnsStatus.ServFail));
        var exception = await Assert.CatchAsync<OperationCanceledException>(() => Message(inner).QueryAsync(Ask("x.example"), source.Token).AsTask());
        Assert.That(exception!.CancellationToken, Is.EqualTo(source.Token));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task An_answer_that_comes_when_the_caller_has_left_may_be_one(bool comesLater)
    {
        using var source = new CancellationTokenSource();
        var answer = Text("x");
        Assert.That(await Message(new LeavingResolver(source, comesLater, answer)).QueryAsync(Ask("x.example"), source.Token), Is.SameAs(answer));
    }

    /// <summary>The caller leaves while it answers; it does not look at its token.</summary>
    private sealed class LeavingResolver(CancellationTokenSource caller, bool comesLater, DnsAnswer answer) : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            if (!comesLater)
            {
                caller.Cancel();
                return new(answer);
            }
            // Its end is heard before the caller's.
            var later = new TaskCompletionSource<DnsAnswer>();
            _ = Task.Run(async () =>
            {
                await Task.Delay(20, CancellationToken.None);
                using var first = cancellationToken.Register(() => later.TrySetResult(answer));
                await caller.CancelAsync();
            }, CancellationToken.None);
            return new(later.Task);
        }
    }

    [Test]
    public async Task An_answer_that_is_there_at_once_allocates_nothing()
    {
        var message = new MessageDnsResolver(new ConstantResolver(Text("x")), new DnsLimits { MaxQueriesPerMessage = 1_000 }, TimeProvider.System);
        var question = Ask("x.example");
        for (var i = 0; i < 400; i++)
            await message.QueryAsync(question);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 400; i++)
            _ = message.QueryAsync(question).IsCompletedSuccessfully ? 0 : throw new AssertionException("It did not come at once.");
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private sealed class ConstantResolver(DnsAnswer answer) : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) => new(answer);
    }
}
