using EmailAuth.Dns;

namespace EmailAuth.Tests.Dns;

/// <summary>
/// Answers in rounds: all questions that are open at a moment form one, and all of them are answered before the next begins. How many rounds a verdict takes is
/// how often it waits, whatever the clock says. Whoever waits goes on inside <see cref="AnswerRound"/>.
/// </summary>
internal sealed class RoundsDnsResolver(IDnsResolver inner) : IDnsResolver
{
    private readonly List<Held> _open = [];
    private int _cancelled;

    private sealed record Held(DnsQuestion Question, TaskCompletionSource<DnsAnswer> Source);

    /// <summary>The questions of each round.</summary>
    public List<IReadOnlyList<DnsQuestion>> Rounds { get; } = [];

    public int Queries => Rounds.Sum(static round => round.Count);

    /// <summary>How many are open, those whose caller has left not among them.</summary>
    public int Open
    {
        get
        {
            lock (_open)
                return _open.Count(static held => !held.Source.Task.IsCompleted);
        }
    }

    public int Cancelled => Volatile.Read(ref _cancelled);

    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        var source = new TaskCompletionSource<DnsAnswer>();
        cancellationToken.Register(() =>
        {
            if (source.TrySetCanceled(cancellationToken))
                Interlocked.Increment(ref _cancelled);
        });
        lock (_open)
            _open.Add(new Held(question, source));
        return new(source.Task);
    }

    /// <summary>Answers what is open now.</summary>
    public async Task AnswerRound()
    {
        Held[] round;
        lock (_open)
        {
            round = [.. _open];
            _open.Clear();
        }
        Rounds.Add([.. round.Select(static held => held.Question)]);
        foreach (var (question, source) in round)
            source.TrySetResult(await inner.QueryAsync(question));
    }

    /// <summary>Round after round until the work is done.</summary>
    public Task<T> AnswerAsync<T>(Task<T> work) => Task.Run(async () =>
    {
        // On a thread of the pool, where who waits may go on at once.
        while (!work.IsCompleted)
        {
            // With the last answer only the end of the call is left, which another thread may bring.
            if (Open == 0)
                return await work.WaitAsync(TimeSpan.FromSeconds(10));
            Assert.That(Rounds, Has.Count.LessThan(200));
            await AnswerRound();
        }
        return await work;
    });
}
