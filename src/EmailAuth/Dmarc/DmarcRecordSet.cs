using EmailAuth.Dns;

namespace EmailAuth.Dmarc;

/// <summary>
/// What is published at one <c>_dmarc</c> name (RFC 9989 §4.10 steps 2 and 6): one record, or none. It is made once for a DNS answer and
/// kept with it.
/// </summary>
internal sealed class DmarcRecordSet
{
    private static readonly DmarcRecordSet Missing = new(DnsStatus.NxDomain, null);
    private static readonly DmarcRecordSet Empty = new(DnsStatus.NoData, null);

    private DmarcRecordSet(DnsStatus status, DmarcRecord? record, bool hasSeveralRecords = false)
    {
        Status = status;
        Record = record;
        HasSeveralRecords = hasSeveralRecords;
    }

    /// <summary>How the question ended.</summary>
    public DnsStatus Status { get; }

    /// <summary>The one record; null if there is none, if there are several, and after a failure.</summary>
    public DmarcRecord? Record { get; }

    /// <summary>After a failure, what went wrong, for people.</summary>
    public string? Detail { get; private init; }

    /// <summary>Several records were found, and all discarded.</summary>
    public bool HasSeveralRecords { get; }

    /// <summary>What stands in place of a name that cannot be asked for, since it would be too long for DNS.</summary>
    public static DmarcRecordSet OfImpossibleName => Missing;

    /// <summary>What stands in place of a record that is over the limits.</summary>
    public static DmarcRecordSet OfImpossibleRecord => Empty;

    /// <summary>What stands in place of a question that is over the limits.</summary>
    public static DmarcRecordSet OfBudget { get; } = new(DnsStatus.OverBudget, null);

    public static DmarcRecordSet Of(DnsAnswer answer) => answer.Status switch
    {
        DnsStatus.NoError => answer.GetParsed(static answer => Parse(answer)),
        DnsStatus.NoData => Empty,
        DnsStatus.NxDomain => Missing,
        _ => new DmarcRecordSet(answer.Status, null) { Detail = answer.Detail },
    };

    private static DmarcRecordSet Parse(DnsAnswer answer)
    {
        DmarcRecord? only = null;
        foreach (var record in answer.Records)
        {
            // Records that do not start with a "v" tag that identifies the current version of DMARC are discarded.
            if (record is not TxtRecord text || DmarcRecordReader.Read(text.Octets) is not { } read)
                continue;
            // If multiple records are returned for a single target, they are all discarded.
            if (only is not null)
                return new DmarcRecordSet(DnsStatus.NoError, null, hasSeveralRecords: true);
            only = read;
        }
        return only is null ? Empty : new DmarcRecordSet(DnsStatus.NoError, only);
    }
}
