namespace EmailAuth.Signatures;

/// <summary>The kind of key in a key record (RFC 6376 §3.6.1 and RFC 8463 §4: <c>k=</c>).</summary>
public enum KeyType
{
    /// <summary>A kind that this library does not know.</summary>
    Unknown = 0,

    /// <summary>RSA.</summary>
    Rsa,

    /// <summary>Ed25519.</summary>
    Ed25519,
}
