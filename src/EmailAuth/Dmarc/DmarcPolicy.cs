namespace EmailAuth.Dmarc;

/// <summary>What a domain owner asks receivers to do with mail that fails (RFC 9989 §4.7, tags <c>p</c>, <c>sp</c>, <c>np</c>), from weak to strict.</summary>
public enum DmarcPolicy
{
    /// <summary>No preference.</summary>
    None,

    /// <summary>The mail is suspicious.</summary>
    Quarantine,

    /// <summary>The use of the domain is not valid.</summary>
    Reject,
}

/// <summary>Which tag a policy was taken from (RFC 9989 §4.10.1).</summary>
public enum PolicyTag
{
    /// <summary><c>p</c>.</summary>
    P,

    /// <summary><c>sp</c>: the author domain is a subdomain of the policy domain.</summary>
    Sp,

    /// <summary><c>np</c>: it is a subdomain that does not exist.</summary>
    Np,
}

/// <summary>How close an authenticated identifier must be to the author domain (RFC 9989 §4.7, tags <c>adkim</c>, <c>aspf</c>).</summary>
public enum AlignmentMode
{
    /// <summary>Both have the same Organizational Domain (RFC 9989 §3.2.10.1).</summary>
    Relaxed,

    /// <summary>Both are the same domain (RFC 9989 §3.2.10.2).</summary>
    Strict,
}

/// <summary>Whether a domain is a public suffix, by its own record (RFC 9989 §4.7, tag <c>psd</c>).</summary>
public enum PublicSuffixClaim
{
    /// <summary><c>psd=u</c>, or no such tag: it may or may not be an Organizational Domain.</summary>
    Unknown,

    /// <summary><c>psd=y</c>: it is a public suffix.</summary>
    Yes,

    /// <summary><c>psd=n</c>: it is not, and it is the Organizational Domain of itself and what lies below.</summary>
    No,
}

/// <summary>When failure reports are wanted (RFC 9989 §4.7, tag <c>fo</c>).</summary>
[Flags]
public enum FailureReportOptions
{
    /// <summary>Never: there is no <c>ruf</c> tag.</summary>
    None = 0,

    /// <summary><c>0</c>: when no mechanism gave an aligned pass. The default where <c>ruf</c> is given.</summary>
    AllFailed = 1,

    /// <summary><c>1</c>: when any mechanism did not give an aligned pass.</summary>
    AnyFailed = 2,

    /// <summary><c>d</c>: when a DKIM signature failed, aligned or not.</summary>
    DkimFailed = 4,

    /// <summary><c>s</c>: when SPF failed, aligned or not.</summary>
    SpfFailed = 8,
}

/// <summary>How the Organizational Domain and the policy record were found: the <c>discovery_method</c> of RFC 9990.</summary>
public enum DiscoveryMethod
{
    /// <summary>By the DNS tree walk of RFC 9989 §4.10: <c>treewalk</c>.</summary>
    TreeWalk,

    /// <summary>By a public suffix list (RFC 7489 §3.2): <c>psl</c>.</summary>
    PublicSuffixList,
}

/// <summary>Words for a <see cref="DmarcPolicy"/>.</summary>
public static class DmarcPolicyExtensions
{
    /// <summary>The word of a record and of <c>policy.dmarc</c> (RFC 9989 §4.7, §9.1): <c>none</c>, <c>quarantine</c>, <c>reject</c>.</summary>
    public static string ToKeyword(this DmarcPolicy policy) => policy switch
    {
        DmarcPolicy.None => "none",
        DmarcPolicy.Quarantine => "quarantine",
        DmarcPolicy.Reject => "reject",
    };
}
