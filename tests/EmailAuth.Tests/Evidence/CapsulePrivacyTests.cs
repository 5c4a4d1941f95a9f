using System.Net;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Tests.Arc;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Evidence;

/// <summary>With hashed local-parts no address can be read in a capsule, and it replays all the same.</summary>
public class CapsulePrivacyTests
{
    private static readonly CapsuleOptions Hashed = new() { HashLocalParts = true };

    private static readonly string[] Secrets = ["wilhelmina", "quackenbush", "bartholomew", "popescu", "zebedee", "hortensia"];

    private const string Mail = """
        Received: from mx.zebedee.example (quackenbush [192.0.2.9]) by x for <bartholomew@example.net>; now
        Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=wilhelmina+hortensia=b.example@example.com; auth=pass (Quackenbush) smtp.auth=popescu
        From: "Wilhelmina Quackenbush" <wilhelmina@example.com>
        To: Bartholomew (Popescu) <bartholomew@example.net>
        Subject: Dear Bartholomew, hortensia@example.org says hello
        Message-ID: <quackenbush.1@example.com>
        X-Mail: wilhelmina

        Dear Bartholomew
        """;

    private static async Task<VerificationResult> VerifyAsync(string mailFrom = "wilhelmina@example.com", string? dkim = null, string? zone = null)
    {
        var text = await TestMail.SignValueAsync(Mail.ReplaceLineEndings("\r\n"), dkim ?? "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa; i=wilhelmina@example.com; z=From:wilhelmina=40example.com|To:bartholomew@example.net; h=from:to:subject:received; bh=?; b=");
        text = await TestChain.SealAsync(text, "one.example", TestChain.Results("one.example"), resolver: TestChain.Zone());
        text = text.Replace("smtp.mailfrom=ann@example.com", "smtp.mailfrom=wilhelmina@example.com", StringComparison.Ordinal);
        var dns = ZoneDnsResolver.Parse($"""
            {DkimKeyRecord.FromKey(TestMail.Rsa).ToMasterFile(TestMail.Domain, "rsa")}
            {DkimKeyRecord.FromKey(TestChain.Key).ToMasterFile(DomainName.Parse("one.example"), "s")}
            {zone ?? "example.com. TXT \"v=spf1 exists:%{l}._x.%{d} exists:%{l1r-}.%{o} -all exp=why.example.com\"\nwhy.example.com. TXT \"%{s} is not welcome\""}
            _dmarc.example.com. TXT "v=DMARC1; p=reject"
            """);
        var options = new EmailAuthenticatorOptions { KeepEvidence = true, CheckReverseName = true, TimeProvider = TestMail.Clock };
        return await new EmailAuthenticator(dns, options).VerifyAsync(TestMail.MessageOf(text), new SmtpSession(IPAddress.Parse("192.0.2.1"), "popescu@host.example", mailFrom));
    }

    [Test]
    public async Task No_address_can_be_read()
    {
        var result = await VerifyAsync();
        Assert.That(result.DkimStatus, Is.EqualTo(DkimStatus.Pass));
        Assert.That(result.Spf.Explanation, Is.EqualTo("wilhelmina@example.com is not welcome"));
        var plain = result.ToCapsule().ToArray();
        Assert.That(Secrets.Where(secret => Shows(plain, secret)), Is.Not.Empty);

        var octets = result.ToCapsule(Hashed).ToArray();
        Assert.That(Secrets.Where(secret => Shows(octets, secret)), Is.Empty);
        Assert.That(Shows(octets, "@example.com"), Is.True, "domains stay");
        Assert.That(VerificationCapsule.TryRead(octets, out var capsule), Is.True);
        Assert.That(capsule!.HasHashedLocalParts, Is.True);
        Assert.That(capsule.Session.MailFrom, Does.Match("^[a-z]{10}@example.com$"));
        var replay = await capsule.ReplayAsync();
        Assert.That(replay.Differences, Is.Empty);
        Assert.That(replay.MissingAnswers, Is.Empty);
        Assert.That(replay.Verdict.DkimStatus, Is.EqualTo(DkimStatus.Pass));
        Assert.That(replay.Verdict.Dmarc.DkimAligned, Is.True);
        Assert.That(replay.Verdict.Spf.Status, Is.EqualTo(SpfStatus.Fail));
        Assert.That(Secrets.Where(secret => Shows(Encoding.UTF8.GetBytes(replay.Verdict.Explain().ToJson()), secret)), Is.Empty);
    }

    private static bool Shows(byte[] octets, string text) => Encoding.Latin1.GetString(octets).Contains(text, StringComparison.OrdinalIgnoreCase);

    [Test]
    public async Task A_failure_that_names_the_question_does_not_tell_it()
    {
        var result = await VerifyAsync(zone: "example.com. TXT \"v=spf1 exists:%{l}._x.%{d} -all\"\nwilhelmina._x.example.com. CNAME wilhelmina._x.example.com.");
        Assert.That(result.Spf.Status, Is.EqualTo(SpfStatus.TempError));
        var octets = result.ToCapsule(Hashed).ToArray();
        Assert.That(Secrets.Where(secret => Shows(octets, secret)), Is.Empty);
        Assert.That(VerificationCapsule.TryRead(octets, out var capsule) && (await capsule!.ReplayAsync()).IsEqual, Is.True);
    }

    [Test]
    public async Task The_verdict_replays_whatever_the_message_is([Range(0, 4)] int part)
    {
        for (var seed = part * 40; seed < (part + 1) * 40; seed++)
        {
            var mail = await RandomMail.MakeAsync(seed);
            var options = new EmailAuthenticatorOptions { KeepEvidence = true, CheckReverseName = true, TimeProvider = TestMail.Clock };
            var result = await new EmailAuthenticator(mail.Dns, options).VerifyAsync(mail.Message, mail.Session);
            Assert.That(VerificationCapsule.TryRead(result.ToCapsule(Hashed).ToArray(), out var capsule), Is.True);
            var replay = await capsule!.ReplayAsync();
            Assert.That(replay.Differences, Is.Empty, $"seed {seed}");
            Assert.That(replay.Verdict.Dmarc.Status, Is.EqualTo(result.Dmarc.Status));
            Assert.That(replay.Verdict.Dkim.Select(signature => signature.Status), Is.EqualTo(result.Dkim.Select(signature => signature.Status)));
        }
    }

    [Test]
    public async Task The_same_key_makes_the_same_replacement_and_another_key_another_one()
    {
        var result = await VerifyAsync();
        var one = new CapsuleOptions { HashLocalParts = true, LocalPartKey = new byte[16] };
        Assert.That(Sender(one), Is.EqualTo(Sender(one with { })));
        Assert.That(Sender(Hashed), Is.Not.EqualTo(Sender(Hashed with { })));
        Assert.That(() => new CapsuleOptions { LocalPartKey = new byte[15] }, Throws.ArgumentException);

        string? Sender(CapsuleOptions options) => result.ToCapsule(options).Session.MailFrom;
    }

    [Test]
    public async Task Without_evidence_there_is_no_capsule_and_it_says_what_to_set()
    {
        var result = await new EmailAuthenticator(TestMail.Zone()).VerifyAsync(TestMail.MessageOf(TestMail.Plain), new SmtpSession(null, "", null));
        Assert.That(() => result.ToCapsule(), Throws.InvalidOperationException.With.Message.Contains("KeepEvidence"));
        Assert.That(result.Shadows, Is.Empty);
    }
}
