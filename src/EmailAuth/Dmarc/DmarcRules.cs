using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>Where the rules of DMARC stand: one line for each reason.</summary>
internal static class DmarcRules
{
    public static RuleReference Of(DmarcReason reason) => reason switch
    {
        DmarcReason.NoRecord => new("RFC 9989 §4.10.1", "M1 M2"),
        DmarcReason.RecordNotUsable => new("RFC 9989 §4.10.1", "M3 M4"),
        DmarcReason.SeveralRecords => new("RFC 7489 §6.6.3", "M2"),
        DmarcReason.NotEveryAuthorDomainPassed => new("RFC 9989 §11.5", "M9"),
        DmarcReason.IdentifierAligned => new("RFC 9989 §5.3.5", "M10"),
        DmarcReason.NoAuthenticatedIdentifier => new("RFC 9989 §5.3.5"),
        DmarcReason.NoIdentifierAligned => new("RFC 9989 §5.3.5"),
        DmarcReason.PolicyHidden => new("RFC 9989 §5.3.6", "M10 M11 N1"),
        DmarcReason.AlignmentHidden => new("RFC 9989 §5.3.6", "M10 M11 N1"),
        DmarcReason.IdentifierTemporaryError => new("RFC 9989 §5.3.6", "M10"),
        DmarcReason.HeaderNotRead => new("RFC 9989 §11.5", "M9"),
        DmarcReason.NoFromField => new("RFC 9989 §4.4", "M9"),
        DmarcReason.SeveralFromFields => new("RFC 9989 §4.4", "M9 D20"),
        DmarcReason.FromNotParsable => new("RFC 5322 §3.4", "M9 M15"),
        DmarcReason.NoMailbox => new("RFC 5322 §3.4", "M9"),
        DmarcReason.TooManyMailboxes => new("RFC 9989 §11.5", "M9"),
        DmarcReason.TooManyAuthorDomains => new("RFC 9989 §11.5", "M9"),
        DmarcReason.SeveralAuthors => new("RFC 9989 §11.5", "M9"),
        DmarcReason.AddressLiteral => new("RFC 9989 §5.3.1", "M14"),
        DmarcReason.SingleLabelDomain => new("RFC 9989 §5.3.1", "M14"),
        DmarcReason.InvalidDomain => new("RFC 9989 §5.3.1", "M14"),
    };

    /// <summary>Which tag the policy comes from (RFC 9989 §4.7, §4.10.1).</summary>
    public static RuleReference Of(PolicyTag tag) => tag switch
    {
        PolicyTag.P => new("RFC 9989 §4.10.1", "M4 M5"),
        PolicyTag.Sp => new("RFC 9989 §4.7", "M5"),
        PolicyTag.Np => new("RFC 9989 §4.7", "M6"),
    };

    /// <summary>How two domains compare (RFC 9989 §4.4, §4.10.2).</summary>
    public static RuleReference Of(AlignmentOutcome outcome) => outcome switch
    {
        AlignmentOutcome.NotEvaluated => new("RFC 9989 §5.3.4"),
        AlignmentOutcome.Unknown => new("RFC 9989 §5.3.6", "M10 M11"),
        AlignmentOutcome.NotAligned => new("RFC 9989 §4.10.2", "M11 D21"),
        AlignmentOutcome.Relaxed => new("RFC 9989 §4.10.2", "M11"),
        AlignmentOutcome.Strict => new("RFC 9989 §4.10.2"),
    };
}
