using EmailAuth.Dns;

namespace EmailAuth.Tests.LookAhead;

/// <summary>Answers after a time of its own making: the questions come back in the order of their delays, and nobody waits for a real clock.</summary>
internal sealed class DelayingDnsResolver(Func<DnsQuestion, (DnsAnswer Answer, int Delay)> answers) : IDnsResolver
{
    private readonly PriorityQueue<(TaskCompletionSource<DnsAnswer> Source, DnsAnswer Answer), (int Due, int Order)> _open = new();
    private int _order;
    private CancellationToken? _call;

    /// <summary>How long it has taken so far.</summary>
    public int Now { get; private set; }

    public HashSet<DnsQuestion> Asked { get; } = [];

    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        // The first question is asked in order, with the token that ends with the call.
        _call ??= cancellationToken;
        Asked.Add(question);
        var (answer, delay) = answers(question);
        if (delay == 0)
            return new(answer);
        var source = new TaskCompletionSource<DnsAnswer>();
        _open.Enqueue((source, answer), (Now + delay, _order++));
        return new(source.Task);
    }

    /// <summary>Lets time pass until the work is done. On a thread of the pool, where who waits goes on at once.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var task = work();
        while (!task.IsCompleted && _call?.IsCancellationRequested != true && _open.TryDequeue(out var next, out var due))
        {
            Now = Math.Max(Now, due.Due);
            next.Source.TrySetResult(next.Answer);
        }
        return await task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
