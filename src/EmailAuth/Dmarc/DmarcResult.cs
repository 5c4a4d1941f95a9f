using System.Collections.Immutable;
using EmailAuth.Dns;

namespace EmailAuth.Dmarc;

/// <summary>
/// The result of DMARC for a message (RFC 9989 §5.3.5, §5.3.6). It reports what the domain owner asks for; what is done with the message
/// is the receiver's decision (§5.4). Immutable.
/// </summary>
/// <remarks>
/// Where a message has several author domains (§11.5), the members about one domain are those of the one that decided:
/// the strictest of those that failed. <see cref="AuthorDomains"/> has them all.
/// </remarks>
public sealed class DmarcResult
{
    private readonly AuthorDomainResult? _deciding;
    private readonly string? _problemText;

    internal DmarcResult(DmarcStatus status, DmarcReason reason, DmarcPolicy disposition, bool isTransient, AuthorDomainResult? deciding, ImmutableArray<AuthorDomainResult> authorDomains, ImmutableArray<DomainName> queriedNames, DiscoveryMethod method, string? problemText)
    {
        Status = status;
        Reason = reason;
        Disposition = disposition;
        IsTransient = isTransient;
        AuthorDomains = authorDomains;
        QueriedNames = queriedNames;
        DiscoveryMethod = method;
        _deciding = deciding;
        _problemText = problemText;
    }

    /// <summary>The result.</summary>
    public DmarcStatus Status { get; }

    /// <summary>The rule that decided it.</summary>
    public DmarcReason Reason { get; }

    /// <summary>The reason for people: what was wrong, where, and what would be right.</summary>
    public string ReasonText => _problemText ?? Reason switch
    {
        DmarcReason.NotEveryAuthorDomainPassed => $"no policy record applies to {FromDomain}, one of several author domains, of which others passed",
        _ => _deciding?.ReasonText ?? "the message has no author domain that could be evaluated",
    };

    /// <summary>The author domain, as A-labels; null if the From field has none that could be read.</summary>
    public DomainName? FromDomain => _deciding?.Domain;

    /// <summary>The Organizational Domain of the author domain; null if there is none, or a DNS error hid it.</summary>
    public DomainName? OrganizationalDomain => _deciding?.OrganizationalDomain;

    /// <summary>The domain whose policy record applies; null without a record.</summary>
    public DomainName? PolicyDomain => _deciding?.PolicyDomain;

    /// <summary>The record that applies, with its values for the <c>policy_published</c> of RFC 9990; null without one.</summary>
    public DmarcRecord? Record => _deciding?.Record;

    /// <summary>The policy published for the author domain: the record's <c>p</c>, <c>sp</c> or <c>np</c>. Null without a usable record.</summary>
    public DmarcPolicy? Policy => _deciding?.Policy;

    /// <summary>The tag that <see cref="Policy"/> comes from; null without a usable record.</summary>
    public PolicyTag? PolicyTag => _deciding?.PolicyTag;

    /// <summary><see cref="Policy"/> after <c>t=y</c> and, where <see cref="DmarcOptions.Sampling"/> is set, <c>pct</c>: the <c>policy.dmarc</c> of RFC 9989 §9.1. Null without a usable record.</summary>
    public DmarcPolicy? AppliedPolicy => _deciding?.AppliedPolicy;

    /// <summary>
    /// What the domain owner asks to be done with this message: the policy applied if it failed; under <see cref="DmarcStatus.PermError"/>
    /// the strictest policy among the domains that could be read; else none.
    /// </summary>
    public DmarcPolicy Disposition { get; }

    /// <summary>Whether the record says <c>t=y</c>.</summary>
    public bool IsTesting => _deciding?.IsTesting ?? false;

    /// <summary>Whether <c>pct</c> made the policy one step lower for this message.</summary>
    public bool IsSampledOut => _deciding?.IsSampledOut ?? false;

    /// <summary>Whether SPF passed for a domain aligned with the author domain.</summary>
    public bool SpfAligned => _deciding?.SpfAligned ?? false;

    /// <summary>Whether DKIM passed for a domain aligned with the author domain.</summary>
    public bool DkimAligned => _deciding?.DkimAligned ?? false;

    /// <summary>Each identifier, in the order given, and its alignment with the author domain. Empty where no usable record was found.</summary>
    public ImmutableArray<IdentifierAlignment> Identifiers => _deciding?.Identifiers ?? [];

    /// <summary>Every author domain with its own result, in the order of the From field.</summary>
    public ImmutableArray<AuthorDomainResult> AuthorDomains { get; }

    /// <summary>How Organizational Domains and the record were found.</summary>
    public DiscoveryMethod DiscoveryMethod { get; }

    /// <summary>The names asked for TXT records, in order.</summary>
    public ImmutableArray<DomainName> QueriedNames { get; }

    /// <summary>
    /// Whether a DNS error or a budget decided part of it, so that a later attempt may end otherwise: under
    /// <see cref="DmarcStatus.TempError"/>, where it hid the policy of one of several author domains, and where it hid whether an author
    /// domain that failed exists, so that "sp" or "p" stand for a different "np".
    /// </summary>
    public bool IsTransient { get; }
}
