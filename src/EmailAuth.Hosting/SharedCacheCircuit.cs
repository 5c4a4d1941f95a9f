namespace EmailAuth.Hosting;

/// <summary>
/// Whether the shared cache is asked. After a failure it is left alone for a second, after each further one for twice as long, up to a bound; then one
/// look-up and one write that nobody waits for tell whether it is back.
/// </summary>
internal sealed class SharedCacheCircuit(TimeProvider time, TimeSpan longest)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private TimeSpan _bypass;
    private long _bypassedAt;
    private volatile bool _isProbed;
    private volatile bool _isOpen;

    /// <summary>Whether the cache is left alone.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Whether one is looking whether it is back.</summary>
    public bool IsProbed => _isProbed;

    /// <summary>While the cache is left alone: true for one caller when it is time to look whether it is back. That one reports what it found.</summary>
    public bool TryBeginProbe()
    {
        lock (_lock)
        {
            if (!_isOpen || _isProbed || time.GetElapsedTime(_bypassedAt) < _bypass)
                return false;
            _isProbed = true;
            return true;
        }
    }

    /// <summary>A look-up or a write failed. Returns for how long the cache is left alone; null if it is already.</summary>
    public TimeSpan? Fail() => Fail(isProbe: false);

    /// <summary>The probe ended. Returns true if the cache is back.</summary>
    public bool EndProbe(bool succeeded)
    {
        if (!succeeded)
            Fail(isProbe: true);
        lock (_lock)
        {
            _isProbed = false;
            if (!succeeded)
                return false;
            _isOpen = false;
            _bypass = TimeSpan.Zero;
            return true;
        }
    }

    private TimeSpan? Fail(bool isProbe)
    {
        lock (_lock)
        {
            // Those who were on their way when it failed say nothing new.
            if (_isOpen && !isProbe)
                return null;
            _isOpen = true;
            _bypass = _bypass < Shortest ? Shortest : _bypass * 2 < longest ? _bypass * 2 : longest;
            _bypassedAt = time.GetTimestamp();
            return _bypass;
        }
    }
}
