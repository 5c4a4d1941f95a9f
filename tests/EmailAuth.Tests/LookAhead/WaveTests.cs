using System.Net;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Spf;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.LookAhead;

/// <summary>What is asked ahead, how often a verdict waits for DNS, and that asking ahead changes nothing else.</summary>
public class WaveTests
{
    private static readonly SmtpSession Session = new(IPAddress.Parse("192.0.2.1"), "mx.example.com", "a@example.com");

    private static readonly DnsLimits NothingAhead = new() { MaxQueriesAhead = 0 };

    private static EmailMessage Plain(string from = "a@example.com") => EmailMessage.FromBytes(System.Text.Encoding.ASCII.GetBytes($"From: {from}\r\n\r\nbody\r\n"));

    private static Task<VerificationResult> Start(IDnsResolver dns, EmailMessage? message = null, SmtpSession? session = null, DnsLimits? limits = null) =>
        new EmailAuthenticator(dns, new EmailAuthenticatorOptions { Limits = new EmailAuthLimits { Dns = limits ?? DnsLimits.Default } }).VerifyAsync(message ?? Plain(), session ?? Session).AsTask();

    [Test]
    public async Task A_chain_of_three_records_two_signatures_and_dmarc_take_three_waves()
    {
        var mail = await SignedMail.MakeAsync();
        var dns = new RoundsDnsResolver(mail.Zone);
        var result = await dns.AnswerAsync(Start(dns, mail.Message));
        AssertPass(result);
        Assert.That(dns.Rounds, Has.Count.EqualTo(3));
        Assert.That(dns.Rounds[0].Select(question => question.Name.ToString()), Is.EquivalentTo(new[]
        {
            "example.com", "mx.example.com", "r._domainkey.example.com", "e._domainkey.mail.example.com", "_dmarc.example.com", "_dmarc.com",
        }));
        Assert.That(result.DnsQueriesNotNeeded, Is.Zero);
        Assert.That(result.DnsQueries, Is.EqualTo(dns.Queries));
    }

    [Test]
    public async Task Without_asking_ahead_the_same_takes_its_turns_and_ends_the_same()
    {
        var mail = await SignedMail.MakeAsync();
        var dns = new RoundsDnsResolver(mail.Zone);
        var result = await dns.AnswerAsync(Start(dns, mail.Message, limits: NothingAhead));
        AssertPass(result);
        Assert.That(dns.Rounds, Has.Count.EqualTo(6));
        Assert.That((result.DnsQueriesAhead, result.DnsQueriesNotNeeded), Is.EqualTo((0, 0)));
    }

    private static void AssertPass(VerificationResult result)
    {
        Assert.That(result.Spf.Status, Is.EqualTo(SpfStatus.Pass));
        Assert.That(result.Helo!.Status, Is.EqualTo(SpfStatus.Pass));
        Assert.That(result.Dkim.Select(signature => signature.Status), Is.All.EqualTo(DkimStatus.Pass).And.Exactly(2).Items);
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.Pass));
    }
}
