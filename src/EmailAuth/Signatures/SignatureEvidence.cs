using EmailAuth.Dns;

namespace EmailAuth.Signatures;

/// <summary>What one signature was compared with, kept where somebody wants to know why.</summary>
/// <param name="KeyName">Where the key is published.</param>
/// <param name="HeaderDigest">SHA-256 of the header fields that are signed, as they came.</param>
internal sealed record SignatureEvidence(DomainName KeyName, byte[] HeaderDigest)
{
    /// <summary>The hash that the signer states, <c>bh=</c>; empty for a seal, which covers no body.</summary>
    public ReadOnlyMemory<byte> StatedBodyHash { get; init; }

    /// <summary>The hash of the body as it came; empty for a seal, and where there were too many hashes to take.</summary>
    public ReadOnlyMemory<byte> BodyHash { get; init; }

    /// <summary>The octets of the canonical body as it came.</summary>
    public long BodyLength { get; init; }
}
