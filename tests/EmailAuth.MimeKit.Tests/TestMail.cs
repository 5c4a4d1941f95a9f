using System.Net;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Signatures;

namespace EmailAuth.MimeKit.Tests;

/// <summary>Keys, the zone that publishes them, and mail.</summary>
internal static class TestMail
{
    public static readonly SmtpSession Session = new(IPAddress.Parse("192.0.2.1"), "mx.example.com", "ann@example.com");

    public static readonly SigningKey Rsa = SigningKey.GenerateRsa();
    public static readonly SigningKey Ed25519 = SigningKey.GenerateEd25519();

    public static ZoneDnsResolver Zone { get; } = ZoneDnsResolver.Parse($"""
        example.com.                  TXT "v=spf1 -all"
        _dmarc.example.com.           TXT "v=DMARC1; p=reject"
        {Record(Rsa, "rsa")}
        {Record(Ed25519, "ed")}
        """);

    public static EmailAuthenticator Authenticator { get; } = new(Zone);

    public static DkimSigner Signer { get; } = SignerOf("rsa", Rsa);

    public static DkimSigner SignerOf(string selector, ISigningKey key, TimeProvider? clock = null, TimeSpan? expires = null) => new(new DkimSignerOptions
    {
        Domain = DomainName.Parse("example.com"),
        Selector = selector,
        Key = key,
        TimeProvider = clock ?? TimeProvider.System,
        ExpiresAfter = expires,
    });

    public static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);

    private static string Record(SigningKey key, string selector) => DkimKeyRecord.FromKey(key).ToMasterFile(DomainName.Parse("example.com"), selector);
}
