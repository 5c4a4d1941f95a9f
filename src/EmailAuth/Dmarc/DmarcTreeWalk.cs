using EmailAuth.Dns;

namespace EmailAuth.Dmarc;

/// <summary>A record, and the domain that it was found at.</summary>
internal readonly record struct FoundRecord(DomainName Domain, DmarcRecord Record);

/// <summary>
/// One DNS tree walk (RFC 9989 §4.10): up from a domain, label by label, to the first record with <c>psd=y</c> or <c>psd=n</c> or to the
/// top; at most eight queries. A value, so that a walk whose answers are at hand leaves nothing on the heap.
/// </summary>
internal struct DmarcTreeWalk
{
    /// <summary>RFC 9989 §4.10: names of more than eight labels are cut to seven after the first query.</summary>
    private const int MostLabelsAfterFirst = 7;

    // Of the records found: a walk ends at the first that says what it is, so that these are all that can matter.
    private FoundRecord? _beforeTopmost;

    private DmarcTreeWalk(DomainName start) => Start = start;

    public DomainName Start { get; }

    /// <summary>The question that kept the walk from going on; null if it came to its end.</summary>
    public DnsFault? Fault { get; private set; }

    /// <summary>Where several records were found and discarded; null if nowhere.</summary>
    public List<DomainName>? SeveralRecordsAt { get; private set; }

    /// <summary>Whether the name of the first question, and so the start itself, is known to exist.</summary>
    public bool StartExists { get; private set; }

    /// <summary>The record at the start; null if there is none.</summary>
    public DmarcRecord? RecordAtStart { get; private set; }

    /// <summary>The record of the public suffix above the start: the one with <c>psd=y</c> that ended the walk; null if none did.</summary>
    public readonly FoundRecord? PublicSuffix =>
        Topmost is { Record.PublicSuffix: PublicSuffixClaim.Yes } last && last.Domain != Start ? last : null;

    /// <summary>The record with the fewest labels so far; null if none was found.</summary>
    public FoundRecord? Topmost { get; private set; }

    /// <summary>The record at the <see cref="OrganizationalDomain"/>, if that is known; null if there is none.</summary>
    public readonly DmarcRecord? RecordAtOrganizationalDomain
    {
        get
        {
            if (OrganizationalDomain is not { } domain)
                return null;
            return Topmost is { } last && last.Domain.Equals(domain) ? last.Record
                : _beforeTopmost is { } before && before.Domain.Equals(domain) ? before.Record
                : null;
        }
    }

    public static async ValueTask<DmarcTreeWalk> FromAsync(DomainName start, DmarcLookups lookups, CancellationToken cancellationToken)
    {
        var walk = new DmarcTreeWalk(start);
        var target = start;
        while (true)
        {
            var records = await lookups.RecordsOfAsync(target, cancellationToken).ConfigureAwait(false);
            if (!walk.GoOn(target, records))
                return walk;
            target = Above(target, lookups);
            if (target.LabelCount == 0)
                return walk;
        }
    }

    /// <summary>Asks ahead for every name of a walk, since none of them depends on what is found at another.</summary>
    public static void LookAhead(DomainName start, DmarcLookups lookups, CancellationToken cancellationToken)
    {
        for (var target = start; target.LabelCount > 0; target = Above(target, lookups))
            lookups.AskAhead(target, cancellationToken);
    }

    private static DomainName Above(DomainName target, DmarcLookups lookups) => lookups.Names.TakeLast(target, Math.Min(target.LabelCount - 1, MostLabelsAfterFirst));

    /// <summary>RFC 9989 §4.10 steps 2 and 6. A failure ends the walk too: whether it would have stopped there cannot be known.</summary>
    private bool GoOn(DomainName target, DmarcRecordSet records)
    {
        if (records.Status.IsTransient())
        {
            Fault = new DnsFault(target, records.Status, records.Detail);
            return false;
        }
        if (ReferenceEquals(target, Start))
            StartExists = records.Status is DnsStatus.NoError or DnsStatus.NoData;
        if (records.HasSeveralRecords)
            (SeveralRecordsAt ??= []).Add(target);
        if (records.Record is not { } record)
            return true;
        if (ReferenceEquals(target, Start))
            RecordAtStart = record;
        (_beforeTopmost, Topmost) = (Topmost, new FoundRecord(target, record));
        return record.PublicSuffix == PublicSuffixClaim.Unknown;
    }

    /// <summary>
    /// The Organizational Domain of the start (RFC 9989 §4.10.2), selected from the longest name to the shortest; null where
    /// <see cref="Fault"/> hides it.
    /// </summary>
    public readonly DomainName? OrganizationalDomain
    {
        get
        {
            if (Fault is not null)
                return null;
            if (Topmost is not { } last)
                return Start;
            // 1. psd=n: this is it. 3. Otherwise the name with the fewest labels.
            // 2. psd=y, other than where the walk started: it is the domain one label below.
            return PublicSuffix is null ? last.Domain : Start.TakeLast(last.Domain.LabelCount + 1);
        }
    }
}
