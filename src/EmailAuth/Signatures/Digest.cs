using System.Runtime.CompilerServices;

namespace EmailAuth.Signatures;

/// <summary>Room for a SHA-256 digest inside the object that it belongs to.</summary>
[InlineArray(SignatureAlgorithms.DigestLength)]
internal struct Digest
{
    private byte _first;
}
