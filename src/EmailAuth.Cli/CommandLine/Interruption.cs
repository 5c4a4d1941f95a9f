namespace EmailAuth.Cli.CommandLine;

/// <summary>
/// What SIGINT and SIGTERM do. The first one ends the work in an orderly way. Not all work can be ended so: opening a pipe that nobody writes to, whatever option
/// names it, waits in the kernel. The process then ends all the same, a short time later.
/// </summary>
/// <param name="clock">Measures that time.</param>
/// <param name="end">Ends the process at once; called on another thread than that of the work.</param>
internal sealed class Interruption(TimeProvider clock, Action<ExitStatus> end) : IDisposable
{
    /// <summary>How long the work may take to come to its end.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _source = new();
    private ITimer? _timer;
    private int _status;

    public CancellationToken Token => _source.Token;

    /// <summary>Takes a signal.</summary>
    /// <param name="status">What it makes the process end with.</param>
    /// <returns>False for the second one, which is to have its way at once.</returns>
    public bool Take(ExitStatus status)
    {
        if (Interlocked.CompareExchange(ref _status, (int)status, (int)ExitStatus.Success) != (int)ExitStatus.Success)
            return false;
        _timer = clock.CreateTimer(_ => end(status), null, Grace, Timeout.InfiniteTimeSpan);
        _source.Cancel();
        return true;
    }

    /// <summary>What the process ends with: work that was interrupted says by which signal.</summary>
    public ExitStatus StatusOf(ExitStatus work) => work == ExitStatus.Interrupted && _status != (int)ExitStatus.Success ? (ExitStatus)_status : work;

    public void Dispose()
    {
        _timer?.Dispose();
        _source.Dispose();
    }
}
