using System.Collections.Immutable;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using MimeKit;

namespace EmailAuth.MimeKit.Tests;

/// <summary>A MimeMessage signed, sent, loaded and verified, by us and by MimeKit.</summary>
public class MimeMessageExtensionsTests
{
    private static MimeMessage Composed()
    {
        var message = new MimeMessage();
        message.From.Add(new MailboxAddress("Änne", "ann@example.com"));
        message.To.Add(new MailboxAddress("Bob", "bob@receiver.example"));
        message.Bcc.Add(new MailboxAddress("Eve", "eve@receiver.example"));
        message.Subject = "Grüße, and a subject that is long enough to be folded by whoever writes it into the header of a message";
        var builder = new BodyBuilder { TextBody = "Hello, wörld.\r\nFrom here on.\r\n", HtmlBody = "<p>Hello</p>" };
        builder.Attachments.Add("a.bin", new byte[1000]);
        message.Body = builder.ToMessageBody();
        message.Prepare(EncodingConstraint.SevenBit);
        return message;
    }

    /// <summary>As MailKit's SmtpClient does it.</summary>
    private static byte[] Sent(MimeMessage message)
    {
        var options = FormatOptions.Default.Clone();
        options.NewLineFormat = NewLineFormat.Dos;
        options.EnsureNewLine = true;
        options.HiddenHeaders.Add(HeaderId.ContentLength);
        options.HiddenHeaders.Add(HeaderId.ResentBcc);
        options.HiddenHeaders.Add(HeaderId.Bcc);
        using var octets = new MemoryStream();
        message.WriteTo(options, octets);
        return octets.ToArray();
    }

    private static ValueTask<VerificationResult> VerifyAsync(byte[] octets) => TestMail.Authenticator.VerifyAsync(EmailMessage.FromBytes(octets), TestMail.Session);

    [Test]
    public async Task What_is_signed_is_what_is_sent()
    {
        var message = Composed();
        await TestMail.Signer.SignAsync(message);
        Assert.That(message.Headers[0].Field, Is.EqualTo("DKIM-Signature"));
        var result = await VerifyAsync(Sent(message));
        Assert.That(result.DkimStatus, Is.EqualTo(DkimStatus.Pass), result.Dkim[0].ReasonText);
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.Pass));
        Assert.That(System.Text.Encoding.Latin1.GetString(Sent(message)), Does.Not.Contain("eve@"));
    }

    [Test]
    public async Task Several_keys_sign_in_one_pass_in_their_order()
    {
        var message = Composed();
        await ImmutableArray.Create(TestMail.Signer, TestMail.SignerOf("ed", TestMail.Ed25519)).SignAllAsync(message);
        var result = await VerifyAsync(Sent(message));
        Assert.That(result.Dkim.Select(signature => (signature.Status, signature.Selector)), Is.EqualTo(new[] { (DkimStatus.Pass, "rsa"), (DkimStatus.Pass, "ed") }));
    }

    [Test]
    public async Task MimeKit_verifies_what_we_signed()
    {
        var message = Composed();
        await TestMail.Signer.SignAsync(message);
        var loaded = MimeMessage.Load(new MemoryStream(Sent(message)));
        var verifier = new global::MimeKit.Cryptography.DkimVerifier(new KeyLocator());
        Assert.That(await verifier.VerifyAsync(loaded, loaded.Headers[0]), Is.True);
    }

    private sealed class KeyLocator : global::MimeKit.Cryptography.DkimPublicKeyLocatorBase
    {
        public override Org.BouncyCastle.Crypto.AsymmetricKeyParameter LocatePublicKey(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            GetPublicKey(DkimKeyRecord.FromKey(TestMail.Rsa).ToString());

        public override Task<Org.BouncyCastle.Crypto.AsymmetricKeyParameter> LocatePublicKeyAsync(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }

    [Test]
    public async Task A_loaded_message_is_signed_without_a_change_of_its_octets()
    {
        var octets = TestMail.Octets("Content-Type: text/plain\r\nFROM : ann@example.com\r\nSubject: a\r\n\t b  \r\n\r\nb\u00f6dy \r\n\r\n\r\n");
        var message = MimeMessage.Load(new MemoryStream(octets));
        await TestMail.Signer.SignAsync(message);
        var sent = Sent(message);
        Assert.That(sent[^octets.Length..], Is.EqualTo(octets));
        Assert.That((await VerifyAsync(sent)).DkimStatus, Is.EqualTo(DkimStatus.Pass));
    }

    [Test]
    public async Task A_loaded_message_is_verified_and_a_made_or_changed_one_is_refused()
    {
        var message = Composed();
        await TestMail.Signer.SignAsync(message);
        await RefusedAsync(message);

        var loaded = MimeMessage.Load(new MemoryStream(Sent(message)));
        Assert.That((await TestMail.Authenticator.VerifyAsync(loaded, TestMail.Session)).DkimStatus, Is.EqualTo(DkimStatus.Pass));
        loaded.Headers.Add("X-New", "x");
        await RefusedAsync(loaded);
        loaded = MimeMessage.Load(new MemoryStream(Sent(message)));
        loaded.Body = new TextPart("plain") { Text = "another" };
        await RefusedAsync(loaded);

        static async Task RefusedAsync(MimeMessage message)
        {
            var exception = await Assert.ThrowsAsync<MimeOctetsException>(async () => await TestMail.Authenticator.VerifyAsync(message, TestMail.Session));
            Assert.That(exception!.Fault, Is.EqualTo(MimeOctetsFault.NotLoaded));
        }
    }

    [Test]
    public async Task A_message_that_is_not_to_be_signed_stays_as_it_was()
    {
        var message = Composed();
        message.From.Clear();
        message.From.Add(new MailboxAddress("Eve", "eve@other.example"));
        var before = Sent(message);
        var exception = await Assert.ThrowsAsync<DkimSigningException>(() => TestMail.Signer.SignAsync(message));
        Assert.That(exception!.Refusal, Is.EqualTo(DkimSigningRefusal.AuthorDomain));
        Assert.That(Sent(message), Is.EqualTo(before));
    }

    [Test]
    public async Task A_seal_is_put_on_top_and_validates()
    {
        var message = Composed();
        await TestMail.Signer.SignAsync(message);
        var loaded = MimeMessage.Load(new MemoryStream(Sent(message)));
        var arrived = await TestMail.Authenticator.VerifyAsync(loaded, TestMail.Session);
        var sealer = new ArcSealer(new ArcSealerOptions { Domain = DomainName.Parse("example.com"), Selector = "rsa", Key = TestMail.Rsa });
        Assert.That(await sealer.SealAsync(loaded, arrived.GetAuthenticationResults("mx.example.com"), arrived.Arc), Is.True);
        Assert.That(loaded.Headers.Take(4).Select(field => field.Field),
            Is.EqualTo(new[] { "ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results", "DKIM-Signature" }));
        var result = await VerifyAsync(Sent(loaded));
        Assert.That(result.Arc.Status, Is.EqualTo(ArcStatus.Pass), result.Arc.ReasonText);
        Assert.That(result.DkimStatus, Is.EqualTo(DkimStatus.Pass));
    }
}
