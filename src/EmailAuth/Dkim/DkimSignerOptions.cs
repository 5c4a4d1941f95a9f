using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Dkim;

/// <summary>For whom, with which key and how to sign. Immutable; checked when a <see cref="DkimSigner"/> is made of it.</summary>
public sealed record DkimSignerOptions
{
    /// <summary>The fields that are signed wherever they stand (RFC 6376 §5.4.1), besides those of <see cref="DefaultOversignedFields"/>.</summary>
    public static ImmutableArray<string> DefaultSignedFields { get; } = SigningFields.DefaultSigned;

    /// <summary>
    /// The fields that are signed and named once more than they stand, so that one added later breaks the signature (RFC 6376 §5.4): those that people
    /// and their programs go by.
    /// </summary>
    public static ImmutableArray<string> DefaultOversignedFields { get; } = SigningFields.DefaultOversigned;

    /// <summary>The Signing Domain Identifier, <c>d=</c>.</summary>
    public required DomainName Domain { get; init; }

    /// <summary>The selector, <c>s=</c>: the public key stands at <c>selector._domainkey.domain</c>.</summary>
    public required string Selector { get; init; }

    /// <summary>The key, which tells the algorithm, <c>a=</c>. Not disposed of by the signer.</summary>
    public required ISigningKey Key { get; init; }

    /// <summary>
    /// The domains whose mail this key may sign; they and what lies below them. A message whose From has another domain is refused, so that
    /// a relay does not lend its name to everybody. Null, the default, is <see cref="Domain"/> itself.
    /// </summary>
    public ImmutableArray<DomainName>? AuthorDomains { get; init; }

    /// <summary>Signs whatever domain From has. Off: see <see cref="AuthorDomains"/>.</summary>
    public bool AllowAnyAuthorDomain { get; init; }

    /// <summary>The canonicalization of the header, <c>c=</c>. Relaxed.</summary>
    public CanonicalizationAlgorithm HeaderCanonicalization { get; init; } = CanonicalizationAlgorithm.Relaxed;

    /// <summary>The canonicalization of the body, <c>c=</c>. Relaxed.</summary>
    public CanonicalizationAlgorithm BodyCanonicalization { get; init; } = CanonicalizationAlgorithm.Relaxed;

    /// <summary>Fields to sign as often as they stand. <see cref="DefaultSignedFields"/>.</summary>
    public ImmutableArray<string> SignedFields { get; init; } = DefaultSignedFields;

    /// <summary>Fields to sign as often as they stand and to name once more. <see cref="DefaultOversignedFields"/>. From is signed in any case.</summary>
    public ImmutableArray<string> OversignedFields { get; init; } = DefaultOversignedFields;

    /// <summary>The Agent or User Identifier, <c>i=</c>: an address at the domain or below it, such as <c>@news.example.com</c>. Null leaves the tag out.</summary>
    public string? Identity { get; init; }

    /// <summary>Whether to say when it was signed, <c>t=</c>. On.</summary>
    public bool IncludesTimestamp { get; init; } = true;

    /// <summary>How long the signature holds, <c>x=</c>. Null, the default, is for ever.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>Whether to put copies of the signed fields into the signature, <c>z=</c>, as an aid in finding what a relay changes. Off.</summary>
    public bool CopiesFields { get; init; }

    /// <summary>Whether an RSA key of 1,024 to 2,047 bits may sign (RFC 8301 §3.2 recommends 2,048). Off.</summary>
    public bool AllowShortRsaKey { get; init; }

    /// <summary>
    /// Asks for the published key record and verifies each new signature with it, so that a message never leaves with a signature that
    /// the world cannot verify. Null, the default, does not.
    /// </summary>
    public IDnsResolver? VerifyWith { get; init; }

    /// <summary>How large a header block may be.</summary>
    public MessageLimits MessageLimits { get; init; } = MessageLimits.Default;

    /// <summary>Tells the time of signing.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
