using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>
/// A DMARC Policy Record (RFC 9989 §4.7, §4.8): the values in force, defaults included. A syntax error in one tag, or the same tag
/// twice, leaves that tag at its default; what was wrong is in <see cref="Problems"/>. Immutable.
/// </summary>
public sealed class DmarcRecord
{
    /// <summary>What is kept of each list of URIs, whatever the limits say.</summary>
    internal const int MostReportUris = 100;

    private readonly ReadOnlyMemory<byte> _octets;

    internal DmarcRecord(ReadOnlyMemory<byte> octets) => _octets = octets;

    /// <summary>The record as published: UTF-8, other octets as U+FFFD.</summary>
    public string Text => Octets.ToText(_octets.Span);

    /// <summary>
    /// The policy for the domain itself: <c>p</c>, or <see cref="DmarcPolicy.None"/> where <c>p</c> is missing or <c>p</c>, <c>sp</c> or
    /// <c>np</c> is invalid but <c>rua</c> has a valid address. Null where it has none: then no DMARC processing applies (RFC 9989 §4.10.1).
    /// </summary>
    public DmarcPolicy? Policy { get; internal init; }

    /// <summary>The policy for subdomains that exist, <c>sp</c>; null where it is not given: then <see cref="Policy"/> applies.</summary>
    public DmarcPolicy? SubdomainPolicy { get; internal init; }

    /// <summary>The policy for subdomains that do not exist, <c>np</c>; null where it is not given: then <see cref="SubdomainPolicy"/> or <see cref="Policy"/> applies.</summary>
    public DmarcPolicy? NonExistentSubdomainPolicy { get; internal init; }

    /// <summary>How close DKIM identifiers must be, <c>adkim</c>; relaxed by default.</summary>
    public AlignmentMode DkimAlignment { get; internal init; }

    /// <summary>How close SPF identifiers must be, <c>aspf</c>; relaxed by default.</summary>
    public AlignmentMode SpfAlignment { get; internal init; }

    /// <summary>Whether the domain is a public suffix, <c>psd</c>; unknown by default.</summary>
    public PublicSuffixClaim PublicSuffix { get; internal init; }

    /// <summary>Whether the policy is to be applied one step lower, <c>t=y</c>.</summary>
    public bool IsTesting { get; internal init; }

    /// <summary>When failure reports are wanted, <c>fo</c>; counts only with <c>ruf</c> (RFC 9989 §4.7).</summary>
    public FailureReportOptions FailureOptions { get; internal init; }

    /// <summary>The valid URIs of <c>rua</c>, at most 100.</summary>
    public ImmutableArray<DmarcUri> AggregateReportUris { get; internal init; } = [];

    /// <summary>The valid URIs of <c>ruf</c>, at most 100.</summary>
    public ImmutableArray<DmarcUri> FailureReportUris { get; internal init; } = [];

    /// <summary>The <c>pct</c> tag of RFC 7489, 0 to 100; 100 where it is missing or invalid. RFC 9989 ignores it.</summary>
    public int Percentage { get; internal init; } = 100;

    /// <summary>What is wrong in the record, in the order of positions. Empty for nearly every record.</summary>
    public ImmutableArray<Diagnostic> Problems { get; internal init; } = [];

    /// <summary>Whether a receiver can act on the record: <see cref="Policy"/> is known.</summary>
    [MemberNotNullWhen(true, nameof(Policy))]
    public bool IsUsable => Policy is not null;

    internal int Length => _octets.Length;

    internal int TagCount { get; init; }

    /// <summary>Reads a record.</summary>
    /// <param name="octets">The text of a TXT record. It is kept, not copied.</param>
    /// <param name="record">The record, or null.</param>
    /// <returns>False if it does not begin with <c>v=DMARC1</c> (RFC 9989 §4.7): then it is no DMARC record at all.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> octets, [NotNullWhen(true)] out DmarcRecord? record)
    {
        record = DmarcRecordReader.Read(octets);
        return record is not null;
    }

    /// <summary>Checks a record as its owner would want it checked, without asking DNS.</summary>
    /// <param name="record">The text of the record.</param>
    /// <param name="publishedAt">The domain that it is, or will be, published for, to tell external report destinations; null if unknown.</param>
    /// <param name="limits">The limits of receivers; null for the defaults.</param>
    public static LintReport Lint(string record, DomainName? publishedAt = null, DmarcLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        return DmarcRecordLinter.Check(System.Text.Encoding.UTF8.GetBytes(record), publishedAt, limits ?? DmarcLimits.Default);
    }

    /// <summary>The record as published.</summary>
    public override string ToString() => Text;
}
