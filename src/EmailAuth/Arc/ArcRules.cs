using EmailAuth.Syntax;

namespace EmailAuth.Arc;

/// <summary>Where the rules of ARC stand: one line for each reason.</summary>
internal static class ArcRules
{
    public static RuleReference Of(ArcReason reason) => reason switch
    {
        ArcReason.None => new("RFC 8617 §5.2"),
        ArcReason.Verified => new("RFC 8617 §5.2"),
        ArcReason.NoChain => new("RFC 8617 §5.2"),
        ArcReason.HeaderNotRead => new("RFC 8617 §5.2"),
        ArcReason.BareLineEnd => new("RFC 5322 §2.3", "D13"),
        ArcReason.TooManySets => new("RFC 8617 §5.2", "A1"),
        ArcReason.MarkedFailed => new("RFC 8617 §5.2", "A1 A4"),
        ArcReason.InstanceSyntax => new("RFC 8617 §3.9", "A1"),
        ArcReason.InstanceRange => new("RFC 8617 §4.2.1", "A1"),
        ArcReason.DuplicateField => new("RFC 8617 §5.2", "A1"),
        ArcReason.MissingAuthenticationResults => new("RFC 8617 §5.2", "A1"),
        ArcReason.MissingMessageSignature => new("RFC 8617 §5.2", "A1"),
        ArcReason.MissingSeal => new("RFC 8617 §5.2", "A1"),
        ArcReason.InstanceGap => new("RFC 8617 §5.2", "A1"),
        ArcReason.ChainValidationValue => new("RFC 8617 §4.1.3", "A1"),
        ArcReason.OlderSealMarkedFailed => new("RFC 8617 §5.2", "A1"),
        ArcReason.FirstSealNotNone => new("RFC 8617 §5.2", "A1"),
        ArcReason.LaterSealNotPass => new("RFC 8617 §5.2", "A1"),
        ArcReason.MessageSignature => new("RFC 8617 §5.2"),
        ArcReason.Seal => new("RFC 8617 §5.2"),
    };

    public static RuleReference Of(ArcSignatureReason reason) => reason switch
    {
        ArcSignatureReason.NotVerified => new("RFC 8617 §5.2"),
        ArcSignatureReason.Verified => new("RFC 6376 §6.1.3"),
        ArcSignatureReason.TooLong => new("RFC 6376 §6.1.1"),
        ArcSignatureReason.ListSyntax => new("RFC 6376 §3.2"),
        ArcSignatureReason.DuplicateTag => new("RFC 6376 §3.2", "D1"),
        ArcSignatureReason.TooManyTags => new("RFC 6376 §6.1.1"),
        ArcSignatureReason.MissingTag => new("RFC 6376 §6.1.1"),
        ArcSignatureReason.UnknownAlgorithm => new("RFC 6376 §3.3"),
        ArcSignatureReason.Sha1 => new("RFC 8301 §3.1", "A2"),
        ArcSignatureReason.SignatureValue => new("RFC 6376 §3.5", "D27"),
        ArcSignatureReason.BodyHashValue => new("RFC 6376 §3.5", "D27"),
        ArcSignatureReason.UnknownCanonicalization => new("RFC 6376 §3.4"),
        ArcSignatureReason.Domain => new("RFC 6376 §3.5", "D22"),
        ArcSignatureReason.Selector => new("RFC 6376 §3.1", "D22"),
        ArcSignatureReason.SignedFields => new("RFC 6376 §3.5"),
        ArcSignatureReason.TooManySignedFields => new("RFC 6376 §3.5"),
        ArcSignatureReason.SealIsSigned => new("RFC 8617 §4.1.2"),
        ArcSignatureReason.SealNamesFields => new("RFC 8617 §4.1.3"),
        ArcSignatureReason.BodyLengthValue => new("RFC 6376 §3.5", "D26"),
        ArcSignatureReason.QueryMethod => new("RFC 6376 §3.5", "D17"),
        ArcSignatureReason.TimestampValue => new("RFC 6376 §3.5", "D26"),
        ArcSignatureReason.ExpirationValue => new("RFC 6376 §3.5", "D26"),
        ArcSignatureReason.ExpirationBeforeTimestamp => new("RFC 6376 §3.5", "D11"),
        ArcSignatureReason.Expired => new("RFC 6376 §6.1.1", "D10"),
        ArcSignatureReason.FutureTimestamp => new("RFC 6376 §3.5", "D11"),
        ArcSignatureReason.KeyUnavailable => new("RFC 8617 §5.2.1", "N1"),
        ArcSignatureReason.NoKey => new("RFC 6376 §6.1.2", "D6"),
        ArcSignatureReason.TooManyKeyRecords => new("RFC 6376 §6.1.2", "D8"),
        ArcSignatureReason.KeySyntax => new("RFC 6376 §6.1.2", "D8"),
        ArcSignatureReason.KeyDuplicateTag => new("RFC 6376 §3.2", "D1"),
        ArcSignatureReason.KeyTooLong => new("RFC 6376 §6.1.2"),
        ArcSignatureReason.KeyVersion => new("RFC 6376 §3.6.1", "D18"),
        ArcSignatureReason.KeyService => new("RFC 6376 §3.6.1", "D7"),
        ArcSignatureReason.KeyHash => new("RFC 6376 §6.1.2", "D7"),
        ArcSignatureReason.KeyRevoked => new("RFC 6376 §6.1.2", "D6"),
        ArcSignatureReason.KeyType => new("RFC 6376 §6.1.2", "D7"),
        ArcSignatureReason.KeyData => new("RFC 6376 §6.1.2", "D15 D19"),
        ArcSignatureReason.WeakKey => new("RFC 8301 §3.2", "D15"),
        ArcSignatureReason.BodyHash => new("RFC 6376 §6.1.3", "D23"),
        ArcSignatureReason.SignatureMismatch => new("RFC 6376 §6.1.3"),
        ArcSignatureReason.PartialBody => new("RFC 6376 §8.2", "A2"),
        ArcSignatureReason.BodyShorterThanSigned => new("RFC 6376 §3.5", "A2"),
        ArcSignatureReason.TooManyVerifications => new("RFC 6376 §6.1"),
    };

    public static RuleReference Of(ArcOverrideReason reason) => reason switch
    {
        ArcOverrideReason.FromNotSigned => new("RFC 6376 §5.4", "A3"),
        ArcOverrideReason.ChainNotPassed => new("RFC 8617 §5.2", "A3"),
        ArcOverrideReason.None or ArcOverrideReason.Claimed or ArcOverrideReason.NobodyTrusted or ArcOverrideReason.SealerNotTrusted
            or ArcOverrideReason.OutOfScope or ArcOverrideReason.NotClaimed => new("RFC 8617 §7.2.1", "A3"),
    };
}
