using System.Net;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;

namespace EmailAuth.Tests;

/// <summary>What a verdict leaves on the heap when every answer is in the cache: its results, the field, and little else.</summary>
[NonParallelizable]
public class VerdictAllocationTests
{
    private const string Header =
        "Received: from mail.example.com (mail.example.com [203.0.113.7])\r\n\tby mx.example.net with ESMTPS id 4ABCDEF123\r\n\tfor <b@example.net>; Fri, 2 Jan 2026 10:00:00 +0000\r\n"
        + "From: Ann <ann@example.com>\r\nTo: Bob <b@example.net>\r\nSubject: What was said on Friday\r\nDate: Fri, 2 Jan 2026 10:00:00 +0000\r\n"
        + "Message-ID: <20260102100000.12345@mail.example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";

    private static readonly SmtpSession Session = new(IPAddress.Parse("203.0.113.7"), "mail.example.com", "bounce@news.example.com");

    private static async Task<long> LeastAsync(int enough, params SigningKey[] keys)
    {
        var domain = DomainName.Parse("example.com");
        var body = string.Concat(Enumerable.Range(0, 300).Select(i => $"This is line {i} of an ordinary text, with words and single spaces in it.\r\n"));
        var octets = Encoding.ASCII.GetBytes(Header + body);
        for (var i = 0; i < keys.Length; i++)
        {
            var field = await new DkimSigner(new DkimSignerOptions { Domain = domain, Selector = $"s{i}", Key = keys[i] }).SignAsync(EmailMessage.FromBytes(octets));
            octets = [.. field.RawOctets.Span, .. octets];
        }
        using var dns = new CachingDnsResolver(ZoneDnsResolver.Parse($"""
            {string.Join('\n', keys.Select((key, i) => DkimKeyRecord.FromKey(key).ToMasterFile(domain, $"s{i}")))}
            com. 3600 SOA ns.example. hostmaster.example. 1 3600 600 604800 3600
            example.com. 3600 SOA ns.example. hostmaster.example. 1 3600 600 604800 3600
            _dmarc.example.com. 3600 TXT "v=DMARC1; p=reject"
            news.example.com. 3600 TXT "v=spf1 include:a.example.com include:b.example.com include:c.example.com -all"
            a.example.com. 3600 TXT "v=spf1 ip4:192.0.2.0/24 include:d.example.com ~all"
            b.example.com. 3600 TXT "v=spf1 ip4:198.51.100.0/24 ~all"
            c.example.com. 3600 TXT "v=spf1 ip4:203.0.113.0/25 ~all"
            d.example.com. 3600 TXT "v=spf1 ip4:192.0.2.0/24 ~all"
            """));
        var authenticator = new EmailAuthenticator(dns);
        for (var i = 0; i < 100; i++)
            Judge();
        // The least of several rounds: at first the runtime's own code is not optimized either, and once in a while a pool of it has given its buffers back.
        var octetsEach = long.MaxValue;
        for (var round = 0; round < 200 && octetsEach >= enough; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++)
                Judge();
            octetsEach = Math.Min(octetsEach, (GC.GetAllocatedBytesForCurrentThread() - before) / 10);
        }
        await TestContext.Out.WriteLineAsync($"{octetsEach} octets a verdict");
        return octetsEach;

        void Judge()
        {
            var pending = authenticator.VerifyAsync(EmailMessage.FromBytes(octets), Session);
            // All of it runs on this thread.
            if (!pending.IsCompletedSuccessfully)
                throw new AssertionException("An answer was not at hand.");
            var result = pending.Result;
            if (result.Spf.Status != SpfStatus.Pass || result.DkimStatus != DkimStatus.Pass || result.Dmarc.Status != DmarcStatus.Pass || result.ToAuthenticationResults("mx.example.net") is null)
                throw new AssertionException("It did not pass.");
        }
    }

    // What is compiled without optimization makes an object of each async method's state, and more.
#if DEBUG
    private const int MoreInDebug = 8_000;
#else
    private const int MoreInDebug = 0;
#endif

    [Test]
    public async Task A_warm_verdict_of_20_kilobytes_and_its_field_leave_less_than_3_500_octets()
    {
        const int most = 3_500 + MoreInDebug;
        using var rsa = SigningKey.GenerateRsa(2048);
        Assert.That(await LeastAsync(most, rsa), Is.LessThan(most));
    }

    // One verification by BouncyCastle 2.7.0.
    private const int OfEd25519 = 5_540;

    [Test]
    public async Task With_a_second_signature_by_Ed25519_they_leave_less_than_4_kilobytes_beside_what_that_library_leaves()
    {
        const int most = 4_096 + OfEd25519 + MoreInDebug;
        using var rsa = SigningKey.GenerateRsa(2048);
        using var ed25519 = SigningKey.GenerateEd25519();
        Assert.That(await LeastAsync(most, rsa, ed25519), Is.LessThan(most));
    }
}
