using System.Collections.Immutable;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>Verifies the destinations of one policy record (RFC 9990 §3; for failure reports RFC 9991 §4 with "ruf" in place of "rua").</summary>
internal sealed class ReportDestinationCheck(DomainName policyDomain, ReportKind kind, DmarcLookups lookups, PublicSuffixList? suffixes)
{
    private readonly Dictionary<DomainName, (ReportDestinationReason Reason, ImmutableArray<DmarcUri> Override)> _hosts = [];
    private (DomainName? Domain, bool IsKnown) _organization;

    public async ValueTask<ImmutableArray<ReportDestination>> CheckAsync(DmarcRecord record, CancellationToken cancellationToken)
    {
        var uris = kind switch
        {
            ReportKind.Aggregate => record.AggregateReportUris,
            ReportKind.Failure => record.FailureReportUris,
        };
        var destinations = ImmutableArray.CreateBuilder<ReportDestination>();
        foreach (var uri in uris)
        {
            if (destinations.Count == lookups.Limits.MaxReportUris)
            {
                LimitHits.Count("Dmarc.MaxReportUris");
                break;
            }
            destinations.Add(kind == ReportKind.Failure && record.PublicSuffix == PublicSuffixClaim.Yes
                ? new ReportDestination(uri, ReportDestinationReason.FailureReportsForPublicSuffix, [])
                : await CheckAsync(uri, cancellationToken).ConfigureAwait(false));
        }
        return destinations.DrainToImmutable();
    }

    private async ValueTask<ReportDestination> CheckAsync(DmarcUri uri, CancellationToken cancellationToken)
    {
        if (uri.Host is not { } host)
            return new ReportDestination(uri, ReportDestinationReason.NoHost, []);
        if (!_hosts.TryGetValue(host, out var answer))
        {
            answer = await AskAsync(host, cancellationToken).ConfigureAwait(false);
            _hosts.Add(host, answer);
        }
        ImmutableArray<DmarcUri> destinations = answer.Reason switch
        {
            ReportDestinationReason.SameOrganization => [uri],
            ReportDestinationReason.Confirmed => answer.Override.IsEmpty ? [uri] : answer.Override,
            _ => [],
        };
        return new ReportDestination(uri, answer.Reason, destinations);
    }

    private async ValueTask<(ReportDestinationReason, ImmutableArray<DmarcUri>)> AskAsync(DomainName host, CancellationToken cancellationToken)
    {
        var isOwn = await IsSameOrganizationAsync(host, cancellationToken).ConfigureAwait(false);
        if (isOwn == true)
            return (ReportDestinationReason.SameOrganization, []);
        var (reason, replacement) = await ConfirmAsync(host, cancellationToken).ConfigureAwait(false);
        // Where a DNS error hid whether the host is external at all, only a record that agrees is an answer.
        return isOwn is null && reason != ReportDestinationReason.Confirmed ? (ReportDestinationReason.Hidden, []) : (reason, replacement);
    }

    /// <summary>Whether both have the same Organizational Domain; null where a DNS error hid it.</summary>
    private async ValueTask<bool?> IsSameOrganizationAsync(DomainName host, CancellationToken cancellationToken)
    {
        if (host == policyDomain)
            return true;
        if (!_organization.IsKnown)
            _organization = (await OrganizationOfAsync(policyDomain, cancellationToken).ConfigureAwait(false), true);
        if (_organization.Domain is not { } organization)
            return host.IsAtOrBelow(policyDomain.TakeLast(1)) ? null : false;
        if (!host.IsAtOrBelow(organization))
            return false;
        var own = await OrganizationOfAsync(host, cancellationToken).ConfigureAwait(false);
        return own is null ? null : own == organization;
    }

    private async ValueTask<DomainName?> OrganizationOfAsync(DomainName domain, CancellationToken cancellationToken) =>
        suffixes is not null
            ? suffixes.OrganizationalDomainOf(domain)
            : (await DmarcTreeWalk.FromAsync(domain, lookups, cancellationToken).ConfigureAwait(false)).OrganizationalDomain;

    /// <summary>RFC 9990 §3 steps 2 to 9.</summary>
    private async ValueTask<(ReportDestinationReason, ImmutableArray<DmarcUri>)> ConfirmAsync(DomainName host, CancellationToken cancellationToken)
    {
        if (!host.TryPrepend(Encoding.Latin1.GetBytes($"{policyDomain}._report._dmarc"), out var name))
            return (ReportDestinationReason.NameTooLong, []);
        var answer = await lookups.AnswerOfAsync(name, cancellationToken).ConfigureAwait(false);
        if (answer is null || answer.Status.IsTransient())
            return (ReportDestinationReason.Hidden, []);

        var isConfirmed = false;
        var replacement = ImmutableArray.CreateBuilder<DmarcUri>();
        foreach (var record in answer.Records)
        {
            if (record is not TxtRecord text || text.Octets.Length > lookups.Limits.MaxRecordBytes || DmarcRecordReader.Read(text.Octets) is not { } read)
                continue;
            isConfirmed = true;
            foreach (var uri in kind == ReportKind.Aggregate ? read.AggregateReportUris : read.FailureReportUris)
            {
                // "To prevent loops or indirect abuse, the overriding URI MUST use the same destination host."
                if (uri.Host != host)
                    return (ReportDestinationReason.OverriddenToOtherHost, []);
                if (replacement.Count < lookups.Limits.MaxReportUris)
                    replacement.Add(uri);
            }
        }
        return (isConfirmed ? ReportDestinationReason.Confirmed : ReportDestinationReason.NotConfirmed, replacement.DrainToImmutable());
    }
}
