namespace EmailAuth.Tests.Chaos;

/// <summary>
/// A clock that stands still until all that could run has run, and then jumps to the next thing due: minutes of silence cost microseconds, and
/// a verdict's time is told exactly.
/// </summary>
internal sealed class ChaosClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<Timer> _timers = [];
    private DateTimeOffset _now = start;
    private long _elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp()
    {
        lock (_lock)
            return _elapsed;
    }

    /// <summary>Time since the start, which no setting of the clock changes.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(GetTimestamp());

    /// <summary>How many timers are set.</summary>
    public int TimerCount
    {
        get
        {
            lock (_lock)
                return _timers.Count;
        }
    }

    /// <summary>Somebody sets the clock; what is measured goes on as if nothing had happened.</summary>
    public void Set(TimeSpan change)
    {
        lock (_lock)
            _now += change;
    }

    /// <summary>Lets time go by, timer by timer.</summary>
    public void Advance(TimeSpan time)
    {
        var end = Elapsed + time;
        while (TryStep(end))
        {
        }
    }

    /// <summary>Runs a call to its end: whenever all that could run has run, the clock goes on to the next thing due, as far as <paramref name="limit"/>.</summary>
    public async Task<T> RunAsync<T>(Task<T> call, TimeSpan limit)
    {
        // A thread of its own: the pool's are at rest when none of them works.
        if (!call.IsCompleted)
            await Task.Factory.StartNew(() => Drive(call, limit), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await call;
    }

    private void Drive(Task call, TimeSpan limit)
    {
        var end = Elapsed + limit;
        while (!call.IsCompleted)
        {
            PoolAtRest.Wait();
            if (!call.IsCompleted && !TryStep(end))
            {
                PoolAtRest.Wait();
                if (!call.IsCompleted)
                    Assert.Fail($"no end within {limit}: {TimerCount} timers are set for later");
            }
        }
    }

    /// <summary>To the next timer, or to the end where none is due before. False at the end.</summary>
    private bool TryStep(TimeSpan end)
    {
        Timer? due = null;
        lock (_lock)
        {
            foreach (var timer in _timers)
            {
                if (timer.DueAt <= end.Ticks && (due is null || timer.DueAt < due.DueAt))
                    due = timer;
            }
            var at = due?.DueAt ?? end.Ticks;
            if (at > _elapsed)
            {
                _now += TimeSpan.FromTicks(at - _elapsed);
                _elapsed = at;
            }
            if (due is null)
                return false;
            _timers.Remove(due);
        }
        due.Fire();
        return true;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(ChaosClock clock, Action fire) : ITimer
    {
        public long DueAt { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                DueAt = clock._elapsed + dueTime.Ticks;
                clock._timers.Add(this);
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
