namespace EmailAuth.Dmarc;

/// <summary>How much one DMARC evaluation may read and ask. A walk through the DNS tree is at most eight queries, which RFC 9989 §4.10 fixes.</summary>
public sealed record DmarcLimits
{
    /// <summary>The defaults.</summary>
    public static DmarcLimits Default { get; } = new();

    /// <summary>
    /// DNS queries for one message, over all its identifiers. 24; at most 96. What is not asked any more counts as a transient error.
    /// A message with several author domains has twice as many: five of them can need nine each (a walk of eight, RFC 9989 §4.10, and whether the domain
    /// exists, §4.7), and each has its part whatever the others cost. With less, names with many labels would hide the policy of an author domain beside them.
    /// </summary>
    public int MaxQueriesPerMessage { get; init => field = Checked(value, 96, nameof(MaxQueriesPerMessage)); } = 24;

    /// <summary>The queries of a message with so many author domains.</summary>
    internal int QueriesFor(int authorDomains) => authorDomains > 1 ? 2 * MaxQueriesPerMessage : MaxQueriesPerMessage;

    /// <summary>Octets of a policy record; a longer one is ignored. 4 KiB; at most 64 KiB.</summary>
    public int MaxRecordBytes { get; init => field = Checked(value, 64 << 10, nameof(MaxRecordBytes)); } = 4 << 10;

    /// <summary>Tags of a policy record; one with more is ignored. 64; at most 1,024.</summary>
    public int MaxTags { get; init => field = Checked(value, 1_024, nameof(MaxTags)); } = 64;

    /// <summary>Report destinations used of each tag (<c>rua</c>, <c>ruf</c>); the rest is ignored. 10; at most 100.</summary>
    public int MaxReportUris { get; init => field = Checked(value, DmarcRecord.MostReportUris, nameof(MaxReportUris)); } = 10;

    /// <summary>Mailboxes in the From field; with more it counts as malformed. 16; at most 256.</summary>
    public int MaxMailboxes { get; init => field = Checked(value, 256, nameof(MaxMailboxes)); } = 16;

    /// <summary>Different author domains evaluated for one message (RFC 9989 §11.5). 5; at most 16.</summary>
    public int MaxAuthorDomains { get; init => field = Checked(value, 16, nameof(MaxAuthorDomains)); } = 5;

    private static int Checked(int value, int ceiling, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ceiling, name);
        return value;
    }
}
