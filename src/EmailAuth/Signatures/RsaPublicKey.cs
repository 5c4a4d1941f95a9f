using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;

namespace EmailAuth.Signatures;

/// <summary>What is wrong with key data.</summary>
internal enum KeyDataError
{
    None,

    /// <summary>It is no key of its kind.</summary>
    Malformed,

    /// <summary>The RSA modulus is longer than <see cref="RsaPublicKey.MaxBits"/> bits.</summary>
    TooLong,

    /// <summary>The RSA exponent is even, below 3 or not below 2^33.</summary>
    Exponent,

    /// <summary>The RSA modulus is zero or even.</summary>
    Modulus,

    /// <summary>An Ed25519 key that is wrapped in a SubjectPublicKeyInfo, where 32 bare octets are right.</summary>
    Wrapped,

    /// <summary>An Ed25519 point that is not in canonical form, or of small order.</summary>
    Point,
}

/// <summary>
/// An RSA key (RFC 6376 §3.3, RFC 8017 §A.1.1). Its numbers are measured before any arithmetic is done with them (RFC 8301 §3.2; behaviour D15).
/// </summary>
internal sealed class RsaPublicKey : PublicKey
{
    public const int MaxBits = SignatureLimits.MaxRsaKeyBits;

    /// <summary>RFC 8301 §3.2: signatures by shorter keys do not count, so such a key is never imported.</summary>
    public const int MinBits = 1024;

    private static ReadOnlySpan<byte> RsaEncryption => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];

    // Importing costs as much as ten verifications, so it is done once. The platforms' implementations only read the key when they
    // verify: one object serves all threads.
    private readonly RSA? _rsa;

    private RsaPublicKey(RSA? rsa, int bits)
    {
        _rsa = rsa;
        Bits = bits;
    }

    public override KeyType Type => KeyType.Rsa;

    public override int Bits { get; }

    /// <summary>Reads a SubjectPublicKeyInfo, as RFC 6376 appendix C makes them and all the world publishes them, or the bare RSAPublicKey of §3.6.1.</summary>
    public static KeyDataError TryRead(ReadOnlySpan<byte> der, out RsaPublicKey? key)
    {
        key = null;
        if (!TryReadNumbers(der, out var modulus, out var exponent))
            return KeyDataError.Malformed;
        if (modulus.IsEmpty || (modulus[^1] & 1) == 0)
            return KeyDataError.Modulus;
        var bits = modulus.Length * 8 - BitOperations.LeadingZeroCount((uint)modulus[0]) + 24;
        if (bits > MaxBits)
            return KeyDataError.TooLong;
        if (!IsExponentAllowed(exponent))
            return KeyDataError.Exponent;
        RSA? rsa = null;
        if (bits >= MinBits && !TryImport(modulus, exponent, out rsa))
            return KeyDataError.Malformed;
        key = new RsaPublicKey(rsa, bits);
        return KeyDataError.None;
    }

    private static bool TryReadNumbers(ReadOnlySpan<byte> der, out ReadOnlySpan<byte> modulus, out ReadOnlySpan<byte> exponent)
    {
        exponent = modulus = default;
        var outer = new DerReader(der);
        if (!outer.TryRead(DerReader.Sequence, out var contents) || !outer.AtEnd)
            return false;

        var inner = new DerReader(contents);
        if (inner.TryRead(DerReader.Sequence, out var algorithm))
        {
            var identifier = new DerReader(algorithm);
            if (!identifier.TryRead(DerReader.ObjectIdentifier, out var name) || !name.SequenceEqual(RsaEncryption)
                || !(identifier.AtEnd || (identifier.TryRead(DerReader.Null, out var none) && none.IsEmpty && identifier.AtEnd))
                || !inner.TryRead(DerReader.BitString, out var bits) || !inner.AtEnd || bits.IsEmpty || bits[0] != 0)
                return false;
            outer = new DerReader(bits[1..]);
            if (!outer.TryRead(DerReader.Sequence, out contents) || !outer.AtEnd)
                return false;
            inner = new DerReader(contents);
        }
        return inner.TryReadUnsigned(out modulus) && inner.TryReadUnsigned(out exponent) && inner.AtEnd;
    }

    private static bool IsExponentAllowed(ReadOnlySpan<byte> exponent)
    {
        if (exponent.IsEmpty || exponent.Length > 5)
            return false;
        ulong value = 0;
        foreach (var octet in exponent)
            value = value << 8 | octet;
        return value is >= 3 and < 1UL << 33 && (value & 1) == 1;
    }

    private static bool TryImport(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent, [NotNullWhen(true)] out RSA? rsa)
    {
        rsa = RSA.Create();
        try
        {
            rsa.ImportParameters(new RSAParameters { Modulus = modulus.ToArray(), Exponent = exponent.ToArray() });
            return true;
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            rsa = null;
            return false;
        }
    }

    public override bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        if (_rsa is null)
            return false;
        try
        {
            // This refuses one that is not as long as the modulus, too (RFC 8017 §8.2.2 step 1).
            return _rsa.VerifyHash(digest, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
