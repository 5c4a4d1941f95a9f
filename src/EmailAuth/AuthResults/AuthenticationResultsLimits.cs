namespace EmailAuth.AuthResults;

/// <summary>How much of Authentication-Results fields is read, and how long the ones written become.</summary>
public sealed record AuthenticationResultsLimits
{
    /// <summary>The defaults.</summary>
    public static AuthenticationResultsLimits Default { get; } = new();

    /// <summary>Fields of one message that are read, from the top. 50; at most 1,000.</summary>
    public int MaxFields { get; init => field = Checked(value, 1, 1_000, nameof(MaxFields)); } = 50;

    /// <summary>Octets of a field that is read; a longer one is refused. 16 KiB; at most 64 KiB.</summary>
    public int MaxFieldBytes { get; init => field = Checked(value, 1, 64 << 10, nameof(MaxFieldBytes)); } = 16 << 10;

    /// <summary>Results in a field that is read; one with more is refused. 64; at most 1,000.</summary>
    public int MaxResults { get; init => field = Checked(value, 1, 1_000, nameof(MaxResults)); } = 64;

    /// <summary>Properties of one result that is read; a field with more is refused. 16; at most 100.</summary>
    public int MaxProperties { get; init => field = Checked(value, 1, 100, nameof(MaxProperties)); } = 16;

    /// <summary>Octets of a field that is written, folds included. 8 KiB; at least 2 KiB, at most 64 KiB.</summary>
    public int MaxWrittenBytes { get; init => field = Checked(value, 2 << 10, 64 << 10, nameof(MaxWrittenBytes)); } = 8 << 10;

    /// <summary>
    /// Octets of one value, reason or comment that is written, before escaping; what is longer is cut and ends in "...". 320, which is also the most:
    /// twice as many with their name still fit a line of 998 octets (RFC 5322 §2.1.1).
    /// </summary>
    public int MaxValueBytes { get; init => field = Checked(value, 16, 320, nameof(MaxValueBytes)); } = 320;

    private static int Checked(int value, int floor, int ceiling, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, floor, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ceiling, name);
        return value;
    }
}
