using System.Text;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth.Fuzz.Complexity;

/// <summary>
/// Hostile input of a size that can be chosen, and the work that it causes. Each form is one that makes a careless reader go over the same octets
/// again and again. The smallest size is such that 64 times as much still lies within the limits, where there are any.
/// </summary>
/// <param name="Name">The reader and the form.</param>
/// <param name="Smallest">The smallest size, in octets.</param>
/// <param name="Prepare">Makes the work on input of about that many octets.</param>
internal sealed record GrowingInput(string Name, int Smallest, Func<int, Action> Prepare)
{
    private const string Signature = "v=1; a=rsa-sha256; d=example.com; s=s; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; ";

    private static readonly AuthenticationResultsLimits Results = AuthenticationResultsLimits.Default with { MaxFieldBytes = 64 << 10, MaxResults = 1_000, MaxProperties = 100 };

    private static readonly MessageLimits Header = MessageLimits.Default with { MaxHeaderFields = 20_000 };

    /// <summary>All forms.</summary>
    public static GrowingInput[] All { get; } =
    [
        .. Of("header", 1 << 10, ["a:\r\n", " \r\n", "\r", "\n", "a:\r\n \r\n", "::::\r\n"], Headers),
        .. Of("message in pieces", 1 << 10, ["a: b\r\n", "\r\n ", "\r", "\n", "x"], Pieces),
        .. Of("From", 512, ["a@b.example,", "\"\\\"\"", "(()", "<", "@", "a@b.c@", "a ", ";", "a:", "@\r\n ", "\nFrom:a@b.example", "\nFrom:\n ", "@a . b"], From),
        .. Of("simple body", 4 << 10, ["\r\n", "\r", " \r\n", "a\r\n\r\n"], size => Body(CanonicalizationAlgorithm.Simple, size)),
        .. Of("relaxed body", 4 << 10, ["\r\n", "\r", " \t", " \r\n", "a ", " \r"], size => Body(CanonicalizationAlgorithm.Relaxed, size)),
        .. Of("relaxed field", 512, [" \r\n", "\r\n\t", "\r", " \t", "a  "], Field),
        .. Of("tag list", 512, ["a1=;", "=", ";", " ", "a =\r\n "], TagList),
        .. Of("DKIM signature", 128, ["from:", ":", "a :\r\n "], fill => DkimSignatureWork($"{Signature}b=AAAA; h=", fill, "from")),
        .. Of("DKIM b=", 128, ["AAAA", "A A\r\n\tA A ", "====", "\r\n "], fill => DkimSignatureWork($"{Signature}h=from; b=", fill, "")),
        .. Of("DKIM i=", 128, ["=41", "@", "a.", "\""], fill => DkimSignatureWork($"{Signature}h=from; b=AAAA; i=", fill, "@example.com")),
        .. Of("DKIM key", 112, ["AAAA", "A\r\n ", "y:", ":"], KeyWork),
        .. Of("SPF record", 96, ["a ", "mx/0//0 ", "ip4:1.2.3.4 ", "x=%% ", " ", "a:%{d}.c ", "include:x.example "], Spf),
        .. Of("SPF macro", 15, ["%{l1r-}", "%%", "a.", "%{i", "%{p}.", "%{d128r.-+,/_=}"], Macro),
        .. Of("DMARC record", 96, [";", "p=none;", "x=y;", "rua=mailto:a@b.example,", "mailto:a@b.example!1m,", " "], Dmarc),
        .. Of("Authentication-Results", 512, [";", "a=b;", "; a=b c.d=\"e\" ", "(", "(a)", "\"\\a\"", "a@", "\r\n ", "=?", "\xE7"], ReadResults),
        // Below that, each result is written in one form, then in two, up to five until it fits, so that the work grows in steps.
        .. Of("Authentication-Results written", 32 << 10, ["a", "\"", "a b", "\u00E4", "\u2028"], WriteResults),
        .. Of("ARC", 1 << 10, ["ARC-Seal: i=1; cv=none\r\n", "ARC-Authentication-Results: i=50; x\r\n", "ARC-Seal:(((\r\n", "ARC-Message-Signature: i=2; h=a:b\r\n"], Arc),
        .. Of("DKIM verifier", 1 << 10, ["DKIM-Signature: x\r\n", "Subject: x\r\n", "DKIM-Signature: v=1; a=rsa-sha256; d=e.example; s=s; h=from:to:cc; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n"], Verify),
        .. Of("Received-SPF", 128, ["a=b;", "(", "(a)", "a=\"\\b\";", "\r\n "], ReceivedSpf),
        .. Of("zone file", 1 << 10, ["x.example. A 192.0.2.1\n", "$ORIGIN a.example.\n", "(", ";", "\"a\" ", "\\", "\\065", "x TXT \"a\"\n", " "], Zone),
        .. Of("DNS recording", 256, ["\x01" + "a\x10\x00\x02\x00\x00\x00", "\x01" + "a\x10\x01", "\x00"], Recording),
    ];

    private static IEnumerable<GrowingInput> Of(string reader, int smallest, string[] units, Func<Func<int, string>, Func<int, Action>> work) =>
        units.Select(unit => new GrowingInput($"{reader}: {Octets.ToPrintable(Encoding.Latin1.GetBytes(unit))}", smallest, work(size => Repeat(unit, size))));

    private static string Repeat(string unit, int size) => new StringBuilder().Insert(0, unit, Math.Max(1, size / unit.Length)).ToString();

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static Func<int, Action> Headers(Func<int, string> fill) => size =>
    {
        var octets = Bytes(fill(size));
        return () => HeaderBlock.Parse(octets, Header);
    };

    private static Func<int, Action> Pieces(Func<int, string> fill) => size =>
    {
        var octets = Bytes("a: b" + fill(size));
        return () =>
        {
            using var reader = EmailMessage.FromStream(new OneOctet(octets)).NormalizingLineEndings().Open();
            _ = reader.ReadHeaderAsync(Header, default).Result;
        };
    };

    private static Func<int, Action> From(Func<int, string> fill) => size =>
    {
        var header = HeaderBlock.Parse(Bytes($"From: {fill(size)}\r\n"), Header);
        return () => AuthorDomains.Read(header, DmarcLimits.Default);
    };

    private static Func<int, Action> Body(CanonicalizationAlgorithm algorithm, Func<int, string> fill) => size =>
    {
        var octets = Bytes(fill(size));
        return () =>
        {
            using var canonicalizer = BodyCanonicalizer.Create(algorithm, Nowhere.Consumer);
            // In pieces as they come over a wire.
            for (var at = 0; at < octets.Length; at += 100)
                canonicalizer.Append(octets.AsSpan(at, Math.Min(100, octets.Length - at)));
            canonicalizer.Finish();
        };
    };

    private static Func<int, Action> Field(Func<int, string> fill) => size =>
    {
        var field = Bytes($"X:{fill(size)}\r\n");
        var output = new byte[field.Length + 2];
        return () => HeaderCanonicalizer.Write(CanonicalizationAlgorithm.Relaxed, field, 1, 1, output);
    };

    private static Func<int, Action> TagList(Func<int, string> fill) => size =>
    {
        var octets = Bytes(fill(size));
        return () => TagTable.Read(octets, new TagSlice[SignatureLimits.MaxTags], out _, out _, out _);
    };

    private static Func<int, Action> DkimSignatureWork(string before, Func<int, string> fill, string behind) => size =>
    {
        var octets = Bytes(before + fill(size) + behind);
        return () => DkimSignatureLint.Check(octets);
    };

    private static Func<int, Action> KeyWork(Func<int, string> fill) => size =>
    {
        var octets = Bytes($"v=DKIM1; t={fill(size / 4)}; p={fill(size)}");
        return () => DkimKeyRecordLint.Check(octets);
    };

    private static Func<int, Action> Spf(Func<int, string> fill) => size =>
    {
        var octets = Bytes($"v=spf1 {fill(size)}");
        return () =>
        {
            SpfRecord.Lint(octets);
            _ = SpfRecord.TryParse(octets, out _, out _);
        };
    };

    private static Func<int, Action> Macro(Func<int, string> fill) => size =>
    {
        var octets = Bytes(fill(size) + ".com");
        var sender = SpfIdentity.OfMailFrom("a-b-c@x.example", "h.example");
        return () =>
        {
            var values = new SpfMacroValues { Sender = sender, Domain = sender.Domain!, Client = new SpfClient(System.Net.IPAddress.Loopback), Helo = "h.example", Options = SpfOptions.Default };
            if (SpfMacroReader.TryReadDomainSpec(octets, 0, out var spec, out _))
                _ = spec.TryExpandName(values, out _);
            if (SpfMacroReader.TryReadExplanation(octets, out var text))
                _ = text.ExpandText(values);
        };
    };

    private static Func<int, Action> Dmarc(Func<int, string> fill) => size =>
    {
        var text = $"v=DMARC1; p=none; rua={fill(size)}";
        return () => DmarcRecord.Lint(text);
    };

    private static Func<int, Action> ReadResults(Func<int, string> fill) => size =>
    {
        var octets = Bytes($"mx.example.org;{fill(size)}");
        var header = HeaderBlock.Parse(Bytes($"Authentication-Results: mx.example.org;{fill(size)}\r\n"), Header);
        return () =>
        {
            _ = AuthenticationResults.TryRead(octets, out _, out _, Results);
            AuthenticationResults.ForgedFields(header, "mx.example.org");
        };
    };

    private static Func<int, Action> WriteResults(Func<int, string> fill) => size =>
    {
        var value = fill(64);
        var results = new AuthenticationResults("mx.example.org",
            [.. Enumerable.Range(0, size / 64).Select(_ => new MethodResult("dkim", "fail") { Reason = value, Comment = value, Properties = [new("header", "d", value)] })]);
        return () => results.ToHeaderField(allowUtf8: true);
    };

    private static Func<int, Action> Arc(Func<int, string> fill) => size =>
    {
        var header = HeaderBlock.Parse(Bytes(fill(size)), Header);
        return () => ArcChain.Read(header, ArcOptions.Default);
    };

    private static Func<int, Action> Verify(Func<int, string> fill) => size =>
    {
        var message = EmailMessage.FromBytes(Bytes($"From: a@b.example\r\n{fill(size)}\r\n\r\nbody"));
        var verifier = new DkimVerifier(Nowhere.Resolver, new DkimVerifierOptions { MessageLimits = Header });
        return () => _ = verifier.VerifyAsync(message).Result;
    };

    private static Func<int, Action> ReceivedSpf(Func<int, string> fill) => size =>
    {
        var field = new HeaderField(ReceivedSpfField.FieldName, $"pass {fill(size)}");
        return () => _ = ReceivedSpfField.TryParse(field, out _);
    };

    private static Func<int, Action> Zone(Func<int, string> fill) => size =>
    {
        var text = fill(size);
        return () =>
        {
            try
            {
                ZoneDnsResolver.Parse(text);
            }
            catch (ZoneFileException)
            {
                // What it costs to find that out is what counts.
            }
        };
    };

    private static Func<int, Action> Recording(Func<int, string> fill) => size =>
    {
        var entries = fill(size);
        var unit = fill(1).Length;
        var count = entries.Length / unit;
        var octets = Bytes($"EDNS\x01\x01{(char)(count & 0x7F | 0x80)}{(char)(count >> 7 & 0x7F | 0x80)}{(char)(count >> 14)}{entries}");
        return () => _ = DnsRecording.TryRead(octets, out _);
    };

    private sealed class Nowhere : IBodyConsumer, IDnsResolver
    {
        public static Nowhere Consumer { get; } = new();

        public static IDnsResolver Resolver => Consumer;

        public void Append(ReadOnlySpan<byte> piece)
        {
            // What it is made of is not looked at.
        }

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) => new(DnsAnswer.NoRecords(DnsStatus.NxDomain));
    }

    private sealed class OneOctet(byte[] octets) : MemoryStream(octets)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..1], cancellationToken);
    }
}
