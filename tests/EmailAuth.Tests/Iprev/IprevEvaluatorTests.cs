using System.Net;
using EmailAuth.AuthResults;
using EmailAuth.Dns;
using EmailAuth.Iprev;
using EmailAuth.Message;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.Iprev;

public class IprevEvaluatorTests
{
    private const string Zone = """
        1.2.0.192.in-addr.arpa.  PTR mail.example.com.
        2.2.0.192.in-addr.arpa.  PTR other.example.com.
        3.2.0.192.in-addr.arpa.  PTR gone.example.com.
        4.2.0.192.in-addr.arpa.  PTR other.example.com.
        4.2.0.192.in-addr.arpa.  PTR mail4.example.com.
        5.2.0.192.in-addr.arpa.  TXT x
        6.2.0.192.in-addr.arpa.  PTR not\ a\ host.example.com.
        7.2.0.192.in-addr.arpa.  PTR slow.example.com.
        8.2.0.192.in-addr.arpa.  PTR slow.example.com.
        8.2.0.192.in-addr.arpa.  PTR mail8.example.com.
        10.2.0.192.in-addr.arpa. PTR v6only.example.com.
        1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR v6only.example.com.
        mail.example.com.   A 192.0.2.99
        mail.example.com.   A 192.0.2.1
        mail4.example.com.  A 192.0.2.4
        mail8.example.com.  A 192.0.2.8
        other.example.com.  A 198.51.100.1
        v6only.example.com. AAAA 2001:db8::1
        """;

    private static ZoneDnsResolver Dns() => ZoneDnsResolver.Parse(Zone)
        .WithFault("slow.example.com", DnsRecordType.None, DnsStatus.Timeout)
        .WithFault("9.2.0.192.in-addr.arpa", DnsRecordType.None, DnsStatus.ServFail);

    [Rfc(8601, "3")]
    [Rfc(8601, "2.7.3")]
    [TestCase("192.0.2.1", IprevStatus.Pass, IprevReason.Confirmed, "mail.example.com")]
    [TestCase("::ffff:192.0.2.1", IprevStatus.Pass, IprevReason.Confirmed, "mail.example.com")]
    [TestCase("2001:db8::1", IprevStatus.Pass, IprevReason.Confirmed, "v6only.example.com")]
    [TestCase("2001:db8::1%1", IprevStatus.Pass, IprevReason.Confirmed, "v6only.example.com")]
    [TestCase("192.0.2.2", IprevStatus.Fail, IprevReason.NotConfirmed, null)]
    [TestCase("192.0.2.3", IprevStatus.Fail, IprevReason.NotConfirmed, null)]
    [TestCase("192.0.2.4", IprevStatus.Pass, IprevReason.Confirmed, "mail4.example.com")]
    [TestCase("192.0.2.10", IprevStatus.Fail, IprevReason.NotConfirmed, null)]
    [TestCase("192.0.2.5", IprevStatus.PermError, IprevReason.NoReverseName, null)]
    [TestCase("192.0.2.200", IprevStatus.PermError, IprevReason.NoReverseName, null)]
    [TestCase("192.0.2.6", IprevStatus.PermError, IprevReason.MalformedReverseName, null)]
    [TestCase("192.0.2.7", IprevStatus.TempError, IprevReason.ForwardLookupFailed, null)]
    [TestCase("192.0.2.8", IprevStatus.Pass, IprevReason.Confirmed, "mail8.example.com")]
    [TestCase("192.0.2.9", IprevStatus.TempError, IprevReason.ReverseLookupFailed, null)]
    public async Task An_address_and_its_name_lead_to_each_other_or_the_result_says_why_not(string address, IprevStatus status, IprevReason reason, string? name)
    {
        var result = await new IprevEvaluator(Dns()).CheckAsync(IPAddress.Parse(address));
        Assert.That((result.Status, result.Reason, result.Name?.ToString()), Is.EqualTo((status, reason, name)), result.ReasonText);
        Assert.That(result.ReasonText, Is.Not.Empty);
        Assert.That(result.IsTransient, Is.EqualTo(status == IprevStatus.TempError));
    }

    [Test]
    [Rfc(8601, "3")]
    public async Task No_more_than_ten_names_are_asked_for()
    {
        var dns = ZoneDnsResolver.Parse(string.Concat(Enumerable.Range(0, 30).Select(i => $"1.2.0.192.in-addr.arpa. PTR n{i}.example.com.\n")) + "n10.example.com. A 192.0.2.1");
        dns.LogQueries = true;
        var result = await new IprevEvaluator(dns).CheckAsync(IPAddress.Parse("192.0.2.1"));
        Assert.That((result.Status, result.NamesTried.Length, result.DnsQueries, dns.Queries.Length), Is.EqualTo((IprevStatus.Fail, 10, 11, 11)));
    }

    [Test]
    public async Task It_takes_two_waves_and_leaves_nothing_running()
    {
        var dns = new RoundsDnsResolver(ZoneDnsResolver.Parse("1.2.0.192.in-addr.arpa. PTR a.example.com.\n1.2.0.192.in-addr.arpa. PTR b.example.com.\na.example.com. A 192.0.2.1"));
        var result = await dns.AnswerAsync(new IprevEvaluator(dns).CheckAsync(IPAddress.Parse("192.0.2.1")).AsTask());
        Assert.That((result.Status, dns.Rounds.Count, dns.Open), Is.EqualTo((IprevStatus.Pass, 2, 0)));
    }

    private static async Task<VerificationResult> VerifyAsync(IDnsResolver dns, string address, bool checks) =>
        await new EmailAuthenticator(dns, new EmailAuthenticatorOptions { CheckReverseName = checks }).VerifyAsync(
            EmailMessage.FromBytes("From: a@example.com\r\n\r\nx\r\n"u8.ToArray()), new SmtpSession(IPAddress.Parse(address), "mail.example.com", "a@example.com"));

    [Test]
    [Rfc(8601, "2.7.3")]
    [TestCase("192.0.2.1", "iprev=pass policy.iprev=192.0.2.1")]
    [TestCase("2001:db8::1", "iprev=pass policy.iprev=\"2001:db8::1\"")]
    [TestCase("192.0.2.2", "iprev=fail")]
    public async Task The_field_has_it_and_reads_back(string address, string expected)
    {
        var field = (await VerifyAsync(Dns(), address, checks: true)).ToAuthenticationResults("mx.example.net");
        Assert.That(field.Value.Replace("\r\n", "", StringComparison.Ordinal), Does.Contain(expected));
        Assert.That(AuthenticationResults.TryRead(field, out var read, out _), Is.True);
        Assert.That(read!.Results.Single(result => result.Method == "iprev").Find("policy", "iprev"), Is.EqualTo(address));
    }

    [TestCase("192.0.2.1")]
    [TestCase("192.0.2.7")]
    [TestCase("192.0.2.9")]
    public async Task It_decides_about_nothing_else(string address)
    {
        var with = await VerifyAsync(Dns(), address, checks: true);
        var without = await VerifyAsync(Dns(), address, checks: false);
        Assert.That(without.Iprev, Is.Null);
        Assert.That(with.Iprev, Is.Not.Null);
        Assert.That((with.IsTransient, with.DnsQueries, with.Spf.Status, with.Dmarc.Status), Is.EqualTo((without.IsTransient, without.DnsQueries, without.Spf.Status, without.Dmarc.Status)));
    }
}
