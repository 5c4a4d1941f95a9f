using System.Net;
using EmailAuth.Conformance.Arc;

namespace EmailAuth.Conformance;

/// <summary>The verdict on every message of ValiMail's suite replays from its capsule, with local-parts and without.</summary>
public class SuiteReplayTests
{
    private const string File = "arc-draft-validation-tests.yml";

    [Test]
    public async Task Every_message_replays()
    {
        PublishedSuites.PathOf("arc-valimail/" + File);
        var session = new SmtpSession(IPAddress.Parse("192.0.2.1"), "mail.example.org", "someone@example.org");
        foreach (var test in ValiMailSuite.Read(File))
        {
            var result = await new EmailAuthenticator(test.Resolver, new EmailAuthenticatorOptions { KeepEvidence = true, CheckReverseName = true }).VerifyAsync(test.Message, session);
            foreach (var hashes in (bool[])[false, true])
            {
                Assert.That(VerificationCapsule.TryRead(result.ToCapsule(new CapsuleOptions { HashLocalParts = hashes }).ToArray(), out var capsule), Is.True, test.Name);
                var replay = await capsule!.ReplayAsync();
                Assert.That(replay.Differences, Is.Empty, test.Name);
                Assert.That(replay.MissingAnswers, Is.Empty, test.Name);
                Assert.That(replay.Verdict.Arc.Status, Is.EqualTo(result.Arc.Status), test.Name);
            }
        }
    }
}
