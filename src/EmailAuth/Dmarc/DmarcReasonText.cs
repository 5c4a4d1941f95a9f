namespace EmailAuth.Dmarc;

/// <summary>Reasons in words.</summary>
internal static class DmarcReasonText
{
    public static string Of(AuthorDomainResult result, PolicyDiscovery discovery, string? problemText) => result.Reason switch
    {
        DmarcReason.NoRecord when result.SeveralRecordsAt is [var first, ..] => $"no policy record applies to {result.Domain}: there are several at _dmarc.{first}, so that none of them counts; right would be one",
        DmarcReason.NoRecord => $"no policy record applies to {result.Domain}",
        DmarcReason.RecordNotUsable => $"the record at _dmarc.{result.PolicyDomain} has {Problem(result.Record)} and no valid address in rua, so that no policy applies",
        DmarcReason.SeveralRecords => $"there are several policy records at _dmarc.{result.SeveralRecordsAt[0]}; right would be one",
        DmarcReason.NotEveryAuthorDomainPassed => "not every author domain passed",
        DmarcReason.IdentifierAligned => Text(Find(result, AlignmentOutcome.Relaxed, AlignmentOutcome.Strict)),
        DmarcReason.NoAuthenticatedIdentifier => $"neither SPF nor DKIM authenticated a domain, and _dmarc.{result.PolicyDomain} has a policy",
        DmarcReason.NoIdentifierAligned => $"no authenticated identifier is aligned with {result.Domain}: {NotAligned(result)}",
        DmarcReason.PolicyHidden => discovery.Fault is { } fault
            ? $"which policy applies to {result.Domain} is unknown: {fault.Text}"
            : $"which policy applies to {result.Domain} is unknown",
        DmarcReason.AlignmentHidden => Text(Find(result, AlignmentOutcome.Unknown, AlignmentOutcome.Unknown)),
        DmarcReason.IdentifierTemporaryError => TemporaryError(result),
        DmarcReason.HeaderNotRead or DmarcReason.NoFromField or DmarcReason.SeveralFromFields or DmarcReason.FromNotParsable
            or DmarcReason.NoMailbox or DmarcReason.TooManyMailboxes or DmarcReason.TooManyAuthorDomains or DmarcReason.SeveralAuthors or DmarcReason.AddressLiteral
            or DmarcReason.SingleLabelDomain or DmarcReason.InvalidDomain => problemText ?? "the message has no author domain that could be evaluated",
    };

    private static string Problem(DmarcRecord? record) =>
        record is { Problems: [var first, ..] } ? $"a mistake ({first.Text})" : "no valid p";

    private static IdentifierAlignment? Find(AuthorDomainResult result, AlignmentOutcome first, AlignmentOutcome second)
    {
        foreach (var alignment in result.Identifiers)
        {
            if (alignment.Identifier.Outcome == IdentifierOutcome.Pass && (alignment.Outcome == first || alignment.Outcome == second))
                return alignment;
        }
        return null;
    }

    /// <summary>Each that passed and where it lies, said once; a message may have many signatures of one domain.</summary>
    private static string NotAligned(AuthorDomainResult result)
    {
        const int most = 4;
        var texts = new List<string>();
        foreach (var alignment in result.Identifiers)
        {
            if (alignment is { Identifier.Outcome: IdentifierOutcome.Pass, Outcome: AlignmentOutcome.NotAligned } && texts.Count < most && !texts.Contains(Text(alignment)))
                texts.Add(Text(alignment));
        }
        return string.Join("; ", texts);
    }

    private static string Text(IdentifierAlignment? alignment) => alignment is null
        ? "no authenticated identifier is aligned"
        : $"{alignment.MethodName} passed, {(alignment.IsAlignedPass ? "and" : "but")} {alignment.Text}";

    private static string TemporaryError(AuthorDomainResult result)
    {
        foreach (var alignment in result.Identifiers)
        {
            if (alignment.Identifier.Outcome == IdentifierOutcome.TempError && alignment.Outcome is AlignmentOutcome.Unknown or AlignmentOutcome.Relaxed or AlignmentOutcome.Strict)
                return $"{alignment.MethodName} ended in a temporary error, and {alignment.Text}";
        }
        return "the check of an identifier ended in a temporary error";
    }
}
