namespace EmailAuth.Signatures;

/// <summary>
/// A private key that signs digests: <see cref="SigningKey"/> in memory, or one of your own that asks a key service or a hardware module. It
/// never has to show the key.
/// </summary>
/// <remarks>It must be safe to use from many threads at once.</remarks>
public interface ISigningKey
{
    /// <summary>What its signatures are: <see cref="SignatureAlgorithm.RsaSha256"/> or <see cref="SignatureAlgorithm.Ed25519Sha256"/>.</summary>
    SignatureAlgorithm Algorithm { get; }

    /// <summary>The length of the key in bits: of the RSA modulus; 256 for Ed25519.</summary>
    int KeyBits { get; }

    /// <summary>
    /// Signs a SHA-256 digest: for RSA by RSASSA-PKCS1-v1_5 with the digest taken for that of SHA-256 (RFC 8017 §8.2.1), for Ed25519 with the 32
    /// octets of the digest as the message (RFC 8463 §3).
    /// </summary>
    /// <param name="digest">32 octets.</param>
    /// <param name="cancellationToken">The caller no longer needs the signature.</param>
    /// <returns>The signature: as long as the RSA modulus, or 64 octets. What the key service throws reaches the signer's caller.</returns>
    ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken = default);
}
