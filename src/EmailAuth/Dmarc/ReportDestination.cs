using System.Collections.Immutable;

namespace EmailAuth.Dmarc;

/// <summary>The two kinds of reports that a policy record can ask for.</summary>
public enum ReportKind
{
    /// <summary>Aggregate reports, <c>rua</c> (RFC 9990).</summary>
    Aggregate,

    /// <summary>Failure reports, <c>ruf</c> (RFC 9991).</summary>
    Failure,
}

/// <summary>Whether reports may be sent to a destination (RFC 9990 §3).</summary>
public enum ReportDestinationStatus
{
    /// <summary>A DNS error or a budget hid it: send nothing yet, ask again later.</summary>
    Unknown,

    /// <summary>No: the URI must be ignored.</summary>
    Refused,

    /// <summary>Yes: it belongs to the organization itself, or has agreed.</summary>
    Authorized,
}

/// <summary>Which rule decided a <see cref="ReportDestinationStatus"/>.</summary>
public enum ReportDestinationReason
{
    /// <summary>Unknown: a DNS error or a budget hid the answer (RFC 9990 §3 step 5).</summary>
    Hidden,

    /// <summary>Refused: the URI names no host by a domain name.</summary>
    NoHost,

    /// <summary>Refused: the name to be asked would be too long for DNS (step 4).</summary>
    NameTooLong,

    /// <summary>Refused: the destination publishes no record that agrees (step 7).</summary>
    NotConfirmed,

    /// <summary>Refused: the destination's record names a URI on another host (step 9).</summary>
    OverriddenToOtherHost,

    /// <summary>Refused: a public suffix's own record must not ask for failure reports (RFC 9991 §2).</summary>
    FailureReportsForPublicSuffix,

    /// <summary>Authorized: the host has the same Organizational Domain as the policy domain.</summary>
    SameOrganization,

    /// <summary>Authorized: the destination's record agrees (step 8).</summary>
    Confirmed,
}

/// <summary>One report address of a policy record, and whether reports may be sent there. Immutable.</summary>
public sealed class ReportDestination
{
    internal ReportDestination(DmarcUri uri, ReportDestinationReason reason, ImmutableArray<DmarcUri> destinations)
    {
        Uri = uri;
        Reason = reason;
        Destinations = destinations;
    }

    /// <summary>The URI as the policy record has it.</summary>
    public DmarcUri Uri { get; }

    /// <summary>Whether reports may be sent.</summary>
    public ReportDestinationStatus Status => Reason switch
    {
        ReportDestinationReason.Hidden => ReportDestinationStatus.Unknown,
        ReportDestinationReason.NoHost or ReportDestinationReason.NameTooLong or ReportDestinationReason.NotConfirmed
            or ReportDestinationReason.OverriddenToOtherHost or ReportDestinationReason.FailureReportsForPublicSuffix => ReportDestinationStatus.Refused,
        ReportDestinationReason.SameOrganization or ReportDestinationReason.Confirmed => ReportDestinationStatus.Authorized,
    };

    /// <summary>The rule that decided.</summary>
    public ReportDestinationReason Reason { get; }

    /// <summary>Where to send: <see cref="Uri"/>, or what the destination's record puts in its place (RFC 9990 §3 step 9). Empty unless authorized.</summary>
    public ImmutableArray<DmarcUri> Destinations { get; }

    /// <summary>The answer for people.</summary>
    public string Text => Reason switch
    {
        ReportDestinationReason.Hidden => $"whether {Uri.Host} agrees to reports could not be found out now; ask again later",
        ReportDestinationReason.NoHost => $"\"{Uri}\" names no host by a domain name, so nobody can agree to reports there",
        ReportDestinationReason.NameTooLong => $"the name under {Uri.Host} at which it would have to agree is too long for DNS",
        ReportDestinationReason.NotConfirmed => $"{Uri.Host} does not agree to reports about the domain; right would be a TXT record \"v=DMARC1\" at the name that RFC 9990 §3 tells",
        ReportDestinationReason.OverriddenToOtherHost => $"the record of {Uri.Host} names another host for the reports, which RFC 9990 §3 forbids",
        ReportDestinationReason.FailureReportsForPublicSuffix => "the policy record is that of a public suffix (psd=y), which gets no failure reports",
        ReportDestinationReason.SameOrganization => $"{Uri.Host} belongs to the domain's own organization",
        ReportDestinationReason.Confirmed => $"{Uri.Host} agrees to reports about the domain",
    };
}
