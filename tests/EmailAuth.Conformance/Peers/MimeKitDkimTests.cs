using System.Security.Cryptography;
using System.Text;
using EmailAuth.Conformance.Dkim;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using DkimVerifier = EmailAuth.Dkim.DkimVerifier;

namespace EmailAuth.Conformance.Peers;

/// <summary>MimeKit's verifier beside ours on one corpus. Where they differ, the list says which section decides.</summary>
public class MimeKitDkimTests
{
    private const string Header = "From: ann@example.com\r\nSubject: Hello\r\n";

    private const string Body = "Hi,\r\n \r\nthere\r\n";

    /// <summary>Everything in which a case differs from a good message; what is null is as usual.</summary>
    private sealed record Case(string Name, string Value, string? Record = null, string? Header = null, string? Body = null, string? After = null, bool SignsSha1 = false);

    private const string Good = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s; h=from:subject; bh=?; b=";

    private static readonly Case[] Cases =
    [
        new("good", Good),
        new("body changed", Good, After: "x\r\n"),
        new("empty body", Good, Body: ""),
        new("simple", Good.Replace("relaxed/relaxed", "simple/simple", StringComparison.Ordinal)),
        new("From not signed", Good.Replace("from:subject", "subject", StringComparison.Ordinal)),
        new("foreign i=", Good.Replace("h=from", "i=@bank.example; h=from", StringComparison.Ordinal)),
        new("i= that only ends like d=", Good.Replace("h=from", "i=@notexample.com; h=from", StringComparison.Ordinal)),
        new("t=s and i= below d=", Good.Replace("h=from", "i=@sub.example.com; h=from", StringComparison.Ordinal), Record: "v=DKIM1; t=s; p={0}"),
        new("l= and text added", Good.Replace("h=from", "l=5; h=from", StringComparison.Ordinal), After: "evil\r\n"),
        new("l= beyond the body", Good.Replace("h=from", "l=500; h=from", StringComparison.Ordinal)),
        new("expired", Good.Replace("h=from", "t=1000; x=2000; h=from", StringComparison.Ordinal)),
        new("x= before t=", Good.Replace("h=from", "t=4000000000; x=3999999999; h=from", StringComparison.Ordinal)),
        new("duplicate tag", Good.Replace("h=from", "d=example.com; h=from", StringComparison.Ordinal)),
        new("no v=", Good.Replace("v=1; ", "", StringComparison.Ordinal)),
        new("q= without dns/txt", Good.Replace("h=from", "q=http; h=from", StringComparison.Ordinal)),
        new("rsa-sha1", Good.Replace("rsa-sha256", "rsa-sha1", StringComparison.Ordinal), SignsSha1: true),
        new("key revoked", Good, Record: "v=DKIM1; p="),
        new("key for another service", Good, Record: "v=DKIM1; s=other; p={0}"),
        new("key for another hash", Good, Record: "v=DKIM1; h=sha1; p={0}"),
        new("key of another version", Good, Record: "v=DKIM2; p={0}"),
        new("v= of the key not first", Good, Record: "k=rsa; v=DKIM1; p={0}"),
        new("key of another kind", Good, Record: "v=DKIM1; k=ed25519; p={0}"),
        new("p= that is no key", Good, Record: "v=DKIM1; p=bm90LWEta2V5"),
        new("p= twice", Good, Record: "v=DKIM1; p={0}; p={0}"),
        new("bare LF in the header", Good, Header: "X-A: b\nFrom: eve@example.net\r\n"),
        new("two From fields", Good, Header: "From: eve@example.net\r\n"),
    ];

    /// <summary>The cases in which the two differ: what MimeKit says, and the section by which ours is right.</summary>
    private static readonly Dictionary<string, (string MimeKit, string Section)> Differences = new()
    {
        ["t=s and i= below d="] = ("pass", "RFC 6376 §3.6.1"),
        ["l= and text added"] = ("pass", "RFC 6376 §8.2"),
        ["l= beyond the body"] = ("pass", "RFC 6376 §3.5"),
        ["expired"] = ("pass", "RFC 6376 §6.1.1"),
        ["q= without dns/txt"] = ("pass", "RFC 6376 §3.5"),
        ["key revoked"] = ("ArgumentException", "RFC 6376 §6.1.2 step 7"),
        ["key for another service"] = ("pass", "RFC 6376 §3.6.1"),
        ["key for another hash"] = ("pass", "RFC 6376 §6.1.2 step 6"),
        ["key of another version"] = ("pass", "RFC 6376 §6.1.2 step 5"),
        ["v= of the key not first"] = ("pass", "RFC 6376 §3.6.1"),
        ["key of another kind"] = ("ArgumentException", "RFC 6376 §6.1.2 step 8"),
        ["p= that is no key"] = ("ArgumentException", "RFC 6376 §6.1.2 step 8"),
        ["p= twice"] = ("pass", "RFC 6376 §3.2"),
        ["bare LF in the header"] = ("pass", "RFC 5322 §2.3"),
    };

    [Test]
    public async Task MimeKit_differs_only_where_the_list_says()
    {
        using var key = SigningKey.GenerateRsa();
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key.ExportPkcs8Pem());
        var publicKey = Convert.ToBase64String(key.PublicKeyData.Span);
        var found = new List<string>();
        foreach (var test in Cases)
        {
            var message = Sign(test, rsa) + (test.After ?? "");
            var record = (test.Record ?? "v=DKIM1; p={0}").Replace("{0}", publicKey, StringComparison.Ordinal);
            var zone = ZoneDnsResolver.Parse("s._domainkey.example.com. TXT ( " + string.Join(' ', record.Chunk(255).Select(part => $"\"{new string(part).Replace("\"", "\\\"", StringComparison.Ordinal)}\"")) + " )");
            var ours = (await DkimMatrix.VerifyAsync(new DkimVerifier(zone), Encoding.Latin1.GetBytes(message))).Status == DkimStatus.Pass ? "pass" : "no pass";
            var theirs = MimeKitSays(message, record);
            if (ours != theirs)
                found.Add($"{test.Name}: {theirs}");
        }
        Assert.That(found, Is.EquivalentTo(Differences.Select(difference => $"{difference.Key}: {difference.Value.MimeKit}")));
    }

    [Test]
    public async Task MimeKit_verifies_what_we_sign()
    {
        var failures = new List<string>();
        // Its reading of an RSA key costs more than everything else.
        var keys = new Dictionary<string, AsymmetricKeyParameter>();
        var count = 0;
        foreach (var (name, message) in await DkimMatrix.SignedAsync())
        {
            count++;
            var record = DkimKeyRecord.FromKey(DkimMatrix.Keys[name[..name.IndexOf('_', StringComparison.Ordinal)]]).ToString();
            if (MimeKitSays(Encoding.Latin1.GetString(message), record, keys) != "pass")
                failures.Add(name);
        }
        Assert.That(count, Is.GreaterThanOrEqualTo(500));
        Assert.That(failures, Is.Empty);
    }

    private static string MimeKitSays(string message, string record, Dictionary<string, AsymmetricKeyParameter>? known = null)
    {
        try
        {
            var parsed = MimeMessage.Load(new MemoryStream(Encoding.Latin1.GetBytes(message)));
            var verifier = new MimeKit.Cryptography.DkimVerifier(new Locator(record, known ?? [])) { MinimumRsaKeyLength = 1024 };
            return verifier.Verify(parsed, parsed.Headers[parsed.Headers.IndexOf(HeaderId.DkimSignature)]) ? "pass" : "no pass";
        }
        catch (FormatException)
        {
            // How MimeKit says that a signature is malformed.
            return "no pass";
        }
        catch (Exception exception) when (exception is not AssertionException)
        {
            return exception.GetType().Name;
        }
    }

    private static string Sign(Case test, RSA rsa)
    {
        var hash = test.SignsSha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;
        var (header, body) = (test.Header + Header, test.Body ?? Body);
        var isRelaxed = test.Value.Contains("c=relaxed", StringComparison.Ordinal);
        using var plan = new BodyHashPlan();
        var length = test.Value.Contains("l=5;", StringComparison.Ordinal) ? 5 : (long?)null;
        var bodyHash = plan.Add(isRelaxed ? CanonicalizationAlgorithm.Relaxed : CanonicalizationAlgorithm.Simple, length)!;
        plan.Append(Encoding.Latin1.GetBytes(body));
        plan.Finish();
        var digest = test.SignsSha1 ? SHA1.HashData("Hi,\r\n\r\nthere\r\n"u8) : bodyHash.Digest.ToArray();
        var value = test.Value.Replace("bh=?", "bh=" + Convert.ToBase64String(digest), StringComparison.Ordinal);

        var hasher = new HeaderHasher(isRelaxed ? CanonicalizationAlgorithm.Relaxed : CanonicalizationAlgorithm.Simple);
        if (SignedFieldList.TryRead(Encoding.Latin1.GetBytes(test.Value.Contains("h=from", StringComparison.Ordinal) ? "from:subject" : "subject"), 10, out var names, out _))
            hasher.AddFields(HeaderBlock.Parse(Encoding.Latin1.GetBytes(header), MessageLimits.Default), names, own: -1);
        var field = Encoding.Latin1.GetBytes("DKIM-Signature: " + value);
        hasher.AddSignatureField(field, 14, 14, field.Length, field.Length);
        var signature = rsa.SignData(hasher.Canonical.ToArray(), hash, RSASignaturePadding.Pkcs1);
        hasher.Dispose();
        return $"DKIM-Signature: {value}{Convert.ToBase64String(signature)}\r\n{header}\r\n{body}";
    }

    private sealed class Locator(string record, Dictionary<string, AsymmetricKeyParameter> known) : DkimPublicKeyLocatorBase
    {
        public override AsymmetricKeyParameter LocatePublicKey(string methods, string domain, string selector, CancellationToken cancellationToken = default)
        {
            if (!known.TryGetValue(record, out var key))
                known.Add(record, key = GetPublicKey(record));
            return key;
        }

        public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}
