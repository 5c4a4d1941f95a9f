using System.Collections.Immutable;
using System.Text;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Arc;

/// <summary>Short ways to seal and validate, honestly and not. Texts are Latin-1: a character is an octet.</summary>
internal static class TestChain
{
    public static ArcOptions Options { get; } = new() { TimeProvider = TestMail.Clock };

    /// <summary>The key of every sealer, under the selector "s".</summary>
    public static SigningKey Key => TestMail.Ed25519;

    /// <summary>A zone in which these domains publish the key; the names of the sealers where none are given.</summary>
    public static ZoneDnsResolver Zone(params string[] domains)
    {
        var record = DkimKeyRecord.FromKey(Key);
        return ZoneDnsResolver.Parse(string.Join('\n', (domains.Length > 0 ? domains : ["one.example", "two.example", "three.example", "four.example", "five.example"])
            .Select(domain => record.ToMasterFile(DomainName.Parse(domain), "s"))));
    }

    public static AuthenticationResults Results(string service, string from = "example.com", string dmarc = "pass") => new(service,
    [
        new MethodResult("dmarc", dmarc) { Properties = [new("header", "from", from)] },
        new MethodResult("spf", "pass") { Properties = [new("smtp", "mailfrom", $"ann@{from}")] },
    ]);

    public static ArcSealer Sealer(string domain) => new(new ArcSealerOptions { Domain = DomainName.Parse(domain), Selector = "s", Key = Key, TimeProvider = TestMail.Clock });

    public static async Task<ArcResult> ValidateAsync(string message, IDnsResolver? resolver = null, ArcOptions? options = null) =>
        await new ArcValidator(resolver ?? Zone(), options ?? Options).ValidateAsync(TestMail.MessageOf(message));

    public static string Prepend(ImmutableArray<HeaderField> fields, string message) =>
        string.Concat(fields.Select(field => Encoding.Latin1.GetString(field.RawOctets.Span))) + message;

    /// <summary>The message as it leaves a sealer that validated it, and may change it before it seals.</summary>
    public static async Task<string> SealAsync(string message, string domain, AuthenticationResults? results = null, Func<string, string>? change = null, IDnsResolver? resolver = null)
    {
        var chain = await ValidateAsync(message, resolver);
        message = change?.Invoke(message) ?? message;
        return Prepend(await Sealer(domain).SealAsync(TestMail.MessageOf(message), results ?? Results(domain), chain), message);
    }

    /// <summary>The plain message, sealed by these domains one after the other.</summary>
    public static async Task<string> SealedByAsync(params string[] domains)
    {
        var message = TestMail.Plain;
        foreach (var domain in domains)
            message = await SealAsync(message, domain);
        return message;
    }

    /// <summary>
    /// Adds a set of the test's own making, signed as it stands: the tags before <c>b=</c> of both signatures, the payload of the results. Where the tags
    /// have <c>bh=?</c>, the hash of the body is filled in.
    /// </summary>
    public static async Task<string> ForgeAsync(string message, string messageSignature, string seal, string results = "i=1; one.example; dmarc=pass header.from=example.com", SigningKey? key = null)
    {
        key ??= Key;
        var split = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        using var plan = new BodyHashPlan();
        var bodyHash = plan.Add(CanonicalizationAlgorithm.Relaxed)!;
        plan.Append(Encoding.Latin1.GetBytes(message[(split + 4)..]));
        plan.Finish();
        messageSignature = messageSignature.Replace("bh=?", $"bh={Convert.ToBase64String(bodyHash.Digest)}", StringComparison.Ordinal);

        var header = HeaderBlock.Parse(Encoding.Latin1.GetBytes(message[..(split + 2)]), MessageLimits.Default);
        var resultsField = new HeaderField(ArcFields.AuthenticationResults, results);
        var signature = await key.SignAsync(MessageDigest(header, messageSignature));
        var signatureField = new HeaderField(ArcFields.MessageSignature, $"{messageSignature}; b={Convert.ToBase64String(signature.Span)}");
        signature = await key.SignAsync(SealDigest(header, [resultsField, signatureField], seal));
        return Prepend([new HeaderField(ArcFields.Seal, $"{seal}; b={Convert.ToBase64String(signature.Span)}"), signatureField, resultsField], message);
    }

    private static byte[] MessageDigest(HeaderBlock header, string tags)
    {
        var hasher = new HeaderHasher(CanonicalizationAlgorithm.Relaxed);
        if (tags.Split(" h=", 2) is [_, var rest] && SignedFieldList.TryRead(Encoding.Latin1.GetBytes(rest.Split(';')[0]), 256, out var names, out _, allowsEmpty: true))
            hasher.AddFields(header, names, own: -1);
        return Digest(ref hasher, $"{ArcFields.MessageSignature}: {tags}; b=", ArcFields.MessageSignature.Length);
    }

    private static byte[] SealDigest(HeaderBlock header, HeaderField[] own, string tags)
    {
        var hasher = new HeaderHasher(CanonicalizationAlgorithm.Relaxed);
        var chain = ArcChain.Read(header, Options);
        for (var instance = 1; instance <= chain.Instance && !tags.Contains("cv=fail", StringComparison.Ordinal); instance++)
        {
            hasher.AddField(header, chain[instance]!.AuthenticationResults);
            hasher.AddField(header, chain[instance]!.MessageSignature!.FieldIndex);
            hasher.AddField(header, chain[instance]!.Seal!.FieldIndex);
        }
        foreach (var field in own)
            hasher.AddField(field.RawOctets.Span, field.Name.Length, field.Name.Length);
        return Digest(ref hasher, $"{ArcFields.Seal}: {tags}; b=", ArcFields.Seal.Length);
    }

    private static byte[] Digest(ref HeaderHasher hasher, string unsigned, int nameLength)
    {
        var octets = Encoding.Latin1.GetBytes(unsigned);
        hasher.AddSignatureField(octets, nameLength, nameLength, octets.Length, octets.Length);
        var digest = new byte[SignatureAlgorithms.DigestLength];
        hasher.GetDigest(digest);
        hasher.Dispose();
        return digest;
    }

    /// <summary>Tags of a message signature that verifies, with others added.</summary>
    public static string MessageTags(string more = "", int instance = 1, string domain = "one.example") =>
        $"i={instance}; a=ed25519-sha256; c=relaxed/relaxed; d={domain}; s=s; bh=?; h=from:to:subject; {more}t={TestMail.Now}";

    /// <summary>Tags of a seal that verifies, with others added.</summary>
    public static string SealTags(string more = "", int instance = 1, string domain = "one.example", string chainValidation = "none") =>
        $"i={instance}; a=ed25519-sha256; cv={chainValidation}; d={domain}; s=s; {more}t={TestMail.Now}";

    /// <summary>The fields of a message from top to bottom, each with its CRLF, and what follows them.</summary>
    public static (List<string> Fields, string Body) Split(string message)
    {
        var end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2;
        var fields = new List<string>();
        foreach (var line in message[..end].Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] is ' ' or '\t')
                fields[^1] += line + "\r\n";
            else
                fields.Add(line + "\r\n");
        }
        return (fields, message[end..]);
    }

    public static bool IsField(string field, string name, int instance) =>
        field.StartsWith(name + ":", StringComparison.Ordinal) && field.Contains($"i={instance};", StringComparison.Ordinal);

    /// <summary>The message with one of its ARC fields changed; an empty text takes it out.</summary>
    public static string Change(string message, string name, int instance, Func<string, string> change)
    {
        var (fields, rest) = Split(message);
        var index = fields.FindIndex(field => IsField(field, name, instance));
        Assert.That(index, Is.GreaterThanOrEqualTo(0), $"{name} {instance}");
        fields[index] = change(fields[index]);
        return string.Concat(fields) + rest;
    }
}
