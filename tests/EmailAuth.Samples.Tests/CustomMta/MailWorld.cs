using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>A DNS world and messages in it, with keys made for this run.</summary>
internal sealed class MailWorld : IDisposable
{
    private readonly SigningKey _key = SigningKey.GenerateRsa(2048);
    private readonly SigningKey _attacker = SigningKey.GenerateEd25519();

    public MailWorld() => Zone = string.Join('\n',
        // Clients of the tests come from loopback.
        "good.example. TXT \"v=spf1 ip4:127.0.0.0/8 -all\"",
        "_dmarc.good.example. TXT \"v=DMARC1; p=reject\"",
        "unhappy.example. TXT \"v=spf1 -all\"",
        "_dmarc.unhappy.example. TXT \"v=DMARC1; p=quarantine\"",
        "attacker.example. TXT \"v=spf1 ip4:127.0.0.0/8 -all\"",
        // Aliases in a ring are what a zone file has for a server that fails (RFC 1034 §3.6.2).
        "_dmarc.lost.example. CNAME _dmarc.lost.example.",
        "ring.example. CNAME ring.example.",
        "s1._domainkey.keyless.example. CNAME s1._domainkey.keyless.example.",
        "_dmarc.keyless.example. TXT \"v=DMARC1; p=reject\"",
        "lost.example. A 192.0.2.1",
        "keyless.example. TXT \"v=spf1 -all\"",
        "receiver.example. A 192.0.2.2",
        DkimKeyRecord.FromKey(_key).ToMasterFile(DomainName.Parse("good.example"), "s1"),
        DkimKeyRecord.FromKey(_attacker).ToMasterFile(DomainName.Parse("attacker.example"), "s1"),
        "");

    public string Zone { get; }

    /// <summary>A message, not signed.</summary>
    public static byte[] Compose(string from, string subject, string body = "Hello.\r\n..A line with dots.\r\n.\r\nEnd.\r\n", string fields = "") => Encoding.UTF8.GetBytes(
        $"{fields}From: <{from}>\r\nTo: <reader@receiver.example>\r\nSubject: {subject}\r\nDate: Mon, 05 Oct 2026 08:30:00 +0000\r\n"
        + $"Message-ID: <{subject.Replace(' ', '-')}@{from[(from.IndexOf('@') + 1)..]}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}");

    /// <summary>The message with a signature of the domain before it.</summary>
    public async Task<byte[]> SignAsync(byte[] message, string domain)
    {
        var signer = new DkimSigner(new DkimSignerOptions
        {
            Domain = DomainName.Parse(domain),
            Selector = "s1",
            Key = domain == "attacker.example" ? _attacker : _key,
            AllowAnyAuthorDomain = true,
        });
        var field = await signer.SignAsync(EmailMessage.FromBytes(message));
        return [.. field.RawOctets.ToArray(), .. message];
    }

    public void Dispose()
    {
        _key.Dispose();
        _attacker.Dispose();
    }
}
