using System.Net;
using System.Text;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests.Dkim;
using Mono.Cecil;

namespace EmailAuth.Tests.Corpus;

/// <summary>P1 to P9: the bytes of a message, and the traps of the platform. R9 is here too: of the reports, only who may get them is built.</summary>
internal static class ParsingAttacks
{
    private const string Value = "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=legit.example; s=ed; h=from:to:subject; bh=?; b=";

    public static IEnumerable<MailAttack> All()
    {
        yield return Header("P1", "a field of 64 KiB in folds", $"X: {Folds((64 << 10) - 5)}\r\n", "defect=None dmarc=fail/NoIdentifierAligned/reject") with { Differs = new() { ["folded"] = null } };
        yield return Header("P1", "a field of 64 KiB and an octet in folds", $"X: {Folds((64 << 10) - 4)}\r\n", "defect=FieldTooLong dmarc=permerror/HeaderNotRead/reject") with { Differs = new() { ["folded"] = null } };
        yield return Header("P1", "thirty thousand folds", $"X: {Folds(270_000)}\r\n", "defect=HeaderBlockTooLong dmarc=permerror/HeaderNotRead/reject") with { Differs = new() { ["octet by octet"] = null } };
        yield return Header("P1", "two thousand fields", string.Concat(Enumerable.Repeat("X: y\r\n", 1_999)), "defect=None") with { Differs = new() { ["with a bare LF"] = "defect=TooManyFields", ["SMTPUTF8"] = "defect=TooManyFields", ["long"] = "defect=TooManyFields" } };
        yield return Header("P1", "two thousand and one fields", string.Concat(Enumerable.Repeat("X: y\r\n", 2_000)), "defect=TooManyFields dmarc=permerror/HeaderNotRead/reject");
        yield return Header("P1", "a field name of 128 octets", $"{new string('X', 128)}: y\r\n", "defect=None");
        yield return Header("P1", "a field name of 129 octets", $"{new string('X', 129)}: y\r\n", "defect=FieldNameTooLong dmarc=permerror/HeaderNotRead/reject");

        foreach (var text in new[] { new string('a', 28) + "!", new string('a', 50_000) + "!", new string(' ', 60_000), new string('=', 60_000), string.Concat(Enumerable.Repeat("a=", 30_000)) })
            yield return Header("P2", $"{text[0]} {text.Length} times in every list", $"DKIM-Signature: {text}\r\nARC-Seal: {text}\r\n", text.Length > 16_384 ? "dkim=permerror/SignatureTooLong arc=fail/InstanceSyntax" : "dkim=permerror/SignatureSyntax arc=fail/InstanceSyntax");

        yield return new MailAttack("P3", "groups in groups", "dmarc=permerror/FromNotParsable/none") { Message = $"From: {string.Concat(Enumerable.Repeat("g:", 30_000))}\r\n\r\nx\r\n" };
        yield return new MailAttack("P3", "one group in another", "dmarc=permerror/FromNotParsable/reject") { Message = "From: g:h:ceo@legit.example;;\r\n\r\nx\r\n" };
        yield return new MailAttack("P3", "a group", "dmarc=fail/NoIdentifierAligned/reject") { Message = "From: g:ceo@legit.example;\r\n\r\nx\r\n" };
        yield return new MailAttack("P3", "an empty group", "dmarc=permerror/NoMailbox/none") { Message = "From: undisclosed:;\r\n\r\nx\r\n" };

        foreach (var (name, field) in new[] { ("no colon", "hello\r\n"), ("an empty name", ": x\r\n"), ("a folded first line", " folded first\r\n"), ("an octet above 127 in its name", "Fr\xF6m: x\r\n"), ("a control octet in its name", "X\x01: x\r\n"), ("nothing but a colon", ":\r\n"), ("a space in its name", "X Y: z\r\n") })
        {
            yield return new MailAttack("P5", $"{name}, unsigned", "defect=None dkim=pass/Verified dmarc=pass/IdentifierAligned/none")
            {
                Sign = async message => field + await SignAsync(message),
                Differs = new() { ["with a bare LF"] = "defect=None dkim=policy/BareLineEnd dmarc=fail/NoIdentifierAligned/reject" },
            };
        }
        yield return new MailAttack("P5", "a NUL before From", "dmarc=permerror/FromNotParsable/reject") { Message = "\0From: ceo@legit.example\r\n\r\nx\r\n" };

        foreach (var (name, before, after) in new[] { ("0xFF and a question mark", "\xFF", "?"), ("0xE9 and a question mark", "\xE9", "?"), ("0x80 and 0x81", "\x80", "\x81"), ("0x00 and nothing", "\0", ""), ("an overlong form and its character", "\xC1\x81", "A") })
        {
            yield return new MailAttack("P6", $"{name} in a signed field", "dkim=fail/HeaderSignature") { Message = $"From: a@legit.example\r\nTo: b@example.net\r\nSubject: a{before}b\r\n\r\nx\r\n", Sign = async message => Changed(await SignAsync(message), $"a{before}b", $"a{after}b") };
            yield return new MailAttack("P6", $"{name} in the body", "dkim=fail/BodyHash") { Message = $"From: a@legit.example\r\nTo: b@example.net\r\nSubject: x\r\n\r\na{before}b\r\n", Sign = async message => Changed(await SignAsync(message), $"a{before}b", $"a{after}b") };
        }

        foreach (var (name, text, outcome) in new[]
        {
            ("a no-break space before a number", "t=\xC2\xA0" + "1", "permerror/TimestampValue"), ("Arabic digits", "t=\xD9\xA1", "permerror/TimestampValue"), ("a sign", "t=+5", "permerror/TimestampValue"), ("next line", "t=1\xC2\x85", "permerror/TimestampValue"), ("a line separator", "t=1\xE2\x80\xA8", "permerror/TimestampValue"),
            ("a form feed", "t=1\f", "permerror/SignatureSyntax"), ("a vertical tab", "t=1\v", "permerror/SignatureSyntax"), ("spaces and tabs", "t= \t1 \t", "pass/Verified"), ("a no-break space behind a name", "zz\xC2\xA0=1", "permerror/SignatureSyntax"),
        })
            yield return new MailAttack("P7", name, "dkim=" + outcome) { Sign = message => SignAsync(message, Value.Replace("bh=?", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text)) + "; bh=?", StringComparison.Ordinal)) };
        foreach (var record in new[] { "v=spf1 ip4:192.0.2.9/ 24 -all", "v=spf1 ip4:192.0.2.9/+24 -all", "v=spf1 a/\\217\\161 -all", "v=spf1\\194\\160-all ip4:203.0.113.5" })
            yield return new MailAttack("P7", record, record.StartsWith("v=spf1\\", StringComparison.Ordinal) ? "spf=none/NoRecord" : "spf=permerror/SyntaxError") { IsByRecord = true, Instead = "attack.example", Zone = $"attack.example. TXT \"{record}\"" };

        yield return new MailAttack("P8", "an address as a display name", "dmarc=permerror/FromNotParsable/reject") { Message = "From: a@attack.example <ceo@legit.example>\r\n\r\nx\r\n" };
        yield return new MailAttack("P8", "an address in front of another", "dmarc=permerror/FromNotParsable/reject") { Message = "From: ceo@legit.example <a@attack.example>\r\n\r\nx\r\n" };

        yield return new MailAttack("P9", "cut off in the body", "dkim=fail/BodyHash") { Sign = async message => (await SignAsync(message))[..^8] };
        yield return new MailAttack("P9", "cut off in the header", "dkim=fail/BodyHash dmarc=fail/NoIdentifierAligned/reject") { Sign = async message => Cut(await SignAsync(message)), Differs = new() { ["stored with LF"] = null, ["long"] = "dkim=fail/BodyHash" } };
    }

    public static IEnumerable<CorpusVector> Others()
    {
        yield return new CorpusVector("P1", "a header section without end, in pieces", async () =>
            (await VerifyAsync(EmailMessage.FromStream(new PiecewiseStream(Encoding.Latin1.GetBytes("From: a@b.example\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 300_000))))))).MessageDefect.ToString(), "HeaderBlockTooLong");
        yield return new CorpusVector("P8", "System.Net.Mail is not used", () =>
        {
            using var assembly = AssemblyDefinition.ReadAssembly(typeof(EmailAuthenticator).Assembly.Location);
            return Task.FromResult(assembly.MainModule.GetTypeReferences().Any(type => type.Namespace is "System.Net.Mail" or "System.Text.RegularExpressions") ? "used" : "not used");
        }, "not used");
        yield return new CorpusVector("P9", "a stream that throws", async () =>
        {
            try
            {
                await VerifyAsync(EmailMessage.FromStream(new BrokenStream(Encoding.Latin1.GetBytes("From: ceo@legit.example\r\n\r\nPlease"))));
                return "judged";
            }
            catch (IOException exception)
            {
                return exception.Message;
            }
        }, "the connection is gone");
        yield return new CorpusVector("P9", "a pipe whose writer fails", async () =>
        {
            var pipe = new System.IO.Pipelines.Pipe();
            await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes("From: ceo@legit.example\r\n\r\nPlease"));
            await pipe.Writer.CompleteAsync(new IOException("the connection is gone"));
            try
            {
                await VerifyAsync(EmailMessage.FromPipe(pipe.Reader));
                return "judged";
            }
            catch (IOException exception)
            {
                return exception.Message;
            }
        }, "the connection is gone");

        yield return Report("a stranger who has not agreed", "mailto:victim@third.example", "", "NotConfirmed:0");
        yield return Report("a stranger who has agreed", "mailto:reports@third.example", "policy.example._report._dmarc.third.example. TXT \"v=DMARC1\"", "Confirmed:1");
        yield return Report("the own organization", "mailto:reports@mail.policy.example", "_dmarc.policy.example. TXT \"v=DMARC1; p=none\"", "SameOrganization:1");
        yield return Report("an agreement that leads elsewhere", "mailto:reports@third.example", "policy.example._report._dmarc.third.example. TXT \"v=DMARC1; rua=mailto:x@victim.example\"", "OverriddenToOtherHost:0");
        yield return Report("a hundred addresses", string.Join(',', Enumerable.Range(0, 100).Select(i => $"mailto:r{i}@third.example")), "policy.example._report._dmarc.third.example. TXT \"v=DMARC1\"", string.Join(',', Enumerable.Repeat("Confirmed:1", 10)));
        yield return Report("no mail at all", "https://victim.example/", "", "NotConfirmed:0");
    }

    private static Task<string> SignAsync(string message, string value = Value) => TestMail.SignValueAsync(message, value, TestMail.Ed25519);

    private static CorpusVector Report(string name, string addresses, string zone, string expected) => new("R9", name, async () =>
    {
        var record = DmarcRecord.TryParse(Encoding.UTF8.GetBytes($"v=DMARC1; p=none; rua={addresses}"), out var read) ? read : throw new AssertionException("no record");
        var destinations = await new DmarcEvaluator(ZoneDnsResolver.Parse(zone)).CheckReportDestinationsAsync(DomainName.Parse("policy.example"), record, ReportKind.Aggregate);
        return string.Join(',', destinations.Select(destination => $"{destination.Reason}:{destination.Destinations.Length}"));
    }, expected);

    private static async Task<VerificationResult> VerifyAsync(EmailMessage message) =>
        await new EmailAuthenticator(ZoneDnsResolver.Parse("")).VerifyAsync(message, new SmtpSession(IPAddress.Loopback, "x.example", "a@b.example"));

    private static MailAttack Header(string row, string name, string fields, string expected) => new(row, name, expected) { Message = $"From: ceo@legit.example\r\n{fields}\r\nPlease pay.\r\n" };

    private static string Folds(int length) => string.Concat(Enumerable.Repeat("\r\n xxxxxx", length / 9)) + new string('x', length % 9);

    private static string Changed(string message, string from, string to)
    {
        Assert.That(message, Does.Contain(from));
        return message.Replace(from, to, StringComparison.Ordinal);
    }

    private static string Cut(string message) => message[..(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2)];

    /// <summary>Gives 4 KiB a read.</summary>
    private sealed class PiecewiseStream(byte[] octets) : MemoryStream(octets)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(4096, buffer.Length)], cancellationToken);
    }

    /// <summary>Ends with an error instead of an end.</summary>
    private sealed class BrokenStream(byte[] octets) : MemoryStream(octets)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("the connection is gone");
    }
}
