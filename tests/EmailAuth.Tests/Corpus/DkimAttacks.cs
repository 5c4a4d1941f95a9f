using System.Numerics;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Corpus;

/// <summary>K1 to K30: signatures, keys, and the body under them.</summary>
internal static class DkimAttacks
{
    private const string Value = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=legit.example; s=rsa; h=from:to:subject; bh=?; b=";

    private const string KeyName = "bad._domainkey.legit.example";

    /// <summary>Of a megabyte, two forms will do.</summary>
    private static readonly Dictionary<string, string?> TooLarge = new() { ["octet by octet"] = null, ["folded"] = null, ["SMTPUTF8"] = null, ["long"] = null, ["with a bare LF"] = null };

    public static IEnumerable<MailAttack> All()
    {
        // What follows passes where nothing is wrong, so that what fails does so for its own reason.
        yield return Signed("K1", "no attack at all", Value, "pass/Verified") with { Expected = "dkim=pass/Verified dmarc=pass/IdentifierAligned/none", Differs = new() { ["with a bare LF"] = "dkim=policy/BareLineEnd dmarc=fail/NoIdentifierAligned/reject" } };
        yield return Signed("K1", "text behind the ten octets that are signed", Value.Replace("bh=?", "l=10; bh=?", StringComparison.Ordinal), "policy/PartialBody") with { Expected = "dkim=policy/PartialBody dmarc=fail/NoIdentifierAligned/reject" };
        yield return Signed("K1", "nothing of the body is signed", Value.Replace("bh=?", "l=0; bh=?", StringComparison.Ordinal), "policy/PartialBody");
        yield return Signed("K1", "more is signed than there is", Value.Replace("bh=?", "l=1000000; bh=?", StringComparison.Ordinal), "permerror/BodyShorterThanSigned");
        yield return Signed("K1", "a second Content-Type and a part of its own", Value.Replace("bh=?", "l=10; bh=?", StringComparison.Ordinal), "policy/PartialBody") with
        {
            Message = "From: ceo@legit.example\r\nTo: b@example.net\r\nSubject: x\r\nContent-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nPay me.\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\nevil\r\n",
        };

        yield return new MailAttack("K2", "a second From before the signed one", "dkim=pass/Verified twice=From dmarc=permerror/SeveralFromFields/reject") { Sign = async message => "From: <ceo@victim.example>\r\n" + await SignAsync(message) };
        foreach (var (field, text) in new[] { ("Subject", "something else"), ("Content-Type", "text/html"), ("To", "you@example.net"), ("Date", "Mon, 1 Jan 2024 00:00:00 +0000") })
        {
            yield return new MailAttack("K2", $"an unsigned second {field}", field is "Subject" or "To" ? $"dkim=pass/Verified twice={field}" : "dkim=pass/Verified twice=")
            {
                Sign = async message => $"{field}: {text}\r\n" + await SignAsync(message),
            };
        }
        yield return new MailAttack("K2", "a second Subject over one that is oversigned", "dkim=fail/HeaderSignature") { Sign = async message => "Subject: other\r\n" + await SignAsync(message, Value.Replace("subject;", "subject:subject;", StringComparison.Ordinal)) };

        yield return Signed("K3", "From is not signed", Value.Replace("h=from:", "h=", StringComparison.Ordinal), "permerror/FromNotSigned");
        yield return Signed("K3", "a name that only begins with From", Value.Replace("h=from:", "h=fromage:", StringComparison.Ordinal), "permerror/FromNotSigned");

        const string factored = "k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMx7VnoRmk/wFPeFWxrVUde6AJQI51/uPFL2CbiHGMnRSnLjPs72AgxAVHIe5QrNQ2riR5+7u47Sgh5R5va/d0cCAwEAAQ==";
        yield return Key("K4", "512 bits", factored, "policy/WeakKey");
        yield return Key("K4", "1,023 bits in the place of 1,024", "p=" + RsaKey(Odd(1023), 65537), "policy/WeakKey");
        yield return Key("K4", "1,024 bits that are not the signer's", "p=" + RsaKey(Odd(1024), 65537), "fail/HeaderSignature");

        yield return Key("K5", "64 KiB of p=", "p=" + new string('A', 65_000), "permerror/KeyTooLong");
        yield return Key("K5", "4,100 characters of p=", "p=" + new string('A', 4_100), "permerror/KeyData");
        var good = Convert.ToBase64String(TestMail.Rsa.PublicKeyData.Span);
        yield return Key("K5", "a good key drawn out to 4,096 characters", $"p={good[..9]}{new string(' ', 4_096 - good.Length)}{good[9..]}", "pass/Verified");
        yield return Key("K5", "a good key drawn out to 4,097 characters", $"p={good[..9]}{new string(' ', 4_097 - good.Length)}{good[9..]}", "permerror/KeyData");
        yield return Key("K5", "16,384 bits", "p=" + RsaKey(Odd(16_384), 65537), "permerror/KeyData");
        yield return Key("K5", "8,193 bits", "p=" + RsaKey(Odd(8_193), 65537), "permerror/KeyData");
        yield return Key("K5", "8,192 bits", "p=" + RsaKey(Odd(8_192), 65537), "fail/HeaderSignature");

        yield return Key("K6", "an exponent of 2,047 bits", "p=" + RsaKey(Odd(2048), Odd(2047)), "permerror/KeyData");
        yield return Key("K6", "an exponent of 2^33 + 1", "p=" + RsaKey(Odd(2048), (BigInteger.One << 33) + 1), "permerror/KeyData");
        yield return Key("K6", "an exponent of 2^33 - 1", "p=" + RsaKey(Odd(2048), (BigInteger.One << 33) - 1), "fail/HeaderSignature");

        foreach (var (name, key) in new[]
        {
            ("e = 0", RsaKey(Odd(2048), 0)), ("e = 1", RsaKey(Odd(2048), 1)), ("e = 2", RsaKey(Odd(2048), 2)), ("e = 65,536", RsaKey(Odd(2048), 65536)), ("n = 0", RsaKey(0, 65537)),
            ("n is even", RsaKey(Odd(2048) + 1, 65537)), ("n is negative", RsaKey(-Odd(2048), 65537)), ("no key", "bm90LWEta2V5"), ("an octet behind", RsaKey(Odd(2048), 65537, "x")), ("a third number", Convert.ToBase64String(ThreeNumbers())), ("no base64", "!!!!"),
        })
            yield return Key("K7", name, "p=" + key, "permerror/KeyData");

        yield return Signed("K8", "a body hash of three octets", Value.Replace("bh=?", "bh=QUFB", StringComparison.Ordinal), "permerror/BodyHashValue");
        yield return Signed("K8", "a body hash of 66 octets", Value.Replace("bh=?", "bh=" + Convert.ToBase64String(new byte[66]), StringComparison.Ordinal), "permerror/BodyHashValue");
        yield return Signed("K8", "rsa-sha512", Value.Replace("rsa-sha256", "rsa-sha512", StringComparison.Ordinal), "permerror/UnknownAlgorithm");
        yield return Signed("K8", "a signature of 1,025 octets", Value, "permerror/SignatureValue", () => new byte[1025]);
        yield return Signed("K8", "a signature of 1,024 octets", Value, "fail/HeaderSignature", () => new byte[1024]);

        yield return new MailAttack("K9", "five hundred signatures, each of another domain", "dkim=10*permerror/NoKey,490*neutral/TooManySignatures")
        {
            Sign = async message => string.Concat(Enumerable.Range(0, 499).Select(i => Fake($"d{i}.example"))) + await SignAsync(message, Value.Replace("d=legit.example", "d=d499.example", StringComparison.Ordinal)),
        };
        yield return new MailAttack("K9", "the author's signature behind twelve others", "dkim=9*permerror/NoKey,3*neutral/TooManySignatures,pass/Verified dmarc=pass/IdentifierAligned/none")
        {
            Sign = async message => string.Concat(Enumerable.Range(0, 12).Select(i => Fake($"d{i}.example"))) + await SignAsync(message),
            Differs = new() { ["with a bare LF"] = null },
        };
        yield return new MailAttack("K9", "the author's signature behind fifty others", "dkim=10*permerror/NoKey,41*neutral/TooManySignatures dmarc=fail/NoIdentifierAligned/reject")
        {
            Sign = async message => string.Concat(Enumerable.Range(0, 50).Select(i => Fake($"d{i}.example"))) + await SignAsync(message),
        };

        yield return Signed("K10", "256 names in h=", Value.Replace("h=from", "h=from" + string.Concat(Enumerable.Repeat(":a", 253)), StringComparison.Ordinal), "pass/Verified");
        yield return Signed("K10", "257 names in h=", Value.Replace("h=from", "h=from" + string.Concat(Enumerable.Repeat(":a", 254)), StringComparison.Ordinal), "permerror/TooManySignedFields");
        yield return Signed("K10", "20,000 names in h=", Value.Replace("h=from", "h=from" + string.Concat(Enumerable.Repeat(":a", 20_000)), StringComparison.Ordinal), "permerror/SignatureTooLong");
        yield return Signed("K10", "50,000 names in h=", Value.Replace("h=from", "h=from" + string.Concat(Enumerable.Repeat(":a", 50_000)), StringComparison.Ordinal), "permerror/HeaderNotRead");
        yield return Signed("K10", "nothing but colons in h=", Value.Replace("h=from:to:subject", "h=::::", StringComparison.Ordinal), "permerror/SignedFields");

        yield return Signed("K11", "65 KB of z=", Value.Replace("bh=?", $"z={new string('|', 65_000)}; bh=?", StringComparison.Ordinal), "permerror/SignatureTooLong");
        yield return Signed("K11", "10 KB of z=", Value.Replace("bh=?", $"z={new string('|', 10_000)}; bh=?", StringComparison.Ordinal), "pass/Verified");

        foreach (var (name, selector, expected) in new[]
        {
            ("a NUL", "selector._domainkey.attack.example.\0.any", "SignatureSyntax"), ("a space", "rsa x", "Selector"), ("a slash", "rsa/x", "Selector"), ("a final dot", "rsa.", "Selector"), ("an empty label", "a..b", "Selector"),
            ("a label of 64", new string('a', 64), "Selector"), ("a label of 63", new string('a', 63), "NoKey"), ("a name over 253 with the rest", string.Join('.', Enumerable.Repeat(new string('a', 60), 4)), "Selector"), ("an emoji", "\u2603\uFE0F", "Selector"),
        })
            yield return Signed("K12", $"{name} in s=", Value.Replace("s=rsa", "s=" + selector, StringComparison.Ordinal), "permerror/" + expected);
        foreach (var domain in new[] { "legit.example\0.attack.example", "legit.example.", "legit..example", "" })
            yield return Signed("K12", $"d={domain.Replace('\0', '0')}", Value.Replace("d=legit.example", "d=" + domain, StringComparison.Ordinal), domain.Contains('\0', StringComparison.Ordinal) ? "permerror/SignatureSyntax" : "permerror/Domain");

        foreach (var mark in "'\"(@<,/\\")
            yield return Signed("K13", $"{mark} in d=", Value.Replace("d=legit.example", $"d=legit.example{mark}a.attack.example", StringComparison.Ordinal), "permerror/Domain");

        foreach (var (identity, expected) in new[]
        {
            ("ceo@bank.example", "permerror/IdentityOutsideDomain"), ("@notlegit.example", "permerror/IdentityOutsideDomain"), ("@legit.example.attack.example", "permerror/IdentityOutsideDomain"), ("@example", "permerror/IdentityOutsideDomain"),
            ("ceo@bank.example@legit.example", "permerror/Identity"), ("ceo", "permerror/Identity"), ("=00@legit.example", "permerror/Identity"), ("=0D=0AX:y@legit.example", "permerror/Identity"), ("ceo@", "permerror/Identity"),
            ("@sub.legit.example", "pass/Verified"), (new string('x', 306) + "@legit.example", "pass/Verified"), (new string('x', 307) + "@legit.example", "permerror/Identity"),
        })
            yield return Signed("K14", $"i={(identity.Length > 60 ? identity.Length + " octets" : identity)}", Value.Replace("bh=?", $"i={identity}; bh=?", StringComparison.Ordinal), expected);

        var rsa = Convert.ToBase64String(TestMail.Rsa.PublicKeyData.Span);
        var ed25519 = Convert.ToBase64String(TestMail.Ed25519.PublicKeyData.Span);
        yield return Key("K15", "an Ed25519 key for RSA", $"k=ed25519; p={ed25519}", "permerror/KeyType");
        yield return Key("K15", "an Ed25519 key that says RSA", $"k=rsa; p={ed25519}", "permerror/KeyData");
        yield return Key("K15", "two records in one", $"p={rsa}v=DKIM1; k=rsa; p={rsa}", "permerror/KeyDuplicateTag");
        yield return Key("K15", "two keys in one", $"p={rsa}{rsa}", "permerror/KeyData");
        yield return Key("K15", "an unknown kind", $"k=dsa; p={rsa}", "permerror/KeyType");

        foreach (var (name, value, expected) in new[]
        {
            ("d= twice", "d=a.example; " + Value, "DuplicateTag"), ("bh= twice", "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; " + Value, "DuplicateTag"), ("h= twice", "h=from; " + Value, "DuplicateTag"),
            ("sixty-five tags", "v=1; " + string.Concat(Enumerable.Range(0, 65).Select(i => $"t{i}=; ")) + Value[5..], "TooManyTags"), ("no version", Value[5..], "MissingTag"), ("version 2", Value.Replace("v=1", "v=2", StringComparison.Ordinal), "Version"),
            ("q=dns/http", Value.Replace("bh=?", "q=dns/http; bh=?", StringComparison.Ordinal), "QueryMethod"), ("c=none", Value.Replace("c=relaxed/relaxed", "c=none", StringComparison.Ordinal), "UnknownCanonicalization"), ("an empty tag", "; " + Value, "SignatureSyntax"),
        })
            yield return Signed("K16", name, value, "permerror/" + expected);
        yield return Signed("K16", "sixty-four tags", "v=1; " + string.Concat(Enumerable.Range(0, 56).Select(i => $"t{i}=; ")) + Value[5..], "pass/Verified");
        yield return Signed("K16", "ten thousand tags", "v=1; " + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"t{i}=;")) + Value[5..], "permerror/HeaderNotRead");

        foreach (var (name, record, expected) in new[]
        {
            ("version 2", $"v=DKIM2; p={rsa}", "permerror/KeyVersion"), ("the version not first", $"p={rsa}; v=DKIM1", "permerror/KeyVersion"), ("the version in lower case", $"v=dkim1; p={rsa}", "permerror/KeyVersion"), ("no version", $"p={rsa}", "pass/Verified"),
            ("another service", $"v=DKIM1; s=other; p={rsa}", "permerror/KeyService"), ("any service", $"v=DKIM1; s=*; p={rsa}", "pass/Verified"), ("sha1 only", $"v=DKIM1; h=sha1; p={rsa}", "permerror/KeyHash"), ("no key", "v=DKIM1", "permerror/KeySyntax"),
            ("revoked", "v=DKIM1; p=", "permerror/KeyRevoked"), ("strict, and i= is d=", $"v=DKIM1; t=s; p={rsa}", "pass/Verified"), ("testing", $"v=DKIM1; t=y; p={rsa}", "pass/Verified"), ("testing with another key", $"v=DKIM1; t=y; p={RsaKey(Odd(2048), 65537)}", "neutral/HeaderSignature"),
            ("8 KiB and an octet", $"v=DKIM1; p={rsa}; n={new string('x', 8192)}", "permerror/KeyTooLong"), ("a tag twice", $"v=DKIM1; p={rsa}; p={rsa}", "permerror/KeyDuplicateTag"),
        })
            yield return Key("K17", name, record, expected);
        yield return Key("K17", "strict, and i= is below d=", $"v=DKIM1; t=s; p={rsa}", "permerror/KeyStrictIdentity", Value.Replace("bh=?", "i=@sub.legit.example; bh=?", StringComparison.Ordinal));
        yield return Keys("K17", "nine records", Enumerable.Repeat($"p={rsa}", 9), "permerror/TooManyKeyRecords");
        yield return Keys("K17", "eight records, one of them a key", Enumerable.Repeat("hello", 7).Append($"p={rsa}"), "pass/Verified");
        yield return Keys("K17", "the right key third", [.. Enumerable.Repeat($"p={RsaKey(Odd(2048), 65537)}", 2), $"p={rsa}"], "pass/Verified");
        yield return Keys("K17", "the right key fourth", [.. Enumerable.Repeat($"p={RsaKey(Odd(2048), 65537)}", 3), $"p={rsa}"], "fail/HeaderSignature");

        yield return Signed("K18", "a line of a million spaces", Value, "pass/Verified") with { Message = Body(new string(' ', 1_000_000) + "x\r\n"), Differs = TooLarge };
        yield return Signed("K18", "a line of half a million words", Value, "pass/Verified") with { Message = Body(string.Concat(Enumerable.Repeat("a ", 500_000)) + "\r\n"), Differs = TooLarge };
        yield return Signed("K19", "a million empty lines", Value, "pass/Verified") with { Message = Body(string.Concat(Enumerable.Repeat("\r\n", 1_000_000))), Differs = TooLarge };
        yield return Signed("K20", "white space around every line end", Value, "pass/Verified") with { Message = Body(" a \t b \r\n\t\r\n \r\n\r\nc\t\r\n\r\n \r\n") };
        yield return Signed("K20", "no last line end", Value, "pass/Verified") with { Message = Body("a\r\n\r\nb") };
        foreach (var (name, mode, hash) in new[] { ("simple", "simple", "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="), ("relaxed", "relaxed", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=") })
        {
            yield return Signed("K21", $"an empty body, {name}", Value.Replace("relaxed/relaxed", "relaxed/" + mode, StringComparison.Ordinal).Replace("bh=?", "bh=" + hash, StringComparison.Ordinal), "pass/Verified") with
            {
                Message = Body(""),
                Differs = new() { ["long"] = null },
            };
        }
        yield return Signed("K21", "simple header and relaxed body", Value.Replace("relaxed/relaxed", "simple/relaxed", StringComparison.Ordinal), "pass/Verified") with { Message = Body("a \r\n \r\n") };
        yield return Signed("K21", "the body's mode is simple where one is named", Value.Replace("relaxed/relaxed", "relaxed", StringComparison.Ordinal), "pass/Verified") with { Message = Body("a \r\n \r\n") };

        yield return Signed("K22", "a bare LF in the body", Value, "pass/Verified") with { Message = Body("a\n.\nb\r\n"), Differs = new() { ["stored with LF"] = "dkim=fail/BodyHash" } };
        yield return Signed("K22", "a bare CR in the body", Value, "pass/Verified") with { Message = Body("a\r.\rb\r\n") };
        yield return Signed("K22", "a bare LF hides a field", Value, "policy/BareLineEnd") with
        {
            Message = "X: y\nBcc: z\r\nFrom: ceo@legit.example\r\nTo: b@example.net\r\nSubject: x\r\n\r\nPay.\r\n",
            Differs = new() { ["stored with LF"] = "dkim=pass/Verified" },
        };
        yield return Signed("K22", "a bare CR hides a field", Value, "policy/BareLineEnd") with { Message = "X: y\rBcc: z\r\nFrom: ceo@legit.example\r\nTo: b@example.net\r\nSubject: x\r\n\r\nPay.\r\n" };

        yield return Signed("K23", "rsa-sha1", Value.Replace("rsa-sha256", "rsa-sha1", StringComparison.Ordinal).Replace("bh=?", "bh=2jmj7l5rSw0yVb/vlWAYkK/YBwk=", StringComparison.Ordinal), "policy/Sha1");

        foreach (var (times, expected) in new[]
        {
            ("t=253402300800", "neutral/FutureTimestamp"), ("x=99999999999999999999", "pass/Verified"), ($"t={TestMail.Now}; x={TestMail.Now - 1}", "permerror/ExpirationBeforeTimestamp"), ($"t={TestMail.Now + 31_536_000}", "neutral/FutureTimestamp"),
            ($"t={TestMail.Now + 300}", "pass/Verified"), ($"t={TestMail.Now + 301}", "neutral/FutureTimestamp"), ($"x={TestMail.Now - 300}", "pass/Verified"), ($"x={TestMail.Now - 301}", "permerror/Expired"), ("t=-1", "permerror/TimestampValue"),
            ("x=+1", "permerror/ExpirationValue"), ("t=0x10", "permerror/TimestampValue"), ("l=1e3", "permerror/BodyLengthValue"), ("t=99999999999999999999; x=99999999999999999998", "neutral/FutureTimestamp"), ("t=1 2", "permerror/TimestampValue"),
        })
            yield return Signed("K24", times.Replace(TestMail.Now.ToString(System.Globalization.CultureInfo.InvariantCulture)[..7], "now", StringComparison.Ordinal), Value.Replace("bh=?", $"{times}; bh=?", StringComparison.Ordinal), expected);

        foreach (var (name, text, expected) in new[]
        {
            ("bits that padding leaves over", "QUJDRB==", "permerror/SignatureValue"), ("padding in the middle", "QQ==QQ==", "permerror/SignatureValue"), ("no padding", "QUI", "permerror/SignatureValue"), ("spaces", "QU JD", "fail/HeaderSignature"),
            ("nothing", "", "permerror/SignatureValue"), ("the alphabet of URLs", "QU-_", "permerror/SignatureValue"),
        })
            yield return new MailAttack("K25", name, "dkim=" + expected) { Sign = message => Task.FromResult($"DKIM-Signature: {Value.Replace("bh=?", "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", StringComparison.Ordinal)}{text}\r\n{message}"), Differs = name == "spaces" ? new() { ["long"] = "dkim=fail/BodyHash" } : [] } with
            {
                Expected = name == "spaces" ? "dkim=fail/BodyHash" : "dkim=" + expected,
            };

        var edValue = Value.Replace("rsa-sha256", "ed25519-sha256", StringComparison.Ordinal);
        foreach (var (name, point) in new[]
        {
            ("zero", new string('0', 64)), ("one", "01" + new string('0', 62)), ("minus one", "EC" + new string('F', 60) + "7F"), ("of order 8", "26E8958FC2B227B045C3F489F2EF98F0D5DFAC05D3C63339B13802886D53FC05"),
            ("of order 8 with the other sign", "26E8958FC2B227B045C3F489F2EF98F0D5DFAC05D3C63339B13802886D53FC85"), ("not canonical", "EE" + new string('F', 60) + "7F"), ("31 octets", new string('1', 62)), ("33 octets", new string('1', 66)),
        })
            yield return Key("K26", $"an Ed25519 key that is {name}", $"k=ed25519; p={Convert.ToBase64String(Convert.FromHexString(point))}", "permerror/KeyData", edValue, key: TestMail.Ed25519);
        yield return Key("K26", "an Ed25519 signature of another form", $"k=ed25519; p={ed25519}", "fail/HeaderSignature", edValue, Malleable);
        yield return Key("K26", "an Ed25519 signature that is good", $"k=ed25519; p={ed25519}", "pass/Verified", edValue, key: TestMail.Ed25519);
        yield return Key("K26", "an Ed25519 signature of zeros", $"k=ed25519; p={ed25519}", "fail/HeaderSignature", edValue, _ => new byte[64]);

        yield return Signed("K27", "the same message to a thousand others", Value, "pass/Verified") with { MailFrom = "" };

        foreach (var octet in new[] { 0x00, 0x07, 0x1B, 0x7F, 0x80, 0xFF })
            yield return Signed("K28", $"the octet 0x{octet:X2} in an unknown tag", Value.Replace("bh=?", $"zz=a{(char)octet}b; bh=?", StringComparison.Ordinal), octet < 0x80 ? "permerror/SignatureSyntax" : "pass/Verified");
    }

    /// <summary>What is no message: the signer.</summary>
    public static IEnumerable<CorpusVector> Others()
    {
        foreach (var (name, message, expected) in new[]
        {
            ("another author domain", "From: a@other.example\r\n\r\nx\r\n", nameof(DkimSigningRefusal.AuthorDomain)), ("no From", "To: a@legit.example\r\n\r\nx\r\n", nameof(DkimSigningRefusal.NoFrom)),
            ("two From fields", "From: a@legit.example\r\nFrom: b@legit.example\r\n\r\nx\r\n", nameof(DkimSigningRefusal.SeveralFrom)), ("a bare LF", "From: a@legit.example\r\nX: y\nZ: z\r\n\r\nx\r\n", nameof(DkimSigningRefusal.BareLineEnd)),
        })
            yield return new CorpusVector("K29", $"asked to sign for {name}", () => RefusalOf(message), expected);
        yield return new CorpusVector("K29", "asked to sign for its own domain", () => RefusalOf("From: a@legit.example\r\n\r\nx\r\n"), "signed");
        foreach (var exponent in new[] { 0, 1, 2, 4, 65536 })
            yield return new CorpusVector("K6", $"e = {exponent}, before the platform sees it", () => Task.FromResult($"{RsaPublicKey.TryRead(Convert.FromBase64String(RsaKey(Odd(2048), exponent)), out var _)}"), nameof(KeyDataError.Exponent));
        yield return new CorpusVector("K30", "a key is shown", () => Task.FromResult($"{TestMail.Rsa} {TestMail.Ed25519}".Contains("KEY", StringComparison.Ordinal) ? "shown" : "not shown"), "not shown");
        yield return new CorpusVector("K30", "a key file that is broken in the middle", () =>
        {
            var pem = TestMail.Rsa.ExportPkcs8Pem();
            var lines = pem.Split('\n');
            try
            {
                SigningKey.FromPem(pem.Replace(lines[3], "!" + lines[3][1..], StringComparison.Ordinal));
                return Task.FromResult("read");
            }
            catch (FormatException exception)
            {
                return Task.FromResult(lines.Skip(1).Any(line => line.Length > 8 && exception.ToString().Contains(line[1..9], StringComparison.Ordinal)) ? "shown" : "not shown");
            }
        }, "not shown");
    }

    private static async Task<string> RefusalOf(string message)
    {
        try
        {
            var options = new DkimSignerOptions { Domain = DomainName.Parse("legit.example"), Selector = "rsa", Key = TestMail.Rsa, TimeProvider = TestMail.Clock };
            await new DkimSigner(options).SignAsync(EmailMessage.FromBytes(Encoding.Latin1.GetBytes(message)));
            return "signed";
        }
        catch (DkimSigningException exception)
        {
            return exception.Refusal.ToString();
        }
    }

    private static string Body(string body) => $"From: ceo@legit.example\r\nTo: b@example.net\r\nSubject: x\r\n\r\n{body}";

    private static Task<string> SignAsync(string message, string value = Value) => TestMail.SignValueAsync(message, value);

    private static MailAttack Signed(string row, string name, string value, string outcome, Func<byte[]>? signature = null) =>
        new(row, name, "dkim=" + outcome) { Sign = message => TestMail.SignValueAsync(message, value, null, signature is null ? null : _ => signature()) };

    private static MailAttack Key(string row, string name, string record, string outcome, string value = Value, Func<byte[], byte[]>? signature = null, SigningKey? key = null) =>
        Keys(row, name, [record], outcome, value, signature, key);

    private static MailAttack Keys(string row, string name, IEnumerable<string> records, string outcome, string value = Value, Func<byte[], byte[]>? signature = null, SigningKey? key = null) => new(row, name, "dkim=" + outcome)
    {
        IsByRecord = true,
        Zone = string.Join('\n', records.Select(record => $"{KeyName}. TXT \"{record}\"")),
        Sign = message => TestMail.SignValueAsync(message, value.Replace("s=rsa", "s=bad", StringComparison.Ordinal), key, signature),
    };

    private static string Fake(string domain) =>
        $"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=QUJD\r\n";

    private static BigInteger Odd(int bits) => (BigInteger.One << (bits - 1)) + 12345;

    /// <summary>An RSAPublicKey as RFC 8017 §A.1.1 has it, but for a number too many.</summary>
    private static byte[] ThreeNumbers()
    {
        var key = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        key.PushSequence();
        key.WriteInteger(Odd(2048));
        key.WriteInteger(65537);
        key.WriteInteger(1);
        key.PopSequence();
        return key.Encode();
    }

    /// <summary>A SubjectPublicKeyInfo with any two numbers.</summary>
    private static string RsaKey(BigInteger modulus, BigInteger exponent, string after = "")
    {
        var key = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        key.PushSequence();
        key.WriteInteger(modulus);
        key.WriteInteger(exponent);
        key.PopSequence();
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        writer.PushSequence();
        writer.PushSequence();
        writer.WriteObjectIdentifier("1.2.840.113549.1.1.1");
        writer.WriteNull();
        writer.PopSequence();
        writer.WriteBitString(key.Encode());
        writer.PopSequence();
        return Convert.ToBase64String([.. writer.Encode(), .. Encoding.Latin1.GetBytes(after)]);
    }

    /// <summary>The signature with the group's order added to S.</summary>
    private static byte[] Malleable(byte[] digest)
    {
        var order = (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
        var good = TestMail.Ed25519.SignAsync(digest).AsTask().GetAwaiter().GetResult().Span;
        var s = new BigInteger(good[32..], isUnsigned: true) + order;
        return [.. good[..32], .. s.ToByteArray(isUnsigned: true).Concat(new byte[32]).Take(32)];
    }
}
