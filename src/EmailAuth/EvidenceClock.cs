namespace EmailAuth;

/// <summary>
/// Shows one moment for the whole of a verdict, so that it can be judged again as of the same moment; time limits run on by another clock.
/// </summary>
internal sealed class MomentClock(TimeProvider clock) : TimeProvider
{
    private readonly DateTimeOffset _moment = clock.GetUtcNow();

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _moment;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
}

/// <summary>The clock of a replay: it stands at the recorded moment, and no time limit is reached in it but where one was when it was recorded.</summary>
internal sealed class ReplayClock(DateTimeOffset moment) : TimeProvider
{
    // Longer than any limit of time may be.
    private static readonly long Leap = TimeSpan.FromHours(1).Ticks;

    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => moment;

    public override long GetTimestamp() => _ticks;

    /// <summary>A limit was reached here.</summary>
    public void Expire() => _ticks += Leap;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // Nothing runs.
        }

        public ValueTask DisposeAsync() => default;
    }
}
