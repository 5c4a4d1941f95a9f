using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using MakeSamples;

// Writes samples/messages and samples/zones anew, with keys made for this run: nobody else has them, and they are not kept.
// Usage: dotnet run --project samples/MakeSamples [FOLDER]   (the folder that holds messages/ and zones/; default: samples)
var folder = args.Length > 0 ? args[0] : "samples";
Directory.CreateDirectory(Path.Combine(folder, "messages"));
Directory.CreateDirectory(Path.Combine(folder, "zones"));

using var exampleRsa = SigningKey.GenerateRsa(2048);
using var exampleEd25519 = SigningKey.GenerateEd25519();
using var attackerRsa = SigningKey.GenerateRsa(2048);
using var serviceRsa = SigningKey.GenerateRsa(2048);

// An attacker signs whatever he likes; a signer that serves honest domains refuses a From of another domain.
DkimSigner Signer(string domain, string selector, SigningKey key, bool allowAnyAuthorDomain = false) => new(new DkimSignerOptions
{
    Domain = DomainName.Parse(domain),
    Selector = selector,
    Key = key,
    AllowAnyAuthorDomain = allowAnyAuthorDomain,
    TimeProvider = new SigningDay(),
});

// ---- The messages ----

var newsletter = Compose("""
    From: The Garden Letter <letter@example.com>
    To: reader@receiver.example
    Subject: The garden letter, autumn edition
    Date: Mon, 05 Oct 2026 08:30:00 +0000
    Message-ID: <letter-2026-10@example.com>
    List-Unsubscribe: <https://www.example.com/letter/leave>
    MIME-Version: 1.0
    Content-Type: multipart/alternative; boundary="=_example_boundary_1"
    """, NewsletterText.Body());
var signedNewsletter = await SignAsync(newsletter, Signer("example.com", "letter", exampleRsa));
Write("newsletter", signedNewsletter);

// One octet of the body is another one: "Read on" of the first article leads elsewhere.
var altered = signedNewsletter.ToArray();
var link = altered.AsSpan().IndexOf("/letter/1?"u8);
altered[link + "/letter/".Length] = (byte)'9';
Write("newsletter-altered", altered);

Write("spoofed-from", await SignAsync(Compose("""
    From: "Chief Executive" <ceo@example.com>
    To: accounts@receiver.example
    Subject: Urgent: change of bank account
    Date: Mon, 05 Oct 2026 09:12:44 +0000
    Message-ID: <1@mailer.attacker.example>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=us-ascii
    """, "Please pay the open invoice to our new account today.\r\n"), Signer("attacker.example", "m1", attackerRsa, allowAnyAuthorDomain: true)));

var personal = await SignAsync(Compose("""
    From: Ann Author <ann@example.com>
    To: alumni@forwarder.example
    Subject: Lunch on Friday?
    Date: Tue, 06 Oct 2026 11:02:10 +0000
    Message-ID: <lunch-1@example.com>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: 8bit
    """, "Shall we meet at the café at noon?\r\n\r\nAnn\r\n"), Signer("example.com", "letter", exampleRsa));
Write("forwarded", Prepend("Received: from mail.example.com by forwarder.example with ESMTPS; Tue, 06 Oct 2026 11:02:12 +0000\r\n", personal));

var twoKeys = Compose("""
    From: Ann Author <ann@example.com>
    To: bob@receiver.example
    Subject: Signed twice
    Date: Wed, 07 Oct 2026 07:45:00 +0000
    Message-ID: <twice-1@example.com>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=us-ascii
    """, "One signature is RSA, the other Ed25519 (RFC 8463).\r\n");
Write("two-keys", await SignAsync(twoKeys, Signer("example.com", "letter", exampleRsa), Signer("example.com", "ed", exampleEd25519)));

Write("unprotected", Compose("""
    From: Carl <carl@plain.example>
    To: bob@receiver.example
    Subject: From a domain that publishes nothing
    Date: Wed, 07 Oct 2026 10:00:00 +0000
    Message-ID: <plain-1@plain.example>
    """, "No SPF, no DKIM, no DMARC.\r\n"));

Write("subdomain-quarantine", await SignAsync(Compose("""
    From: Orders <orders@news.eu.shop.example>
    To: bob@receiver.example
    Subject: Your order
    Date: Thu, 08 Oct 2026 13:20:00 +0000
    Message-ID: <order-77@news.eu.shop.example>
    """, "Your order is on its way.\r\n"), Signer("bulk-sender.example", "s1", serviceRsa, allowAnyAuthorDomain: true)));

Write("bounce", Compose("""
    From: Mail Delivery System <postmaster@mail.example.com>
    To: reader@receiver.example
    Subject: Undelivered mail returned to sender
    Date: Thu, 08 Oct 2026 14:00:00 +0000
    Message-ID: <bounce-9@mail.example.com>
    Auto-Submitted: auto-replied
    MIME-Version: 1.0
    Content-Type: text/plain; charset=us-ascii
    """, "The address <nobody@example.com> is unknown here.\r\n"));

// ---- The DNS of all of them ----

var zone = new StringBuilder();
zone.Append($"""
    ; The DNS of the sample messages, written by samples/MakeSamples. Names and addresses are those of RFC 2606 and RFC 5737.
    $TTL 3600

    ; example.com: SPF through two levels of includes, two DKIM keys, DMARC with reject.
    $ORIGIN example.com.
    @               MX    10 mail
    @               TXT   "v=spf1 include:_spf.example.com -all"
    _spf            TXT   "v=spf1 include:_own.example.com include:_letters.example.com ~all"
    _own            TXT   "v=spf1 a:mail.example.com -all"
    _letters        TXT   "v=spf1 ip4:192.0.2.128/25 ip6:2001:db8:1::/48 -all"
    mail            A     192.0.2.25
    mail            TXT   "v=spf1 a -all"
    letters         A     192.0.2.150
    letters         TXT   "v=spf1 a -all"
    _dmarc          TXT   "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
    {Record("letter", "example.com", exampleRsa)}
    {Record("ed", "example.com", exampleEd25519)}

    ; attacker.example: everything in order, but it is not example.com.
    $ORIGIN attacker.example.
    @               TXT   "v=spf1 ip4:203.0.113.66 -all"
    _dmarc          TXT   "v=DMARC1; p=none; rua=mailto:d@attacker.example"
    {Record("m1", "attacker.example", attackerRsa)}

    ; forwarder.example passes mail on with the sender's own reverse-path.
    $ORIGIN forwarder.example.
    @               TXT   "v=spf1 ip4:198.51.100.7 -all"

    ; shop.example asks for quarantine, for all names below it too.
    $ORIGIN shop.example.
    @               TXT   "v=spf1 -all"
    _dmarc          TXT   "v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.example"
    news.eu         A     198.51.100.40

    $ORIGIN bulk-sender.example.
    @               TXT   "v=spf1 ip4:198.51.100.0/25 -all"
    {Record("s1", "bulk-sender.example", serviceRsa)}

    ; The names of addresses.
    $ORIGIN 2.0.192.in-addr.arpa.
    25              PTR   mail.example.com.
    150             PTR   letters.example.com.

    ; plain.example and receiver.example publish nothing about mail.
    plain.example.      A 198.51.100.80
    receiver.example.   A 198.51.100.81

    """.ReplaceLineEndings("\n"));
File.WriteAllText(Path.Combine(folder, "zones", "example.zone"), zone.ToString());

// ---- The pieces ----

static byte[] Compose(string header, string body) =>
    Encoding.UTF8.GetBytes(header.ReplaceLineEndings("\r\n") + "\r\n\r\n" + body);

static byte[] Prepend(string field, byte[] message) => [.. Encoding.UTF8.GetBytes(field), .. message];

static async Task<byte[]> SignAsync(byte[] message, params DkimSigner[] signers)
{
    var fields = await DkimSigner.SignAllAsync([.. signers], EmailMessage.FromBytes(message));
    return [.. fields.SelectMany(field => field.RawOctets.ToArray()), .. message];
}

static string Record(string selector, string domain, SigningKey key) => DkimKeyRecord.FromKey(key).ToMasterFile(DomainName.Parse(domain), selector);

void Write(string name, byte[] message) => File.WriteAllBytes(Path.Combine(folder, "messages", name + ".eml"), message);
