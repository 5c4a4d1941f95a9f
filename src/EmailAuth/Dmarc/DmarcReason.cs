namespace EmailAuth.Dmarc;

/// <summary>Which rule decided a <see cref="DmarcStatus"/>.</summary>
public enum DmarcReason
{
    /// <summary>None: no policy record applies (RFC 9989 §4.10.1).</summary>
    NoRecord,

    /// <summary>None: the record has no valid <c>p</c>, or an invalid <c>sp</c> or <c>np</c>, and no valid address in <c>rua</c> (RFC 9989 §4.10.1).</summary>
    RecordNotUsable,

    /// <summary>None: with a public suffix list, there are several records at the name that decides (RFC 7489 §6.6.3 step 5).</summary>
    SeveralRecords,

    /// <summary>None: of several author domains some pass, and to the others no policy record applies (RFC 9989 §11.5).</summary>
    NotEveryAuthorDomainPassed,

    /// <summary>Pass: an authenticated identifier is aligned with every author domain (RFC 9989 §5.3.5).</summary>
    IdentifierAligned,

    /// <summary>Fail: SPF and DKIM authenticated nothing (RFC 9989 §5.3.5).</summary>
    NoAuthenticatedIdentifier,

    /// <summary>Fail: what SPF and DKIM authenticated is not aligned with the author domain (RFC 9989 §5.3.5).</summary>
    NoIdentifierAligned,

    /// <summary>TempError: a DNS error or a budget hid which policy record applies (RFC 9989 §5.3.6).</summary>
    PolicyHidden,

    /// <summary>TempError: a DNS error or a budget hid whether an authenticated identifier is aligned (RFC 9989 §5.3.6).</summary>
    AlignmentHidden,

    /// <summary>TempError: the check of an identifier that could be aligned ended in a temporary error (RFC 9989 §5.3.6).</summary>
    IdentifierTemporaryError,

    /// <summary>PermError: the header section breaks a limit and was not read.</summary>
    HeaderNotRead,

    /// <summary>PermError: there is no From field (RFC 9989 §4.4).</summary>
    NoFromField,

    /// <summary>PermError: there are several From fields, or lines that another program may take for one (RFC 9989 §4.4).</summary>
    SeveralFromFields,

    /// <summary>PermError: the From field does not follow the grammar of RFC 5322 §3.4.</summary>
    FromNotParsable,

    /// <summary>PermError: the From field holds no mailbox, only empty groups.</summary>
    NoMailbox,

    /// <summary>PermError: the From field holds more mailboxes than <see cref="DmarcLimits.MaxMailboxes"/>.</summary>
    TooManyMailboxes,

    /// <summary>PermError: the From field names more domains than <see cref="DmarcLimits.MaxAuthorDomains"/> (RFC 9989 §11.5).</summary>
    TooManyAuthorDomains,

    /// <summary>PermError: the From field holds several mailboxes, and <see cref="DmarcOptions.RefuseSeveralAuthors"/> is set (RFC 9989 §11.5).</summary>
    SeveralAuthors,

    /// <summary>PermError: an author's address has an IP address in place of a domain, in brackets or not.</summary>
    AddressLiteral,

    /// <summary>PermError: an author's domain has one label only.</summary>
    SingleLabelDomain,

    /// <summary>PermError: an author's domain is no domain name, or its U-labels have no A-labels (RFC 9989 §5.3.1).</summary>
    InvalidDomain,
}
