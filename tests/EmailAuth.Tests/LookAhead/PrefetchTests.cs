using System.Net;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.LookAhead;

/// <summary>SPF is asked for at MAIL FROM, so that it is there when the message is.</summary>
public class PrefetchTests
{
    private static readonly SmtpSession Session = new(IPAddress.Parse("192.0.2.1"), "mx.example.com", "a@example.com");

    [Test]
    public async Task What_spf_needs_is_in_the_cache_when_the_message_comes()
    {
        var mail = await SignedMail.MakeAsync();
        mail.Zone.LogQueries = true;
        using var cache = new CachingDnsResolver(mail.Zone);
        var authenticator = new EmailAuthenticator(cache);
        await authenticator.Prefetch(Session);
        Assert.That(mail.Zone.Queries.Select(question => question.ToString()), Is.EquivalentTo(new[]
        {
            "example.com TXT", "_spf.example.com TXT", "_b.example.com TXT", "mx.example.com TXT", "mx.example.com A",
        }));
        var result = await authenticator.VerifyAsync(mail.Message, Session);
        Assert.That(result.Spf.Status, Is.EqualTo(SpfStatus.Pass));
        Assert.That(mail.Zone.Queries.Skip(5).Select(question => question.Name.ToString()), Is.All.Contains("_d"));
    }

    [TestCase(null, "", null)]
    [TestCase("192.0.2.1", "", "<(broken@")]
    [TestCase("192.0.2.1", "[192.0.2.1]", "\0@\ud800.example")]
    [TestCase("::1", "localhost", "a@gone.example")]
    public async Task No_session_makes_it_fail(string? address, string helo, string? mailFrom)
    {
        var zone = ZoneDnsResolver.Parse("").WithFault("gone.example", DnsRecordType.None, DnsStatus.ServFail);
        await new EmailAuthenticator(zone).Prefetch(new SmtpSession(address is null ? null : IPAddress.Parse(address), helo, mailFrom));
    }

    [Test]
    public async Task It_ends_with_the_time_limit_and_leaves_nothing()
    {
        var clock = new ManualTimeProvider();
        var dns = new RoundsDnsResolver(ZoneDnsResolver.Parse(""));
        var prefetch = new EmailAuthenticator(dns, new EmailAuthenticatorOptions { TimeProvider = clock, TimeLimit = TimeSpan.FromSeconds(5) }).Prefetch(Session);
        Assert.That((dns.Open, prefetch.IsCompleted), Is.EqualTo((2, false)));
        clock.Advance(5);
        await prefetch.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(() => dns.Open, Is.Zero.After(2_000, 5));
    }

    [Test]
    public async Task Who_cancels_it_sees_no_error()
    {
        var dns = new RoundsDnsResolver(ZoneDnsResolver.Parse(""));
        using var cancel = new CancellationTokenSource();
        var prefetch = new EmailAuthenticator(dns).Prefetch(Session, cancel.Token);
        await cancel.CancelAsync();
        await prefetch.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(() => dns.Open, Is.Zero.After(2_000, 5));
    }
}
