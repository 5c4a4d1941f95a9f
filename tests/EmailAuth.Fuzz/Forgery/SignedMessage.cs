using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Fuzz.Forgery;

/// <summary>A message that is signed right, as Latin-1: by DKIM or by one to three ARC sealers.</summary>
internal sealed record SignedMessage(string Text, bool IsChain)
{
    private static readonly SigningKey Rsa = SigningKey.GenerateRsa();
    private static readonly SigningKey Ed25519 = SigningKey.GenerateEd25519();

    /// <summary>The time of signing and of receipt.</summary>
    public static TimeProvider Clock { get; } = new FixedTime();

    private static readonly string[] Headers =
    [
        "From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: Dinner at  eight?\r\nDate: Fri, 29 May 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n",
        "Received: from a by b;\r\n\tFri, 29 May 2026 10:00:00 +0000\r\nX-Mailer: one\r\n\ttwo \r\nFrom: ann@example.com\r\nSubject: a\r\n b\r\n\t c \r\n",
        "FROM : \"Ann, A.\" <ann@example.com> (c)\r\nTo:bob@example.net,\r\n carol@example.net\r\nsubject:\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n",
        "X-A: 1\r\nX-A: 2\r\nX-A: 3\r\nFrom: ann@mail.example.com\r\nReply-To: x@example.org\r\nList-Unsubscribe: <https://example.com/u?a=b>\r\nDate: Fri, 29 May 2026 10:00:00 +0000\r\n",
        "Subject: \u00C3\u00A4\u00C3\u00B6 \u00FF\r\nFrom: ann@example.com\r\nCc: dave@example.org\r\nIn-Reply-To: <0@example.net>\r\nReferences: <0@example.net>\r\n <00@example.net>\r\n",
    ];

    private static readonly string[] Bodies =
    [
        "Hi Bob,\r\n\r\nare you \t hungry yet? \r\n.\r\n\r\n",
        "",
        "\r\n\r\n",
        "no line end",
        " leading\r\n\ttab \t\r\n \r\nlast\r\n\r\n\r\n",
        "octets \u0000 and \u007F in a body\r\n\u00E4\u0080\u00FF\r\n",
        string.Concat(Enumerable.Repeat("A line that is like the others, with  two spaces.\r\n", 30)),
    ];

    /// <summary>A zone in which every signer publishes its keys.</summary>
    public static ZoneDnsResolver Zone() => ZoneDnsResolver.Parse(string.Concat(
        from domain in new[] { "example.com", "one.example", "two.example", "three.example" }
        from key in new[] { (Selector: "rsa", Key: Rsa), (Selector: "ed", Key: Ed25519) }
        select DkimKeyRecord.FromKey(key.Key).ToMasterFile(DomainName.Parse(domain), key.Selector) + "\n"));

    /// <summary>That many messages, which between them have every canonicalization, algorithm, header and body.</summary>
    public static SignedMessage[] Make(int count) => [.. Enumerable.Range(0, count).Select(MakeOne)];

    private static SignedMessage MakeOne(int number)
    {
        var text = $"{Headers[number / 8 % Headers.Length]}\r\n{Bodies[number / 3 % Bodies.Length]}";
        return number % 10 < 7 ? new SignedMessage(Sign(text, number), IsChain: false) : new SignedMessage(Seal(text, number), IsChain: true);
    }

    private static string Sign(string text, int number) => Prepend([Completed(new DkimSigner(new DkimSignerOptions
    {
        Domain = DomainName.Parse("example.com"),
        Selector = number % 2 == 0 ? "rsa" : "ed",
        Key = number % 2 == 0 ? Rsa : Ed25519,
        HeaderCanonicalization = (CanonicalizationAlgorithm)(number / 2 % 2),
        BodyCanonicalization = (CanonicalizationAlgorithm)(number / 4 % 2),
        Identity = number % 3 == 0 ? "@mail.example.com" : null,
        CopiesFields = number % 16 == 0,
        TimeProvider = Clock,
    }).SignAsync(MessageOf(text)))], text);

    private static string Seal(string text, int number)
    {
        var zone = Zone();
        var key = number / 10 % 2 == 0 ? Ed25519 : Rsa;
        string[] domains = ["one.example", "two.example", "three.example"];
        foreach (var domain in domains[..(1 + number / 10 % 3)])
        {
            var chain = Completed(new ArcValidator(zone, new ArcOptions { TimeProvider = Clock }).ValidateAsync(MessageOf(text)));
            var sealer = new ArcSealer(new ArcSealerOptions { Domain = DomainName.Parse(domain), Selector = key == Rsa ? "rsa" : "ed", Key = key, TimeProvider = Clock });
            var results = new AuthenticationResults(domain, [new MethodResult("dmarc", "pass") { Properties = [new("header", "from", "example.com")] }]);
            text = Prepend(Completed(sealer.SealAsync(MessageOf(text), results, chain)), text);
        }
        return text;
    }

    public static EmailMessage MessageOf(string text) => EmailMessage.FromBytes(Encoding.Latin1.GetBytes(text));

    private static string Prepend(ImmutableArray<HeaderField> fields, string text) => string.Concat(fields.Select(field => Encoding.Latin1.GetString(field.RawOctets.Span))) + text;

    public static T Completed<T>(ValueTask<T> task)
    {
        Promise.That(task.IsCompleted, "all is in memory");
        return task.GetAwaiter().GetResult();
    }

    /// <summary>For people, in a finding.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsChain ? "ARC" : "DKIM")}, {Text.Length} octets");

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1_780_000_000);
    }
}
