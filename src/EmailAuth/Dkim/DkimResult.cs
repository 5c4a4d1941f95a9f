using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Signatures;

namespace EmailAuth.Dkim;

/// <summary>How the verification of one DKIM-Signature field ended (RFC 6376 §6.1, RFC 8601 §2.7.1). Only a verifier makes one.</summary>
public sealed class DkimResult
{
    private readonly DkimSignature? _signature;
    private readonly int _keyBits;

    /// <summary>A result without a signature that could be read.</summary>
    internal DkimResult(DkimStatus status, DkimReason reason, string text, int fieldIndex)
    {
        Status = status;
        Reason = reason;
        ReasonText = text;
        FieldIndex = fieldIndex;
    }

    /// <summary>A result of a signature, which is to let go of the message's memory before the result is handed out: that is the caller's.</summary>
    internal DkimResult(DkimStatus status, DkimReason reason, string text, int fieldIndex, DkimSignature signature)
        : this(status, reason, text, fieldIndex)
    {
        _signature = signature;
    }

    /// <summary>How it ended.</summary>
    public DkimStatus Status { get; }

    /// <summary>The rule that decided.</summary>
    public DkimReason Reason { get; }

    /// <summary>The same for people: what was wrong, where, and what would be right. One sentence, printable ASCII but for internationalized domains.</summary>
    public string ReasonText { get; }

    /// <summary>The index of the DKIM-Signature field among all fields of the message, from 0 at the top; -1 if the header block was not read.</summary>
    public int FieldIndex { get; }

    /// <summary>The Signing Domain Identifier, <c>d=</c>; null if it could not be read.</summary>
    public DomainName? Domain => _signature?.Domain ?? Remains?.Domain;

    internal DomainName? SelectorName => _signature?.Selector ?? Remains?.Selector;

    /// <summary>The selector, <c>s=</c>; null if it could not be read.</summary>
    public string? Selector => SelectorName?.ToString();

    /// <summary>The Agent or User Identifier, <c>i=</c>, or <c>@</c> and the domain where it is absent; null if it could not be read.</summary>
    public string? Identity => _signature?.Identity;

    /// <summary>Whether the signature has <c>i=</c>.</summary>
    internal bool HasIdentity => _signature?.IdentityOctets is not null;

    /// <summary>The domain of <see cref="Identity"/>.</summary>
    public DomainName? IdentityDomain => _signature?.IdentityDomain;

    /// <summary>The algorithm, <c>a=</c>, such as <c>rsa-sha256</c>; null if it is unknown.</summary>
    public string? Algorithm => (_signature?.Algorithm ?? Remains?.Algorithm)?.ToText();

    /// <summary>The length of the key in bits (256 for Ed25519); null if there was none.</summary>
    public int? KeyBits { get => _keyBits == 0 ? null : _keyBits; internal init => _keyBits = value ?? 0; }

    /// <summary>Whether the hash of the body is that in <c>bh=</c>; null if it was not computed.</summary>
    public bool? BodyHashMatches { get; internal init; }

    /// <summary>Whether the signature matches the header fields under the key; null if it was not computed.</summary>
    public bool? HeaderHashMatches { get; internal init; }

    /// <summary>Whether the signature has <c>l=</c>, so that text may follow that nobody signed.</summary>
    public bool IsBodyLengthLimited => BodyLength is not null;

    /// <summary>The octets of the canonical body that are signed, <c>l=</c>; null for all.</summary>
    public long? BodyLength => _signature?.BodyLength;

    /// <summary>The key record has <c>t=y</c>: its owner is testing.</summary>
    public bool IsTesting { get; internal init; }

    /// <summary>There are several key records at the key's name.</summary>
    public bool HasMultipleKeys { get; internal init; }

    /// <summary>The names in <c>h=</c>, in order.</summary>
    public ImmutableArray<string> SignedFields => _signature?.SignedFields ?? [];

    /// <summary>
    /// Names of fields that a message has once, but this one has more often than the signature covers: a reader may be shown one
    /// that nobody signed (RFC 6376 §8.15).
    /// </summary>
    public ImmutableArray<string> UnsignedDuplicates { get; internal init; } = [];

    /// <summary>When it was signed, <c>t=</c>; null if it does not say.</summary>
    public DateTimeOffset? Timestamp => _signature?.Timestamp;

    /// <summary>When it expires, <c>x=</c>; null if it does not say.</summary>
    public DateTimeOffset? Expiration => _signature?.Expiration;

    /// <summary>The value of <c>b=</c> without white space, to tell signatures apart (RFC 6008); empty if it could not be read.</summary>
    public string SignatureText => Convert.ToBase64String(SignatureOctets);

    /// <summary>b= decoded; empty if it could not be read.</summary>
    internal ReadOnlySpan<byte> SignatureOctets => _signature is null ? [] : _signature.Tags.SignatureOctets;

    /// <summary>What could be read of a field that is no signature; null for a signature.</summary>
    internal SignatureRemains? Remains { get; init; }

    /// <summary>For people: status, domain and reason.</summary>
    public override string ToString() => $"{Status} {Domain?.ToString() ?? "(no domain)"}: {ReasonText}";
}
