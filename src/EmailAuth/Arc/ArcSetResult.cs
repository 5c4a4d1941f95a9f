using EmailAuth.AuthResults;
using EmailAuth.Dns;

namespace EmailAuth.Arc;

/// <summary>What is known of one ARC set (RFC 8617 §4.2). Only a validator makes one.</summary>
public sealed class ArcSetResult
{
    internal ArcSetResult(ArcSet set, ArcSignatureResult seal, ArcSignatureResult messageSignature)
    {
        Instance = set.Instance;
        ChainValidation = set.Seal?.ChainValidation;
        ChainValidationText = set.Seal?.ChainValidationText;
        SealResult = seal;
        MessageSignatureResult = messageSignature;
    }

    /// <summary>The instance, <c>i=</c>: 1 is the oldest set.</summary>
    public int Instance { get; }

    /// <summary>The domain that sealed, <c>d=</c> of the seal; null if it could not be read.</summary>
    public DomainName? SealDomain => SealResult.Domain;

    /// <summary>The selector of the seal, <c>s=</c>; null if it could not be read.</summary>
    public string? Selector => SealResult.Selector;

    /// <summary>What the sealer says of the chain before it, <c>cv=</c>; null if the seal says none of the three values.</summary>
    public ArcChainValidation? ChainValidation { get; }

    /// <summary>The value of <c>cv=</c> as it stands, printable, at most 16 characters; null if it is not there.</summary>
    public string? ChainValidationText { get; }

    /// <summary>How the seal (ARC-Seal) verifies.</summary>
    public ArcSignatureResult SealResult { get; }

    /// <summary>
    /// How the message signature (ARC-Message-Signature) verifies. A change by a later hop breaks the older ones; only the newest counts for the chain.
    /// </summary>
    public ArcSignatureResult MessageSignatureResult { get; }

    /// <summary>
    /// What the sealer says it found when the message came to it (ARC-Authentication-Results): claims, worth as much as the sealer is. Null unless the
    /// chain passed, and where the text cannot be read, which changes nothing else (§3.4).
    /// </summary>
    public AuthenticationResults? AuthenticationResults { get; internal init; }

    /// <summary>Why <see cref="AuthenticationResults"/> could not be read; null if it could, or if the chain did not pass.</summary>
    public string? AuthenticationResultsProblem { get; internal init; }

    /// <summary>For people.</summary>
    public override string ToString() => $"i={Instance} {SealDomain?.ToString() ?? "(no domain)"} cv={ChainValidationText} seal {SealResult.Status}, message signature {MessageSignatureResult.Status}";
}
