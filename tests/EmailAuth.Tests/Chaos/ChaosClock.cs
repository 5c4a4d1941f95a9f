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
    private long _changes;

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

    /// <summary>Whether a timer is due within that time.</summary>
    public bool IsDueWithin(TimeSpan time)
    {
        lock (_lock)
            return _timers.Any(timer => timer.DueAt <= _elapsed + time.Ticks);
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

    /// <summary>
    /// Runs a call to its end. The clock moves only while <paramref name="isWaiting"/>, and stands at <paramref name="limit"/> until what runs has had time to
    /// end; only then it goes on, up to thrice as far.
    /// </summary>
    public async Task<T> RunAsync<T>(Task<T> call, TimeSpan limit, Func<bool> isWaiting)
    {
        var start = Elapsed;
        var end = start + limit;
        var patience = Environment.TickCount64 + 30_000;
        for (var still = 0; !call.IsCompleted;)
        {
            if (!await SettleAsync(call, isWaiting, patience) || TryStep(end))
                continue;
            await Task.Delay(1);
            if (++still == 500 && end < start + 3 * limit)
                (still, end) = (0, end + limit);
            if (Environment.TickCount64 > patience)
                Assert.Fail($"no end: {Elapsed - start} have gone by, {TimerCount} timers are set, {(isWaiting() ? "and somebody waits" : "nobody waits")}");
        }
        return await call;
    }

    /// <summary>Whether the call waits, and not merely for a thread; after a while it must.</summary>
    private async Task<bool> SettleAsync(Task call, Func<bool> isWaiting, long patience)
    {
        for (var quiet = 0; quiet < 3 && Environment.TickCount64 <= patience;)
        {
            var before = Interlocked.Read(ref _changes);
            await Task.Yield();
            if (call.IsCompleted)
                return false;
            quiet = ThreadPool.PendingWorkItemCount == 0 && Interlocked.Read(ref _changes) == before && isWaiting() ? quiet + 1 : 0;
        }
        return true;
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
            Interlocked.Increment(ref clock._changes);
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
