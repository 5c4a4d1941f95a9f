using System.Security.Cryptography;
using System.Text;
using EmailAuth.Signatures;

namespace EmailAuth.Tests.Signatures;

public class SigningKeyTests
{
    // RFC 8410 §10.3 prints this key in both versions of PKCS#8.
    private const string Ed25519Pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";

    private const string Ed25519PemWithAttributes =
        "-----BEGIN PRIVATE KEY-----\nMHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhCoB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJz\ngSEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n";

    private static readonly byte[] Digest = SHA256.HashData("x"u8);

    private static async Task<bool> SignsAsync(SigningKey key)
    {
        var signature = await key.SignAsync(Digest);
        PublicKey? publicKey;
        if (key.Algorithm == SignatureAlgorithm.RsaSha256)
        {
            Assert.That(RsaPublicKey.TryRead(key.PublicKeyData.Span, out var rsa), Is.EqualTo(KeyDataError.None));
            publicKey = rsa;
        }
        else
        {
            Assert.That(Ed25519PublicKey.TryRead(key.PublicKeyData.Span, out var ed25519), Is.EqualTo(KeyDataError.None));
            publicKey = ed25519;
        }
        Assert.That(publicKey!.Bits, Is.EqualTo(key.KeyBits));
        return publicKey.Verify(Digest, signature.Span);
    }

    [Test]
    public async Task An_rsa_key_is_read_from_every_form()
    {
        using var rsa = RSA.Create(2048);
        var file = Path.GetTempFileName();
        foreach (var octets in new[]
        {
            rsa.ExportRSAPrivateKey(), rsa.ExportPkcs8PrivateKey(),
            Encoding.Latin1.GetBytes(rsa.ExportRSAPrivateKeyPem()), Encoding.Latin1.GetBytes(rsa.ExportPkcs8PrivateKeyPem()),
            Encoding.Latin1.GetBytes("A comment\n" + rsa.ExportRSAPublicKeyPem() + "\n" + rsa.ExportPkcs8PrivateKeyPem() + "\n"),
        })
        {
            File.WriteAllBytes(file, octets);
            using var key = SigningKey.Load(file);
            Assert.That(key.PublicKeyData.ToArray(), Is.EqualTo(rsa.ExportSubjectPublicKeyInfo()));
            Assert.That(key.Algorithm, Is.EqualTo(SignatureAlgorithm.RsaSha256));
            Assert.That(await SignsAsync(key));
        }
        File.Delete(file);
    }

    [TestCase(Ed25519Pem)]
    [TestCase(Ed25519PemWithAttributes)]
    [Rfc(8410, "10.3")]
    public async Task An_ed25519_key_is_read_from_both_versions_of_pkcs8(string pem)
    {
        using var key = SigningKey.FromPem(pem);
        Assert.That(Convert.ToHexString(key.PublicKeyData.Span), Is.EqualTo("19BF44096984CDFE8541BAC167DC3B96C85086AA30B6B6CB0C5C38AD703166E1"));
        Assert.That(key.ExportPkcs8Pem(), Is.EqualTo(Ed25519Pem));
        Assert.That(await SignsAsync(key));
    }

    [Test]
    [Rfc(8463, "A.2")]
    public void An_ed25519_key_is_read_from_its_seed()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n");
        using var key = SigningKey.Load(file);
        File.Delete(file);
        Assert.That(Convert.ToBase64String(key.PublicKeyData.Span), Is.EqualTo("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
    }

    [Test]
    public async Task New_keys_sign_and_are_saved_for_their_owner_alone()
    {
        foreach (var made in new[] { SigningKey.GenerateRsa(), SigningKey.GenerateRsa(3072), SigningKey.GenerateEd25519() })
        {
            var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            made.Save(path);
            if (!OperatingSystem.IsWindows())
                Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.Throws<IOException>(() => made.Save(path));
            using var loaded = SigningKey.Load(path);
            File.Delete(path);
            Assert.That(loaded.PublicKeyData.ToArray(), Is.EqualTo(made.PublicKeyData.ToArray()));
            Assert.That(await SignsAsync(loaded));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => SigningKey.GenerateRsa(1024));
        Assert.Throws<ArgumentOutOfRangeException>(() => SigningKey.GenerateRsa(2049));
    }

    private static IEnumerable<TestCaseData> Unusable()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        yield return new TestCaseData("", "no PEM block");
        yield return new TestCaseData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "SEQUENCE");
        yield return new TestCaseData(ecdsa.ExportPkcs8PrivateKeyPem(), "neither RSA nor Ed25519");
        yield return new TestCaseData(ecdsa.ExportECPrivateKeyPem(), "EC PRIVATE KEY");
        yield return new TestCaseData(rsa.ExportSubjectPublicKeyInfoPem(), "public key");
        yield return new TestCaseData(rsa.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1)), "encrypted");
        yield return new TestCaseData(RSA.Create(512).ExportPkcs8PrivateKeyPem(), "512 bits");
        var broken = rsa.ExportRSAPrivateKey();
        broken[40] ^= 1;
        yield return new TestCaseData(PemEncoding.WriteString("RSA PRIVATE KEY", broken[..^9]), "SEQUENCE");
    }

    [TestCaseSource(nameof(Unusable))]
    public void A_key_that_cannot_be_used_is_refused_with_a_reason(string pem, string reason) =>
        Assert.That(() => SigningKey.FromPem(pem), Throws.TypeOf<FormatException>().With.Message.Contains(reason));

    [Test]
    [Attack("K30")]
    public void No_text_shows_a_key()
    {
        foreach (var key in new[] { SigningKey.GenerateRsa(), SigningKey.GenerateEd25519() })
        {
            var der = Convert.FromBase64String(string.Concat(key.ExportPkcs8Pem().Split('\n')[1..^2]));
            var texts = new List<string> { key.ToString(), $"{key}" };
            // Every way to break it: cut short, an octet changed, something behind it.
            for (var i = 0; i < der.Length; i += 7)
            {
                byte[] changed = [.. der];
                changed[i] ^= 0x55;
                foreach (var bad in new[] { der[..i], changed, [.. der, 0] })
                {
                    try
                    {
                        SigningKey.FromDer(bad).Dispose();
                    }
                    catch (FormatException exception)
                    {
                        texts.Add(exception.ToString());
                    }
                }
            }
            key.Dispose();
            try
            {
                key.ExportPkcs8Pem();
            }
            catch (ObjectDisposedException exception)
            {
                texts.Add(exception.ToString());
            }
            var all = string.Join('\n', texts);
            for (var i = 16; i + 12 <= der.Length; i++)
            {
                Assert.That(all, Does.Not.Contain(Convert.ToBase64String(der.AsSpan(i, 9))));
                Assert.That(all, Does.Not.Contain(Convert.ToHexString(der.AsSpan(i, 8))).IgnoreCase);
            }
        }
    }
}
