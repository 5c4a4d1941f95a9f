namespace EmailAuth.Signatures;

/// <summary>How a header or a body is brought into one form before it is hashed (RFC 6376 §3.4). Of a <c>c=</c> tag each half names one.</summary>
public enum CanonicalizationAlgorithm
{
    /// <summary>Almost no change is tolerated (§3.4.1, §3.4.3). What holds where nothing is said.</summary>
    Simple,

    /// <summary>White space and the case of field names may change (§3.4.2, §3.4.4).</summary>
    Relaxed,
}
