using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Signatures;
using static EmailAuth.Tests.Dkim.TestMail;

namespace EmailAuth.Tests.Dkim;

/// <summary>The attacks on keys, lists and numbers among K1 to K30; those that a behaviour row answers are played in <see cref="DkimBehaviourTests"/>.</summary>
public class DkimAttackTests
{
    private const string Value = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa; h=from:subject; bh=?; b=";

    private const string KeyName = "rsa._domainkey.example.com";

    private static async Task<DkimResult> JudgeKeyAsync(string record) =>
        await VerifyAsync(await SignValueAsync(Plain, Value), ZoneWith(KeyName, record));

    private static async Task<DkimResult> JudgeAsync(string value) => await VerifyAsync(await SignValueAsync(Plain, value));

    /// <summary>A SubjectPublicKeyInfo with any two numbers.</summary>
    private static string RsaKey(BigInteger modulus, BigInteger exponent, string after = "")
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        writer.PushSequence();
        writer.PushSequence();
        writer.WriteObjectIdentifier("1.2.840.113549.1.1.1");
        writer.WriteNull();
        writer.PopSequence();
        var key = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        key.PushSequence();
        key.WriteInteger(modulus);
        key.WriteInteger(exponent);
        key.PopSequence();
        writer.WriteBitString(key.Encode());
        writer.PopSequence();
        return Convert.ToBase64String([.. writer.Encode(), .. Encoding.Latin1.GetBytes(after)]);
    }

    private static BigInteger OddNumber(int bits) => (BigInteger.One << (bits - 1)) + 12345;

    [TestCase(512, DkimStatus.Policy, DkimReason.WeakKey)]
    [TestCase(768, DkimStatus.Policy, DkimReason.WeakKey)]
    [TestCase(1016, DkimStatus.Policy, DkimReason.WeakKey)]
    [TestCase(1024, DkimStatus.Pass, DkimReason.Verified)]
    [Attack("K4")]
    [Pin("D15")]
    [Rfc(8301, "3.2")]
    public async Task A_key_under_1024_bits_does_not_count(int bits, DkimStatus status, DkimReason reason)
    {
        using var rsa = RSA.Create(bits);
        var result = await VerifyAsync(await SignWithAsync(rsa), ZoneWith(KeyName, "p=" + Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo())));
        Assert.That((result.Status, result.Reason, result.KeyBits), Is.EqualTo((status, reason, bits)));
    }

    [Test]
    [Attack("K4")]
    public async Task A_modulus_of_1023_bits_in_the_place_of_1024_does_not_count()
    {
        var result = await JudgeKeyAsync("p=" + RsaKey(OddNumber(1023), 65537));
        Assert.That((result.Status, result.Reason, result.KeyBits), Is.EqualTo((DkimStatus.Policy, DkimReason.WeakKey, 1023)));
        var known = await JudgeKeyAsync("k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMx7VnoRmk/wFPeFWxrVUde6AJQI51/uPFL2CbiHGMnRSnLjPs72AgxAVHIe5QrNQ2riR5+7u47Sgh5R5va/d0cCAwEAAQ==");
        Assert.That((known.Status, known.KeyBits), Is.EqualTo((DkimStatus.Policy, 512)));
    }

    [Test]
    [Rfc(8301, "3.2")]
    public async Task A_longer_minimum_can_be_asked_for()
    {
        using var rsa = RSA.Create(1024);
        var zone = ZoneWith(KeyName, "p=" + Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()));
        var result = await VerifyAsync(await SignWithAsync(rsa), zone, new DkimVerifierOptions { MinimumRsaKeyBits = 2048 });
        Assert.That((result.Status, result.Reason), Is.EqualTo((DkimStatus.Policy, DkimReason.WeakKey)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DkimVerifierOptions { MinimumRsaKeyBits = 1023 });
    }

    [Test]
    [Attack("K5")]
    public async Task A_huge_key_is_refused_before_any_arithmetic()
    {
        foreach (var record in new[] { "p=" + new string('A', 4100), "p=" + new string('A', 7000), "p=" + RsaKey(OddNumber(16384), 65537), "p=" + RsaKey(OddNumber(8200), 65537) })
        {
            var result = await JudgeKeyAsync(record);
            Assert.That((result.Status, result.Reason), Is.EqualTo((DkimStatus.PermError, DkimReason.KeyData)), result.ReasonText);
        }
        var text = Encoding.Latin1.GetBytes("p=" + new string('A', 65536));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = KeyRecord.Read(text);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2_000));
        Assert.That(read.Rule, Is.EqualTo(KeyRule.TooLong));
        Assert.That((await JudgeKeyAsync("p=" + new string('A', 65536))).Reason, Is.EqualTo(DkimReason.KeyTooLong));
        Assert.That((await JudgeKeyAsync("p=" + RsaKey(OddNumber(8192), 65537))).Reason, Is.EqualTo(DkimReason.HeaderSignature));
    }

    [Test]
    [Attack("K6")]
    [Attack("K7")]
    public async Task Numbers_that_no_key_has_are_refused()
    {
        BigInteger modulus = OddNumber(2048);
        foreach (var exponent in new[] { 0, 1, 2, 4, 65536, (BigInteger.One << 33) + 1, OddNumber(2047), -3 })
            Assert.That((await JudgeKeyAsync("p=" + RsaKey(modulus, exponent))).Reason, Is.EqualTo(DkimReason.KeyData), $"e = {exponent}");
        foreach (var exponent in new[] { 3, 17, 65537, (BigInteger.One << 33) - 1 })
            Assert.That((await JudgeKeyAsync("p=" + RsaKey(modulus, exponent))).Reason, Is.EqualTo(DkimReason.HeaderSignature), $"e = {exponent}");
        foreach (var bad in new[] { 0, modulus + 1, -modulus })
            Assert.That((await JudgeKeyAsync("p=" + RsaKey(bad, 65537))).Reason, Is.EqualTo(DkimReason.KeyData), $"n = {bad}");
    }

    [Test]
    [Attack("K7")]
    public async Task Key_data_that_is_no_key_is_permerror_and_throws_nothing()
    {
        var good = Rsa.PublicKeyData.ToArray();
        Assert.That((await JudgeKeyAsync("p=bm90LWEta2V5")).Reason, Is.EqualTo(DkimReason.KeyData));
        Assert.That((await JudgeKeyAsync("p=" + RsaKey(OddNumber(2048), 65537, after: "x"))).Reason, Is.EqualTo(DkimReason.KeyData));
        for (var length = 0; length < good.Length; length++)
            Assert.That(RsaPublicKey.TryRead(good.AsSpan(0, length), out _), Is.Not.EqualTo(KeyDataError.None), $"cut at {length}");
        for (var i = 0; i < good.Length; i++)
        {
            foreach (var octet in new byte[] { 0, 0x80, 0x82, 0xFF })
            {
                byte[] changed = [.. good];
                changed[i] = octet;
                if (RsaPublicKey.TryRead(changed, out var key) == KeyDataError.None)
                    Assert.That(key!.Verify(new byte[32], new byte[(key.Bits + 7) / 8]), Is.False);
            }
        }
    }

    [Test]
    [Attack("K10")]
    public async Task A_list_of_too_many_names_is_refused_and_the_most_there_may_be_is_bounded_work()
    {
        async Task<DkimReason> WithNamesAsync(string names) => (await JudgeAsync(Value.Replace("from:subject", names, StringComparison.Ordinal))).Reason;
        Assert.That(await WithNamesAsync("from" + string.Concat(Enumerable.Repeat(":a", 255))), Is.EqualTo(DkimReason.Verified));
        Assert.That(await WithNamesAsync("from" + string.Concat(Enumerable.Repeat(":a", 256))), Is.EqualTo(DkimReason.TooManySignedFields));
        Assert.That(await WithNamesAsync("from" + string.Concat(Enumerable.Repeat(":a", 20_000))), Is.EqualTo(DkimReason.SignatureTooLong));
        Assert.That(await WithNamesAsync("from" + string.Concat(Enumerable.Repeat(":a", 50_000))), Is.EqualTo(DkimReason.HeaderNotRead));
        foreach (var names in new[] { "::::", "", ":from", "from:", "from::subject", "from:sub ject", "from:\xE9" })
            Assert.That(await WithNamesAsync(names), Is.EqualTo(DkimReason.SignedFields), names);

        // 1,990 fields, 256 names, ten signatures: each name looks through all fields.
        var fields = string.Concat(Enumerable.Range(0, 1900).Select(i => $"B{i % 10}: x\r\n"));
        var message = fields + Plain;
        for (var i = 0; i < 10; i++)
            message = await SignValueAsync(message, Value.Replace("from:subject", "from" + string.Concat(Enumerable.Range(0, 255).Select(n => $":B{n % 12}")), StringComparison.Ordinal));
        Assert.That((await VerifyAllAsync(message)).Select(result => result.Status), Is.All.EqualTo(DkimStatus.Pass));
    }

    [TestCase(1000, DkimReason.Verified)]
    [TestCase(65_000, DkimReason.SignatureTooLong)]
    [Attack("K11")]
    public async Task Copied_fields_are_not_read(int length, DkimReason reason) =>
        Assert.That((await JudgeAsync(Value.Replace("h=from", $"z={new string('|', length)}; h=from", StringComparison.Ordinal))).Reason, Is.EqualTo(reason));

    [Test]
    [Attack("K15")]
    public async Task The_key_must_be_of_the_algorithms_kind()
    {
        var ed25519 = Convert.ToBase64String(Ed25519.PublicKeyData.Span);
        var rsa = Convert.ToBase64String(Rsa.PublicKeyData.Span);
        Assert.That((await JudgeKeyAsync($"k=ed25519; p={ed25519}")).Reason, Is.EqualTo(DkimReason.KeyType));
        Assert.That((await JudgeKeyAsync($"k=rsa; p={ed25519}")).Reason, Is.EqualTo(DkimReason.KeyData));
        Assert.That((await JudgeKeyAsync($"p={rsa}v=DKIM1; k=rsa; p={rsa}")).Reason, Is.EqualTo(DkimReason.KeyDuplicateTag), "two records in one");
        Assert.That((await JudgeKeyAsync($"p={rsa}{rsa}")).Reason, Is.EqualTo(DkimReason.KeyData));

        var value = Value.Replace("rsa-sha256", "ed25519-sha256", StringComparison.Ordinal);
        var message = await SignValueAsync(Plain, value, Ed25519);
        Assert.That((await VerifyAsync(message, ZoneWith(KeyName, $"p={rsa}"))).Reason, Is.EqualTo(DkimReason.KeyType));
        Assert.That((await VerifyAsync(await SignValueAsync(Plain, value), ZoneWith(KeyName, $"k=ed25519; p={ed25519}"))).Reason, Is.EqualTo(DkimReason.HeaderSignature));
    }

    [Test]
    [Attack("K16")]
    public async Task Ten_thousand_tags_are_refused()
    {
        Assert.That((await JudgeAsync("v=1; " + string.Concat(Enumerable.Range(0, 65).Select(i => $"t{i}=; ")) + Value[5..])).Reason, Is.EqualTo(DkimReason.TooManyTags));
        Assert.That((await JudgeAsync("v=1; " + string.Concat(Enumerable.Range(0, 55).Select(i => $"t{i}=; ")) + Value[5..])).Reason, Is.EqualTo(DkimReason.Verified));
        Assert.That((await JudgeAsync("v=1; " + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"t{i}=;")) + Value[5..])).Reason, Is.EqualTo(DkimReason.HeaderNotRead));
        foreach (var tag in new[] { "d=a.example; ", "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; ", "h=from; " })
            Assert.That((await JudgeAsync(tag + Value)).Reason, Is.EqualTo(DkimReason.DuplicateTag));
    }

    // The points whose order divides 8, their forms with the other sign, and forms with y at or above 2^255 - 19.
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000080")]
    [TestCase("0100000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("0100000000000000000000000000000000000000000000000000000000000080")]
    [TestCase("ECFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F")]
    [TestCase("ECFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [TestCase("EDFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F")]
    [TestCase("EEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F")]
    [TestCase("F0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F")]
    [TestCase("26E8958FC2B227B045C3F489F2EF98F0D5DFAC05D3C63339B13802886D53FC05")]
    [TestCase("26E8958FC2B227B045C3F489F2EF98F0D5DFAC05D3C63339B13802886D53FC85")]
    [TestCase("C7176A703D4DD84FBA3C0B760D10670F2A2053FA2C39CCC64EC7FD7792AC037A")]
    [TestCase("C7176A703D4DD84FBA3C0B760D10670F2A2053FA2C39CCC64EC7FD7792AC03FA")]
    [Attack("K26")]
    public void A_weak_ed25519_key_is_refused(string point) =>
        Assert.That(Ed25519PublicKey.TryRead(Convert.FromHexString(point), out _), Is.EqualTo(KeyDataError.Point));

    [Test]
    [Attack("K26")]
    public async Task An_ed25519_signature_has_one_form()
    {
        var order = (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
        var digest = SHA256.HashData("x"u8);
        var signature = (await Ed25519.SignAsync(digest)).ToArray();
        Assert.That(Ed25519PublicKey.TryRead(Ed25519.PublicKeyData.Span, out var key), Is.EqualTo(KeyDataError.None));
        Assert.That(key!.Verify(digest, signature));

        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true) + order;
        byte[] malleable = [.. signature.AsSpan(0, 32), .. s.ToByteArray(isUnsigned: true).Concat(new byte[32]).Take(32)];
        Assert.That(key.Verify(digest, malleable), Is.False);
        Assert.That(key.Verify(digest, signature.AsSpan(0, 63)), Is.False);
        Assert.That(key.Verify(digest, [.. signature, 0]), Is.False);
        Assert.That(key.Verify(digest, new byte[64]), Is.False);
        Assert.That(key.Verify(digest, [1, .. new byte[63]]), Is.False, "R of small order");
    }

    [Test]
    [Attack("K27")]
    public async Task What_a_replay_shows_can_be_asked_for()
    {
        var result = await VerifyAsync(await SignAsync(Plain, Options() with { ExpiresAfter = TimeSpan.FromDays(1) }));
        Assert.That(result.Status, Is.EqualTo(DkimStatus.Pass));
        Assert.That(result.Timestamp, Is.Not.Null);
        Assert.That(result.Expiration, Is.Not.Null);
        Assert.That(result.SignedFields, Does.Contain("To").And.Contain("Cc"));
    }

    [Test]
    [Attack("K28")]
    public async Task Any_octets_in_a_signature_can_be_shown()
    {
        var random = new Random(28);
        var octets = new byte[200];
        for (var round = 0; round < 100; round++)
        {
            random.NextBytes(octets);
            var noise = Encoding.Latin1.GetString(octets).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
            foreach (var value in new[] { noise, "v=1; " + noise, Value.Replace("d=example.com", "d=" + noise.Replace(";", "", StringComparison.Ordinal), StringComparison.Ordinal), Value.Replace("h=from", "i=" + noise + "; h=from", StringComparison.Ordinal) })
            {
                var result = await VerifyAsync($"DKIM-Signature: {value}\r\n{Plain}");
                Assert.That(result.Status, Is.EqualTo(DkimStatus.PermError));
                foreach (var text in new[] { result.ToString(), result.ReasonText, result.Identity ?? "", result.Selector ?? "", result.SignatureText, string.Join(' ', result.SignedFields) })
                    Assert.That(text.Any(character => character is '\r' or '\n' or '\0'), Is.False);
            }
            DkimSignature.Lint(noise);
            DkimKeyRecord.Lint(noise);
        }
    }

    private static async Task<string> SignWithAsync(RSA rsa) => await SignValueAsync(Plain, Value, key: null, signWith: digest => rsa.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
}
