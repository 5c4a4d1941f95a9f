namespace EmailAuth.Dns;

/// <summary>
/// One question on its way, and those who wait for it. The question has a token of its own: it is cancelled when its time is over, or
/// when the last one who waited has left; a caller who leaves takes nothing away from the others.
/// </summary>
internal sealed class DnsFlight : IDisposable
{
    // Continuations run elsewhere: a thousand waiters must not run one after the other on the thread that brought the answer.
    private readonly TaskCompletionSource<DnsAnswer> _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Lock _lock = new();
    private int _waiting = 1;
    private bool _isOver;
    private ITimer? _limit;

    /// <summary>Starts with one who waits.</summary>
    public DnsFlight() => Token = _cancellation.Token;

    /// <summary>For the question itself.</summary>
    public CancellationToken Token { get; }

    /// <summary>Gives the question up when that time is over. An answer that is at hand needs no timer.</summary>
    public void LimitTo(TimeSpan time, TimeProvider timeProvider)
    {
        lock (_lock)
        {
            if (!_isOver)
                _limit ??= timeProvider.CreateTimer(static flight => ((DnsFlight)flight!).Cancel(), this, time, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The answer, when it has come. Cancelled only if nobody waits any more.</summary>
    public Task<DnsAnswer> Landed => _landed.Task;

    /// <summary>Whether anybody still waits.</summary>
    public bool IsAwaited
    {
        get
        {
            lock (_lock)
                return _waiting > 0;
        }
    }

    /// <summary>One more waits. False if the flight was given up: another one must start.</summary>
    public bool TryJoin()
    {
        lock (_lock)
        {
            if (_waiting == 0)
                return false;
            _waiting++;
            return true;
        }
    }

    /// <summary>One leaves. True if it was the last and the question is given up.</summary>
    public bool Leave()
    {
        lock (_lock)
        {
            if (--_waiting > 0 || _isOver)
                return false;
        }
        Cancel();
        return true;
    }

    /// <summary>The answer is there. Nobody has to leave any more.</summary>
    public void Land(DnsAnswer answer)
    {
        lock (_lock)
            _isOver = true;
        _landed.TrySetResult(answer);
    }

    /// <summary>Gives the question up.</summary>
    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has landed at the same moment.
        }
    }

    /// <summary>Frees the timer; the answer stays.</summary>
    public void Dispose()
    {
        lock (_lock)
            _isOver = true;
        _landed.TrySetCanceled();
        _limit?.Dispose();
        _cancellation.Dispose();
    }
}
