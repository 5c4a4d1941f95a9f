using System.Net;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Benchmarks;

/// <summary>Ordinary messages of several sizes, the keys they are signed with, and the zone that publishes them.</summary>
internal static class DkimMessages
{
    public static DomainName Domain { get; } = DomainName.Parse("example.com");

    public static SigningKey Rsa { get; } = SigningKey.GenerateRsa();

    public static SigningKey Ed25519 { get; } = SigningKey.GenerateEd25519();

    /// <summary>The client, HELO name and sender that <see cref="Zone"/> authorizes by the last network of the last of five includes.</summary>
    public static SmtpSession Session { get; } = new(IPAddress.Parse("203.0.113.77"), "out-7.provider.example", "bounce-4711@news.example.com");

    /// <summary>
    /// Both keys, a DMARC policy, and the SPF records of a large sender. Both zones have an SOA record, without which no cache keeps that a name does not
    /// exist (RFC 2308 §5): HELO has no record, and DMARC asks at names without one.
    /// </summary>
    public static string ZoneText { get; } =
        $"""
        {DkimKeyRecord.FromKey(Rsa).ToMasterFile(Domain, "rsa")}
        {DkimKeyRecord.FromKey(Ed25519).ToMasterFile(Domain, "ed")}
        _dmarc.example.com. 3600 IN TXT "v=DMARC1; p=reject; rua=mailto:reports@example.com"
        com. 3600 IN SOA ns.example. hostmaster.example. 1 3600 600 604800 3600
        example. 3600 IN SOA ns.example. hostmaster.example. 1 3600 600 604800 3600
        {SpfRecords.ZoneText}
        """;

    public static ZoneDnsResolver Zone { get; } = ZoneDnsResolver.Parse(ZoneText);

    private const string Header =
        "Received: from mail.example.org (mail.example.org [192.0.2.7])\r\n\tby mx.example.net (Postfix) with ESMTPS id 4ABCDEF123\r\n\tfor <bob@example.net>; Fri, 29 May 2026 10:00:00 +0000 (UTC)\r\n"
        + "From: Ann Example <ann@example.com>\r\nTo: Bob Example <bob@example.net>\r\nSubject: Minutes of the meeting on Friday and what comes next\r\n"
        + "Date: Fri, 29 May 2026 10:00:00 +0000\r\nMessage-ID: <20260529100000.12345@mail.example.com>\r\nMIME-Version: 1.0\r\n"
        + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nUser-Agent: Something/1.0\r\n\r\n";

    public static byte[] Body(int length)
    {
        var text = new StringBuilder(length + 100);
        for (var i = 0; text.Length < length; i++)
        {
            text.Append("This is line ").Append(i).Append(" of an ordinary text, with words and single spaces in it.\r\n");
            if (i % 9 == 0)
                text.Append("\r\n");
        }
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    public static byte[] Unsigned(int length) => [.. Encoding.Latin1.GetBytes(Header), .. Body(length)];

    public static DkimSigner Signer(SigningKey key, CanonicalizationAlgorithm algorithm) => new(new DkimSignerOptions
    {
        Domain = Domain,
        Selector = key == Rsa ? "rsa" : "ed",
        Key = key,
        HeaderCanonicalization = algorithm,
        BodyCanonicalization = algorithm,
    });

    public static Task<byte[]> SignedAsync(int length, SigningKey key, CanonicalizationAlgorithm algorithm) => SignAsync(Unsigned(length), key, algorithm);

    /// <summary>Signed with both keys, as a domain does that moves from one algorithm to the other (RFC 8463 §5.1).</summary>
    public static async Task<byte[]> TwiceSignedAsync(int length, CanonicalizationAlgorithm algorithm) =>
        await SignAsync(await SignedAsync(length, Rsa, algorithm), Ed25519, algorithm);

    private static async Task<byte[]> SignAsync(byte[] message, SigningKey key, CanonicalizationAlgorithm algorithm)
    {
        var field = await Signer(key, algorithm).SignAsync(EmailMessage.FromBytes(message));
        return [.. field.RawOctets.Span, .. message];
    }
}
