using System.Net;
using System.Text;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Fuzz.Soak;

/// <summary>Fifty domains with keys and policies, and some hundred messages from them, signed, sealed and not.</summary>
internal sealed class SoakWorld
{
    private const int Domains = 50;

    private readonly List<(byte[] Octets, SmtpSession Session)> _messages = [];

    public SoakWorld()
    {
        using var rsa = SigningKey.GenerateRsa();
        using var ed25519 = SigningKey.GenerateEd25519();
        Zone = ZoneDnsResolver.Parse("""
            example.             SOA ns.example. root.example. 1 7200 900 1209600 60
            *.soak.example.      TXT "v=spf1 ip4:192.0.2.0/24 a mx include:d1.example -all"
            *.soak.example.      A   192.0.2.7
            loop.example.        TXT "v=spf1 include:loop.example redirect=loop.example"
            void.example.        TXT "v=spf1 a:v1.void.example a:v2.void.example a:v3.void.example -all"
            wide.example.        TXT "v=spf1 include:d1.example include:d2.example include:d3.example include:d4.example include:d5.example include:d6.example include:d7.example include:d8.example include:d9.example include:d10.example include:d11.example -all"
            macro.example.       TXT "v=spf1 exists:%{l}.%{ir}.%{v}.%{d}.soak.example -all"
            """);
        for (var i = 0; i < Domains; i++)
        {
            var domain = DomainName.Parse($"d{i}.example");
            Zone.Add($"{domain}. 30 TXT \"v=spf1 ip4:198.51.100.{i} mx -all\"\n{domain}. 30 MX 10 mx.{domain}.\nmx.{domain}. 30 A 203.0.113.{i}\n_dmarc.{domain}. 30 TXT \"v=DMARC1; p={(i % 2 == 0 ? "reject" : "none")}\"");
            Zone.Add(DkimKeyRecord.FromKey(rsa).ToMasterFile(domain, "r"));
            Zone.Add(DkimKeyRecord.FromKey(ed25519).ToMasterFile(domain, "e"));
        }
        for (var i = 0; i < 300; i++)
            _messages.Add((MakeMessage(i, rsa, ed25519), new SmtpSession(IPAddress.Parse($"198.51.100.{i % Domains}"), $"mx.d{i % Domains}.example", $"ann@d{i % Domains}.example")));
    }

    public ZoneDnsResolver Zone { get; }

    public EmailAuthenticatorOptions Options { get; } = new() { TrustedSealers = new TrustedSealers([new TrustedSealer(DomainName.Parse("d1.example"))]) };

    public (byte[] Octets, SmtpSession Session) Message(Random random) => _messages[random.Next(_messages.Count)];

    private byte[] MakeMessage(int number, SigningKey rsa, SigningKey ed25519)
    {
        var domain = DomainName.Parse($"d{number % Domains}.example");
        var body = string.Concat(Enumerable.Repeat($"line of text {number}\r\n", number % 60 == 0 ? 20_000 : number % 9 * 30));
        var octets = Encoding.ASCII.GetBytes($"Received: from x by y; Thu, 28 May 2026 10:00:00 +0000\r\nFrom: Ann <ann@{domain}>\r\nTo: bob@receiver.example\r\nSubject: {number}\r\nDate: Thu, 28 May 2026 10:00:00 +0000\r\nMessage-ID: <{number}@{domain}>\r\n\r\n{body}");
        if (number % 4 != 0)
        {
            var signers = new List<DkimSigner> { new(new DkimSignerOptions { Domain = domain, Selector = "e", Key = ed25519 }) };
            if (number % 4 > 1)
                signers.Add(new(new DkimSignerOptions { Domain = domain, Selector = "r", Key = rsa }));
            octets = Prepend(DkimSigner.SignAllAsync([.. signers], EmailMessage.FromBytes(octets)).AsTask().GetAwaiter().GetResult(), octets);
        }
        for (var sets = number % 5 == 0 ? number % 3 + 1 : 0; sets > 0; sets--)
        {
            var chain = new ArcValidator(Zone).ValidateAsync(EmailMessage.FromBytes(octets)).AsTask().GetAwaiter().GetResult();
            var sealer = new ArcSealer(new ArcSealerOptions { Domain = DomainName.Parse($"d{sets}.example"), Selector = "e", Key = ed25519 });
            var results = new AuthenticationResults("d1.example", [new MethodResult("dmarc", "pass") { Properties = [new("header", "from", domain.ToString())] }]);
            octets = Prepend(sealer.SealAsync(EmailMessage.FromBytes(octets), results, chain).AsTask().GetAwaiter().GetResult(), octets);
        }
        return octets;
    }

    private static byte[] Prepend(IEnumerable<HeaderField> fields, byte[] octets) => [.. fields.SelectMany(static field => field.RawOctets.ToArray()), .. octets];
}
