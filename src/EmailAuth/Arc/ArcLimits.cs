namespace EmailAuth.Arc;

/// <summary>How much of a chain is looked at.</summary>
public sealed record ArcLimits
{
    /// <summary>The most sets that a message may have (RFC 8617 §5.2 step 1).</summary>
    public const int MostSets = 50;

    /// <summary>The defaults.</summary>
    public static ArcLimits Default { get; } = new();

    /// <summary>Sets of one message; a chain with more fails before any key is asked for. 50, which is also the most.</summary>
    public int MaxSets { get; init => field = Checked(value, MostSets, nameof(MaxSets)); } = MostSets;

    /// <summary>
    /// Signatures of one message that are verified where that is left to choice. The newest message signature and every seal always are; older message
    /// signatures, which only tell <see cref="ArcResult.OldestPass"/>, as far as the sum stays within this. 60; at most 100.
    /// </summary>
    public int MaxSignaturesVerified { get; init => field = Checked(value, 100, nameof(MaxSignaturesVerified)); } = 60;

    private static int Checked(int value, int ceiling, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ceiling, name);
        return value;
    }
}
