namespace EmailAuth.Dns;

/// <summary>
/// The place that a cache keeps for one question. It stays where it is while answers come and go, so that its bytes are counted
/// exactly once, however a new answer and an eviction meet.
/// </summary>
internal sealed class DnsCacheEntry
{
    private readonly Lock _lock = new();
    private Kept? _kept;
    private long _refreshAt;
    private long _bytes;
    private bool _isEvicted;

    /// <summary>What is kept, whether its time is over or not; null before the first answer.</summary>
    public Kept? Content => Volatile.Read(ref _kept);

    /// <summary>What the entry counts for.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Puts an answer in.</summary>
    /// <param name="content">The answer and its times.</param>
    /// <param name="bytes">What it counts for.</param>
    /// <param name="change">By how much the cache's count of bytes changes.</param>
    /// <param name="isFirst">Whether it held nothing before: then the cache has one entry more.</param>
    /// <returns>False if the entry was evicted meanwhile: it must be put into a new one.</returns>
    public bool TrySet(Kept content, long bytes, out long change, out bool isFirst)
    {
        lock (_lock)
        {
            isFirst = _kept is null;
            change = _isEvicted ? 0 : bytes - _bytes;
            if (_isEvicted)
                return false;
            _bytes = bytes;
            Volatile.Write(ref _refreshAt, content.RefreshAt);
            Volatile.Write(ref _kept, content);
            return true;
        }
    }

    /// <summary>Called once, when the cache has let go of the entry.</summary>
    /// <param name="bytes">The bytes that became free.</param>
    /// <returns>False if it never held anything.</returns>
    public bool Evict(out long bytes)
    {
        lock (_lock)
        {
            _isEvicted = true;
            bytes = _bytes;
            _bytes = 0;
            return _kept is not null;
        }
    }

    /// <summary>True for one caller, once, when it is time to ask anew before the answer expires.</summary>
    public bool IsTimeToRefresh(long now)
    {
        var at = Volatile.Read(ref _refreshAt);
        return now >= at && Interlocked.CompareExchange(ref _refreshAt, long.MaxValue, at) == at;
    }

    /// <summary>After asking ahead failed: when to try again.</summary>
    public void RefreshLater(long at) => Interlocked.CompareExchange(ref _refreshAt, at, long.MaxValue);

    /// <summary>One answer and its times, as timestamps of the cache's <see cref="TimeProvider"/>.</summary>
    /// <param name="Answer">What is handed out.</param>
    /// <param name="ExpiresAt">From when on it is asked anew.</param>
    /// <param name="RefreshAt">From when on it may be asked anew in the background; <see cref="long.MaxValue"/> for never.</param>
    /// <param name="Records">The last answer with records, for serving it stale; null where there is none.</param>
    /// <param name="StaleUntil">Until when <paramref name="Records"/> may be served.</param>
    /// <param name="Failures">How many failures there were in a row.</param>
    public sealed record Kept(DnsAnswer Answer, long ExpiresAt, long RefreshAt, DnsAnswer? Records, long StaleUntil, int Failures);
}
