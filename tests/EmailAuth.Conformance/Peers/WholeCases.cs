using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Conformance.Dkim;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Conformance.Peers;

/// <summary>A message with a session in a small world of zones.</summary>
/// <param name="World">What DNS says, and who sends.</param>
/// <param name="Message">The message's octets.</param>
internal sealed record WholeCase([property: JsonIgnore] SpfCase World, [property: JsonPropertyName("message")] byte[] Message)
{
    [JsonPropertyName("client")]
    public string Client => World.Client;

    [JsonPropertyName("helo")]
    public string Helo => World.Helo;

    [JsonPropertyName("mail_from")]
    public string MailFrom => World.MailFrom;

    [JsonPropertyName("zone")]
    public SortedDictionary<string, SortedDictionary<string, List<string>>> Zone => World.Zone;

    public override string ToString() => $"{World}\n{Encoding.Latin1.GetString(Message)}";
}

/// <summary>
/// Makes whole messages from a seed: policies up the tree and wrong ones, signatures by domains that align and by others, keys that are revoked, gone or
/// not to be had, chains of one to three sealers, and changes on the way.
/// </summary>
internal sealed class WholeCases(int seed)
{
    private static readonly string[] Names = ["one.example", "mail.one.example", "a.b.c.one.example", "two.example", "news.two.example", "shop.co.example", "eu.shop.co.example", "gone.one.example"];

    private static readonly string[] Tags =
        ["sp=none", "sp=quarantine", "sp=reject", "np=none", "np=reject", "np=quarantine", "adkim=s", "aspf=s", "adkim=r", "t=y", "t=n", "psd=y", "psd=n", "psd=u", "rua=mailto:d@one.example", "fo=1", "pct=10", "x=y", "sp=wrong", "adkim=x"];

    private static readonly DateTimeOffset SigningTime = DateTimeOffset.UtcNow;

    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, SortedDictionary<string, List<string>>> _zone = new(StringComparer.Ordinal);

    public static async Task<List<WholeCase>> GenerateAsync(int count)
    {
        var cases = new List<WholeCase>(count);
        for (var id = 0; id < count; id++)
            cases.Add(await new WholeCases(id).MakeAsync(id));
        return cases;
    }

    private async Task<WholeCase> MakeAsync(int id)
    {
        foreach (var name in Names)
        {
            if (name.StartsWith("gone.", StringComparison.Ordinal))
                continue;
            Add(name, "A", "198.51.100.1");
            if (Chance(60))
                Add(name, "TXT", Chance(60) ? "v=spf1 ip4:192.0.2.0/24 -all" : Pick("v=spf1 -all", "v=spf1 ~all", "v=spf1 ?all", "v=spf1 include:two.example -all", "v=spf1 moo -all"));
            AddPolicy(name, 45);
            AddKeys(name);
        }
        AddKeys("gone.one.example");
        AddPolicy("co.example", 20);
        AddPolicy("example", 15);
        AddPolicy("c.one.example", 10);

        var message = await SealedAsync(await SignedAsync(
            $"From: {From()}\r\nTo: bob@example.net\r\nSubject: Dinner  at eight?\r\nDate: Fri, 29 May 2026 10:00:00 +0000\r\nMessage-ID: <{id}@one.example>\r\n\r\nAre you\t hungry yet? \r\n\r\n"));
        if (Chance(8))
            message = message.Replace("hungry", "thirsty", StringComparison.Ordinal);
        var sender = Chance(10) ? "" : $"ann@{Pick(Names)}";
        var world = new SpfCase(id, Chance(60) ? "192.0.2.7" : "203.0.113.9", Chance(50) ? "mail.one.example" : "news.two.example", sender, _zone);
        return new WholeCase(world, Encoding.Latin1.GetBytes(message));
    }

    private string From() => _random.Next(16) switch
    {
        0 => $"ann@{Pick(Names)}, bob@{Pick(Names)}",
        1 => $"Ann (at ten) <ann@{Pick(Names)}>",
        2 => $"\"a@b\" <ann@{Pick(Names).ToUpperInvariant()}>",
        3 => Pick("ann", "undisclosed:;", "ann@[192.0.2.1]", "ann@one.example <bob@two.example>"),
        _ => $"Ann <ann@{Pick(Names)}>",
    };

    private void AddPolicy(string name, int percent)
    {
        if (!Chance(percent))
            return;
        var owner = $"_dmarc.{name}";
        if (Chance(3))
        {
            Add(owner, "TIMEOUT", null);
            return;
        }
        var record = new StringBuilder(Chance(4) ? Pick("v=DMARC2", "v=dmarc1", "p=none; v=DMARC1", "V=DMARC1") : "v=DMARC1");
        if (Chance(95))
            record.Append(CultureInfo.InvariantCulture, $"; p={Pick("none", "quarantine", "reject", "reject", "REJECT", "wrong")}");
        // Each tag once: what a second one means is M3 to us, and the end of the record to others.
        foreach (var tag in Enumerable.Range(0, _random.Next(4)).Select(_ => Pick(Tags)).DistinctBy(static tag => tag.Split('=')[0]))
            record.Append(CultureInfo.InvariantCulture, $"{Pick(";", "; ", " ; ")}{tag}");
        Add(owner, "TXT", record.Append(Chance(30) ? ";" : "").ToString());
        if (Chance(4))
            Add(owner, "TXT", Pick("v=DMARC1; p=none", "nothing of ours"));
    }

    private void AddKeys(string name)
    {
        foreach (var selector in (string[])["rsa2048", "ed25519"])
        {
            var owner = $"{selector}._domainkey.{name}";
            var record = DkimKeyRecord.FromKey(DkimMatrix.Keys[selector]).ToString();
            switch (_random.Next(20))
            {
                case 0:
                    Add(owner, "TXT", "v=DKIM1; p=");
                    break;
                case 1:
                    Add(owner, "TIMEOUT", null);
                    break;
                case 2:
                    break;
                case 3:
                    Add(owner, "TXT", record + Pick("; t=s", "; t=y", "; s=email", "; s=other", "; h=sha256", "; h=sha1"));
                    break;
                default:
                    Add(owner, "TXT", record);
                    break;
            }
        }
    }

    private async Task<string> SignedAsync(string message)
    {
        for (var count = _random.Next(4); count > 0; count--)
        {
            var selector = Pick("rsa2048", "ed25519");
            var domain = Pick(Names);
            var signer = new DkimSigner(new DkimSignerOptions
            {
                Domain = DomainName.Parse(domain),
                Selector = selector,
                Key = DkimMatrix.Keys[selector],
                AllowAnyAuthorDomain = true,
                HeaderCanonicalization = Chance(50) ? CanonicalizationAlgorithm.Relaxed : CanonicalizationAlgorithm.Simple,
                BodyCanonicalization = Chance(50) ? CanonicalizationAlgorithm.Relaxed : CanonicalizationAlgorithm.Simple,
                Identity = Chance(20) ? $"ann@sub.{domain}" : null,
            });
            try
            {
                var field = await signer.SignAsync(EmailMessage.FromBytes(Encoding.Latin1.GetBytes(message)));
                message = Encoding.Latin1.GetString(field.RawOctets.Span) + message;
            }
            catch (DkimSigningException)
            {
                // A From that nobody signs for.
                break;
            }
            if (Chance(5))
                message = message.Replace("Dinner", "Supper", StringComparison.Ordinal);
        }
        return message;
    }

    private async Task<string> SealedAsync(string message)
    {
        for (var count = Chance(70) ? 0 : _random.Next(1, 4); count > 0; count--)
        {
            var selector = Pick("rsa2048", "rsa2048", "ed25519");
            var chain = await new ArcValidator(new SpfCase(0, "", "", "", _zone).ToResolver()).ValidateAsync(EmailMessage.FromBytes(Encoding.Latin1.GetBytes(message)));
            var sealer = new ArcSealer(new ArcSealerOptions { Domain = DomainName.Parse(Pick("one.example", "two.example")), Selector = selector, Key = DkimMatrix.Keys[selector] });
            try
            {
                var results = new AuthenticationResults("mx.one.example", [chain.ToMethodResult()]);
                foreach (var field in (await sealer.SealAsync(EmailMessage.FromBytes(Encoding.Latin1.GetBytes(message)), results, chain)).Reverse())
                    message = Encoding.Latin1.GetString(field.RawOctets.Span) + message;
            }
            catch (ArcSealingException)
            {
                break;
            }
            if (Chance(10))
                message += "-- \r\nA footer\r\n";
        }
        return message;
    }

    private void Add(string name, string type, string? value)
    {
        if (!_zone.TryGetValue(name, out var types))
            _zone.Add(name, types = new(StringComparer.Ordinal));
        if (!types.TryGetValue(type, out var values))
            types.Add(type, values = []);
        if (value is not null && !values.Contains(value))
            values.Add(value);
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Pick(params ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)];
}
