namespace EmailAuth.Dkim;

/// <summary>How the verification of one signature ended, in the words of RFC 8601 §2.7.1.</summary>
public enum DkimStatus
{
    /// <summary>There was no signature.</summary>
    None = 0,

    /// <summary>The signature is good and acceptable.</summary>
    Pass,

    /// <summary>The signature does not match the message.</summary>
    Fail,

    /// <summary>The signature is of a kind that is not accepted: too weak, or covering too little.</summary>
    Policy,

    /// <summary>Nothing follows from the signature: it was not judged, or its owner is only testing.</summary>
    Neutral,

    /// <summary>It cannot be told now; trying again later may help.</summary>
    TempError,

    /// <summary>The signature or its key is broken, and will stay so.</summary>
    PermError,
}

/// <summary>Words for a <see cref="DkimStatus"/>.</summary>
public static class DkimStatusExtensions
{
    /// <summary>The word for header fields (RFC 8601 §2.7.1): <c>pass</c>, <c>permerror</c> …</summary>
    public static string ToKeyword(this DkimStatus status) => status switch
    {
        DkimStatus.None => "none",
        DkimStatus.Pass => "pass",
        DkimStatus.Fail => "fail",
        DkimStatus.Policy => "policy",
        DkimStatus.Neutral => "neutral",
        DkimStatus.TempError => "temperror",
        DkimStatus.PermError => "permerror",
    };
}
