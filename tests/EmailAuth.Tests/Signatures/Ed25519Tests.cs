using System.Numerics;
using EmailAuth.Signatures;
using BouncyCastle = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace EmailAuth.Tests.Signatures;

/// <summary>The arithmetic of Ed25519 against that of whole numbers, against the vectors of the RFC and against another implementation.</summary>
public class Ed25519Tests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);

    private static BigInteger NumberOf(in FieldElement element)
    {
        Span<byte> octets = stackalloc byte[FieldElement.Length];
        element.Write(octets);
        return new BigInteger(octets, isUnsigned: true);
    }

    private static BigInteger Modulo(BigInteger number, BigInteger modulus) => ((number % modulus) + modulus) % modulus;

    /// <summary>Octets of which many are 0x00 or 0xFF, where carries go far.</summary>
    private static byte[] Octets(Random random, int length)
    {
        var octets = new byte[length];
        random.NextBytes(octets);
        var kind = random.Next(4);
        for (var i = 0; i < length && kind > 0; i++)
            octets[i] = random.Next(6) < kind ? (byte)0xFF : random.Next(3) == 0 ? (byte)0 : octets[i];
        return octets;
    }

    /// <summary>Numbers at random, and those around the multiples of p that 255 bits hold.</summary>
    private static IEnumerable<byte[]> Numbers(Random random, int count)
    {
        foreach (var number in new[] { 0, 1, 2, 18, 19, P - 1, P, P + 1, P + 18, BigInteger.Pow(2, 254), BigInteger.Pow(2, 51) - 1, BigInteger.Pow(2, 204) })
        {
            var octets = new byte[32];
            number.TryWriteBytes(octets, out _, isUnsigned: true);
            yield return octets;
        }
        for (var i = 0; i < count; i++)
            yield return Octets(random, 32);
    }

    [Test, Rfc(8032, "5.1")]
    public void The_field_does_as_whole_numbers_do_modulo_p()
    {
        var random = new Random(8032);
        foreach (var left in Numbers(random, 1_500))
        {
            foreach (var right in Numbers(random, 2))
            {
                FieldElement a = FieldElement.Read(left), b = FieldElement.Read(right), product = a * b, square = FieldElement.Square(a, 1);
                left[31] &= 0x7F;
                right[31] &= 0x7F;
                BigInteger x = new(left, isUnsigned: true), y = new(right, isUnsigned: true);
                // What an addition or subtraction leaves may be large, and goes into the next multiplication as it is.
                var (difference, sum) = (a - product, a + b);
                FieldElement.SubtractSum(difference, product + square, out var largest);
                Assert.Multiple(() =>
                {
                    Assert.That(NumberOf(a), Is.EqualTo(x % P));
                    Assert.That(NumberOf(product), Is.EqualTo(x * y % P));
                    Assert.That(NumberOf(square), Is.EqualTo(x * x % P));
                    Assert.That(NumberOf(sum), Is.EqualTo((x + y) % P));
                    Assert.That(NumberOf(difference), Is.EqualTo(Modulo(x - x * y, P)));
                    Assert.That(NumberOf(largest), Is.EqualTo(Modulo(x - x * y - x * y - x * x, P)));
                    Assert.That(NumberOf(largest * largest), Is.EqualTo(BigInteger.ModPow(Modulo(x - x * y - x * y - x * x, P), 2, P)));
                    Assert.That(NumberOf(FieldElement.Square(largest, 1)), Is.EqualTo(NumberOf(largest * largest)));
                    Assert.That(a.IsOdd, Is.EqualTo(!(x % P).IsEven));
                });
            }
        }
    }

    [Test, Rfc(8032, "5.1.3")]
    public void An_inverse_and_a_power_are_those_of_whole_numbers()
    {
        foreach (var octets in Numbers(new Random(255), 40))
        {
            var element = FieldElement.Read(octets);
            var number = NumberOf(element);
            Assert.That(NumberOf(element.Inverse()), Is.EqualTo(BigInteger.ModPow(number, P - 2, P)));
            Assert.That(NumberOf(element.PowerForRoot()), Is.EqualTo(BigInteger.ModPow(number, (P - 5) / 8, P)));
        }
    }

    [Test, Rfc(8032, "5.1.7")]
    public void A_hash_is_reduced_as_whole_numbers_are_and_its_digits_add_up_to_it()
    {
        var random = new Random(252);
        Span<sbyte> digits = stackalloc sbyte[129];
        for (var i = 0; i < 5_000; i++)
        {
            var hash = Octets(random, 64);
            var scalar = Ed25519Scalar.Reduce(hash);
            Assert.That((BigInteger)scalar.Low + ((BigInteger)scalar.High << 128), Is.EqualTo(new BigInteger(hash, isUnsigned: true) % L));
            foreach (var width in new[] { 5, 8 })
            {
                Ed25519Scalar.ToDigits(i % 2 == 0 ? scalar.Low : UInt128.MaxValue - scalar.High, width, digits);
                BigInteger sum = 0;
                for (var at = 128; at >= 0; at--)
                {
                    if (digits[at] != 0 && (digits[at] % 2 == 0 || Math.Abs(digits[at]) >= 1 << (width - 1)))
                        Assert.Fail($"the digit {digits[at]} has no multiple");
                    sum = sum * 2 + digits[at];
                }
                Assert.That(sum, Is.EqualTo((BigInteger)(i % 2 == 0 ? scalar.Low : UInt128.MaxValue - scalar.High)));
            }
        }
    }

    [Test, Rfc(8032, "5.1.7")]
    public void A_number_is_read_if_it_is_below_the_order()
    {
        foreach (var (number, isBelow) in new[] { (0, true), (L - 1, true), (L, false), (L + 1, false), (BigInteger.Pow(2, 252), true), (L + BigInteger.Pow(2, 128), false), (BigInteger.Pow(2, 253), false), (BigInteger.Pow(2, 256) - 1, false) })
        {
            var octets = new byte[32];
            ((BigInteger)number).TryWriteBytes(octets, out _, isUnsigned: true);
            Assert.That(Ed25519Scalar.TryRead(octets, out _), Is.EqualTo(isBelow), number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Rfc(8032, "7.1")]
    [TestCase("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [TestCase("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [TestCase("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void The_vectors_of_the_RFC_verify(string publicKey, string message, string signature)
    {
        Assert.That(Ed25519PublicKey.TryRead(Convert.FromHexString(publicKey), out var key), Is.EqualTo(KeyDataError.None));
        var (text, octets) = (Convert.FromHexString(message), Convert.FromHexString(signature));
        Assert.That(key!.Verify(text, octets), Is.True);
        Assert.That(key.Verify([.. text, 0], octets), Is.False);
    }

    [Test]
    public void Another_implementation_says_the_same_of_good_and_of_changed_signatures()
    {
        var random = new Random(25519);
        for (var i = 0; i < 150; i++)
        {
            byte[] seed = Octets(random, 32), digest = Octets(random, 32), signature = new byte[64], publicKey = new byte[32];
            BouncyCastle.GeneratePublicKey(seed, 0, publicKey, 0);
            BouncyCastle.Sign(seed, 0, digest, 0, 32, signature, 0);
            Assert.That(Ed25519PublicKey.TryRead(publicKey, out var key), Is.EqualTo(KeyDataError.None));
            Assert.That(key!.Verify(digest, signature), Is.True);
            for (var j = 0; j < 5; j++)
            {
                var changed = (byte[])signature.Clone();
                var bit = random.Next(512);
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.That(BouncyCastle.Verify(changed, 0, publicKey, 0, digest, 0, 32), Is.False);
                Assert.That(key.Verify(digest, changed), Is.False);
            }
            digest[random.Next(32)] ^= 1;
            Assert.That(key.Verify(digest, signature), Is.False);
        }
    }

    [Test]
    public void The_same_points_are_keys()
    {
        var random = new Random(5);
        for (var i = 0; i < 400; i++)
        {
            var octets = Octets(random, 32);
            Assert.That(EdwardsPoint.TryRead(octets, out _) && BouncyCastle.ValidatePublicKeyPartial(octets, 0), Is.EqualTo(BouncyCastle.ValidatePublicKeyPartial(octets, 0)));
            Assert.That(Ed25519PublicKey.TryRead(octets, out _) == KeyDataError.None, Is.EqualTo(BouncyCastle.ValidatePublicKeyPartial(octets, 0)));
        }
    }

    [Test]
    public void A_point_is_written_as_it_was_read()
    {
        var random = new Random(6);
        for (var i = 0; i < 100; i++)
        {
            byte[] seed = Octets(random, 32), publicKey = new byte[32], written = new byte[32];
            BouncyCastle.GeneratePublicKey(seed, 0, publicKey, 0);
            Assert.That(EdwardsPoint.TryRead(publicKey, out var point), Is.True);
            point.Negated().Negated().Write(written);
            Assert.That(written, Is.EqualTo(publicKey));
        }
    }

    [Test]
    public void A_verification_leaves_nothing_on_the_heap()
    {
        byte[] seed = new byte[32], publicKey = new byte[32], digest = new byte[32], signature = new byte[64];
        BouncyCastle.GeneratePublicKey(seed, 0, publicKey, 0);
        BouncyCastle.Sign(seed, 0, digest, 0, 32, signature, 0);
        Ed25519PublicKey.TryRead(publicKey, out var key);
        for (var i = 0; i < 20; i++)
            key!.Verify(digest, signature);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
            key!.Verify(digest, signature);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
