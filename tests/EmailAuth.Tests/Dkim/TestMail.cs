using System.Collections.Immutable;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Tests.Dkim;

/// <summary>Keys made for this run, the zone that publishes them, and short ways to sign and verify.</summary>
internal static class TestMail
{
    public const long Now = 1_780_000_000;

    public const string Header = "From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: Dinner at  eight?\r\nDate: Fri, 29 May 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n";

    public const string Body = "Hi Bob,\r\n\r\nare you \t hungry yet? \r\n.\r\n\r\n";

    public const string Plain = Header + "\r\n" + Body;

    private static readonly Lazy<SigningKey> LazyRsa = new(() => SigningKey.GenerateRsa());
    private static readonly Lazy<SigningKey> LazyEd25519 = new(SigningKey.GenerateEd25519);

    public static SigningKey Rsa => LazyRsa.Value;

    public static SigningKey Ed25519 => LazyEd25519.Value;

    public static DomainName Domain { get; } = DomainName.Parse("example.com");

    public static TimeProvider Clock { get; } = new FixedTime(Now);

    public static string RsaRecord => DkimKeyRecord.FromKey(Rsa).ToString();

    public static string Ed25519Record => DkimKeyRecord.FromKey(Ed25519).ToString();

    /// <summary>A zone with the RSA key at rsa._domainkey.example.com and the Ed25519 key at ed._domainkey.example.com.</summary>
    public static ZoneDnsResolver Zone() => ZoneDnsResolver.Parse(
        DkimKeyRecord.FromKey(Rsa).ToMasterFile(Domain, "rsa") + "\n" + DkimKeyRecord.FromKey(Ed25519).ToMasterFile(Domain, "ed"));

    /// <summary>A zone in which the name holds these TXT records.</summary>
    public static ZoneDnsResolver ZoneWith(string name, params string[] records)
    {
        var zone = new StringBuilder();
        foreach (var record in records)
        {
            zone.Append(name).Append(". IN TXT (");
            var octets = Encoding.UTF8.GetBytes(record);
            for (var at = 0; at < octets.Length || at == 0; at += 255)
                zone.Append(" \"").Append(string.Concat(octets.Skip(at).Take(255).Select(octet => $"\\{octet:D3}"))).Append('"');
            zone.Append(" )\n");
        }
        return ZoneDnsResolver.Parse(zone.ToString());
    }

    public static DkimSignerOptions Options(SigningKey? key = null) => new()
    {
        Domain = Domain,
        Selector = key is null || key.Algorithm == SignatureAlgorithm.RsaSha256 ? "rsa" : "ed",
        Key = key ?? Rsa,
        TimeProvider = Clock,
    };

    public static EmailMessage MessageOf(string text) => EmailMessage.FromBytes(Encoding.Latin1.GetBytes(text));

    /// <summary>The message with a signature before it.</summary>
    public static async Task<string> SignAsync(string message, DkimSignerOptions? options = null)
    {
        var field = await new DkimSigner(options ?? Options()).SignAsync(MessageOf(message));
        return Encoding.Latin1.GetString(field.RawOctets.Span) + message;
    }

    public static async Task<ImmutableArray<DkimResult>> VerifyAllAsync(string message, IDnsResolver? zone = null, DkimVerifierOptions? options = null) =>
        await new DkimVerifier(zone ?? Zone(), (options ?? new DkimVerifierOptions()) with { TimeProvider = Clock }).VerifyAsync(MessageOf(message));

    public static async Task<DkimResult> VerifyAsync(string message, IDnsResolver? zone = null, DkimVerifierOptions? options = null)
    {
        var results = await VerifyAllAsync(message, zone, options);
        Assert.That(results.Length, Is.EqualTo(1), "one signature");
        return results[0];
    }

    /// <summary>
    /// Signs a DKIM-Signature value of the test's own making: everything up to <c>b=</c>, which must come last. The body hash is
    /// filled in where the value has <c>bh=?</c>.
    /// </summary>
    public static async Task<string> SignValueAsync(string message, string value, SigningKey? key = null, Func<byte[], byte[]>? signWith = null)
    {
        var split = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var (header, body) = (message[..(split + 2)], message[(split + 4)..]);
        var (headerAlgorithm, bodyAlgorithm) = CanonicalizationOf(value);
        using var plan = new BodyHashPlan();
        var bodyHash = plan.Add(bodyAlgorithm, TagValue(value, "l") is { } length && long.TryParse(length, out var limit) ? limit : null)!;
        plan.Append(Encoding.Latin1.GetBytes(body));
        plan.Finish();
        value = value.Replace("bh=?", "bh=" + Convert.ToBase64String(bodyHash.Digest), StringComparison.Ordinal);

        var block = HeaderBlock.Parse(Encoding.Latin1.GetBytes(header), MessageLimits.Default);
        var hasher = new HeaderHasher(headerAlgorithm);
        if (SignedFieldList.TryRead(Encoding.Latin1.GetBytes(TagValue(value, "h") ?? "from"), 256, out var names, out _))
            hasher.AddFields(block, names, -1);
        var field = Encoding.UTF8.GetBytes("DKIM-Signature: " + value);
        hasher.AddSignatureField(field, 14, 14, field.Length, field.Length);
        var digest = new byte[32];
        hasher.GetDigest(digest);
        hasher.Dispose();
        var signature = signWith is null ? await (key ?? Rsa).SignAsync(digest) : signWith(digest);
        return $"DKIM-Signature: {Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value))}{Convert.ToBase64String(signature.Span)}\r\n{message}";
    }

    private static (CanonicalizationAlgorithm Header, CanonicalizationAlgorithm Body) CanonicalizationOf(string value)
    {
        var parts = (TagValue(value, "c") ?? "simple").Split('/');
        return (Named(parts[0]), Named(parts.Length > 1 ? parts[1] : "simple"));

        static CanonicalizationAlgorithm Named(string name) => name == "relaxed" ? CanonicalizationAlgorithm.Relaxed : CanonicalizationAlgorithm.Simple;
    }

    private static string? TagValue(string value, string name)
    {
        foreach (var tag in value.Split(';'))
        {
            var parts = tag.Split('=', 2);
            if (parts[0].Trim() == name)
                return parts[1].Trim();
        }
        return null;
    }

    private sealed class FixedTime(long unixSeconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(unixSeconds);
    }
}
