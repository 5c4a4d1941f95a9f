namespace EmailAuth.Spf;

/// <summary>Which rule decided an SPF result: one member a rule. The status it goes with stands in its text.</summary>
public enum SpfReason
{
    /// <summary>None: nothing was checked, for example because the client's address is not known.</summary>
    NotChecked = 0,

    /// <summary>None: the reverse-path is no mailbox, so it names no domain (RFC 7208 §2.4).</summary>
    SenderMalformed,

    /// <summary>None: the domain is no multi-label domain name, or it is an IP address (RFC 7208 §4.3).</summary>
    DomainMalformed,

    /// <summary>None: the domain does not exist (RFC 7208 §4.3).</summary>
    DomainDoesNotExist,

    /// <summary>None: the domain publishes no SPF record (RFC 7208 §4.5).</summary>
    NoRecord,

    /// <summary>Pass, fail, softfail or neutral: a mechanism matched, and its qualifier is the result (RFC 7208 §4.6.2).</summary>
    MechanismMatched,

    /// <summary>Neutral: no mechanism matched and there is no redirect (RFC 7208 §4.7).</summary>
    NoMechanismMatched,

    /// <summary>Permerror: the domain publishes several SPF records, and they differ (RFC 7208 §4.5).</summary>
    MultipleRecords,

    /// <summary>Permerror: the domain publishes the same SPF record several times (RFC 7208 §4.5).</summary>
    IdenticalRecords,

    /// <summary>Permerror: a record does not follow the grammar (RFC 7208 §4.6, §12).</summary>
    SyntaxError,

    /// <summary>Permerror: a record is longer than <see cref="SpfRecord.MaxLength"/> (RFC 7208 §11.1).</summary>
    RecordTooLong,

    /// <summary>Permerror: more terms that cause DNS look-ups than <see cref="SpfLimits.MaxDnsLookups"/> (RFC 7208 §4.6.4).</summary>
    TooManyDnsLookups,

    /// <summary>Permerror: more look-ups without an answer than <see cref="SpfLimits.MaxVoidLookups"/> (RFC 7208 §4.6.4).</summary>
    TooManyVoidLookups,

    /// <summary>Permerror: an "mx" mechanism with more exchanges than <see cref="SpfLimits.MaxMxHosts"/> (RFC 7208 §4.6.4, §5.4).</summary>
    TooManyMxHosts,

    /// <summary>Permerror: more DNS queries than <see cref="SpfLimits.MaxQueries"/> (RFC 7208 §11.1).</summary>
    TooManyQueries,

    /// <summary>Permerror: an "include" names a domain without an SPF record, or no domain (RFC 7208 §5.2).</summary>
    IncludeWithoutRecord,

    /// <summary>Permerror: a "redirect" names a domain without an SPF record, or no domain (RFC 7208 §6.1).</summary>
    RedirectWithoutRecord,

    /// <summary>Temperror: a DNS query failed or was not answered in time (RFC 7208 §4.4, §5).</summary>
    DnsError,

    /// <summary>Temperror: the check took longer than <see cref="SpfLimits.MaxTime"/> (RFC 7208 §4.6.4).</summary>
    TimeLimitReached,
}
