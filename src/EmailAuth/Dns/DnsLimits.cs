namespace EmailAuth.Dns;

/// <summary>How much one message may ask of DNS. Over budget, a question ends in <see cref="DnsStatus.OverBudget"/>, which is transient.</summary>
public sealed record DnsLimits
{
    /// <summary>The defaults.</summary>
    public static DnsLimits Default { get; } = new();

    /// <summary>
    /// Questions a message. 200; at most 1,000. In a verdict each method has its part: DMARC's, DKIM's and ARC's are set aside as their own limits are,
    /// and SPF has the rest, at least two fifths, for both its identities together; so no SPF record can use up what finds the policy.
    /// </summary>
    public int MaxQueriesPerMessage { get; init => field = Checked(value, 1_000, nameof(MaxQueriesPerMessage)); } = 200;

    /// <summary>Questions of one message that wait at the same time. 8; at most 64.</summary>
    public int MaxParallelQueriesPerMessage { get; init => field = Checked(value, 64, nameof(MaxParallelQueriesPerMessage)); } = 8;

    /// <summary>
    /// Questions a message that are asked ahead of their turn, because it may come: the names that an SPF record leads to, the names up the tree for
    /// DMARC. They shorten the wait and never change a result, since only what is asked in its turn counts. 50; at most 500; 0 asks nothing ahead.
    /// </summary>
    public int MaxQueriesAhead { get; init => field = Checked(value, 500, nameof(MaxQueriesAhead), floor: 0); } = 50;

    /// <summary>Questions of one message that are asked ahead and wait at the same time, beside <see cref="MaxParallelQueriesPerMessage"/>. 16; at most 64.</summary>
    public int MaxParallelQueriesAhead { get; init => field = Checked(value, 64, nameof(MaxParallelQueriesAhead)); } = 16;

    /// <summary>How long the questions of one message may take altogether, from the beginning of its check. 30 s; at most 5 min.</summary>
    public TimeSpan MaxTimePerMessage
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(5));
            field = value;
        }
    } = TimeSpan.FromSeconds(30);

    private static int Checked(int value, int ceiling, string name, int floor = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, floor, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ceiling, name);
        return value;
    }
}
