namespace EmailAuth.Arc;

/// <summary>The one rule that decided an <see cref="ArcResult"/>.</summary>
public enum ArcReason
{
    /// <summary>No rule: never in a result.</summary>
    None = 0,

    /// <summary>The newest message signature and every seal verify (RFC 8617 §5.2 step 7).</summary>
    Verified,

    /// <summary>The message has no ARC field (RFC 8617 §5.2 step 1).</summary>
    NoChain,

    /// <summary>The header block breaks a limit and was not read, so nothing is known of its chain.</summary>
    HeaderNotRead,

    /// <summary>A bare CR or LF in the header block: other programs may see other fields (RFC 5322 §2.3).</summary>
    BareLineEnd,

    /// <summary>More sets than 50, or than the operator's limit (RFC 8617 §5.2 step 1).</summary>
    TooManySets,

    /// <summary>The newest seal says <c>cv=fail</c> (RFC 8617 §5.2 step 2).</summary>
    MarkedFailed,

    /// <summary>A field has no instance tag, or one that is no number (RFC 8617 §3.9).</summary>
    InstanceSyntax,

    /// <summary>An instance is not in the range from 1 to 50 (RFC 8617 §4.2.1).</summary>
    InstanceRange,

    /// <summary>A set has a field twice (RFC 8617 §5.2 step 3A).</summary>
    DuplicateField,

    /// <summary>A set has no ARC-Authentication-Results (RFC 8617 §5.2 step 3A).</summary>
    MissingAuthenticationResults,

    /// <summary>A set has no ARC-Message-Signature (RFC 8617 §5.2 step 3A).</summary>
    MissingMessageSignature,

    /// <summary>A set has no ARC-Seal (RFC 8617 §5.2 step 3A).</summary>
    MissingSeal,

    /// <summary>An instance between 1 and the highest has no set (RFC 8617 §5.2 step 3B).</summary>
    InstanceGap,

    /// <summary>A seal has no <c>cv=</c>, or none of its three values (RFC 8617 §4.1.3).</summary>
    ChainValidationValue,

    /// <summary>A seal before the newest says <c>cv=fail</c> (RFC 8617 §5.2 step 3C).</summary>
    OlderSealMarkedFailed,

    /// <summary>The first seal does not say <c>cv=none</c> (RFC 8617 §5.2 step 3C).</summary>
    FirstSealNotNone,

    /// <summary>A later seal does not say <c>cv=pass</c> (RFC 8617 §5.2 step 3C).</summary>
    LaterSealNotPass,

    /// <summary>The newest message signature does not verify; its own reason tells why (RFC 8617 §5.2 step 4).</summary>
    MessageSignature,

    /// <summary>A seal does not verify; its own reason tells why (RFC 8617 §5.2 step 6).</summary>
    Seal,
}
