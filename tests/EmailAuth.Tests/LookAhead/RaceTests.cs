using System.Globalization;
using System.Net;
using System.Text;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Tests.LookAhead;

/// <summary>Answers come on threads of the pool while further questions are asked ahead: nothing of it may show in a verdict.</summary>
public class RaceTests
{
    // EMAILAUTH_RACE_VERDICTS=60000 is the long run.
    private static readonly int Verdicts = int.TryParse(Environment.GetEnvironmentVariable("EMAILAUTH_RACE_VERDICTS"), CultureInfo.InvariantCulture, out var verdicts) ? verdicts : 2_000;

    /// <summary>Answers on another thread, at once.</summary>
    private sealed class YieldingResolver(IDnsResolver inner) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return await inner.QueryAsync(question, cancellationToken);
        }
    }

    [TestCase("a@bank.test", TestName = "One_author_whose_answers_come_on_other_threads_is_judged_every_time_the_same")]
    [TestCase("a@bank.test, b@a.b.c.d.e.f.ev2.test, c@a.b.c.d.e.f.ev3.test", TestName = "Three_authors_whose_answers_come_on_other_threads_are_judged_every_time_the_same")]
    public async Task Judged_every_time_the_same(string from)
    {
        var zone = ZoneDnsResolver.Parse("""
            bank.test. TXT "v=spf1 include:_spf.bank.test -all"
            _spf.bank.test. TXT "v=spf1 mx ip4:198.51.100.0/24 -all"
            _dmarc.bank.test. TXT "v=DMARC1; p=reject"
            5.113.0.203.in-addr.arpa. PTR mail.bank.test.
            mail.bank.test. A 203.0.113.5
            """);
        var authenticator = new EmailAuthenticator(new YieldingResolver(zone), new EmailAuthenticatorOptions { CheckReverseName = true, KeepEvidence = true });
        var session = new SmtpSession(IPAddress.Parse("203.0.113.5"), "mail.bank.test", "x@sub.bank.test");
        var octets = Encoding.ASCII.GetBytes($"From: {from}\r\nDKIM-Signature: v=1; a=rsa-sha256; d=deep.sub.bank.test; s=s; h=from; bh=AA==; b=AA==\r\n\r\nbody\r\n");
        await Parallel.ForAsync(0, Verdicts, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, cancellationToken) =>
        {
            var result = await authenticator.VerifyAsync(EmailMessage.FromBytes(octets), session, cancellationToken);
            Assert.That((result.Dmarc.Disposition, result.Iprev!.Name?.ToString()), Is.EqualTo((DmarcPolicy.Reject, "mail.bank.test")));
        });
    }
}
