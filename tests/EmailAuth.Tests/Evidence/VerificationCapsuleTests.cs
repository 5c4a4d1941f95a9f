using System.Collections.Immutable;
using System.Net;
using EmailAuth.Arc;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests.Dkim;
using EmailAuth.Tests.Samples;

namespace EmailAuth.Tests.Evidence;

/// <summary>A verdict can be filed as a capsule and made again from it, member by member, without asking anybody.</summary>
public class VerificationCapsuleTests
{
    private static readonly EmailAuthenticatorOptions Options = new()
    {
        KeepEvidence = true,
        CheckReverseName = true,
        TimeProvider = TestMail.Clock,
        TrustedSealers = new TrustedSealers([new TrustedSealer(DomainName.Parse("one.example")), new TrustedSealer(DomainName.Parse("two.example")) { Sources = [IPNetwork.Parse("192.0.2.0/24")] }]),
    };

    [Test]
    public async Task A_thousand_verdicts_replay_byte_for_byte_and_ask_nobody([Range(0, 9)] int part)
    {
        for (var seed = part * 100; seed < (part + 1) * 100; seed++)
        {
            var mail = await RandomMail.MakeAsync(seed);
            var options = Options with { Dmarc = seed % 3 == 0 ? new DmarcOptions { PublicSuffixes = PublicSuffixList.Parse("com\nexample"), Sampling = () => seed % 100 } : DmarcOptions.Default };
            var result = await new EmailAuthenticator(mail.Dns, options).VerifyAsync(mail.Message, mail.Session);
            await AssertReplaysAsync(result, $"seed {seed}");
        }
    }

    [Test]
    public async Task By_its_own_options_a_capsule_decides_the_same_and_by_others_what_the_message_would([Values(0, 1, 2)] int kind)
    {
        for (var seed = kind; seed < 90; seed += 3)
        {
            var mail = await RandomMail.MakeAsync(seed);
            var options = Options with { Dmarc = kind == 0 ? new DmarcOptions { PublicSuffixes = PublicSuffixList.Parse("com\nexample"), Sampling = () => seed % 100 } : DmarcOptions.Default };
            ImmutableArray<ShadowPolicy> Policies(EmailAuthenticatorOptions main) =>
                [new("same", main), new("other", main with { Dkim = main.Dkim with { MinimumRsaKeyBits = 4096 }, Dmarc = main.Dmarc with { RefuseSeveralAuthors = true } })];
            var result = await new EmailAuthenticator(mail.Dns, options with { ShadowPolicies = Policies(options) }).VerifyAsync(mail.Message, mail.Session);
            Assert.That(VerificationCapsule.TryRead(result.ToCapsule().ToArray(), out var capsule), Is.True);
            var replay = await capsule!.ReplayWithShadowsAsync(Policies(capsule.Options));
            Assert.That(replay.IsEqual, Is.True, $"seed {seed}");
            var shadows = replay.Verdict.Shadows;
            Assert.That(shadows.Select(shadow => shadow.Name), Is.EqualTo((string[])["same", "other"]));
            for (var i = 0; i < shadows.Length; i++)
                Assert.That(VerdictMembers.Compare(VerdictMembers.Of(result.Shadows[i].Verdict), VerdictMembers.Of(shadows[i].Verdict)), Is.Empty, $"seed {seed}: {shadows[i].Name}");
            // One asker's answer serves another there, so how much was asked may differ; what is decided does not.
            Assert.That(shadows[0].Disagrees, Is.False, $"seed {seed}");
        }
    }

    [TestCaseSource(typeof(SampleMessagesTests), nameof(SampleMessagesTests.Samples))]
    public async Task The_samples_replay(SampleMessagesTests.Expected sample)
    {
        var authenticator = new EmailAuthenticator(ZoneDnsResolver.Load(Repository.PathOf("samples", "zones", "example.zone")), new EmailAuthenticatorOptions { KeepEvidence = true });
        var message = EmailMessage.FromStream(File.OpenRead(Repository.PathOf("samples", "messages", sample.File)));
        await AssertReplaysAsync(await authenticator.VerifyAsync(message, new SmtpSession(IPAddress.Parse(sample.Ip), sample.Helo, sample.MailFrom)), sample.File);
    }

    internal static async Task AssertReplaysAsync(VerificationResult result, string what)
    {
        var octets = result.ToCapsule().ToArray();
        Assert.That(VerificationCapsule.TryRead(octets, out var capsule), Is.True, what);
        Assert.That(capsule!.ToArray(), Is.EqualTo(octets), what);
        var replay = await capsule.ReplayAsync();
        Assert.That(replay.Differences, Is.Empty, what);
        Assert.That(replay.MissingAnswers, Is.Empty, what);
        Assert.That(replay.LacksBodyHash, Is.False, what);
        // The replay's own evidence makes the same capsule.
        Assert.That(replay.Verdict.ToCapsule().ToArray(), Is.EqualTo(octets), what);
    }
}
