using EmailAuth.Dns;

namespace EmailAuth.Dmarc;

/// <summary>What was found at the <c>_dmarc</c> name of a domain (RFC 9989 §4.10 steps 2 and 6).</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Status">How the question ended.</param>
/// <param name="Record">The one record; null if there is none.</param>
/// <param name="HasSeveralRecords">Several were found, and all discarded.</param>
internal sealed record DmarcStep(DomainName Domain, DnsStatus Status, DmarcRecord? Record, bool HasSeveralRecords);

/// <summary>What one evaluation asked and found, kept where somebody wants to know why. No more than <see cref="DmarcLimits.MaxQueriesPerMessage"/> of each.</summary>
internal sealed class DmarcTrace
{
    public List<DmarcStep> Steps { get; } = [];

    /// <summary>The questions and their answers, in their order.</summary>
    public List<DnsRecordedAnswer> Answers { get; } = [];
}
