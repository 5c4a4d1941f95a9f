using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Tests.Samples;

/// <summary>The messages under samples/ get the verdicts that samples/messages/expected.json tells, by the API.</summary>
public class SampleMessagesTests
{
    public sealed record Expected(
        string File, string Ip, string Helo, string MailFrom, string Spf, string Scope, string? Mechanism, string[] Dkim, string Dmarc, string? Policy, string Disposition, string Note)
    {
        public override string ToString() => File;
    }

    public static Expected[] Samples() => JsonSerializer.Deserialize<Expected[]>(
        File.ReadAllText(Repository.PathOf("samples", "messages", "expected.json")),
        new JsonSerializerOptions { PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow })!;

    [TestCaseSource(nameof(Samples))]
    public async Task A_sample_gets_its_verdict(Expected expected)
    {
        var authenticator = new EmailAuthenticator(ZoneDnsResolver.Load(Repository.PathOf("samples", "zones", "example.zone")));
        var path = Repository.PathOf("samples", "messages", expected.File);
        var session = new SmtpSession(IPAddress.Parse(expected.Ip), expected.Helo, expected.MailFrom);

        foreach (var message in new[] { EmailMessage.FromBytes(File.ReadAllBytes(path)), EmailMessage.FromStream(File.OpenRead(path)) })
        {
            var result = await authenticator.VerifyAsync(message, session);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(result.Spf.Status.ToString(), Is.EqualTo(expected.Spf).IgnoreCase);
                Assert.That(result.Spf.Scope == EmailAuth.Spf.SpfScope.Helo ? "helo" : "mfrom", Is.EqualTo(expected.Scope));
                Assert.That(result.Spf.Mechanism, Is.EqualTo(expected.Mechanism));
                Assert.That(result.Dkim.Select(signature => signature.Status.ToString()), Is.EqualTo(expected.Dkim).IgnoreCase);
                Assert.That(result.Dmarc.Status.ToString(), Is.EqualTo(expected.Dmarc).IgnoreCase);
                Assert.That(result.Dmarc.Policy?.ToString(), Is.EqualTo(expected.Policy).IgnoreCase);
                Assert.That(result.Dmarc.Disposition.ToString(), Is.EqualTo(expected.Disposition).IgnoreCase);
            }
        }
    }

    [Test]
    public void There_are_at_least_eight_and_each_has_a_verdict()
    {
        var files = Directory.GetFiles(Repository.PathOf("samples", "messages"), "*.eml").Select(Path.GetFileName);
        Assert.That(Samples().Select(sample => sample.File), Is.EquivalentTo(files));
        Assert.That(Samples(), Has.Length.GreaterThanOrEqualTo(8));
    }
}
