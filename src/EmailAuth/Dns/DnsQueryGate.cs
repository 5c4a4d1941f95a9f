namespace EmailAuth.Dns;

/// <summary>
/// How many questions may be under way at the same time, and how many may wait for that. Each question under way is a socket, so this is
/// one for the whole process; and each message has one.
/// </summary>
internal sealed class DnsQueryGate(int parallel, int queue)
{
    /// <summary>The process's own: 256 under way, 4,096 waiting.</summary>
    public static DnsQueryGate OfProcess { get; } = new(256, 4_096);

    private readonly Lock _lock = new();
    private LinkedList<TaskCompletionSource>? _waiting;
    private int _inside;

    /// <summary>The bounds, for people.</summary>
    public string Bounds => $"{parallel} DNS queries under way and {queue} waiting";

    /// <summary>Takes a place if one is free. Who got true must <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_inside == parallel)
                return false;
            _inside++;
            return true;
        }
    }

    /// <summary>Waits for a free place. False at once if too many wait already. Who got true must <see cref="Leave"/>.</summary>
    public ValueTask<bool> TryEnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (_inside < parallel)
            {
                _inside++;
                return new(true);
            }
            _waiting ??= [];
            if (_waiting.Count >= queue)
                return new(false);
            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.AddLast(turn);
        }
        return WaitAsync(turn, cancellationToken);
    }

    private async ValueTask<bool> WaitAsync(TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        try
        {
            await turn.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            GiveUp(turn);
            throw;
        }
    }

    private void GiveUp(TaskCompletionSource turn)
    {
        lock (_lock)
        {
            if (_waiting!.Remove(turn))
                return;
        }
        // Its turn had come at the same moment.
        Leave();
    }

    /// <summary>Gives the place back: to the one who has waited longest.</summary>
    public void Leave()
    {
        TaskCompletionSource? next;
        lock (_lock)
        {
            next = _waiting?.First?.Value;
            if (next is null)
                _inside--;
            else
                _waiting!.RemoveFirst();
        }
        next?.SetResult();
    }
}
