using System.Collections.Immutable;
using EmailAuth.Dns;

namespace EmailAuth.Dmarc;

/// <summary>The result of DMARC for one author domain. A message has nearly always one; see <see cref="DmarcResult.AuthorDomains"/>. Immutable.</summary>
public sealed class AuthorDomainResult
{
    private readonly PolicyDiscovery _discovery;
    private readonly string? _problemText;

    internal AuthorDomainResult(PolicyDiscovery discovery, DmarcStatus status, DmarcReason reason, ImmutableArray<IdentifierAlignment> identifiers, bool isSampledOut, string? problemText = null)
    {
        _discovery = discovery;
        Status = status;
        Reason = reason;
        Identifiers = identifiers;
        IsSampledOut = isSampledOut;
        _problemText = problemText;
    }

    /// <summary>The author domain, as A-labels.</summary>
    public DomainName Domain => _discovery.AuthorDomain;

    /// <summary>The result.</summary>
    public DmarcStatus Status { get; }

    /// <summary>The rule that decided it.</summary>
    public DmarcReason Reason { get; }

    /// <summary>The reason for people.</summary>
    public string ReasonText => DmarcReasonText.Of(this, _discovery, _problemText);

    /// <summary>The Organizational Domain of the author domain (RFC 9989 §4.10.2); null where a DNS error hid it.</summary>
    public DomainName? OrganizationalDomain => _discovery.OrganizationalDomain;

    /// <summary>Where the record was found; null without one.</summary>
    public DomainName? PolicyDomain => _discovery.PolicyDomain;

    /// <summary>The record that applies, usable or not; null without one.</summary>
    public DmarcRecord? Record => _discovery.Record;

    /// <summary>The policy published for this author domain: the record's <c>p</c>, <c>sp</c> or <c>np</c>. Null without a usable record.</summary>
    public DmarcPolicy? Policy => _discovery.Policy?.Policy;

    /// <summary>The tag that <see cref="Policy"/> comes from; null without a usable record.</summary>
    public PolicyTag? PolicyTag => _discovery.Policy?.Tag;

    /// <summary>
    /// <see cref="Policy"/> after <c>t=y</c> (RFC 9989 §4.7), and after <c>pct</c> where <see cref="DmarcOptions.Sampling"/> is set: one
    /// step lower. Null without a usable record.
    /// </summary>
    public DmarcPolicy? AppliedPolicy => Policy switch
    {
        null => null,
        DmarcPolicy.Reject when IsTesting || IsSampledOut => DmarcPolicy.Quarantine,
        DmarcPolicy.Quarantine when IsTesting || IsSampledOut => DmarcPolicy.None,
        { } policy => policy,
    };

    /// <summary>What the domain owner asks to be done with this message: <see cref="AppliedPolicy"/> if it failed or could not be evaluated (PermError), else none.</summary>
    public DmarcPolicy Disposition => Status switch
    {
        DmarcStatus.Fail or DmarcStatus.PermError => AppliedPolicy ?? DmarcPolicy.None,
        DmarcStatus.None or DmarcStatus.Pass or DmarcStatus.TempError => DmarcPolicy.None,
    };

    /// <summary>Whether the record says <c>t=y</c>.</summary>
    public bool IsTesting => Record?.IsTesting ?? false;

    /// <summary>Whether <c>pct</c> made the policy one step lower for this message; false unless <see cref="DmarcOptions.Sampling"/> is set.</summary>
    public bool IsSampledOut { get; }

    /// <summary>Each identifier, in the order given, and its alignment. Empty where no usable record was found.</summary>
    public ImmutableArray<IdentifierAlignment> Identifiers { get; }

    /// <summary>Whether SPF passed for an aligned domain.</summary>
    public bool SpfAligned => HasAlignedPass(IdentifierMethod.Spf);

    /// <summary>Whether DKIM passed for an aligned domain.</summary>
    public bool DkimAligned => HasAlignedPass(IdentifierMethod.Dkim);

    /// <summary>Names at which several records were published, which were all discarded (RFC 9989 §4.10).</summary>
    public ImmutableArray<DomainName> SeveralRecordsAt => _discovery.SeveralRecordsAt;

    /// <summary>Whether <see cref="DmarcLimits.MaxQueriesPerMessage"/> left it unknown.</summary>
    internal bool IsOverLimit => Reason switch
    {
        DmarcReason.PolicyHidden => _discovery.Fault is { IsOverLimit: true },
        DmarcReason.AlignmentHidden => Identifiers.Any(static alignment => alignment.IsOverLimit),
        _ => false,
    };

    /// <summary>Whether a DNS error hid the policy, or which of a record's policies is meant where that matters.</summary>
    internal bool IsPolicyHidden => _discovery.IsHidden || (_discovery.IsExistenceHidden && Status == DmarcStatus.Fail);

    private bool HasAlignedPass(IdentifierMethod method)
    {
        foreach (var alignment in Identifiers)
        {
            if (alignment.Identifier.Method == method && alignment.IsAlignedPass)
                return true;
        }
        return false;
    }
}
