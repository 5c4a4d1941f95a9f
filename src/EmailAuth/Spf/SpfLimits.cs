namespace EmailAuth.Spf;

/// <summary>
/// How much one check may cost (RFC 7208 §4.6.4, §11.1). Each limit is counted over the whole evaluation, included and redirected
/// records among it, unless its text says otherwise.
/// </summary>
public sealed record SpfLimits
{
    /// <summary>The longest HELO text that is looked at, in octets.</summary>
    internal const int MaxHeloLength = 255;

    /// <summary>The longest local-part that is looked at, in octets. VERP makes more than the 64 of RFC 5321 §4.5.3.1.1.</summary>
    internal const int MaxLocalPartLength = 320;

    /// <summary>The longest explanation, in characters (RFC 7208 §6.2 lets us choose).</summary>
    internal const int MaxExplanationLength = 512;

    /// <summary>The defaults, which are those of the RFC.</summary>
    public static SpfLimits Default { get; } = new();

    /// <summary>Terms that cause DNS look-ups. 10, which is also the most that the RFC allows.</summary>
    public int MaxDnsLookups { get; init => field = Checked(value, 1, 10, nameof(MaxDnsLookups)); } = 10;

    /// <summary>Look-ups that find nothing ("void"). 2; at most 10.</summary>
    public int MaxVoidLookups { get; init => field = Checked(value, 0, 10, nameof(MaxVoidLookups)); } = 2;

    /// <summary>Exchanges whose addresses one "mx" may ask for; one more is an error. 10, which is also the most that the RFC allows.</summary>
    public int MaxMxHosts { get; init => field = Checked(value, 1, 10, nameof(MaxMxHosts)); } = 10;

    /// <summary>Names of the client whose addresses are asked for; further ones are ignored. 10, which is also the most that the RFC allows.</summary>
    public int MaxPtrNames { get; init => field = Checked(value, 1, 10, nameof(MaxPtrNames)); } = 10;

    /// <summary>DNS queries of any kind. 111, what ten terms can cost at most; at most 1,000.</summary>
    public int MaxQueries { get; init => field = Checked(value, 1, 1_000, nameof(MaxQueries)); } = 111;

    /// <summary>How long a check may take. 20 s, the least that the RFC recommends; at most 5 min.</summary>
    public TimeSpan MaxTime
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(5));
            field = value;
        }
    } = TimeSpan.FromSeconds(20);

    private static int Checked(int value, int floor, int ceiling, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, floor, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ceiling, name);
        return value;
    }
}
