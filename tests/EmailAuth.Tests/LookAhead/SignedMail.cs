using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.LookAhead;

/// <summary>
/// A message of example.com with two signatures, one of them by a domain below, and the DNS that makes it pass: an SPF record that includes one that includes one.
/// </summary>
internal sealed class SignedMail
{
    private const string Records = """
        com.                 SOA ns.example.com. hostmaster.example.com. 1 7200 900 86400 900
        example.com.         TXT "v=spf1 include:_spf.example.com -all"
        _spf.example.com.    TXT "v=spf1 ip4:198.51.100.0/24 include:_b.example.com ~all"
        _b.example.com.      TXT "v=spf1 ip4:192.0.2.0/24 ~all"
        mx.example.com.      TXT "v=spf1 a -all"
        mx.example.com.      A   192.0.2.1
        _dmarc.example.com.  TXT "v=DMARC1; p=reject"
        """;

    private static readonly Lazy<Task<(byte[] Octets, string Zone)>> Made = new(MakeOnceAsync);

    private readonly byte[] _octets;

    private SignedMail(byte[] octets, ZoneDnsResolver zone)
    {
        _octets = octets;
        Zone = zone;
    }

    public EmailMessage Message => EmailMessage.FromBytes(_octets);

    public ReadOnlyMemory<byte> Octets => _octets;

    /// <summary>Its own for each test.</summary>
    public ZoneDnsResolver Zone { get; }

    public static async Task<SignedMail> MakeAsync()
    {
        var (octets, zone) = await Made.Value;
        return new SignedMail(octets, ZoneDnsResolver.Parse(zone));
    }

    private static async Task<(byte[] Octets, string Zone)> MakeOnceAsync()
    {
        using var rsa = SigningKey.GenerateRsa(2048);
        using var ed25519 = SigningKey.GenerateEd25519();
        var (above, below) = (DomainName.Parse("example.com"), DomainName.Parse("mail.example.com"));
        // Early, so that no test's clock is before it.
        var clock = new ManualTimeProvider();
        var octets = "From: a@example.com\r\nTo: b@example.net\r\nSubject: x\r\n\r\nbody\r\n"u8.ToArray();
        var fields = await DkimSigner.SignAllAsync(
            [
                new DkimSigner(new DkimSignerOptions { Domain = above, Selector = "r", Key = rsa, TimeProvider = clock }),
                new DkimSigner(new DkimSignerOptions { Domain = below, Selector = "e", Key = ed25519, AllowAnyAuthorDomain = true, TimeProvider = clock }),
            ],
            EmailMessage.FromBytes(octets));
        return ([.. fields.SelectMany(field => field.RawOctets.ToArray()), .. octets],
            string.Join('\n', Records, DkimKeyRecord.FromKey(rsa).ToMasterFile(above, "r"), DkimKeyRecord.FromKey(ed25519).ToMasterFile(below, "e")));
    }
}
