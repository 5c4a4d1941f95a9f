using System.Globalization;
using System.Net;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests.Arc;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Evidence;

/// <summary>A message, its SMTP session and its DNS, made from a seed: every method meets good, bad and missing records, and names that fail.</summary>
internal sealed class RandomMail
{
    private static readonly string[] Domains = ["example.com", "mail.example.com", "other.example", "sub.other.example", "third.example"];

    private static readonly string[] SpfTerms =
    [
        "ip4:192.0.2.0/24", "-ip4:192.0.2.1", "ip6:2001:db8::/32", "a", "a:host.other.example", "mx", "mx/28", "ptr", "exists:%{i}._x.example.com", "exists:%{l}.%{d}",
        "include:other.example", "include:third.example", "include:%{o}", "include:nowhere.example", "~all", "-all", "?all", "redirect=third.example", "exp=why.example.com",
        "broken:term", "exists:%{p}._y.example.com",
    ];

    private static readonly string[] DmarcRecords =
    [
        "v=DMARC1; p=reject", "v=DMARC1; p=none; rua=mailto:r@example.com", "v=DMARC1; p=quarantine; sp=none; np=reject", "v=DMARC1; p=reject; aspf=s; adkim=s", "v=DMARC1; t=y; p=reject",
        "v=DMARC1; p=bad", "v=DMARC1; psd=n; p=reject", "v=DMARC1; psd=y; p=quarantine", "v=DMARC1; p=reject; pct=50", "not a record",
    ];

    private static readonly DnsStatus[] Faults = [DnsStatus.ServFail, DnsStatus.Timeout, DnsStatus.Refused, DnsStatus.Malformed, DnsStatus.OverBudget, DnsStatus.ResolverError];

    private static readonly Lazy<Task<string[]>> Signed = new(SignAsync);

    private RandomMail(string text, SmtpSession session, ZoneDnsResolver dns)
    {
        Text = text;
        Session = session;
        Dns = dns;
    }

    public string Text { get; }

    public SmtpSession Session { get; }

    public ZoneDnsResolver Dns { get; }

    public EmailMessage Message => TestMail.MessageOf(Text);

    public static async Task<RandomMail> MakeAsync(int seed)
    {
        // The same numbers on every machine and runtime.
        var random = new Random(seed);
        var zone = new StringBuilder();
        zone.AppendLine(EmailAuth.Dkim.DkimKeyRecord.FromKey(TestMail.Rsa).ToMasterFile(TestMail.Domain, "rsa"));
        zone.AppendLine(EmailAuth.Dkim.DkimKeyRecord.FromKey(TestMail.Ed25519).ToMasterFile(TestMail.Domain, "ed"));
        foreach (var sealer in (string[])["one.example", "two.example"])
            zone.AppendLine(EmailAuth.Dkim.DkimKeyRecord.FromKey(TestChain.Key).ToMasterFile(DomainName.Parse(sealer), "s"));
        foreach (var domain in Domains)
        {
            for (var i = random.Next(8) == 0 ? 2 : random.Next(7) == 0 ? 0 : 1; i > 0; i--)
                zone.AppendLine(CultureInfo.InvariantCulture, $"{domain}. {random.Next(10_000)} TXT \"v=spf1 {string.Join(' ', Enumerable.Range(0, random.Next(5)).Select(_ => Any(random, SpfTerms)))}\"");
            for (var i = random.Next(8) == 0 ? 2 : random.Next(2); i > 0; i--)
                zone.AppendLine(CultureInfo.InvariantCulture, $"_dmarc.{domain}. TXT \"{Any(random, DmarcRecords)}\"");
            if (random.Next(2) == 0)
                zone.AppendLine(CultureInfo.InvariantCulture, $"{domain}. A 192.0.2.{random.Next(1, 4)}");
            if (random.Next(2) == 0)
                zone.AppendLine(CultureInfo.InvariantCulture, $"{domain}. MX 10 host.other.example.");
        }
        zone.AppendLine("host.other.example. A 192.0.2.2");
        zone.AppendLine("1.2.0.192.in-addr.arpa. PTR host.example.com.");
        zone.AppendLine("host.example.com. A 192.0.2.1");
        zone.AppendLine("why.example.com. TXT \"%{i} may not send for %{d} as %{s} at %{t}\"");
        var dns = ZoneDnsResolver.Parse(zone.ToString());
        for (var i = random.Next(4); i > 0; i--)
        {
            var name = Any(random, (string[])[.. Domains, .. Domains.Select(domain => $"_dmarc.{domain}"), "rsa._domainkey.example.com", "ed._domainkey.example.com", "s._domainkey.one.example", "host.other.example"]);
            dns.WithFault(name, random.Next(2) == 0 ? DnsRecordType.TXT : DnsRecordType.None, Any(random, Faults));
        }
        return new RandomMail(Damage(Any(random, await Signed.Value), random), AnySession(random), dns);
    }

    private static SmtpSession AnySession(Random random)
    {
        string[] addresses = ["192.0.2.1", "192.0.2.2", "198.51.100.7", "2001:db8::1", "2001:db8:1::2", "::ffff:192.0.2.1"];
        string?[] senders = ["ann@example.com", "<bounce+ann=x.example@mail.example.com>", "x@sub.other.example", "\"a b\"@third.example", "j\u00fcrgen@example.com", "", "<>", null, "no-mailbox", "a@[192.0.2.1]", "(x@example.com"];
        string[] helos = ["host.example.com", "example.com", "[192.0.2.1]", "", "mail.example.com", "a..b", "x\uD800y"];
        return new SmtpSession(random.Next(12) == 0 ? null : IPAddress.Parse(Any(random, addresses)), Any(random, helos), Any(random, senders));
    }

    /// <summary>Signed and sealed in several ways.</summary>
    private static async Task<string[]> SignAsync()
    {
        var once = await TestMail.SignAsync(TestMail.Plain);
        var twice = await TestMail.SignAsync(once, TestMail.Options(TestMail.Ed25519));
        var sealedOnce = await TestChain.SealAsync(twice, "one.example");
        var sealedTwice = await TestChain.SealAsync(sealedOnce, "two.example");
        var partial = await TestMail.SignValueAsync(TestMail.Plain, "v=1; a=rsa-sha256; d=example.com; s=rsa; i=ann@mail.example.com; h=from:to; l=8; bh=?; b=");
        return [TestMail.Plain, once, twice, sealedOnce, sealedTwice, partial];
    }

    private static string Damage(string text, Random random) => random.Next(9) switch
    {
        0 => text.Replace("Subject: Dinner", "Subject: Supper", StringComparison.Ordinal),
        1 => text + "More.\r\n",
        2 => text.Replace("From: Ann <ann@example.com>", "From: Ann <ann@sub.other.example>", StringComparison.Ordinal),
        3 => text.Replace("From: Ann <ann@example.com>", "From: ann@example.com, bob@third.example", StringComparison.Ordinal),
        4 => text.Replace("From: Ann <ann@example.com>", "From: not one", StringComparison.Ordinal),
        5 => $"From: x@mail.example.com\r\n{text}",
        6 => text.Replace("\r\nDate:", "\r\nX: a\nFrom: b@third.example\r\nDate:", StringComparison.Ordinal),
        _ => text,
    };

    private static T Any<T>(Random random, T[] values) => values[random.Next(values.Length)];
}
