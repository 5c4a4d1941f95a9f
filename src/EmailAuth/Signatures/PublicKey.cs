namespace EmailAuth.Signatures;

/// <summary>A public key ready to verify with. Immutable; it may be used from many threads at once.</summary>
internal abstract class PublicKey
{
    public abstract KeyType Type { get; }

    /// <summary>The key's length: the bits of an RSA modulus; 256 for Ed25519.</summary>
    public abstract int Bits { get; }

    /// <summary>Whether the signature is that of this key over a SHA-256 digest. False for a signature of any form or length that does not fit.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature);
}
