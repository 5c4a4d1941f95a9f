using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Signatures;

namespace EmailAuth.Arc;

/// <summary>How the verification of one signature of a chain ended.</summary>
public enum ArcSignatureStatus
{
    /// <summary>It was not verified: the chain was decided before, or an older message signature was one too many.</summary>
    NotVerified = 0,

    /// <summary>It does not verify.</summary>
    Fail,

    /// <summary>It verifies.</summary>
    Pass,
}

/// <summary>How the verification of one ARC-Seal or ARC-Message-Signature ended. Only a validator makes one.</summary>
public sealed class ArcSignatureResult
{
    private readonly SignedFieldList _signedFields;

    internal ArcSignatureResult(ArcSignature? signature, ArcSignatureStatus status, ArcSignatureReason reason, string text)
    {
        Status = status;
        Reason = reason;
        ReasonText = text;
        FieldIndex = signature?.FieldIndex ?? -1;
        Domain = signature?.Domain;
        SelectorName = signature?.Selector;
        Algorithm = signature?.Tags?.Algorithm.ToText();
        Timestamp = UnixTime.ToTime(signature?.Tags?.Timestamp);
        BodyLength = signature?.Tags?.BodyLength;
        // The message's memory is the caller's: a result keeps none of it.
        _signedFields = signature?.Tags?.SignedFields.Copy() ?? default;
    }

    internal static ArcSignatureResult NotVerified(ArcSignature? signature) =>
        new(signature, ArcSignatureStatus.NotVerified, ArcSignatureReason.NotVerified, signature is null ? "the field is not there" : "not verified");

    /// <summary>How it ended.</summary>
    public ArcSignatureStatus Status { get; }

    /// <summary>The rule that decided.</summary>
    public ArcSignatureReason Reason { get; }

    /// <summary>The same for people: what was wrong, where, and what would be right.</summary>
    public string ReasonText { get; }

    /// <summary>The index of the field among all fields of the message, from 0 at the top; -1 if the set lacks it.</summary>
    public int FieldIndex { get; }

    /// <summary>The domain that signed, <c>d=</c>; null if it could not be read.</summary>
    public DomainName? Domain { get; }

    internal DomainName? SelectorName { get; }

    /// <summary>The selector, <c>s=</c>; null if it could not be read.</summary>
    public string? Selector => SelectorName?.ToString();

    /// <summary>The algorithm, <c>a=</c>, such as <c>rsa-sha256</c>; null if the field could not be read.</summary>
    public string? Algorithm { get; }

    /// <summary>The length of the key in bits (256 for Ed25519); null if there was none.</summary>
    public int? KeyBits { get; internal init; }

    /// <summary>The key record has <c>t=y</c>: its owner is testing.</summary>
    public bool IsTesting { get; internal init; }

    /// <summary>There are several key records at the key's name.</summary>
    public bool HasMultipleKeys { get; internal init; }

    /// <summary>When it was signed, <c>t=</c>; null if it does not say.</summary>
    public DateTimeOffset? Timestamp { get; }

    /// <summary>Of a message signature the names in <c>h=</c>, in order; empty for a seal.</summary>
    public ImmutableArray<string> SignedFields => _signedFields.Count == 0 ? [] : _signedFields.ToTexts();

    /// <summary>Of a message signature the octets of the canonical body that are signed, <c>l=</c>; null for all.</summary>
    public long? BodyLength { get; }

    /// <summary>For people: status, domain and reason.</summary>
    public override string ToString() => $"{Status} {Domain?.ToString() ?? "(no domain)"}: {ReasonText}";
}

/// <summary>Words for an <see cref="ArcSignatureStatus"/>.</summary>
public static class ArcSignatureStatusExtensions
{
    /// <summary>The word for people and for JSON: <c>pass</c>, <c>fail</c>, or <c>none</c> where it was not verified.</summary>
    public static string ToKeyword(this ArcSignatureStatus status) => status switch
    {
        ArcSignatureStatus.NotVerified => "none",
        ArcSignatureStatus.Fail => "fail",
        ArcSignatureStatus.Pass => "pass",
    };
}
