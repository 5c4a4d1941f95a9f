namespace EmailAuth.Spf;

// RFC 7208 §2.6: the results of check_host().

/// <summary>What a check says (RFC 7208 §2.6). Zero is <see cref="None"/>: nothing was learned.</summary>
public enum SpfStatus
{
    /// <summary>There was no domain to check, or it publishes no SPF record (§2.6.1).</summary>
    None = 0,

    /// <summary>The domain says that it says nothing about this address (§2.6.2). To be treated as <see cref="None"/>.</summary>
    Neutral,

    /// <summary>The domain authorizes this address (§2.6.3).</summary>
    Pass,

    /// <summary>The domain says that this address may not send for it (§2.6.4).</summary>
    Fail,

    /// <summary>The domain says that this address probably may not send for it (§2.6.5).</summary>
    SoftFail,

    /// <summary>A transient error, mostly of DNS; a later check may say something else (§2.6.6).</summary>
    TempError,

    /// <summary>The published records could not be interpreted; their owner has to mend them (§2.6.7).</summary>
    PermError,
}

/// <summary>Which of the two identities of an SMTP session was checked (RFC 7208 §2.3, §2.4).</summary>
public enum SpfScope
{
    /// <summary>The reverse-path of MAIL FROM (§2.4).</summary>
    MailFrom = 0,

    /// <summary>The name given with HELO or EHLO (§2.3), also where the reverse-path was null (§2.4).</summary>
    Helo,
}

/// <summary>Words for a <see cref="SpfStatus"/>.</summary>
public static class SpfStatusExtensions
{
    /// <summary>The word for header fields (RFC 7208 §9.1): <c>pass</c>, <c>softfail</c>, <c>temperror</c> …</summary>
    public static string ToKeyword(this SpfStatus status) => status switch
    {
        SpfStatus.None => "none",
        SpfStatus.Neutral => "neutral",
        SpfStatus.Pass => "pass",
        SpfStatus.Fail => "fail",
        SpfStatus.SoftFail => "softfail",
        SpfStatus.TempError => "temperror",
        SpfStatus.PermError => "permerror",
    };
}
