using System.Collections.Immutable;

namespace EmailAuth.Dns;

/// <summary>
/// How one <see cref="DnsQuestion"/> ended: a status and, for <see cref="DnsStatus.NoError"/>, at least one record of the type asked.
/// Immutable; a cache hands the same object to every caller, so that what was made of its records is made once.
/// </summary>
public sealed class DnsAnswer
{
    private readonly DnsAnswer? _fresh;
    private Parsed? _parsed;

    private DnsAnswer(DnsStatus status, ImmutableArray<DnsRecord> records, TimeSpan timeToLive, DnsAnswer? fresh = null)
    {
        Status = status;
        Records = records;
        TimeToLive = timeToLive;
        _fresh = fresh;
    }

    /// <summary>How the question ended.</summary>
    public DnsStatus Status { get; }

    /// <summary>The records, all of the type asked; empty unless <see cref="Status"/> is <see cref="DnsStatus.NoError"/>.</summary>
    public ImmutableArray<DnsRecord> Records { get; }

    /// <summary>
    /// How long the answer may be kept, from <see cref="ReceivedAt"/> on: the smallest of the records' times to live, or for
    /// a negative answer the bound of RFC 2308 §5. Zero for transient answers and where nobody said.
    /// </summary>
    public TimeSpan TimeToLive { get; }

    /// <summary>When the answer came from the server; null where the resolver keeps no clock.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>The AD flag (RFC 4035 §3.2.3), from a resolver that its operator trusts to set it.</summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>The server that answered, such as <c>127.0.0.1:53</c>, or the file of a zone; null if unknown.</summary>
    public string? Server { get; init; }

    /// <summary>For a transient status what went wrong, for people; null otherwise.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether the answer had expired and was served because asking anew failed (RFC 8767).</summary>
    public bool IsStale { get; private init; }

    /// <summary>An answer with records.</summary>
    /// <param name="records">At least one.</param>
    /// <param name="timeToLive">How long it may be kept.</param>
    /// <exception cref="ArgumentException"><paramref name="records"/> is empty.</exception>
    public static DnsAnswer WithRecords(ImmutableArray<DnsRecord> records, TimeSpan timeToLive)
    {
        if (records.IsDefaultOrEmpty)
            throw new ArgumentException("An answer with records needs at least one; for none use NoRecords with NoData or NxDomain.", nameof(records));
        return new DnsAnswer(DnsStatus.NoError, records, timeToLive);
    }

    /// <summary>An answer without records: NODATA, NXDOMAIN or a failure.</summary>
    /// <param name="status">Anything but <see cref="DnsStatus.NoError"/>.</param>
    /// <param name="timeToLive">How long a negative answer may be kept (RFC 2308 §5).</param>
    /// <exception cref="ArgumentException"><paramref name="status"/> is <see cref="DnsStatus.NoError"/>.</exception>
    public static DnsAnswer NoRecords(DnsStatus status, TimeSpan timeToLive = default)
    {
        if (status == DnsStatus.NoError)
            throw new ArgumentException("NoError means that there are records; without records it is NoData.", nameof(status));
        return new DnsAnswer(status, [], timeToLive);
    }

    /// <summary>The same answer and where it came from, for a resolver that knows: its time to live then counts from <paramref name="receivedAt"/> on.</summary>
    /// <param name="receivedAt"><see cref="ReceivedAt"/>.</param>
    /// <param name="server"><see cref="Server"/>.</param>
    /// <param name="isAuthenticated"><see cref="IsAuthenticated"/>.</param>
    public DnsAnswer WithOrigin(DateTimeOffset? receivedAt, string? server = null, bool isAuthenticated = false) =>
        new(Status, Records, TimeToLive, _fresh) { ReceivedAt = receivedAt, Server = server, IsAuthenticated = isAuthenticated, Detail = Detail, IsStale = IsStale };

    /// <summary>What a server said, or failed to say.</summary>
    internal static DnsAnswer Received(
        DnsStatus status, ImmutableArray<DnsRecord> records, TimeSpan timeToLive, DateTimeOffset? receivedAt, string? server, bool isAuthenticated = false, string? detail = null) =>
        new(status, records, timeToLive) { ReceivedAt = receivedAt, Server = server, IsAuthenticated = isAuthenticated, Detail = detail };

    /// <summary>A failure, with what went wrong for people.</summary>
    internal static DnsAnswer Failed(DnsStatus status, string detail) => new(status, [], TimeSpan.Zero) { Detail = detail };

    /// <summary>What a resolver threw, as an answer. The type only: a message text may name servers or paths.</summary>
    internal static DnsAnswer OfException(Exception exception) => Failed(DnsStatus.ResolverError, $"the resolver failed with {exception.GetType().Name}");

    /// <summary>A resolver broke its word and returned null.</summary>
    internal static DnsAnswer OfNull() => Failed(DnsStatus.ResolverError, "the resolver returned null");

    /// <summary>The same answer, marked as served after its time. What was made of its records is shared.</summary>
    internal DnsAnswer AsStale() => new(Status, Records, TimeSpan.Zero, _fresh ?? this)
    {
        ReceivedAt = ReceivedAt,
        IsAuthenticated = IsAuthenticated,
        Server = Server,
        Detail = Detail,
        IsStale = true,
    };

    /// <summary>How much of <see cref="TimeToLive"/> is left; all of it where nobody kept the time of receipt.</summary>
    internal TimeSpan RemainingAt(DateTimeOffset now)
    {
        if (ReceivedAt is not { } received || received >= now)
            return TimeToLive;
        // Neither sum may leave what a TimeSpan can hold: both times are a resolver's word.
        var age = now - received;
        return age < TimeToLive ? TimeToLive - age : TimeSpan.Zero;
    }

    /// <summary>
    /// What a room makes of these records, made once and kept as long as the answer is: a compiled SPF record, keys ready to verify.
    /// Two callers at once may both make it; one result is kept, and both see that one.
    /// </summary>
    internal T GetParsed<T>(Func<DnsAnswer, T> parse)
        where T : class
    {
        if (_fresh is not null)
            return _fresh.GetParsed(parse);
        var head = Volatile.Read(ref _parsed);
        for (var entry = head; entry is not null; entry = entry.Next)
        {
            if (entry.Value is T known)
                return known;
        }

        var made = parse(this);
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref _parsed, new Parsed(made, head), head);
            if (ReferenceEquals(seen, head))
                return made;
            head = seen;
            for (var entry = head; entry is not null; entry = entry.Next)
            {
                if (entry.Value is T other)
                    return other;
            }
        }
    }

    /// <summary>For people: the status and the number of records.</summary>
    public override string ToString() => Status == DnsStatus.NoError ? $"{Records.Length} record(s)" : Status.ToString();

    private sealed record Parsed(object Value, Parsed? Next);
}
