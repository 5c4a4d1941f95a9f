using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using static EmailAuth.Tests.Dkim.TestMail;

namespace EmailAuth.Tests.Dkim;

[Rfc(6376, "5")]
public class DkimSignerTests
{
    private static readonly string[] Bodies = ["", "\r\n", "no line end", "a\r\n\r\n\r\n", " \t \r\n", "Umlaut \xFC\r\n\0\r\n", Body];

    [Test]
    public async Task What_is_signed_verifies(
        [Values] CanonicalizationAlgorithm header, [Values] CanonicalizationAlgorithm body, [Values] bool rsa, [ValueSource(nameof(Bodies))] string text)
    {
        var options = Options(rsa ? Rsa : Ed25519) with
        {
            HeaderCanonicalization = header,
            BodyCanonicalization = body,
            Identity = "ann+x;y@news.example.com",
            ExpiresAfter = TimeSpan.FromDays(7),
            CopiesFields = true,
        };
        var signed = await SignAsync(Header + "\r\n" + text, options);

        var result = await VerifyAsync(signed);

        Assert.That(result.Status, Is.EqualTo(DkimStatus.Pass), result.ReasonText);
        Assert.That(result.Reason, Is.EqualTo(DkimReason.Verified));
        Assert.That(result.Identity, Is.EqualTo("ann+x;y@news.example.com"));
        Assert.That(result.Timestamp, Is.EqualTo(DateTimeOffset.FromUnixTimeSeconds(Now)));
        Assert.That(result.Expiration, Is.EqualTo(DateTimeOffset.FromUnixTimeSeconds(Now + 7 * 86400)));
        Assert.That(result.Algorithm, Is.EqualTo(rsa ? "rsa-sha256" : "ed25519-sha256"));
        Assert.That(result.KeyBits, Is.EqualTo(rsa ? 2048 : 256));
        Assert.That(result.FieldIndex, Is.Zero);
    }

    [Test]
    public async Task The_defaults_are_relaxed_oversigned_and_timed()
    {
        var signed = await SignAsync(Plain);
        Assert.That(DkimSignature.TryParse(signed[16..signed.IndexOf("\r\nFrom:", StringComparison.Ordinal)], out var signature));
        Assert.That(signature!.HeaderCanonicalization, Is.EqualTo(CanonicalizationAlgorithm.Relaxed));
        Assert.That(signature.BodyCanonicalization, Is.EqualTo(CanonicalizationAlgorithm.Relaxed));
        Assert.That(signature.Timestamp, Is.Not.Null);
        Assert.That(signature.Expiration, Is.Null);
        Assert.That(signature.BodyLength, Is.Null);
        Assert.That(signature.SignedFields, Is.EqualTo(new[]
        {
            "From", "From", "To", "To", "Cc", "Subject", "Subject", "Date", "Date", "Reply-To", "Message-ID", "Message-ID", "Content-Type", "MIME-Version",
        }));
    }

    [TestCase("From: Eve <eve@example.com>\r\n")]
    [TestCase("To: eve@example.com\r\n")]
    [TestCase("Cc: eve@example.com\r\n")]
    [TestCase("Subject: Breakfast\r\n")]
    [TestCase("Date: Fri, 29 May 2026 11:00:00 +0000\r\n")]
    [TestCase("Reply-To: eve@example.com\r\n")]
    [TestCase("Message-ID: <2@example.com>\r\n")]
    [TestCase("Content-Type: text/html\r\n")]
    [TestCase("MIME-Version: 1.0\r\n")]
    [Attack("K2")]
    public async Task A_field_added_after_signing_breaks_the_signature(string field)
    {
        var result = await VerifyAsync(field + await SignAsync(Plain));
        Assert.That(result.Status, Is.EqualTo(DkimStatus.Fail));
        Assert.That(result.Reason, Is.EqualTo(DkimReason.HeaderSignature));
    }

    [Test]
    public async Task Several_keys_and_domains_sign_in_one_pass()
    {
        var other = Options(Ed25519) with { Domain = DomainName.Parse("relay.example"), AllowAnyAuthorDomain = true, BodyCanonicalization = CanonicalizationAlgorithm.Simple };
        var fields = await DkimSigner.SignAllAsync([new(Options(Rsa)), new(Options(Ed25519)), new(other)], EmailMessage.FromStream(new MemoryStream(Encoding.Latin1.GetBytes(Plain))));
        var zone = Zone().Add(DkimKeyRecord.FromKey(Ed25519).ToMasterFile(other.Domain, "ed"));

        var results = await VerifyAllAsync(string.Concat(fields.Select(field => Encoding.Latin1.GetString(field.RawOctets.Span))) + Plain, zone);

        Assert.That(results.Select(result => (result.Status, result.Domain!.ToString(), result.Algorithm)), Is.EqualTo(new[]
        {
            (DkimStatus.Pass, "example.com", "rsa-sha256"), (DkimStatus.Pass, "example.com", "ed25519-sha256"), (DkimStatus.Pass, "relay.example", "ed25519-sha256"),
        }));
    }

    [Test]
    public async Task No_line_is_longer_than_78_columns_and_the_form_is_stable()
    {
        var options = Options() with
        {
            CopiesFields = true,
            Identity = "@news.example.com",
            ExpiresAfter = TimeSpan.FromDays(1),
            SignedFields = [.. Enumerable.Range(0, 40).Select(i => $"X-Field-{i}")],
        };
        var message = string.Concat(Enumerable.Range(0, 40).Select(i => $"X-Field-{i}: {new string('=', i * 3)} | ;\r\n")) + Plain;
        var first = await new DkimSigner(options).SignAsync(MessageOf(message));
        Assert.That(first.ToString().Split("\r\n").Select(line => line.Length), Is.All.LessThanOrEqualTo(78));
        Assert.That(first.ToString(), Does.Not.Match("=[0-9A-F]?\r\n [0-9A-F;|]"), "no encoded octet is broken");
        var second = await new DkimSigner(options).SignAsync(MessageOf(message));
        Assert.That(second.ToString(), Is.EqualTo(first.ToString()));
        Assert.That((await VerifyAsync(first + "\r\n" + message)).Status, Is.EqualTo(DkimStatus.Pass));
    }

    [TestCase("To: x@example.com\r\n\r\nx\r\n", DkimSigningRefusal.NoFrom)]
    [TestCase("From: a@example.com\r\nFrom: b@example.com\r\n\r\nx\r\n", DkimSigningRefusal.SeveralFrom)]
    [TestCase("From: a@example.com\nTo: b@example.com\r\n\r\nx\r\n", DkimSigningRefusal.BareLineEnd)]
    [TestCase("From: a@example.com\r\n\r\nx\ny\r\n", DkimSigningRefusal.BareLineEnd)]
    [TestCase("From: a@example.com\r\n\r\nx\ry\r\n", DkimSigningRefusal.BareLineEnd)]
    [TestCase("From: a@example.com\r\n\r\nx\r", DkimSigningRefusal.BareLineEnd)]
    [TestCase("From: a@example.com\r\n\r\n\n", DkimSigningRefusal.BareLineEnd)]
    [TestCase("From: a@example.net\r\n\r\nx\r\n", DkimSigningRefusal.AuthorDomain)]
    [TestCase("From: a@notexample.com\r\n\r\nx\r\n", DkimSigningRefusal.AuthorDomain)]
    [TestCase("From: a@example.com, b@example.net\r\n\r\nx\r\n", DkimSigningRefusal.AuthorDomain)]
    [TestCase("From: nobody\r\n\r\nx\r\n", DkimSigningRefusal.UnreadableFrom)]
    [TestCase("From: a@[192.0.2.1]\r\n\r\nx\r\n", DkimSigningRefusal.UnreadableFrom)]
    [Attack("K29")]
    [Attack("K22")]
    public async Task A_message_that_must_not_be_signed_is_refused(string message, DkimSigningRefusal refusal)
    {
        foreach (var way in new[] { MessageOf(message), EmailMessage.FromStream(new OneByteStream(Encoding.Latin1.GetBytes(message))) })
        {
            var exception = (await Assert.ThrowsAsync<DkimSigningException>(() => new DkimSigner(Options()).SignAsync(way).AsTask()))!;
            Assert.That(exception.Refusal, Is.EqualTo(refusal), exception.Message);
        }
    }

    [Test]
    [Attack("K29")]
    public async Task The_scope_of_a_key_can_be_set()
    {
        var message = Plain.Replace("ann@example.com", "ann@sub.client.example", StringComparison.Ordinal);
        var scoped = Options() with { AuthorDomains = [DomainName.Parse("client.example")] };
        Assert.That((await VerifyAsync(await SignAsync(message, scoped))).Status, Is.EqualTo(DkimStatus.Pass));
        Assert.That((await VerifyAsync(await SignAsync(message, Options() with { AllowAnyAuthorDomain = true }))).Status, Is.EqualTo(DkimStatus.Pass));
        await Assert.ThrowsAsync<DkimSigningException>(() => SignAsync(Plain, scoped));
    }

    [Test]
    [Rfc(8301, "3.2")]
    public void A_short_key_signs_only_where_it_is_allowed_to()
    {
        var key = SigningKey.FromPem(System.Security.Cryptography.RSA.Create(1024).ExportPkcs8PrivateKeyPem());
        Assert.That(() => new DkimSigner(Options(key)), Throws.ArgumentException.With.Message.Contains("1024"));
        Assert.That(() => new DkimSigner(Options(key) with { AllowShortRsaKey = true }), Throws.Nothing);
        Assert.That(() => SigningKey.FromPem(System.Security.Cryptography.RSA.Create(768).ExportPkcs8PrivateKeyPem()), Throws.TypeOf<FormatException>().With.Message.Contains("768"));
    }

    private static readonly object[] BadOptions =
    [
        Options() with { Selector = "a b" },
        Options() with { Selector = "" },
        Options() with { Domain = DomainName.Parse("com") },
        Options() with { Identity = "ann@example.net" },
        Options() with { Identity = "ann" },
        Options() with { Identity = "@example.com." },
        Options() with { SignedFields = default },
        Options() with { AuthorDomains = default(System.Collections.Immutable.ImmutableArray<DomainName>) },
        Options() with { Identity = "a\nb@example.com" },
        Options() with { SignedFields = ["Sub ject"] },
        Options() with { SignedFields = ["A:B"] },
        Options() with { ExpiresAfter = TimeSpan.Zero },
        Options() with { Key = new OddKey(SignatureAlgorithm.RsaSha1, 2048) },
        Options() with { Key = new OddKey(SignatureAlgorithm.RsaSha256, 512) },
    ];

    [TestCaseSource(nameof(BadOptions))]
    public void Options_that_cannot_be_used_are_refused_at_once(DkimSignerOptions options) =>
        Assert.That(() => new DkimSigner(options), Throws.ArgumentException);

    [Test]
    public async Task A_key_service_gets_the_digest_only()
    {
        var service = new Service(Rsa);
        var signed = await SignAsync(Plain, Options() with { Key = service });
        Assert.That(service.Lengths, Is.EqualTo(new[] { 32 }));
        Assert.That((await VerifyAsync(signed)).Status, Is.EqualTo(DkimStatus.Pass));

        var odd = (await Assert.ThrowsAsync<DkimSigningException>(() => SignAsync(Plain, Options() with { Key = new OddKey(SignatureAlgorithm.RsaSha256, 2048) })))!;
        Assert.That(odd.Refusal, Is.EqualTo(DkimSigningRefusal.KeyService));
    }

    [Test]
    public async Task A_signature_is_checked_with_the_published_record_on_request()
    {
        await SignAsync(Plain, Options() with { VerifyWith = Zone() });
        await SignAsync("DKIM-Signature: nonsense\r\n" + Plain, Options() with { VerifyWith = Zone() });

        var wrong = ZoneWith("rsa._domainkey.example.com", DkimKeyRecord.FromKey(SigningKey.GenerateRsa()).ToString());
        foreach (var (zone, reason) in new[] { (wrong, DkimReason.HeaderSignature), (ZoneDnsResolver.Parse(""), DkimReason.NoKey) })
        {
            var exception = (await Assert.ThrowsAsync<DkimSigningException>(() => SignAsync(Plain, Options() with { VerifyWith = zone })))!;
            Assert.That(exception.Refusal, Is.EqualTo(DkimSigningRefusal.NotVerified));
            Assert.That(exception.Verification!.Reason, Is.EqualTo(reason));
        }
    }

    private sealed class Service(SigningKey key) : ISigningKey
    {
        public List<int> Lengths { get; } = [];

        public SignatureAlgorithm Algorithm => key.Algorithm;

        public int KeyBits => key.KeyBits;

        public async ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Lengths.Add(digest.Length);
            return await key.SignAsync(digest, cancellationToken);
        }
    }

    private sealed class OddKey(SignatureAlgorithm algorithm, int bits) : ISigningKey
    {
        public SignatureAlgorithm Algorithm => algorithm;

        public int KeyBits => bits;

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) => new(new byte[3]);

        public override string ToString() => $"{algorithm} {bits}";
    }
}
