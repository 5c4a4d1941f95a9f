using System.Collections.Immutable;
using EmailAuth.Dns;

namespace EmailAuth.Dmarc;

/// <summary>What policy discovery found for one author domain (RFC 9989 §4.10.1), before any identifier is looked at. Immutable.</summary>
internal sealed class PolicyDiscovery
{
    private PolicyDiscovery(DomainName authorDomain) => AuthorDomain = authorDomain;

    public DomainName AuthorDomain { get; }

    /// <summary>Null where <see cref="Fault"/> hides it.</summary>
    public DomainName? OrganizationalDomain { get; private init; }

    /// <summary>The record that applies, usable or not; null if there is none or a fault hides it.</summary>
    public DmarcRecord? Record { get; private init; }

    /// <summary>Where <see cref="Record"/> was found.</summary>
    public DomainName? PolicyDomain { get; private init; }

    /// <summary>The policy asked for this author domain, and the tag it comes from; null without a usable record.</summary>
    public (DmarcPolicy Policy, PolicyTag Tag)? Policy { get; private init; }

    /// <summary>The question whose failure hides the Organizational Domain, the record, or both.</summary>
    public DnsFault? Fault { get; private init; }

    /// <summary>Where several records were found and discarded.</summary>
    public ImmutableArray<DomainName> SeveralRecordsAt { get; private init; } = [];

    /// <summary>With a public suffix list: discovery ended at a name with several records.</summary>
    public bool EndedAtSeveralRecords { get; private init; }

    public bool IsHidden => Record is null && Fault is not null;

    /// <summary>Whether the author domain exists could not be found out, and "np" would ask for another policy.</summary>
    public bool IsExistenceHidden { get; private init; }

    public static ValueTask<PolicyDiscovery> DiscoverAsync(DomainName authorDomain, DmarcLookups lookups, PublicSuffixList? suffixes, bool canPass, CancellationToken cancellationToken) =>
        suffixes is null
            ? ByTreeWalkAsync(authorDomain, lookups, canPass, cancellationToken)
            : ByListAsync(authorDomain, lookups, suffixes, cancellationToken);

    /// <summary>Asks ahead for all names at which the policy may be found.</summary>
    public static void LookAhead(DomainName authorDomain, DmarcLookups lookups, PublicSuffixList? suffixes, CancellationToken cancellationToken)
    {
        if (suffixes is null)
        {
            DmarcTreeWalk.LookAhead(authorDomain, lookups, cancellationToken);
            return;
        }
        lookups.AskAhead(authorDomain, cancellationToken);
        lookups.AskAhead(suffixes.OrganizationalDomainOf(authorDomain), cancellationToken);
    }

    /// <summary>RFC 9989 §4.10.1: the record of the Author Domain, else of its Organizational Domain, else of its Public Suffix Domain.</summary>
    private static async ValueTask<PolicyDiscovery> ByTreeWalkAsync(DomainName authorDomain, DmarcLookups lookups, bool canPass, CancellationToken cancellationToken)
    {
        var walk = await DmarcTreeWalk.FromAsync(authorDomain, lookups, cancellationToken).ConfigureAwait(false);
        var organizational = walk.OrganizationalDomain;
        var record = walk.RecordAtStart;
        var policyDomain = record is null ? null : authorDomain;
        if (record is null && organizational is not null)
        {
            record = walk.RecordAtOrganizationalDomain;
            policyDomain = organizational;
            if (record is null && walk.PublicSuffix is { } suffix)
                (policyDomain, record) = (suffix.Domain, suffix.Record);
        }
        // Of a message that cannot pass only the strictest policy is wanted (M9): a record higher up could replace this one, and is not asked for.
        if (record is null && !canPass && walk is { Fault.IsOverLimit: true, Topmost: { } topmost })
            (policyDomain, record) = (topmost.Domain, topmost.Record);
        var (policy, isExistenceHidden) = await PolicyOfAsync(authorDomain, policyDomain, record, walk.StartExists, lookups, cancellationToken).ConfigureAwait(false);
        return new PolicyDiscovery(authorDomain)
        {
            OrganizationalDomain = organizational,
            Record = record,
            PolicyDomain = record is null ? null : policyDomain,
            Policy = policy,
            IsExistenceHidden = isExistenceHidden,
            Fault = walk.Fault,
            SeveralRecordsAt = walk.SeveralRecordsAt is { } names ? [.. names] : [],
        };
    }

    /// <summary>RFC 7489 §6.6.3: the record of the author domain, else of its Organizational Domain by the list (§3.2).</summary>
    private static async ValueTask<PolicyDiscovery> ByListAsync(DomainName authorDomain, DmarcLookups lookups, PublicSuffixList suffixes, CancellationToken cancellationToken)
    {
        var organizational = suffixes.OrganizationalDomainOf(authorDomain);
        var policyDomain = authorDomain;
        var records = await lookups.RecordsOfAsync(authorDomain, cancellationToken).ConfigureAwait(false);
        var exists = records.Status is DnsStatus.NoError or DnsStatus.NoData;
        if (records is { Record: null, HasSeveralRecords: false } && !records.Status.IsTransient() && organizational != authorDomain)
        {
            policyDomain = organizational;
            records = await lookups.RecordsOfAsync(organizational, cancellationToken).ConfigureAwait(false);
        }
        var (policy, isExistenceHidden) = await PolicyOfAsync(authorDomain, policyDomain, records.Record, exists, lookups, cancellationToken).ConfigureAwait(false);
        return new PolicyDiscovery(authorDomain)
        {
            OrganizationalDomain = organizational,
            Record = records.Record,
            PolicyDomain = records.Record is null ? null : policyDomain,
            Policy = policy,
            IsExistenceHidden = isExistenceHidden,
            Fault = records.Status.IsTransient() ? new DnsFault(policyDomain, records.Status, records.Detail) : null,
            // Step 5: with several records policy discovery terminates.
            SeveralRecordsAt = records.HasSeveralRecords ? [policyDomain] : [],
            EndedAtSeveralRecords = records.HasSeveralRecords,
        };
    }

    /// <summary>
    /// RFC 9989 §4.10.1: "p" where the record is the Author Domain's own; for a subdomain "sp" if it exists and "np" if it does not,
    /// each falling back on the one before (§4.7).
    /// </summary>
    private static async ValueTask<((DmarcPolicy, PolicyTag)? Policy, bool IsExistenceHidden)> PolicyOfAsync(DomainName authorDomain, DomainName? policyDomain, DmarcRecord? record, bool isKnownToExist, DmarcLookups lookups, CancellationToken cancellationToken)
    {
        if (record is not { Policy: { } policy })
            return (null, false);
        if (authorDomain == policyDomain)
            return ((policy, PolicyTag.P), false);
        var forSubdomains = record.SubdomainPolicy is { } sp ? (sp, PolicyTag.Sp) : (policy, PolicyTag.P);
        if (record.NonExistentSubdomainPolicy is not { } np || isKnownToExist)
            return (forSubdomains, false);
        // RFC 9989 §3.2.13: a domain does not exist if the response for its name is NXDOMAIN. An error is not that response, but may be gone next time.
        var answer = await lookups.AnswerOfAsync(authorDomain, cancellationToken).ConfigureAwait(false);
        if (answer?.Status == DnsStatus.NxDomain)
            return ((np, PolicyTag.Np), false);
        return (forSubdomains, answer?.Status.IsTransient() != false && np != forSubdomains.Item1);
    }
}
