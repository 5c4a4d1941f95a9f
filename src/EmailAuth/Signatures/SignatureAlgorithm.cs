namespace EmailAuth.Signatures;

/// <summary>How a signature is made (RFC 6376 §3.3, RFC 8463 §3): the <c>a=</c> tag.</summary>
public enum SignatureAlgorithm
{
    /// <summary>RSASSA-PKCS1-v1_5 over SHA-1: neither made nor accepted (RFC 8301 §3.1).</summary>
    RsaSha1 = 0,

    /// <summary>RSASSA-PKCS1-v1_5 over SHA-256.</summary>
    RsaSha256,

    /// <summary>Ed25519 over the SHA-256 hash (RFC 8463).</summary>
    Ed25519Sha256,
}

/// <summary>The names of RFC 6376 §3.3 and RFC 8463 §3, and what they imply.</summary>
internal static class SignatureAlgorithms
{
    /// <summary>SHA-256 gives 32 octets; it is the one hash that RFC 8301 §3.1 leaves.</summary>
    public const int DigestLength = 32;

    // RFC 6376 §3.2: values are compared with regard to case unless a tag says otherwise, and a= does not.
    public static SignatureAlgorithm? Find(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("rsa-sha256"u8) ? SignatureAlgorithm.RsaSha256
        : name.SequenceEqual("ed25519-sha256"u8) ? SignatureAlgorithm.Ed25519Sha256
        : name.SequenceEqual("rsa-sha1"u8) ? SignatureAlgorithm.RsaSha1
        : null;

    public static string ToText(this SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.RsaSha1 => "rsa-sha1",
        SignatureAlgorithm.RsaSha256 => "rsa-sha256",
        SignatureAlgorithm.Ed25519Sha256 => "ed25519-sha256",
    };

    /// <summary>The <c>k=</c> of a key that may verify it.</summary>
    public static KeyType KeyType(this SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.RsaSha1 or SignatureAlgorithm.RsaSha256 => Signatures.KeyType.Rsa,
        SignatureAlgorithm.Ed25519Sha256 => Signatures.KeyType.Ed25519,
    };

    /// <summary>The octets of a <c>bh=</c>.</summary>
    public static int BodyHashLength(this SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.RsaSha1 => 20,
        SignatureAlgorithm.RsaSha256 or SignatureAlgorithm.Ed25519Sha256 => DigestLength,
    };
}
