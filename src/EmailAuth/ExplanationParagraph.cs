using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Message;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>A verdict as one paragraph for a postmaster: what happened, why, and what the sender or the receiver could change.</summary>
internal static class ExplanationParagraph
{
    private const int MostSignatures = 3;

    public static string Of(VerificationResult result)
    {
        var sentences = new List<string> { What(result.Dmarc) };
        if (result.MessageDefect != MessageDefect.None)
            sentences.Add($"The header section breaks a limit ({result.MessageDefect}), so that nothing in it was judged");
        sentences.Add($"SPF is {result.Spf.Status.ToKeyword()}: {result.Spf.ReasonText}");
        sentences.Add(Dkim(result));
        if (result.Arc.Status != ArcStatus.None)
            sentences.Add($"The ARC chain is {result.Arc.Status.ToKeyword()}: {result.Arc.ReasonText}");
        if (result.ArcOverride is { IsAllowed: true } allowed)
            sentences.Add($"Local policy may let it pass all the same: {allowed.ReasonText}");
        if (result.Dmarc.Status == DmarcStatus.Fail)
            sentences.Add("A forged message looks just like this; only if it is none, what follows is of use");
        foreach (var advice in Advice(result).Distinct().Take(MostSignatures))
            sentences.Add(advice);
        // Several authors and signatures make no book of it.
        return Syntax.SafeText.OneLine(string.Join(". ", sentences.Select(static sentence => sentence.TrimEnd('.'))) + ".", 3_000);
    }

    private static string What(DmarcResult dmarc)
    {
        var from = dmarc.FromDomain?.ToString() ?? "the author";
        return dmarc.Status switch
        {
            DmarcStatus.Pass => $"The message is from {from}: {dmarc.ReasonText}",
            DmarcStatus.Fail => $"Nothing proves that the message is from {from}, whose policy asks for {Ask(dmarc.Disposition)}: {dmarc.ReasonText}",
            DmarcStatus.None => $"Whether the message is from {from} is not known, and nobody asks for anything: {dmarc.ReasonText}",
            DmarcStatus.TempError => $"Whether the message is from {from} cannot be told now: {dmarc.ReasonText}",
            DmarcStatus.PermError => $"The author of the message cannot be judged, and the strictest policy found asks for {Ask(dmarc.Disposition)}: {dmarc.ReasonText}",
        };
    }

    private static string Ask(DmarcPolicy policy) => policy switch
    {
        DmarcPolicy.None => "nothing",
        DmarcPolicy.Quarantine => "quarantine",
        DmarcPolicy.Reject => "rejection",
    };

    private static string Dkim(VerificationResult result)
    {
        if (result.Dkim.IsEmpty)
            return "There is no DKIM signature";
        var texts = result.Dkim.Take(MostSignatures).Select(static signature => $"DKIM of {signature.Domain?.ToString() ?? "an unreadable signature"} is {signature.Status.ToKeyword()}: {signature.ReasonText}");
        var more = result.Dkim.Length > MostSignatures ? $"; and {result.Dkim.Length - MostSignatures} more signatures" : "";
        return string.Join("; ", texts) + more;
    }

    /// <summary>What would help, of those who could do it.</summary>
    private static IEnumerable<string> Advice(VerificationResult result)
    {
        if (result.IsTransient)
            yield return "The receiver may ask the sender to try again later (451), when DNS answers";
        if (result.Dmarc.Status == DmarcStatus.Pass)
            yield break;
        if (OfDmarc(result.Dmarc) is { } dmarc)
            yield return dmarc;
        if (OfSpf(result.Spf) is { } spf)
            yield return spf;
        foreach (var signature in result.Dkim)
        {
            if (OfDkim(signature) is { } dkim)
                yield return dkim;
        }
        if (result.Dmarc.Status == DmarcStatus.Fail && result.Dkim.IsEmpty)
            yield return $"A sender by right should sign with a key of {result.Dmarc.FromDomain}, which survives forwarding";
        if (result.Arc.Status == ArcStatus.Pass && result.ArcOverride is null && result.Dmarc.Status == DmarcStatus.Fail)
            yield return "It was forwarded: a receiver who trusts the sealers of its ARC chain may name them as trusted sealers";
    }

    private static string? OfDmarc(DmarcResult dmarc) => dmarc.Reason switch
    {
        DmarcReason.NoRecord when SeveralRecordsAt(dmarc) is { } several => $"The domain's owner should remove all DMARC records at _dmarc.{several} but one: two records are as good as none",
        DmarcReason.NoRecord => $"The domain's owner could publish a policy at _dmarc.{dmarc.FromDomain}",
        DmarcReason.RecordNotUsable => $"The domain's owner should mend the record at _dmarc.{dmarc.PolicyDomain}",
        DmarcReason.SeveralRecords => "The domain's owner should leave one DMARC record",
        DmarcReason.NoIdentifierAligned => $"If the sender sends for {dmarc.FromDomain} by right, that domain, or a domain of the same organization, should be that of the reverse-path or of the signature",
        DmarcReason.NoFromField or DmarcReason.SeveralFromFields or DmarcReason.FromNotParsable or DmarcReason.NoMailbox or DmarcReason.TooManyMailboxes
            or DmarcReason.TooManyAuthorDomains or DmarcReason.SeveralAuthors or DmarcReason.AddressLiteral or DmarcReason.SingleLabelDomain
            or DmarcReason.InvalidDomain => "The sender's program must write exactly one From field with a mailbox of a real domain",
        DmarcReason.NotEveryAuthorDomainPassed or DmarcReason.IdentifierAligned or DmarcReason.NoAuthenticatedIdentifier or DmarcReason.PolicyHidden
            or DmarcReason.AlignmentHidden or DmarcReason.IdentifierTemporaryError or DmarcReason.HeaderNotRead => null,
    };

    private static Dns.DomainName? SeveralRecordsAt(DmarcResult dmarc)
    {
        foreach (var author in dmarc.AuthorDomains)
        {
            if (author.Domain == dmarc.FromDomain && author.SeveralRecordsAt is [var first, ..])
                return first;
        }
        return null;
    }

    private static string? OfSpf(SpfResult spf) => spf.Reason switch
    {
        SpfReason.MechanismMatched or SpfReason.NoMechanismMatched when spf.Status != SpfStatus.Pass =>
            $"If {spf.ClientAddress} sends for {spf.Domain} by right, its owner must add it to the SPF record; forwarding breaks SPF, too",
        SpfReason.NoRecord => $"The owner of {spf.Domain} could publish an SPF record",
        SpfReason.MultipleRecords or SpfReason.IdenticalRecords or SpfReason.SyntaxError or SpfReason.RecordTooLong or SpfReason.TooManyDnsLookups
            or SpfReason.TooManyVoidLookups or SpfReason.TooManyMxHosts or SpfReason.TooManyQueries or SpfReason.IncludeWithoutRecord
            or SpfReason.RedirectWithoutRecord => $"The owner of {spf.Domain} must mend the SPF record, or have one mended that it leads to; \"emailauth lint --type spf --domain DOMAIN\" shows them all, with their look-ups and mistakes",
        SpfReason.SenderMalformed or SpfReason.DomainMalformed => "The sending server should give a reverse-path and a HELO name with a real domain",
        SpfReason.NotChecked or SpfReason.DomainDoesNotExist or SpfReason.MechanismMatched or SpfReason.NoMechanismMatched or SpfReason.DnsError
            or SpfReason.TimeLimitReached => null,
    };

    private static string? OfDkim(DkimResult dkim) => dkim.Reason switch
    {
        DkimReason.BodyHash or DkimReason.HeaderSignature => "Whoever handles the message between signer and receiver must not change what is signed; a mailing list should sign anew",
        DkimReason.NoKey or DkimReason.KeySyntax or DkimReason.KeyDuplicateTag or DkimReason.KeyVersion or DkimReason.KeyService or DkimReason.KeyHash or DkimReason.KeyType
            or DkimReason.KeyData or DkimReason.KeyTooLong or DkimReason.TooManyKeyRecords or DkimReason.KeyRevoked => $"The signer must publish a good key at {dkim.Selector}._domainkey.{dkim.Domain}",
        DkimReason.WeakKey or DkimReason.Sha1 => "The signer must use rsa-sha256 with a key of 2,048 bits, or ed25519-sha256",
        DkimReason.PartialBody => "The signer should not use l=",
        DkimReason.Expired => "The message took longer than its signature is good for (x=)",
        _ => null,
    };
}
