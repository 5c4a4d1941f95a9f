namespace EmailAuth.Dkim;

/// <summary>How many signatures of one message are looked at.</summary>
public sealed record DkimLimits
{
    /// <summary>The defaults.</summary>
    public static DkimLimits Default { get; } = new();

    /// <summary>DKIM-Signature fields that are read; the rest end in neutral. 50; at most 200.</summary>
    public int MaxSignaturesRead { get; init => field = Checked(value, 200, nameof(MaxSignaturesRead)); } = 50;

    /// <summary>Signatures that are verified, those of the author's domain first; the rest end in neutral. 10; at most 50.</summary>
    public int MaxSignaturesVerified { get; init => field = Checked(value, 50, nameof(MaxSignaturesVerified)); } = 10;

    private static int Checked(int value, int ceiling, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ceiling, name);
        return value;
    }
}
