using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Arc;

/// <summary>For whom, with which key and how to seal. Immutable; checked when an <see cref="ArcSealer"/> is made of it.</summary>
public sealed record ArcSealerOptions
{
    /// <summary>
    /// The fields that the message signature covers wherever they stand, besides those of <see cref="DefaultOversignedFields"/>: those of a DKIM
    /// signer, and DKIM-Signature, which should be among them (RFC 8617 §4.1.2).
    /// </summary>
    public static ImmutableArray<string> DefaultSignedFields { get; } = ["DKIM-Signature", .. SigningFields.DefaultSigned];

    /// <summary>The fields that are signed and named once more than they stand, so that one added later breaks the signature (RFC 6376 §5.4).</summary>
    public static ImmutableArray<string> DefaultOversignedFields { get; } = SigningFields.DefaultOversigned;

    /// <summary>The sealing domain, <c>d=</c> of both signatures.</summary>
    public required DomainName Domain { get; init; }

    /// <summary>The selector, <c>s=</c>: the public key stands at <c>selector._domainkey.domain</c>, as for DKIM.</summary>
    public required string Selector { get; init; }

    /// <summary>The key, which tells the algorithm, <c>a=</c>. Not disposed of by the sealer. Many validators know no Ed25519 yet.</summary>
    public required ISigningKey Key { get; init; }

    /// <summary>The authserv-id in ARC-Authentication-Results (RFC 8601 §2.5); null, the default, for that of the results which are sealed.</summary>
    public string? AuthservId { get; init; }

    /// <summary>Fields to sign as often as they stand. <see cref="DefaultSignedFields"/>. ARC's own fields and Authentication-Results must not be among them.</summary>
    public ImmutableArray<string> SignedFields { get; init; } = DefaultSignedFields;

    /// <summary>Fields to sign as often as they stand and to name once more. <see cref="DefaultOversignedFields"/>. From is signed in any case.</summary>
    public ImmutableArray<string> OversignedFields { get; init; } = DefaultOversignedFields;

    /// <summary>Whether the message may have UTF-8 in its header (RFC 6532), so that the results may, too. Off.</summary>
    public bool AllowUtf8 { get; init; }

    /// <summary>Whether an RSA key of 1,024 to 2,047 bits may seal (RFC 8301 §3.2 recommends 2,048). Off.</summary>
    public bool AllowShortRsaKey { get; init; }

    /// <summary>
    /// Whether the value of <c>b=</c> is broken into lines. A message signature's is covered by the seal, white space and all, and published vectors have it
    /// in one piece.
    /// </summary>
    internal bool BreaksSignatures { get; init; } = true;

    /// <summary>How large a header block may be.</summary>
    public MessageLimits MessageLimits { get; init; } = MessageLimits.Default;

    /// <summary>Tells the time of sealing.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
