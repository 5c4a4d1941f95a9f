using System.Net;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Iprev;
using EmailAuth.Message;
using EmailAuth.Spf;

namespace EmailAuth.Tests;

/// <summary>What one method, or one author domain, costs in DNS questions takes nothing from another: nobody buys his way around a policy.</summary>
public class BudgetTests
{
    private const string Deep = "a.b.c.d.e.f.g.h.i.j";

    private static readonly SmtpSession Session = new(IPAddress.Parse("203.0.113.5"), "helo.test", "x@mail.test");

    // Two evaluations of 111 questions each, and no result that anybody could use.
    private static string HostileSpf(string domain) => $"{domain}. TXT \"v=spf1 {string.Join(' ', Enumerable.Range(0, 10).Select(i => $"mx:m{i}.{domain}"))} ?all\"\n"
        + string.Join('\n', Enumerable.Range(0, 10).SelectMany(i => Enumerable.Range(0, 10).Select(j => $"m{i}.{domain}. MX 1 h{i}-{j}.{domain}.\nh{i}-{j}.{domain}. A 198.51.100.1")));

    private static readonly string Zone = $"""
        {HostileSpf("mail.test")}
        {HostileSpf("helo.test")}
        _dmarc.bank.example. TXT "v=DMARC1; p=reject"
        _dmarc.firm.example. TXT "v=DMARC1; p=none; sp=none; np=reject"
        *.evil1.test. A 198.51.100.1
        5.113.0.203.in-addr.arpa. PTR helo.test.
        """;

    /// <summary>Each answer comes on another thread.</summary>
    private sealed class YieldingResolver(IDnsResolver inner) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return await inner.QueryAsync(question, cancellationToken);
        }
    }

    private static async Task<VerificationResult> JudgeAsync(string from, bool yields = false, int ahead = 50, string? more = null, bool keep = false)
    {
        var zone = ZoneDnsResolver.Parse(Zone + "\n" + more);
        var options = new EmailAuthenticatorOptions { CheckReverseName = true, KeepEvidence = keep, Limits = new EmailAuthLimits { Dns = new DnsLimits { MaxQueriesAhead = ahead } } };
        return await new EmailAuthenticator(yields ? new YieldingResolver(zone) : zone, options)
            .VerifyAsync(EmailMessage.FromBytes(Encoding.ASCII.GetBytes($"From: {from}\r\nDKIM-Signature: v=1; a=rsa-sha256; d=mail.test; s=s; h=from; bh={new string('A', 43)}=; b={new string('A', 342)}==\r\n\r\nbody\r\n")), Session);
    }

    [TestCase(false, 50)]
    [TestCase(true, 50)]
    [TestCase(true, 0)]
    public async Task Spf_records_that_cost_all_that_can_be_asked_do_not_hide_a_policy(bool yields, int ahead)
    {
        var result = await JudgeAsync("ceo@bank.example", yields, ahead);
        Assert.That((result.Dmarc.Status, result.Dmarc.Disposition), Is.EqualTo((DmarcStatus.Fail, DmarcPolicy.Reject)), result.Dmarc.ReasonText);
        // The first check has all that RFC 7208 lets it ask; the second what is left.
        Assert.That(result.Spf.Status, Is.EqualTo(SpfStatus.Neutral));
        Assert.That(result.Helo!.Status, Is.EqualTo(SpfStatus.TempError));
        Assert.That(result.Dkim.Single().Status, Is.Not.EqualTo(DkimStatus.TempError));
        Assert.That(result.Iprev!.Status, Is.Not.EqualTo(IprevStatus.TempError));
        // SPF has 115 for both, DKIM asked for one key, DMARC for the author domain and the top.
        Assert.That(result.DnsQueries, Is.EqualTo(115 + 1 + 2));
    }

    [Test]
    public async Task A_capsule_of_such_a_message_tells_the_same()
    {
        var result = await JudgeAsync("ceo@bank.example", keep: true);
        var again = await result.ToCapsule().ReplayAsync();
        Assert.That((again.Verdict.Dmarc.Disposition, again.Verdict.DnsQueries, again.Verdict.Helo!.Status), Is.EqualTo((DmarcPolicy.Reject, result.DnsQueries, result.Helo!.Status)));
    }

    private static string Evil(int count) => string.Join(", ", Enumerable.Range(1, count).Select(i => $"u@{Deep}.evil{i}.test"));

    [TestCase("ceo@bank.example", DmarcStatus.Fail)]
    [TestCase("ceo@x.y.z.a.b.c.d.e.bank.example", DmarcStatus.Fail)]
    [Pin("M9")]
    public async Task Four_author_domains_with_many_labels_do_not_hide_the_policy_of_a_fifth(string author, DmarcStatus expected)
    {
        foreach (var from in new[] { $"{Evil(4)}, {author}", $"{author}, {Evil(4)}", $"{Evil(2)}, {author}, u@{Deep}.evil8.test, u@{Deep}.evil9.test" })
        {
            foreach (var yields in new[] { false, true })
            {
                var result = await JudgeAsync(from, yields);
                Assert.That((result.Dmarc.Status, result.Dmarc.Disposition), Is.EqualTo((expected, DmarcPolicy.Reject)), $"{from}: {result.Dmarc.ReasonText}");
            }
        }
    }

    [Test]
    [Pin("M9")]
    public async Task Nor_whether_it_exists()
    {
        var result = await JudgeAsync($"{Evil(4)}, ceo@x.y.z.a.b.c.d.e.firm.example");
        Assert.That((result.Dmarc.Status, result.Dmarc.Disposition), Is.EqualTo((DmarcStatus.Fail, DmarcPolicy.Reject)), result.Dmarc.ReasonText);
    }

    [TestCase("ceo@bank.example")]
    [TestCase("ceo@mail.eu.bank.example")]
    [Pin("M9")]
    public async Task Nor_do_fifteen_that_of_a_sixteenth(string author)
    {
        foreach (var from in new[] { $"{Evil(15)}, {author}", $"{author}, {Evil(15)}" })
        {
            var result = await JudgeAsync(from);
            Assert.That((result.Dmarc.Status, result.Dmarc.Reason, result.Dmarc.Disposition), Is.EqualTo((DmarcStatus.PermError, DmarcReason.TooManyAuthorDomains, DmarcPolicy.Reject)), from);
        }
    }
}
