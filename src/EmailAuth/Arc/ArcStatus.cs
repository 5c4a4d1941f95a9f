namespace EmailAuth.Arc;

/// <summary>The Chain Validation Status of a message (RFC 8617 §4.4).</summary>
public enum ArcStatus
{
    /// <summary>There is a chain, and its validation failed. It counts as much as no chain (§5.2).</summary>
    Fail = 0,

    /// <summary>There is no chain.</summary>
    None,

    /// <summary>
    /// The chain is whole, and the message is as the newest sealer sent it. That is cryptography only: whether the sealers tell the truth is for
    /// <see cref="TrustedSealers"/> to say.
    /// </summary>
    Pass,
}

/// <summary>The Chain Validation Status that a seal reports, its <c>cv=</c> (RFC 8617 §4.1.3, §4.4).</summary>
public enum ArcChainValidation
{
    /// <summary>The sealer found a chain that failed.</summary>
    Fail = 0,

    /// <summary>The sealer found no chain, so that its own set is the first.</summary>
    None,

    /// <summary>The sealer found a chain that passed.</summary>
    Pass,
}

/// <summary>Words for an <see cref="ArcStatus"/>.</summary>
public static class ArcStatusExtensions
{
    /// <summary>The word for header fields (RFC 8617 §4.4): <c>none</c>, <c>pass</c> or <c>fail</c>.</summary>
    public static string ToKeyword(this ArcStatus status) => status switch
    {
        ArcStatus.Fail => "fail",
        ArcStatus.None => "none",
        ArcStatus.Pass => "pass",
    };
}
