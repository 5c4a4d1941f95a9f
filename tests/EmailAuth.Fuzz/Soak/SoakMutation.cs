using System.Globalization;
using System.Net;
using System.Text;

namespace EmailAuth.Fuzz.Soak;

/// <summary>What the hostile do to a message and to a session.</summary>
internal static class SoakMutation
{
    private static readonly string[] Senders =
    [
        "x@loop.example", "x@void.example", "x@wide.example", "a.b.c.d@macro.example", "<>", "", "(x@d1.example", "x@xn--0.example", "x@a..b", "x\r\nX: y@d1.example", "\"a b\"@d2.example",
        "x@[192.0.2.1]", "x@" + "a." + "b.example", "x@com",
    ];

    public static SmtpSession Of(SmtpSession session, Random random) => session with
    {
        MailFrom = random.Next(2) == 0 ? Senders[random.Next(Senders.Length)] : session.MailFrom,
        Helo = random.Next(4) == 0 ? Senders[random.Next(Senders.Length)] : session.Helo,
        ClientAddress = random.Next(4) switch { 0 => IPAddress.IPv6Loopback, 1 => new IPAddress(random.Next()), _ => session.ClientAddress },
    };

    public static byte[] Of(byte[] octets, Random random) => random.Next(12) switch
    {
        0 => Repeated("DKIM-Signature: v=1; a=rsa-sha256; d=d{0}.example; s=r; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n", 200, octets),
        1 => Repeated("X-{0}: y\r\n", 3_000, octets),
        2 => [.. "From: "u8, .. Encoding.ASCII.GetBytes(new string('(', 50_000)), .. "\r\n"u8, .. octets],
        3 => Repeated("ARC-Seal: i={0}; a=rsa-sha256; cv=pass; d=d1.example; s=r; t=1; b=AAAA\r\nARC-Message-Signature: i={0}; a=rsa-sha256; d=d1.example; s=r; h=from; bh=AAAA; b=AAAA\r\nARC-Authentication-Results: i={0}; x; none\r\n", 40, octets),
        4 => Repeated("Authentication-Results: mx.receiver.example; dkim=pass header.d=d{0}.example (((\r\n", 100, octets),
        5 => Random(random),
        6 => Repeated("From: a@d{0}.example, b@d1.example\r\n", 3, octets),
        7 => [.. "X: "u8, .. new byte[300_000], .. "\r\n"u8, .. octets],
        _ => Flipped(octets, random),
    };

    private static byte[] Repeated(string field, int times, byte[] octets)
    {
        var text = new StringBuilder();
        for (var i = 1; i <= times; i++)
            text.Append(string.Format(CultureInfo.InvariantCulture, field, i));
        return [.. Encoding.ASCII.GetBytes(text.ToString()), .. octets];
    }

    private static byte[] Random(Random random)
    {
        var octets = new byte[random.Next(20_000)];
        random.NextBytes(octets);
        return octets;
    }

    private static byte[] Flipped(byte[] octets, Random random)
    {
        var flipped = octets.ToArray();
        var within = Math.Min(flipped.Length, 3_000);
        for (var times = 1 + random.Next(8); times > 0; times--)
            flipped[random.Next(within)] = (byte)"\r\n;=:@<>(\" \0\xFF"[random.Next(13)];
        return flipped;
    }
}
