using EmailAuth.Dns;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Arc;

/// <summary>An ARC-Message-Signature or ARC-Seal field, read as far as it can be (RFC 8617 §4.1.2, §4.1.3).</summary>
internal sealed class ArcSignature
{
    private ArcSignature(SignatureKind kind, int fieldIndex)
    {
        Kind = kind;
        FieldIndex = fieldIndex;
    }

    public SignatureKind Kind { get; }

    public int FieldIndex { get; }

    /// <summary>i=; 0 where it cannot be read.</summary>
    public int Instance { get; private set; }

    /// <summary>What is wrong with i=.</summary>
    public ArcReason InstanceFault { get; private set; }

    /// <summary>The tags; null if <see cref="Fault"/> is one of the list itself.</summary>
    public SignatureTags? Tags { get; private set; }

    /// <summary>d=, readable or not elsewhere.</summary>
    public DomainName? Domain { get; private set; }

    /// <summary>s=, readable or not elsewhere.</summary>
    public DomainName? Selector { get; private set; }

    /// <summary>cv= of a seal; null where it is none of the three values.</summary>
    public ArcChainValidation? ChainValidation { get; private set; }

    /// <summary>cv= of a seal as it stands, for people; null where it is not there.</summary>
    public string? ChainValidationText { get; private set; }

    /// <summary>What forbids the signature, whatever its key is; none if the key decides.</summary>
    public (ArcSignatureReason Reason, string Text) Fault { get; private set; }

    /// <summary>Reads a field's value, which is kept.</summary>
    public static ArcSignature Read(SignatureKind kind, ReadOnlyMemory<byte> value, int fieldIndex, ArcOptions options)
    {
        var signature = new ArcSignature(kind, fieldIndex);
        Span<TagSlice> room = stackalloc TagSlice[SignatureLimits.MaxTags];
        var isList = SignatureTags.TryReadList(value.Span, room, out var table, out var defect);
        signature.ReadInstance(table);
        if (kind == SignatureKind.Seal)
            signature.ReadChainValidation(table);
        if (isList && SignatureTags.TryRead(value, table, kind, out var tags, out defect))
        {
            signature.Tags = tags;
            signature.Domain = tags.Domain;
            signature.Selector = tags.Selector;
            signature.Fault = signature.FindFault(tags, table, options);
        }
        else
        {
            signature.Domain = SignatureTags.NameIn(table, "d"u8);
            signature.Selector = SignatureTags.NameIn(table, "s"u8);
            signature.Fault = (ToReason(defect.Rule), defect.Text);
        }
        return signature;
    }

    private void ReadInstance(in TagTable table)
    {
        InstanceFault = ArcReason.InstanceSyntax;
        if (!table.TryFind("i"u8, out var tag))
            return;
        InstanceFault = ArcInstance.Read(table.Value(tag), out var instance);
        Instance = instance;
    }

    private void ReadChainValidation(in TagTable table)
    {
        if (!table.TryFind("cv"u8, out var tag))
            return;
        ChainValidationText = Octets.ToPrintable(table.Value(tag), 16);
        ChainValidation = ReadChainValidation(table.Value(tag));
    }

    /// <summary>RFC 8617 §3.9: <c>[CFWS] chain-status</c>, whose words ignore case as ABNF literals do; only the tags' names are marked %s.</summary>
    public static ArcChainValidation? ReadChainValidation(ReadOnlySpan<byte> value)
    {
        var reader = new SyntaxReader(value);
        if (!reader.TrySkipCfws())
            return null;
        ArcChainValidation? read =
            reader.TryTake("none"u8) ? ArcChainValidation.None
            : reader.TryTake("pass"u8) ? ArcChainValidation.Pass
            : reader.TryTake("fail"u8) ? ArcChainValidation.Fail
            : null;
        return reader.TrySkipCfws() && reader.AtEnd ? read : null;
    }

    private (ArcSignatureReason, string) FindFault(SignatureTags tags, in TagTable table, ArcOptions options)
    {
        // RFC 8617 §4.1.3: "the DKIM "h" tag is NOT allowed and, if found, MUST result in a cv status of "fail"".
        if (Kind == SignatureKind.Seal && table.TryFind("h"u8, out _))
            return (ArcSignatureReason.SealNamesFields, "a seal must not have h=: what it covers is fixed");
        // RFC 8617 §4.1.2: no ARC field MUST be in h=. Signers put the two others there all the same, and their signatures hold; one that
        // names ARC-Seal breaks with the seal of its own set, which comes after it.
        if (Kind == SignatureKind.ArcMessage && tags.SignedFields.Contains("ARC-Seal"u8))
            return (ArcSignatureReason.SealIsSigned, "h= names ARC-Seal, which a message signature must not cover");
        // RFC 8301 §3.1: "rsa-sha1 MUST NOT be used for signing or verifying."
        if (tags.Algorithm == SignatureAlgorithm.RsaSha1)
            return (ArcSignatureReason.Sha1, "rsa-sha1 no longer counts; rsa-sha256 would");
        var now = options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();
        var drift = (long)options.ClockDrift.TotalSeconds;
        if (tags.Expiration is { } expiration && expiration < now - drift)
            return (ArcSignatureReason.Expired, $"the signature expired at {expiration} (x=), {now - expiration} s ago");
        if (tags.Timestamp is { } timestamp && timestamp > now + drift)
            return (ArcSignatureReason.FutureTimestamp, $"the signature says that it was made at {timestamp} (t=), {timestamp - now} s in the future");
        return default;
    }

    private static ArcSignatureReason ToReason(SignatureRule rule) => rule switch
    {
        SignatureRule.DuplicateTag => ArcSignatureReason.DuplicateTag,
        SignatureRule.TooManyTags => ArcSignatureReason.TooManyTags,
        SignatureRule.TooLong => ArcSignatureReason.TooLong,
        SignatureRule.MissingTag => ArcSignatureReason.MissingTag,
        SignatureRule.Algorithm => ArcSignatureReason.UnknownAlgorithm,
        SignatureRule.SignatureValue => ArcSignatureReason.SignatureValue,
        SignatureRule.BodyHash => ArcSignatureReason.BodyHashValue,
        SignatureRule.Canonicalization => ArcSignatureReason.UnknownCanonicalization,
        SignatureRule.Domain => ArcSignatureReason.Domain,
        SignatureRule.Selector => ArcSignatureReason.Selector,
        SignatureRule.SignedFields => ArcSignatureReason.SignedFields,
        SignatureRule.TooManySignedFields => ArcSignatureReason.TooManySignedFields,
        SignatureRule.BodyLength => ArcSignatureReason.BodyLengthValue,
        SignatureRule.QueryMethod => ArcSignatureReason.QueryMethod,
        SignatureRule.Timestamp => ArcSignatureReason.TimestampValue,
        SignatureRule.Expiration => ArcSignatureReason.ExpirationValue,
        SignatureRule.ExpirationBeforeTimestamp => ArcSignatureReason.ExpirationBeforeTimestamp,
        // The last four are rules of DKIM-Signature alone, which has v=, an identity, and the duty to sign From.
        SignatureRule.ListSyntax or SignatureRule.None or SignatureRule.Version or SignatureRule.FromNotSigned or SignatureRule.Identity
            or SignatureRule.IdentityOutsideDomain => ArcSignatureReason.ListSyntax,
    };
}
