using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>Sentences for people: why a result is what it is, and what would be right.</summary>
internal static class SpfReasonText
{
    /// <summary>Why the records of a domain cannot be evaluated (RFC 7208 §4.5, §4.6).</summary>
    public static string OfRecord(SpfRecordSelection selection, DomainName domain) => selection.Defect switch
    {
        SpfReason.IdenticalRecords => $"{domain} has the same SPF record more than once; it must have one",
        SpfReason.MultipleRecords => $"{domain} has more than one SPF record; it must have one",
        SpfReason.RecordTooLong => $"the SPF record of {domain} is longer than {SpfRecord.MaxLength} octets",
        _ when selection.Record is { Errors: [var error, ..] } => $"the SPF record of {domain} is malformed at position {error.Position}: {error.Text} ({error.Section.Replace("§", "section ", StringComparison.Ordinal)})",
        _ => $"the SPF record of {domain} cannot be evaluated",
    };

    /// <summary>Which question failed, and how (RFC 7208 §4.4, §5).</summary>
    public static string OfDnsError(DnsAnswer answer, DnsRecordType type, DomainName name)
    {
        var how = answer.Status switch
        {
            DnsStatus.ServFail => "the server failed",
            DnsStatus.Refused => "the server refused",
            DnsStatus.Timeout => answer.Detail ?? "no answer came in time",
            DnsStatus.Malformed => "the answer was malformed",
            DnsStatus.OverBudget => answer.Detail ?? "the message had no DNS queries left",
            _ => answer.Detail ?? "the resolver failed",
        };
        return $"the {type} records of {name} could not be looked up: {how}";
    }

    /// <summary>A result as a sentence.</summary>
    public static string Of(SpfResult result)
    {
        if (result.Problem is { } problem)
            return problem;
        var domain = result.Domain?.ToString() ?? "";
        return result.Reason switch
        {
            SpfReason.NotChecked => "not checked: the address of the SMTP client is not known",
            SpfReason.SenderMalformed or SpfReason.DomainMalformed when result is { Scope: SpfScope.Helo, Helo.Length: 0 } =>
                "neither a reverse-path nor a HELO name was given, so that there is no domain to check",
            SpfReason.SenderMalformed => $"\"{Printable(result.Identity)}\" is not a mailbox, so it names no domain to check; a reverse-path looks like user@example.com",
            SpfReason.DomainMalformed => $"\"{Printable(result.Identity)}\" names no domain that could be checked; a fully qualified domain name is needed, such as mail.example.com",
            SpfReason.DomainDoesNotExist => $"{domain} does not exist",
            SpfReason.NoRecord => $"{domain} has no SPF record",
            SpfReason.MechanismMatched => OfMatch(result, domain),
            SpfReason.NoMechanismMatched => $"no mechanism in the SPF record of {domain} matches {result.ClientAddress}",
            _ => $"the SPF record of {domain} could not be evaluated",
        };
    }

    private static string OfMatch(SpfResult result, string domain)
    {
        var verdict = result.Status switch
        {
            SpfStatus.Pass => $"{domain} designates {result.ClientAddress} as a permitted sender",
            SpfStatus.Fail => $"{domain} does not designate {result.ClientAddress} as a permitted sender",
            SpfStatus.SoftFail => $"{domain} discourages the use of {result.ClientAddress} as a sender",
            _ => $"{domain} neither permits nor denies {result.ClientAddress}",
        };
        return $"{verdict}: {string.Join(", then ", result.IncludePath.Select(static term => $"\"{term}\""))} matched";
    }

    private static string Printable(string text) => Octets.ToPrintable(System.Text.Encoding.UTF8.GetBytes(text)).Replace("…", "...", StringComparison.Ordinal);
}
