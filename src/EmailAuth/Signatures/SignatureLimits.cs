namespace EmailAuth.Signatures;

/// <summary>How large the parts of one signature may be (security limits of the readers of DKIM-Signature and the ARC fields).</summary>
internal static class SignatureLimits
{
    /// <summary>Octets of a signature's value.</summary>
    public const int MaxValueLength = 16 << 10;

    /// <summary>Names in <c>h=</c>.</summary>
    public const int MaxSignedFields = 256;

    /// <summary>Octets of a decoded <c>b=</c>: that of an 8,192-bit key.</summary>
    public const int MaxSignatureOctets = 1024;

    /// <summary>Octets of <c>d=</c> and <c>s=</c> in UTF-8.</summary>
    public const int MaxDomainOctets = 1024;
}
