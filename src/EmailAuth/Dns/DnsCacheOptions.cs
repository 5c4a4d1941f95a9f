namespace EmailAuth.Dns;

/// <summary>What a <see cref="CachingDnsResolver"/> keeps, and how long. Values are checked when they are set.</summary>
public sealed record DnsCacheOptions
{
    /// <summary>The defaults.</summary>
    public static DnsCacheOptions Default { get; } = new();

    /// <summary>Answers kept at most. 50,000; at least 16, at most 5,000,000.</summary>
    public int MaxEntries { get; init => field = Checked(value, 16, 5_000_000, nameof(MaxEntries)); } = 50_000;

    /// <summary>
    /// Bytes that all kept answers may take by estimate, with what is made of their records. 64 MiB; at least 64 KiB, at most 4 GiB.
    /// Whichever of this and <see cref="MaxEntries"/> is reached first makes room by leaving out what was used least lately.
    /// </summary>
    public long MaxBytes { get; init => field = Checked(value, 64L << 10, 4L << 30, nameof(MaxBytes)); } = 64L << 20;

    /// <summary>An answer with more octets of record data than this is handed on but not kept. 16 KiB; at most 64 KiB.</summary>
    public int MaxEntryOctets { get; init => field = Checked(value, 512, 64 << 10, nameof(MaxEntryOctets)); } = 16 << 10;

    /// <summary>
    /// The longest time that records are kept, whatever they say; the shortest is one second. 24 h; at most 7 days (RFC 8767 §4).
    /// A time to live of 2^31 seconds or more is no time: such an answer is not kept (RFC 2181 §8).
    /// </summary>
    public TimeSpan MaxTimeToLive { get; init => field = Checked(value, Second, TimeSpan.FromDays(7), nameof(MaxTimeToLive)); } = TimeSpan.FromHours(24);

    /// <summary>The longest time that "no such name" and "no such record" are kept. 15 min; at most 3 h (RFC 2308 §5).</summary>
    public TimeSpan MaxNegativeTimeToLive { get; init => field = Checked(value, Second, TimeSpan.FromHours(3), nameof(MaxNegativeTimeToLive)); } = TimeSpan.FromMinutes(15);

    /// <summary>How long a failure is kept the first time; each further failure in a row doubles it. 5 s; 1 s to 5 min (RFC 9520 §3.2).</summary>
    public TimeSpan FailureTimeToLive { get; init => field = Checked(value, Second, TimeSpan.FromMinutes(5), nameof(FailureTimeToLive)); } = TimeSpan.FromSeconds(5);

    /// <summary>Where the doubling of <see cref="FailureTimeToLive"/> ends. 60 s; 1 s to 5 min (RFC 9520 §3.2).</summary>
    public TimeSpan MaxFailureTimeToLive { get; init => field = Checked(value, Second, TimeSpan.FromMinutes(5), nameof(MaxFailureTimeToLive)); } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether a name that is asked for in the last tenth of its time is asked anew in the background, so that no message waits for it.
    /// Off unless set.
    /// </summary>
    public bool RefreshesAhead { get; init; }

    /// <summary>
    /// How long after their time records may still be served when asking anew failed (RFC 8767); such an answer says
    /// <see cref="DnsAnswer.IsStale"/>. Zero, the default, serves none; at most 3 days.
    /// </summary>
    public TimeSpan MaxStaleAge { get; init => field = Checked(value, TimeSpan.Zero, TimeSpan.FromDays(3), nameof(MaxStaleAge)); } = TimeSpan.Zero;

    /// <summary>How long one question may take the resolver behind, for all who wait for it. 10 s; at most 1 min.</summary>
    public TimeSpan QueryTimeLimit { get; init => field = Checked(value, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), nameof(QueryTimeLimit)); } = TimeSpan.FromSeconds(10);

    private static TimeSpan Second => TimeSpan.FromSeconds(1);

    private static T Checked<T>(T value, T least, T most, string name)
        where T : struct, IComparable<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
        return value;
    }
}
