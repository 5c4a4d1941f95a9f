namespace EmailAuth.Signatures;

/// <summary>
/// How much arithmetic the signatures of one message may cause, those of DKIM and of ARC together, and how large the parts of one may be. The constants hold for
/// every signature and key record, whatever the options say: a key is read once and serves all messages.
/// </summary>
public sealed record SignatureLimits
{
    /// <summary>Octets of a signature field's value.</summary>
    public const int MaxValueLength = 16 << 10;

    /// <summary>Tags of a signature or of a key record.</summary>
    public const int MaxTags = 64;

    /// <summary>Names in <c>h=</c>.</summary>
    public const int MaxSignedFields = 256;

    /// <summary>Octets of a decoded <c>b=</c>: that of an 8,192-bit key.</summary>
    public const int MaxSignatureOctets = 1024;

    /// <summary>Octets of a key record.</summary>
    public const int MaxKeyRecordOctets = 8 << 10;

    /// <summary>Octets of the value of <c>p=</c> in a key record.</summary>
    public const int MaxKeyDataLength = 4096;

    /// <summary>Records at the name of a key; with more the name is not used.</summary>
    public const int MaxKeyRecords = 8;

    /// <summary>Key records of one name that are tried.</summary>
    public const int MaxKeysTried = 3;

    /// <summary>The longest RSA key, in bits; RFC 8301 §3.2 demands 4,096.</summary>
    public const int MaxRsaKeyBits = 8192;

    /// <summary>The defaults.</summary>
    public static SignatureLimits Default { get; } = new();

    /// <summary>
    /// Public-key operations for one message; a signature that would need one more ends in permerror, and a chain fails. 60, which is ten DKIM signatures and
    /// fifty seals; at most 400.
    /// </summary>
    public int MaxVerifications { get; init => field = Checked(value, 1, 400, nameof(MaxVerifications)); } = 60;

    /// <summary>
    /// Distinct hashes of the body. Two are those of the whole body, simple and relaxed; the rest is for signatures with a length (<c>l=</c>), the first that
    /// ask. 4; at least 2, at most 16.
    /// </summary>
    public int MaxBodyHashes { get; init => field = Checked(value, 2, 16, nameof(MaxBodyHashes)); } = 4;

    private static int Checked(int value, int floor, int ceiling, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, floor, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ceiling, name);
        return value;
    }
}
