using Org.BouncyCastle.Math.EC.Rfc8032;

namespace EmailAuth.Signatures;

/// <summary>An Ed25519 key (RFC 8463 §4.2): 32 octets, decoded once.</summary>
internal sealed class Ed25519PublicKey : PublicKey
{
    public const int Length = 32, SignatureLength = 64;

    private readonly Ed25519.PublicPoint _point;

    private Ed25519PublicKey(Ed25519.PublicPoint point) => _point = point;

    public override KeyType Type => KeyType.Ed25519;

    public override int Bits => 256;

    public static KeyDataError TryRead(ReadOnlySpan<byte> octets, out Ed25519PublicKey? key)
    {
        key = null;
        if (octets.Length == Length + Wrapping.Length && octets.StartsWith(Wrapping))
            return KeyDataError.Wrapped;
        if (octets.Length != Length)
            return KeyDataError.Malformed;
        // This refuses a y at or above 2^255 - 19 (RFC 8032 §5.1.3 step 1) and the eight points of small order.
        if (Ed25519.ValidatePublicKeyPartialExport(octets) is not { } point)
            return KeyDataError.Point;
        key = new Ed25519PublicKey(point);
        return KeyDataError.None;
    }

    /// <summary>What stands before the 32 octets in a SubjectPublicKeyInfo (RFC 8410 §4).</summary>
    internal static ReadOnlySpan<byte> Wrapping => [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00];

    // RFC 8463 §3: Ed25519 signs the SHA-256 hash, "PureEdDSA" with the hash for its message.
    // S at or above the group's order is refused inside (RFC 8032 §5.1.7 step 1).
    public override bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureLength && !IsOfSmallOrder(signature[..Length]) && Ed25519.Verify(signature, _point, digest);

    /// <summary>
    /// Whether the point's y is that of one of the eight points whose order divides 8. Under such a key anybody can make signatures
    /// for half of all messages or more.
    /// </summary>
    private static bool IsOfSmallOrder(ReadOnlySpan<byte> point)
    {
        Span<byte> y = stackalloc byte[Length];
        point.CopyTo(y);
        y[31] &= 0x7F;
        return y.SequenceEqual(OrderOne) || y.SequenceEqual(OrderTwo) || y.SequenceEqual(OrderFour)
            || y.SequenceEqual(OrderEight) || y.SequenceEqual(OrderEightToo);
    }

    // y = 1, -1, 0 and the two of order 8, least octet first.
    private static ReadOnlySpan<byte> OrderOne =>
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static ReadOnlySpan<byte> OrderTwo =>
        [0xEC, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
         0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];

    private static ReadOnlySpan<byte> OrderFour => new byte[Length];

    private static ReadOnlySpan<byte> OrderEight =>
        [0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
         0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05];

    private static ReadOnlySpan<byte> OrderEightToo =>
        [0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
         0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A];
}
