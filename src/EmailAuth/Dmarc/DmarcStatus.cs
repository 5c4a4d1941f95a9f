namespace EmailAuth.Dmarc;

/// <summary>The result of DMARC, in the words of RFC 9989 §9.2.</summary>
public enum DmarcStatus
{
    /// <summary>No policy record applies to the author domain.</summary>
    None,

    /// <summary>A policy record applies, and an authenticated identifier is aligned with the author domain.</summary>
    Pass,

    /// <summary>A policy record applies, and no authenticated identifier is aligned with the author domain.</summary>
    Fail,

    /// <summary>A DNS error, or a budget, hid what the result depends on. A later attempt may tell.</summary>
    TempError,

    /// <summary>The message has no author domain that could be evaluated. A later attempt will not help.</summary>
    PermError,
}

/// <summary>Words for a <see cref="DmarcStatus"/>.</summary>
public static class DmarcStatusExtensions
{
    /// <summary>The word for header fields and reports (RFC 9989 §9.2): <c>pass</c>, <c>temperror</c> …</summary>
    public static string ToKeyword(this DmarcStatus status) => status switch
    {
        DmarcStatus.None => "none",
        DmarcStatus.Pass => "pass",
        DmarcStatus.Fail => "fail",
        DmarcStatus.TempError => "temperror",
        DmarcStatus.PermError => "permerror",
    };
}
