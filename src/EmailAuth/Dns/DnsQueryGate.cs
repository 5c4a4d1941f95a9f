namespace EmailAuth.Dns;

/// <summary>
/// How many questions may be under way at the same time, and how many may wait for that. Each question under way is a socket, so this is
/// one for the whole process.
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody takes holds nothing to free.
internal sealed class DnsQueryGate(int parallel, int queue)
#pragma warning restore CA1001
{
    /// <summary>The process's own: 256 under way, 4,096 waiting.</summary>
    public static DnsQueryGate OfProcess { get; } = new(256, 4_096);

    private readonly SemaphoreSlim _free = new(parallel);
    private int _waiting;

    /// <summary>The bounds, for people.</summary>
    public string Bounds => $"{parallel} DNS queries under way and {queue} waiting";

    /// <summary>Takes a place if one is free. Who got true must <see cref="Leave"/>.</summary>
    public bool TryEnter() => _free.Wait(0, CancellationToken.None);

    /// <summary>Waits for a free place. False at once if too many wait already. Who got true must <see cref="Leave"/>.</summary>
    public ValueTask<bool> TryEnterAsync(CancellationToken cancellationToken) =>
        TryEnter() ? new(true) : WaitAsync(cancellationToken);

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > queue)
                return false;
            await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Gives the place back.</summary>
    public void Leave() => _free.Release();
}
