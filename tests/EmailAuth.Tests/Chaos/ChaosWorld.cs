using System.Collections.Immutable;
using System.Net;
using System.Text;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Chaos;

/// <summary>One message as it arrives, and what is true of it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Message">The message.</param>
/// <param name="Session">How it came.</param>
/// <param name="Expected">The verdict with nothing wrong in DNS, as <see cref="ChaosVerdict.ToString"/> writes it.</param>
internal sealed record ChaosMessage(string Name, byte[] Message, SmtpSession Session, string Expected)
{
    /// <summary>It claims an author who did not send it.</summary>
    public bool IsForged { get; init; }

    public EmailMessage Open() => EmailMessage.FromBytes(Message);

    public override string ToString() => Name;
}

/// <summary>A small internet with honest and dishonest people in it.</summary>
internal static class ChaosWorld
{
    private static readonly SigningKey Rsa = TestMail.Rsa;
    private static readonly SigningKey Ed25519 = TestMail.Ed25519;
    private static readonly SigningKey Attackers = SigningKey.GenerateEd25519();

    public static DateTimeOffset Start { get; } = DateTimeOffset.FromUnixTimeSeconds(TestMail.Now + 60);

    public static ZoneDnsResolver Zone { get; } = MakeZone();

    public static ImmutableArray<ChaosMessage> Messages { get; } = MakeMessages();

    private static ZoneDnsResolver MakeZone()
    {
        var zone = ZoneDnsResolver.Parse("""
            $TTL 300
            example.                 SOA ns.example. root.example. 1 7200 900 1209600 300
            author.example.          TXT "v=spf1 include:_spf.author.example a:out.author.example -all"
            _spf.author.example.     TXT "v=spf1 ip4:192.0.2.10 ip4:192.0.2.11 -all"
            out.author.example.      A 192.0.2.20
            out.author.example.      AAAA 2001:db8::20
            news.author.example.     A 192.0.2.21
            _dmarc.author.example.   TXT "v=DMARC1; p=reject; sp=quarantine"
            strict.example.          TXT "v=spf1 mx redirect=_spf.author.example"
            strict.example.          MX 10 mx1.strict.example.
            strict.example.          MX 20 mx2.strict.example.
            mx1.strict.example.      A 198.51.100.5
            mx1.strict.example.      TXT "v=spf1 a -all"
            mx2.strict.example.      A 198.51.100.6
            mail.strict.example.     A 198.51.100.7
            _dmarc.strict.example.   TXT "v=DMARC1; p=quarantine; adkim=s; aspf=s; np=reject"
            plain.example.           TXT "v=spf1 exists:%{ir}.list.plain.example ~all"
            5.100.51.198.list.plain.example. A 127.0.0.2
            attack.example.          TXT "v=spf1 ip4:203.0.113.5 -all"
            helo.attack.example.     TXT "v=spf1 ip4:203.0.113.5 -all"
            list.example.            TXT "v=spf1 ip4:198.51.100.77 -all"
            _dmarc.list.example.     TXT "v=DMARC1; p=none"
            """);
        foreach (var (domain, selector, key) in new[]
        {
            ("author.example", "rsa", Rsa), ("author.example", "ed", Ed25519), ("strict.example", "ed", Ed25519), ("plain.example", "ed", Ed25519),
            ("attack.example", "ed", Attackers), ("list.example", "s", Ed25519), ("two.example", "s", Ed25519),
        })
            zone.Add(DkimKeyRecord.FromKey(key).ToMasterFile(DomainName.Parse(domain), selector));
        return zone;
    }

    private static ImmutableArray<ChaosMessage> MakeMessages()
    {
        var genuine = Written("ann@author.example");
        var signed = Signed(genuine, ("author.example", Rsa), ("author.example", Ed25519));
        var listed = Sealed(Sealed(Signed(genuine, ("author.example", Ed25519)), "list.example", text => text + "-- \r\nthe list\r\n"), "two.example");
        return
        [
            new("signed and sent by its author", signed, Client("192.0.2.20", "out.author.example", "ann@author.example"),
                "spf=pass dkim=pass,pass arc=none dmarc=pass/author.example/none"),
            new("sent by its author", genuine, Client("192.0.2.10", "out.author.example", "<ann@author.example>"), "spf=pass dkim= arc=none dmarc=pass/author.example/none"),
            new("signed by its author, forwarded", Signed(genuine, ("author.example", Ed25519)), Client("198.51.100.9", "relay.example", "ann@author.example"),
                "spf=fail dkim=pass arc=none dmarc=pass/author.example/none"),
            new("from the author's IPv6 host", genuine, Client("2001:db8::20", "out.author.example", "ann@author.example"), "spf=pass dkim= arc=none dmarc=pass/author.example/none"),
            new("forged, signed by the forger", Signed(Written("ceo@author.example"), ("attack.example", Attackers)), Client("203.0.113.5", "helo.attack.example", "x@attack.example"),
                "spf=pass helo=pass dkim=pass arc=none dmarc=fail/author.example/reject") { IsForged = true },
            new("forged, from the author's own envelope", Written("ceo@author.example"), Client("203.0.113.5", "out.author.example", "ceo@author.example"),
                "spf=fail dkim= arc=none dmarc=fail/author.example/reject") { IsForged = true },
            new("forged in a subdomain, with a signature of another body", [.. Signed(Written("ceo@news.author.example"), ("author.example", Rsa)), .. "more"u8],
                Client("203.0.113.5", "helo.attack.example", "x@attack.example"), "spf=pass helo=pass dkim=fail arc=none dmarc=fail/author.example/quarantine") { IsForged = true },
            new("forged in a name that is not there", Written("ceo@nowhere.strict.example"), Client("203.0.113.5", "helo.attack.example", "x@attack.example"),
                "spf=pass helo=pass dkim= arc=none dmarc=fail/strict.example/reject") { IsForged = true },
            new("signed by the parent of a strict domain", Signed(Written("bob@mail.strict.example"), ("strict.example", Ed25519)), Client("198.51.100.6", "mx2.strict.example", "bob@strict.example"),
                "spf=pass dkim=pass arc=none dmarc=fail/strict.example/quarantine"),
            new("a bounce", Written("postmaster@mx1.strict.example"), Client("198.51.100.5", "mx1.strict.example", "<>"), "spf=pass dkim= arc=none dmarc=pass/strict.example/none"),
            new("without a policy", Signed(Written("eve@plain.example"), ("plain.example", Ed25519)), Client("198.51.100.5", "plain.example", "eve@plain.example"),
                "spf=pass helo=pass dkim=pass arc=none dmarc=none/-/none"),
            new("softly failed, without a policy", Written("eve@plain.example"), Client("203.0.113.5", "plain.example", "eve@plain.example"),
                "spf=softfail helo=softfail dkim= arc=none dmarc=none/-/none"),
            new("through two lists that sealed it", listed, Client("198.51.100.77", "list.example", "list@list.example"),
                "spf=pass helo=pass dkim=fail arc=pass dmarc=fail/author.example/reject override"),
            new("of two authors, one of them the forger", Signed(Written("ann@author.example, x@attack.example"), ("attack.example", Attackers)), Client("203.0.113.5", "helo.attack.example", "x@attack.example"),
                "spf=pass helo=pass dkim=pass arc=none dmarc=fail/author.example/reject") { IsForged = true },
            new("without an author", "Subject: x\r\n\r\nbody\r\n"u8.ToArray(), Client("203.0.113.5", "helo.attack.example", "x@attack.example"),
                "spf=pass helo=pass dkim= arc=none dmarc=permerror/-/none") { IsForged = true },
        ];
    }

    private static SmtpSession Client(string address, string helo, string mailFrom) => new(IPAddress.Parse(address), helo, mailFrom);

    private static byte[] Written(string from) =>
        Encoding.ASCII.GetBytes($"From: {from}\r\nTo: bob@receiver.example\r\nSubject: Dinner at  eight?\r\nDate: Thu, 28 May 2026 10:00:00 +0000\r\nMessage-ID: <1@author.example>\r\n\r\nHi Bob,\r\n\r\nhungry?\r\n");

    private static byte[] Signed(byte[] message, params (string Domain, SigningKey Key)[] signers)
    {
        var fields = DkimSigner.SignAllAsync([.. signers.Select(signer => new DkimSigner(new DkimSignerOptions
        {
            Domain = DomainName.Parse(signer.Domain),
            Selector = signer.Key.Algorithm == SignatureAlgorithm.RsaSha256 ? "rsa" : "ed",
            Key = signer.Key,
            AllowAnyAuthorDomain = true,
            TimeProvider = TestMail.Clock,
        }))], EmailMessage.FromBytes(message)).AsTask().GetAwaiter().GetResult();
        return [.. fields.SelectMany(field => field.RawOctets.ToArray()), .. message];
    }

    private static byte[] Sealed(byte[] message, string domain, Func<string, string>? change = null)
    {
        var chain = new ArcValidator(Zone, new ArcOptions { TimeProvider = TestMail.Clock }).ValidateAsync(EmailMessage.FromBytes(message)).AsTask().GetAwaiter().GetResult();
        message = Encoding.Latin1.GetBytes(change?.Invoke(Encoding.Latin1.GetString(message)) ?? Encoding.Latin1.GetString(message));
        var sealer = new ArcSealer(new ArcSealerOptions { Domain = DomainName.Parse(domain), Selector = "s", Key = Ed25519, TimeProvider = TestMail.Clock });
        var results = new AuthenticationResults(domain, [new MethodResult("dmarc", "pass") { Properties = [new("header", "from", "author.example")] }]);
        var fields = sealer.SealAsync(EmailMessage.FromBytes(message), results, chain).AsTask().GetAwaiter().GetResult();
        return [.. fields.SelectMany(field => field.RawOctets.ToArray()), .. message];
    }
}
