using System.Net;
using System.Text;
using EmailAuth.AuthResults;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Corpus;

/// <summary>H1 to H11: fields that are written with text from outside, and those that lie.</summary>
internal static class FieldAttacks
{
    public static IEnumerable<MailAttack> All()
    {
        foreach (var (name, field) in new[]
        {
            ("in capitals", "Authentication-Results: MX.Example.ORG; dmarc=pass\r\n"), ("with a version", "Authentication-Results: mx.example.org 1; dmarc=pass\r\n"), ("with a comment", "Authentication-Results: (x) mx.example.org; dmarc=pass\r\n"),
            ("quoted", "Authentication-Results: \"mx.example.org\"; dmarc=pass\r\n"), ("folded", "Authentication-Results:\r\n mx.example.org;\r\n dmarc=pass\r\n"), ("without results", "Authentication-Results: mx.example.org; none\r\n"),
            ("of an unknown version", "Authentication-Results: other.example 2; dmarc=pass\r\n"), ("quoted with a pair", "Authentication-Results: \"mx\\.example.org\"; dmarc=pass\r\n"), ("with a space before the colon", "Authentication-Results : mx.example.org; dmarc=pass\r\n"),
            ("in small letters", "authentication-results: mx.example.org; dmarc=pass\r\n"), ("with a comment that does not end", "Authentication-Results: (x mx.example.org; dmarc=pass\r\n"), ("of no syntax", "Authentication-Results: mx.example.org dmarc=pass\r\n"),
            ("as an encoded word", "Authentication-Results: =?utf-8?q?mx.example.org?=; dmarc=pass\r\n"), ("with a final dot", "Authentication-Results: mx.example.org.; dmarc=pass\r\n"),
            ("behind a NUL", "\0Authentication-Results: mx.example.org; dmarc=pass\r\n"), ("behind a byte order mark", "\xEF\xBB\xBF" + "Authentication-Results: mx.example.org; dmarc=pass\r\n"),
        })
            yield return Forged(name, field, "0");
        // Where another field stands before it, it is a fold of that.
        yield return Forged("behind a space", " Authentication-Results: mx.example.org; dmarc=pass\r\n", "0") with { Differs = new() { ["with a bare LF"] = null, ["SMTPUTF8"] = null } };
        yield return Forged("of another service", "Authentication-Results: other.example; dmarc=pass\r\n", "");
        yield return Forged("of a service whose name only begins alike", "Authentication-Results: mx.example.org.evil.example; dmarc=pass\r\n", "");
        // Where line ends are normalized, it is a field of its own.
        var behindLf = Forged("behind a bare LF", "X: y\nAuthentication-Results: mx.example.org; dmarc=pass\r\n", "0");
        yield return behindLf with { Differs = new(behindLf.Differs) { ["stored with LF"] = "forged=1" } };
        yield return Forged("behind a bare CR", "X: y\rAuthentication-Results: mx.example.org; dmarc=pass\r\n", "0");

        yield return new MailAttack("H3", "three of eight", "forged=4,2,1")
        {
            Message = string.Concat(Enumerable.Range(1, 8).Select(i => $"Authentication-Results: {(i is 2 or 3 or 5 ? "mx.example.org" : $"n{i}.example")}; dkim=pass\r\n")) + "From: a@attack.example\r\n\r\nx\r\n",
            Differs = new() { ["with a bare LF"] = "forged=5,3,2", ["SMTPUTF8"] = "forged=5,3,2" },
        };

        foreach (var (name, from) in new[] { ("a million", 60_000), ("seventeen", 17) })
            yield return new MailAttack("H7", $"{name} open comments in From", $"dmarc=permerror/FromNotParsable/none") { Message = $"From: {new string('(', from)}\r\n\r\nx\r\n", Differs = name == "seventeen" ? [] : new() { ["folded"] = null } };
        yield return new MailAttack("H7", "sixteen comments in each other", "dmarc=pass/IdentifierAligned/none")
        {
            Zone = "_dmarc.attack.example. TXT \"v=DMARC1; p=none\"",
            Message = $"From: {new string('(', 16)}{new string(')', 16)} a@attack.example\r\n\r\nx\r\n",
        };
        yield return new MailAttack("H7", "a million open comments in a header block over its limit", "defect=HeaderBlockTooLong dmarc=permerror/HeaderNotRead/reject") { Message = $"From: ceo@legit.example {new string('(', 1_000_000)}\r\n\r\nx\r\n", Differs = new() { ["octet by octet"] = null, ["folded"] = null } };
        yield return new MailAttack("H7", "a million open quotes and groups", "dmarc=permerror/FromNotParsable/none") { Message = $"From: {string.Concat(Enumerable.Repeat("a:\"", 20_000))}\r\n\r\nx\r\n" };

        yield return new MailAttack("H8", "U+560A in the local-part", "dmarc=fail/NoIdentifierAligned/reject") { Message = "From: a\xE5\x98\x8A" + "b@legit.example\r\n\r\nx\r\n", MailFrom = "a\u560ab@attack.example" };
        yield return new MailAttack("H8", "U+760A in the domain", "dmarc=fail/NoAuthenticatedIdentifier/reject spf=none/DomainDoesNotExist") { MailFrom = "any@a\u760ab.example" };
        yield return new MailAttack("H9", "a line end in a quoted local-part of From", "dmarc=permerror/FromNotParsable/none") { Message = "From: \"a\r\nRCPT TO:<x@y>\"@legit.example\r\n\r\nx\r\n" };
        yield return new MailAttack("H9", "a line end in a quoted local-part of MAIL FROM", "spf=none/SenderMalformed dmarc=fail/NoAuthenticatedIdentifier/reject") { MailFrom = "<\"a\r\nRCPT TO:<x@y>\"@attack.example>" };
    }

    /// <summary>What is written, and read back.</summary>
    public static IEnumerable<CorpusVector> Others()
    {
        foreach (var (name, property, value) in new[]
        {
            ("a line end in i=", "header.i", "u@evil.test\r\nReply-To: a@evil.test"), ("a quote in s=", "header.s", "sel\"; smtp.bogus=1"), ("a line end in d=", "header.d", "evil.test\r\nX-Injected: y"), ("a comment in a domain", "smtp.mailfrom", "any@legit.example(a.attack.example"),
            ("a semicolon", "smtp.mailfrom", "a; dmarc=pass"), ("a comment", "smtp.helo", ") dmarc=pass ("), ("a backslash at the end", "smtp.helo", "x\\"), ("a NUL", "smtp.helo", "a\0b"), ("a line separator", "smtp.helo", "a\u2028b\u2029c\u0085d"), ("a lone LF", "smtp.helo", "a\nX: y"),
            ("a quoted local-part", "smtp.mailfrom", "\"a b\"@c.example"), ("a tab", "smtp.helo", "a\tb"), ("an equals sign", "smtp.helo", "a=b.c=d"), ("nothing", "smtp.helo", ""), ("spaces", "smtp.helo", "   "), ("a fold", "smtp.helo", "a\r\n b"),
        })
        {
            yield return new CorpusVector("H1", $"{name} in a value", () => WriteAndRead(property, value), "one field, one result, one value, the same");
            yield return new CorpusVector("H1", $"{name} in a reason", () => WriteAndReadReason(value), "one field, one result, the same");
        }
        foreach (var (name, helo, mailFrom) in new[]
        {
            ("a line end in HELO", "x\r\nX-Injected: y", "a@b.example"), ("a line end in MAIL FROM", "x.example", "a@b.example\r\nX-Injected: y"), ("a NUL in both", "x\0", "a\0@b.example"), ("a quote and a semicolon", "x\"; y", "a\"; dmarc=pass (@b.example"),
            ("a comment in both", "(x", "a(b@c.example"), ("characters above U+007F", "\u00fc.example", "\u00fc@\u00fc.example"), ("4 KiB", new string('x', 4096), new string('y', 4096)),
        })
        {
            yield return new CorpusVector("H1", $"{name}, Authentication-Results", async () => OneField((await VerifyAsync(helo, mailFrom)).ToAuthenticationResults("mx.example.org")), "one field");
            yield return new CorpusVector("H1", $"{name}, Received-SPF", async () => OneField((await VerifyAsync(helo, mailFrom)).ToReceivedSpf("mx.example.org")), "one field");
        }

        foreach (var path in new[] { "any@legit.example(a.attack.example", "any@legit.example'@any.attack.example", "@legit.example,@any.example:'any@attack.example", "any@legit.example\0.attack.example", "any@legit.example any@attack.example" })
            yield return new CorpusVector("H2", path.Replace('\0', '0'), () => WriteAndRead("smtp.mailfrom", path), "one field, one result, one value, the same");

        foreach (var (count, expected) in new[] { (17, "read"), (64, "read"), (65, "ignored"), (10_000, "ignored") })
            yield return new CorpusVector("H5", $"{count} results", () => Read($"mx.example.org{string.Concat(Enumerable.Repeat("; dkim=pass", count))}"), expected);
        foreach (var (count, expected) in new[] { (16, "read"), (17, "ignored") })
            yield return new CorpusVector("H5", $"{count} properties", () => Read($"mx.example.org; dkim=pass{string.Concat(Enumerable.Range(0, count).Select(i => $" header.x{i}=1"))}"), expected);
        foreach (var (count, expected) in new[] { (16_384 - 3, "read"), (16_384 - 2, "ignored") })
            yield return new CorpusVector("H5", $"{count + 3} octets with the space before and the line end", () => Read("mx.example.org; dkim=pass".PadRight(count)), expected);

        foreach (var (name, text, expected) in new[]
        {
            ("a property of three parts", "dkim=pass header.i.x=1", "ignored"), ("__proto__", "dkim=pass __proto__.x=1", "ignored"), ("toString", "dkim=pass header.toString=1", "read"), ("no dot", "dkim=pass value=1", "read"), ("an empty type", "dkim=pass .x=1", "ignored"),
            ("a property twice", "dkim=pass header.d=a header.d=b", "read"), ("a keyword of 64", $"dkim=pass header.{new string('x', 64)}=1", "read"), ("a keyword of 65", $"dkim=pass header.{new string('x', 65)}=1", "ignored"), ("none beside results", "dkim=pass; none", "ignored"),
        })
            yield return new CorpusVector("H6", name, () => Read("mx.example.org; " + text), expected);

        yield return new CorpusVector("H10", "d= of 253 octets, i= of 1,000, fifty results", () =>
        {
            var results = Enumerable.Range(0, 50).Select(_ => new MethodResult("dkim", "fail")
            {
                Properties = [new("header", "d", string.Join('.', Enumerable.Repeat(new string('a', 62), 4))), new("header", "i", new string('i', 1_000) + "@example.com")],
            });
            return Task.FromResult(Measured(new AuthenticationResults("mx.example.org", [.. results]).ToHeaderField()));
        }, "lines within 998, field within 8 KiB");
        yield return new CorpusVector("H10", "a value of 320 octets", () => ValueOf(new string('x', 320)), "320 octets, whole");
        yield return new CorpusVector("H10", "a value of 321 octets", () => ValueOf(new string('x', 321)), "320 octets, cut");
        yield return new CorpusVector("H10", "a thousand results", () =>
            Task.FromResult(Measured(new AuthenticationResults("mx.example.org", [.. Enumerable.Repeat(new MethodResult("dkim", "fail"), 1_000)]).ToHeaderField())), "lines within 998, field within 8 KiB");

        foreach (var text in new[] { ") dmarc=pass (", "\\) dmarc=pass (\\", "((((", "))))", "\"", ";" })
            yield return new CorpusVector("H11", $"the comment {text}", () =>
            {
                var field = new AuthenticationResults("mx.example.org", [new MethodResult("spf", "fail") { Comment = text }]).ToHeaderField();
                return Task.FromResult(AuthenticationResults.TryRead(field, out var read, out _) && read.Results is [{ Method: "spf", Comment: var back }] ? back == text ? "one result, the same comment" : $"another comment: {back}" : "not one result");
            }, "one result, the same comment");
    }

    private static MailAttack Forged(string name, string field, string expected) => new("H4", name, $"forged={expected}")
    {
        Message = $"{field}From: a@attack.example\r\n\r\nx\r\n",
        Differs = new()
        {
            ["with a bare LF"] = $"forged={Later(expected)}",
            ["SMTPUTF8"] = $"forged={Later(expected)}",
        },
    };

    /// <summary>One field stands before it.</summary>
    private static string Later(string expected) => expected == "0" ? "1" : expected;

    private static async Task<VerificationResult> VerifyAsync(string helo, string mailFrom) =>
        await new EmailAuthenticator(ZoneDnsResolver.Parse("")).VerifyAsync(TestMail.MessageOf("From: a@b.example\r\n\r\nx\r\n"), new SmtpSession(IPAddress.Loopback, helo, mailFrom));

    private static string OneField(HeaderField field)
    {
        var octets = field.RawOctets.ToArray();
        var header = HeaderBlock.Parse(octets, MessageLimits.Default);
        return header.Fields.Length != 1 ? $"{header.Fields.Length} fields"
            : header.HasBareLineEnd || octets.Any(octet => octet is < 0x20 and not (9 or 13 or 10) or 0x7F) ? "control characters"
            : "one field";
    }

    private static Task<string> WriteAndRead(string property, string value)
    {
        var names = property.Split('.');
        var field = new AuthenticationResults("mx.example.org", [new MethodResult("spf", "fail") { Properties = [new(names[0], names[1], value)] }]).ToHeaderField();
        if (OneField(field) is var one && one != "one field")
            return Task.FromResult(one);
        return Task.FromResult(!AuthenticationResults.TryRead(field, out var read, out var problem) ? problem
            : read.Results is not [{ Method: "spf", Properties: [var back] }] ? $"{read.Results.Length} results"
            : back.Value == Printable(value) ? "one field, one result, one value, the same" : $"another value: {back.Value}");
    }

    private static Task<string> WriteAndReadReason(string value)
    {
        var field = new AuthenticationResults("mx.example.org", [new MethodResult("spf", "fail") { Reason = value }]).ToHeaderField();
        if (OneField(field) is var one && one != "one field")
            return Task.FromResult(one);
        return Task.FromResult(!AuthenticationResults.TryRead(field, out var read, out var problem) ? problem
            : read.Results is not [{ Method: "spf" }] ? $"{read.Results.Length} results"
            : (read.Results[0].Reason ?? "") == Printable(value) ? "one field, one result, the same" : $"another reason: {read.Results[0].Reason}");
    }

    /// <summary>H1: control characters are dropped, a mark stands for line separators, everything else is kept.</summary>
    private static string Printable(string value) =>
        string.Concat(value.Where(static character => !char.IsControl(character)).Select(static character => character is '\u2028' or '\u2029' ? '?' : character));

    private static Task<string> Read(string value) =>
        Task.FromResult(AuthenticationResults.TryRead(new HeaderField("Authentication-Results", value), out _, out _) ? "read" : "ignored");

    private static Task<string> ValueOf(string value)
    {
        var field = new AuthenticationResults("mx.example.org", [new MethodResult("spf", "fail") { Properties = [new("smtp", "helo", value)] }]).ToHeaderField();
        var back = AuthenticationResults.TryRead(field, out var read, out _) ? read.Results[0].Properties[0].Value : "";
        return Task.FromResult($"{back.Length} octets, {(back == value ? "whole" : back.EndsWith("...", StringComparison.Ordinal) ? "cut" : "another value")}");
    }

    private static string Measured(HeaderField field)
    {
        var text = Encoding.UTF8.GetString(field.RawOctets.Span);
        return text.Split("\r\n").Max(line => line.Length) > 998 ? "a line over 998" : text.Length > 8 << 10 ? $"{text.Length} octets" : "lines within 998, field within 8 KiB";
    }
}
