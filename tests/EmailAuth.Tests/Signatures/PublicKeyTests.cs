using System.Numerics;
using System.Security.Cryptography;
using EmailAuth.Signatures;

namespace EmailAuth.Tests.Signatures;

/// <summary>What a key is before any arithmetic is done with it: its numbers measured, its point one that only its owner can sign for.</summary>
public class PublicKeyTests
{
    private static readonly RSAParameters Numbers = RSA.Create(1024).ExportParameters(includePrivateParameters: false);

    private static byte[] Der(byte tag, params byte[][] contents)
    {
        var inner = contents.SelectMany(octets => octets).ToArray();
        byte[] length = inner.Length < 128 ? [(byte)inner.Length] : inner.Length < 256 ? [0x81, (byte)inner.Length] : [0x82, (byte)(inner.Length >> 8), (byte)inner.Length];
        return [tag, .. length, .. inner];
    }

    private static byte[] Integer(BigInteger number) => Der(0x02, number.ToByteArray(isBigEndian: true));

    private static BigInteger Modulus => new(Numbers.Modulus!, isUnsigned: true, isBigEndian: true);

    private static KeyDataError Read(byte[] der) => RsaPublicKey.TryRead(der, out _);

    [Rfc(8017, "A.1.1")]
    [TestCase(3, "None")]
    [TestCase(65537, "None")]
    [TestCase((1L << 33) - 1, "None")]
    [TestCase(1, "Exponent")]
    [TestCase(0, "Exponent")]
    [TestCase(4, "Exponent")]
    [TestCase(65536, "Exponent")]
    [TestCase((1L << 33) + 1, "Exponent")]
    [TestCase(1L << 40, "Exponent")]
    public void An_exponent_is_odd_and_from_3_to_2_to_the_33(long exponent, string expected) =>
        Assert.That(Read(Der(0x30, Integer(Modulus), Integer(exponent))).ToString(), Is.EqualTo(expected));

    [Test, Attack("K6")]
    public void Nothing_stands_behind_the_numbers_and_a_modulus_is_odd()
    {
        Assert.That(Read(Der(0x30, Integer(Modulus), Integer(65537))), Is.EqualTo(KeyDataError.None));
        Assert.That(Read(Der(0x30, Integer(Modulus), Integer(65537), Integer(7))), Is.EqualTo(KeyDataError.Malformed));
        Assert.That(Read([.. Der(0x30, Integer(Modulus), Integer(65537)), 0]), Is.EqualTo(KeyDataError.Malformed));
        Assert.That(Read(Der(0x30, Integer(Modulus - 1), Integer(65537))), Is.EqualTo(KeyDataError.Modulus));
        Assert.That(Read(Der(0x30, Integer(0), Integer(65537))), Is.EqualTo(KeyDataError.Modulus));
    }

    [Test, Rfc(8301, "3.2")]
    public void A_key_below_1024_bits_is_measured_and_verifies_nothing()
    {
        using var rsa = RSA.Create(512);
        var digest = new byte[32];
        Assert.That(RsaPublicKey.TryRead(rsa.ExportRSAPublicKey(), out var key), Is.EqualTo(KeyDataError.None));
        Assert.That(key!.Bits, Is.EqualTo(512));
        Assert.That(key.Verify(digest, rsa.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)), Is.False);
    }

    [Rfc(8017, "8.2.2")]
    [TestCase(0, true)]
    [TestCase(-1, false)]
    [TestCase(1, false)]
    [TestCase(-128, false)]
    public void A_signature_is_as_long_as_the_modulus(int longer, bool expected)
    {
        using var rsa = RSA.Create(1024);
        var digest = new byte[32];
        var signature = rsa.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        RsaPublicKey.TryRead(rsa.ExportSubjectPublicKeyInfo(), out var key);
        Assert.That(key!.Verify(digest, longer > 0 ? [0, .. signature] : signature[..(signature.Length + longer)]), Is.EqualTo(expected));
    }

    /// <summary>y = 1, -1, 0 and the two of order 8; and each y from 2^255 - 19 on, which is another way to write one from 0 on.</summary>
    private static IEnumerable<TestCaseData> BadPoints()
    {
        var prime = BigInteger.Pow(2, 255) - 19;
        var y = new List<BigInteger>
        {
            0, 1, prime - 1,
            BigInteger.Parse("2707385501144840649318225287225658788936804267575313519463743609750303021", System.Globalization.CultureInfo.InvariantCulture),
            BigInteger.Parse("55188659117513257062467267217118295137698188065244968500265048394206261417927", System.Globalization.CultureInfo.InvariantCulture),
        };
        for (var i = 0; i < 19; i++)
            y.Add(prime + i);
        foreach (var number in y)
        {
            foreach (var sign in new byte[] { 0, 0x80 })
            {
                var octets = new byte[32];
                number.TryWriteBytes(octets, out _, isUnsigned: true);
                octets[31] |= sign;
                yield return new TestCaseData(octets).SetArgDisplayNames(Convert.ToHexString(octets));
            }
        }
    }

    [Attack("K26"), Rfc(8032, "5.1.3")]
    [TestCaseSource(nameof(BadPoints))]
    public void A_point_of_small_order_or_written_another_way_is_no_key(byte[] octets) =>
        Assert.That(Ed25519PublicKey.TryRead(octets, out _), Is.EqualTo(KeyDataError.Point));

    /// <summary>With the neutral point for R, the equation of RFC 8032 §5.1.7 holds for S = k·a: a signature that its owner can make without a secret number.</summary>
    [Test, Attack("K26")]
    public void A_signature_with_a_point_of_small_order_is_none()
    {
        using var key = SigningKey.GenerateEd25519();
        var seed = Convert.FromBase64String(key.ExportPkcs8Pem().Split('\n')[1])[^32..];
        var scalar = SHA512.HashData(seed)[..32];
        scalar[0] &= 248;
        scalar[31] = (byte)(scalar[31] & 127 | 64);
        byte[] neutral = [1, .. new byte[31]], digest = new byte[32];
        var order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
        Ed25519PublicKey.TryRead(key.PublicKeyData.Span, out var read);
        var challenge = new BigInteger(SHA512.HashData([.. neutral, .. key.PublicKeyData.Span, .. digest]), isUnsigned: true);
        var forged = new byte[32];
        (challenge * new BigInteger(scalar, isUnsigned: true) % order).TryWriteBytes(forged, out _, isUnsigned: true);
        Assert.That(Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Verify([.. neutral, .. forged], 0, key.PublicKeyData.ToArray(), 0, digest, 0, 32), Is.True, "the equation holds");
        Assert.That(read!.Verify(digest, [.. neutral, .. forged]), Is.False);
    }
}
