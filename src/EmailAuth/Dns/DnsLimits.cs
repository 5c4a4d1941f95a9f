namespace EmailAuth.Dns;

/// <summary>How much one message may ask of DNS. Over budget, a question ends in <see cref="DnsStatus.OverBudget"/>, which is transient.</summary>
public sealed record DnsLimits
{
    /// <summary>The defaults.</summary>
    public static DnsLimits Default { get; } = new();

    /// <summary>Questions a message. 200; at most 1,000.</summary>
    public int MaxQueriesPerMessage { get; init => field = Checked(value, 1_000, nameof(MaxQueriesPerMessage)); } = 200;

    /// <summary>Questions of one message that wait at the same time. 8; at most 64.</summary>
    public int MaxParallelQueriesPerMessage { get; init => field = Checked(value, 64, nameof(MaxParallelQueriesPerMessage)); } = 8;

    /// <summary>How long the questions of one message may take altogether. 30 s; at most 5 min.</summary>
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

    private static int Checked(int value, int ceiling, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ceiling, name);
        return value;
    }
}
