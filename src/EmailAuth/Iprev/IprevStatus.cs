namespace EmailAuth.Iprev;

// RFC 8601 §2.7.3: the results of "iprev".

/// <summary>What the reverse name of an address says (RFC 8601 §2.7.3). There is no "none": every client has an address.</summary>
public enum IprevStatus
{
    /// <summary>The address has names, and none of them has the address.</summary>
    Fail = 0,

    /// <summary>A name of the address has the address itself.</summary>
    Pass,

    /// <summary>DNS failed for a time; a later check may say something else.</summary>
    TempError,

    /// <summary>The address has no name that could be checked.</summary>
    PermError,
}

/// <summary>Which rule decided: one member a rule.</summary>
public enum IprevReason
{
    /// <summary>Fail: none of the names has the address (RFC 8601 §3).</summary>
    NotConfirmed = 0,

    /// <summary>Pass: a name has the address (RFC 8601 §3).</summary>
    Confirmed,

    /// <summary>Permerror: no PTR record is published for the address (RFC 8601 §2.7.3).</summary>
    NoReverseName,

    /// <summary>Permerror: there are PTR records, and none of them holds the name of a host (RFC 1123 §2.1).</summary>
    MalformedReverseName,

    /// <summary>Temperror: the PTR records could not be looked up (RFC 8601 §2.7.3).</summary>
    ReverseLookupFailed,

    /// <summary>Temperror: no name confirmed the address, and the addresses of one could not be looked up (RFC 8601 §2.7.3).</summary>
    ForwardLookupFailed,
}

/// <summary>Words for an <see cref="IprevStatus"/>.</summary>
public static class IprevStatusExtensions
{
    /// <summary>The word for header fields (RFC 8601 §2.7.3): <c>pass</c>, <c>fail</c>, <c>temperror</c>, <c>permerror</c>.</summary>
    public static string ToKeyword(this IprevStatus status) => status switch
    {
        IprevStatus.Fail => "fail",
        IprevStatus.Pass => "pass",
        IprevStatus.TempError => "temperror",
        IprevStatus.PermError => "permerror",
    };
}
