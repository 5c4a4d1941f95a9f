namespace EmailAuth.Signatures;

/// <summary>A hash of a body that is gone (RFC 6376 §3.7 step 1).</summary>
/// <param name="Algorithm">How the body was canonicalized.</param>
/// <param name="Limit">How many octets were to be hashed (<c>l=</c>); null for all.</param>
/// <param name="BodyLength">The octets of the canonical body.</param>
/// <param name="Digest">SHA-256.</param>
internal sealed record KeptBodyHash(CanonicalizationAlgorithm Algorithm, long? Limit, long BodyLength, byte[] Digest);
