using System.Collections.Immutable;
using EmailAuth.AuthResults;
using EmailAuth.Dns;

namespace EmailAuth.Arc;

/// <summary>The one rule that decided an <see cref="ArcOverrideResult"/>.</summary>
public enum ArcOverrideReason
{
    /// <summary>No rule: never in a result.</summary>
    None = 0,

    /// <summary>A trusted sealer, with only trusted ones after it, says that the author's domain was authenticated. The only one that allows.</summary>
    Claimed,

    /// <summary>The operator's list is empty.</summary>
    NobodyTrusted,

    /// <summary>The chain did not pass, so it counts as much as none (RFC 8617 §5.2).</summary>
    ChainNotPassed,

    /// <summary>The newest message signature leaves a From field uncovered (RFC 6376 §5.4).</summary>
    FromNotSigned,

    /// <summary>A sealer is not on the list, and nothing that is older than its set counts.</summary>
    SealerNotTrusted,

    /// <summary>A sealer is on the list, but not for this recipient or source.</summary>
    OutOfScope,

    /// <summary>All sealers are trusted, but none says that the author's domain was authenticated.</summary>
    NotClaimed,
}

/// <summary>Whether a failure of DMARC may be overridden by local policy, and on whose word (RFC 8617 §7.2.1). Only <see cref="TrustedSealers"/> makes one.</summary>
public sealed class ArcOverrideResult
{
    internal ArcOverrideResult(ArcOverrideReason reason, string text)
    {
        Reason = reason;
        ReasonText = text;
    }

    /// <summary>Whether it may.</summary>
    public bool IsAllowed => Reason == ArcOverrideReason.Claimed;

    /// <summary>The rule that decided.</summary>
    public ArcOverrideReason Reason { get; }

    /// <summary>The same for people.</summary>
    public string ReasonText { get; }

    /// <summary>The sealer whose claim counts; null unless it is allowed.</summary>
    public DomainName? Sealer { get; internal init; }

    /// <summary>The sets that were gone through, from the newest down to the sealer's own; empty unless it is allowed.</summary>
    public ImmutableArray<int> Instances { get; internal init; } = [];

    /// <summary>What the sealer says: its DMARC results or, where it reports none, the DKIM and SPF results with exactly the author's domain; empty unless it is allowed.</summary>
    public ImmutableArray<MethodResult> Claims { get; internal init; } = [];

    /// <summary>For people.</summary>
    public override string ToString() => $"{(IsAllowed ? "may" : "may not")} be overridden: {ReasonText}";
}
