using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Fuzz.Targets;

/// <summary>The value of a DKIM-Signature field (RFC 6376 §3.5), and what is said of one that cannot be read.</summary>
internal sealed class DkimSignatureTarget : FuzzTarget
{
    public override string Name => "dkim-signature";

    protected override string[] SeedTexts =>
    [
        " v=1; a=rsa-sha256; c=relaxed/simple; d=example.com; s=sel; i=ann@mail.example.com;\r\n\tq=dns/txt; t=1780000000; x=1790000000; h=From:To:Subject:Date; l=100;\r\n bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n b=AAECAwQFBgcICQoLDA0ODw==",
        "v=1; a=ed25519-sha256; d=example.com; s=2026; h=from : to; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n AAAA; z=From:ann=20x",
        "v=1;a=rsa-sha1;c=simple;d=ex\u00C3\u00A4mple.com;s=a.b;i=@ex\u00C3\u00A4mple.com;h=from;bh=2jmj7l5rSw0yVb/vlWAYkK/YBwk=;b=AA==;",
        "v=1; a=rsa-sha256; d=example.com; s=s; i==41nn=40b@example.com; h=from:from:subject; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=",
    ];

    public override string[] Tokens =>
    [
        "v=1", "a=", "rsa-sha256", "ed25519-sha256", "rsa-sha1", "c=relaxed/relaxed", "c=simple", "d=", "s=", "i=@", "h=", "from", "bh=", "b=", "l=", "q=dns/txt", "t=", "x=", "z=",
        ";", "; ", "=", ":", "@", "\"", ".", "\r\n ", "\r\n\t", "\r\n", "==", "=40", "=0D=0A", "99999999999999999999", "0", "xn--", "_domainkey", "\u00C3\u00A4", "\0", "\x7f", "/", "AAAA", "b =",
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var value = input.ToArray();
        var budget = new AllocationBudget(input.Length);
        var isRead = DkimSignature.TryRead(value, out var signature, out var defect);
        budget.Check();
        if (isRead)
            CheckSignature(signature!, value);
        else
            CheckRefusal(value, defect);
        CheckLint(value, isRead, signature);
        CheckWhiteSpace(value, isRead);
    }

    private static void CheckSignature(DkimSignature signature, byte[] value)
    {
        var tags = signature.Tags;
        Promise.That(tags.SignatureStart > 0 && tags.SignatureStart <= tags.SignatureEnd && tags.SignatureEnd <= value.Length);
        Promise.That(value[tags.SignatureStart - 1] == '=');
        Promise.That(tags.SignatureEnd == value.Length || value[tags.SignatureEnd] == ';');
        Promise.That(Base64Text.TryDecode(value.AsSpan(tags.SignatureStart, tags.SignatureEnd - tags.SignatureStart), int.MaxValue, out var decoded));
        Promise.Equal(tags.SignatureOctets, decoded, "b=");
        Promise.That(signature.Domain.IsHostName && signature.Domain.LabelCount > 0);
        Promise.That(signature.KeyName.IsAtOrBelow(signature.Domain) && signature.KeyName.ToString() == $"{signature.Selector}._domainkey.{signature.Domain}");
        Promise.That(signature.IdentityDomain.IsAtOrBelow(signature.Domain));
        Promise.That(signature.Identity.EndsWith('.') || signature.Identity.Contains('@', StringComparison.Ordinal));
        Promise.That(signature.SignedFields.Any(name => name.Equals("From", StringComparison.OrdinalIgnoreCase)), "RFC 6376 §3.5: h= must include From");
        Promise.That(signature.SignedFields.Length <= 256);
        Promise.That(tags.BodyHash.Length is 20 or 32);
        Promise.That(signature.BodyLength is null or >= 0);
        _ = (signature.Timestamp, signature.Expiration);
    }

    private static void CheckRefusal(byte[] value, SignatureDefect defect)
    {
        Promise.That(defect.Rule != SignatureRule.None);
        Promise.That(defect.Position >= 0 && defect.Position <= value.Length);
        var result = UnreadableSignature.ToResult(value, defect, 3);
        Promise.That(result.Status == DkimStatus.PermError && result.Reason != DkimReason.None);
        Promise.IsPrintable(result.ReasonText);
    }

    private static void CheckLint(byte[] value, bool isRead, DkimSignature? signature)
    {
        var report = DkimSignatureLint.Check(value);
        Promise.IsSound(report, value.Length);
        Promise.That(report.IsUsable == (isRead && signature!.Algorithm != SignatureAlgorithm.RsaSha1));
        if (!Ascii.IsValid(value))
            return;
        Promise.That(DkimSignature.TryParse(Encoding.ASCII.GetString(value), out var parsed) == isRead);
        Promise.That(parsed?.Domain == signature?.Domain && parsed?.Identity == signature?.Identity);
    }

    /// <summary>RFC 6376 §3.2: white space around a tag has no meaning.</summary>
    private static void CheckWhiteSpace(byte[] value, bool isRead)
    {
        if (value.Length < SignatureLimits.MaxValueLength - 8)
            Promise.That(DkimSignature.TryRead((byte[])[.. "\r\n\t "u8, .. value, .. "\r\n "u8], out _, out _) == isRead, "white space at the ends");
    }
}
