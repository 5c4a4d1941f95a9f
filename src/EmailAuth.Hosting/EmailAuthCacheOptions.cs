using EmailAuth.Dns;

namespace EmailAuth.Hosting;

/// <summary>The DNS cache of this process. What is null has the default of <see cref="DnsCacheOptions"/>, which also tells the bounds.</summary>
public sealed class EmailAuthCacheOptions
{
    /// <summary>Answers kept at most.</summary>
    public int? MaxEntries { get; set; }

    /// <summary>Bytes that all kept answers may take by estimate.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>The longest time that records are kept, whatever they say.</summary>
    public TimeSpan? MaxTimeToLive { get; set; }

    /// <summary>The longest time that "no such name" and "no such record" are kept.</summary>
    public TimeSpan? MaxNegativeTimeToLive { get; set; }

    /// <summary>How long a failure is kept the first time; it doubles with every further one.</summary>
    public TimeSpan? FailureTimeToLive { get; set; }

    /// <summary>Where that doubling ends.</summary>
    public TimeSpan? MaxFailureTimeToLive { get; set; }

    /// <summary>Whether a name in use is asked anew before its time is over, so that no message waits for it. Off.</summary>
    public bool RefreshesAhead { get; set; }

    /// <summary>How long after their time records may still be served when asking anew failed (RFC 8767). None.</summary>
    public TimeSpan? MaxStaleAge { get; set; }

    /// <summary>How long one question may take what lies behind the cache, for all who wait for it.</summary>
    public TimeSpan? QueryTimeLimit { get; set; }
}
