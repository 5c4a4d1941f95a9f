using System.Collections.Immutable;
using EmailAuth.Dns;

namespace EmailAuth;

/// <summary>What a <see cref="ShadowPolicy"/> makes of a message. It decides nothing. Only <see cref="EmailAuthenticator"/> makes one.</summary>
public sealed class ShadowVerdict
{
    // What a receiver acts on. Everything else may differ without anybody noticing.
    private static readonly string[] Deciding = ["dmarc.status", "dmarc.disposition", "spf.status", "dkimStatus", "arc.status", "arcOverride.isAllowed"];

    internal ShadowVerdict(string name, VerificationResult verdict, ImmutableArray<VerdictDifference> differences, ImmutableArray<DnsQuestion> notKnown, bool lacksBodyHash)
    {
        Name = name;
        Verdict = verdict;
        Differences = differences;
        NotKnown = notKnown;
        LacksBodyHash = lacksBodyHash;
    }

    /// <summary>The name of the policy.</summary>
    public string Name { get; }

    /// <summary>The verdict by its options.</summary>
    public VerificationResult Verdict { get; }

    /// <summary>Where it differs from the verdict that counts (<see cref="VerdictDifference.Before"/>), in every member.</summary>
    public ImmutableArray<VerdictDifference> Differences { get; }

    /// <summary>
    /// Whether something differs that a receiver acts on: the status of DMARC, its disposition, the status of SPF, DKIM or ARC, or whether local policy may
    /// override DMARC. The HELO identity and iprev do not count.
    /// </summary>
    public bool Disagrees => Differences.Any(static difference => Deciding.Contains(difference.Member, StringComparer.Ordinal));

    /// <summary>
    /// Questions that this policy asks and the verdict that counts did not ask. They were not asked here either: each counts as a temporary error, so
    /// that what depends on it is not known.
    /// </summary>
    public ImmutableArray<DnsQuestion> NotKnown { get; }

    /// <summary>Whether it needs a hash of the body that was not taken, so that a signature is not known to match.</summary>
    public bool LacksBodyHash { get; }

    /// <summary>Whether everything that this policy asks is known.</summary>
    public bool IsComplete => NotKnown.IsEmpty && !LacksBodyHash;
}
