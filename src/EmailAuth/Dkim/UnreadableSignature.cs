using EmailAuth.Dns;
using EmailAuth.Signatures;

namespace EmailAuth.Dkim;

/// <summary>What can be read of a field that is no DKIM-Signature.</summary>
/// <param name="Domain"><c>d=</c>.</param>
/// <param name="Selector"><c>s=</c>.</param>
/// <param name="Algorithm"><c>a=</c>.</param>
internal sealed record SignatureRemains(DomainName? Domain, DomainName? Selector, SignatureAlgorithm? Algorithm);

/// <summary>The result of a field that is no DKIM-Signature by RFC 6376 §6.1.1.</summary>
internal static class UnreadableSignature
{
    public static DkimResult ToResult(ReadOnlySpan<byte> value, SignatureDefect defect, int fieldIndex)
    {
        // A reader of the result wants to know whose signature it was, as far as that can be told.
        Span<TagSlice> room = stackalloc TagSlice[SignatureLimits.MaxTags];
        var read = value.Length <= SignatureLimits.MaxValueLength ? value : default;
        if (TagTable.Read(read, room, out var tags, out _, out _) != TagTableError.None)
            tags = default;
        return new DkimResult(DkimStatus.PermError, ToReason(defect.Rule), defect.Text, fieldIndex)
        {
            Remains = new SignatureRemains(
                SignatureTags.NameIn(tags, "d"u8), SignatureTags.NameIn(tags, "s"u8), tags.TryFind("a"u8, out var algorithm) ? SignatureAlgorithms.Find(tags.Value(algorithm)) : null),
        };
    }

    public static DkimReason ToReason(SignatureRule rule) => rule switch
    {
        SignatureRule.None => DkimReason.None,
        SignatureRule.ListSyntax => DkimReason.SignatureSyntax,
        SignatureRule.DuplicateTag => DkimReason.DuplicateTag,
        SignatureRule.TooManyTags => DkimReason.TooManyTags,
        SignatureRule.TooLong => DkimReason.SignatureTooLong,
        SignatureRule.MissingTag => DkimReason.MissingTag,
        SignatureRule.Version => DkimReason.Version,
        SignatureRule.Algorithm => DkimReason.UnknownAlgorithm,
        SignatureRule.SignatureValue => DkimReason.SignatureValue,
        SignatureRule.BodyHash => DkimReason.BodyHashValue,
        SignatureRule.Canonicalization => DkimReason.UnknownCanonicalization,
        SignatureRule.Domain => DkimReason.Domain,
        SignatureRule.Selector => DkimReason.Selector,
        SignatureRule.SignedFields => DkimReason.SignedFields,
        SignatureRule.TooManySignedFields => DkimReason.TooManySignedFields,
        SignatureRule.FromNotSigned => DkimReason.FromNotSigned,
        SignatureRule.Identity => DkimReason.Identity,
        SignatureRule.IdentityOutsideDomain => DkimReason.IdentityOutsideDomain,
        SignatureRule.BodyLength => DkimReason.BodyLengthValue,
        SignatureRule.QueryMethod => DkimReason.QueryMethod,
        SignatureRule.Timestamp => DkimReason.TimestampValue,
        SignatureRule.Expiration => DkimReason.ExpirationValue,
        SignatureRule.ExpirationBeforeTimestamp => DkimReason.ExpirationBeforeTimestamp,
    };
}
