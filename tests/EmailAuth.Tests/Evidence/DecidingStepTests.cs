using System.Net;
using System.Text;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Tests.Arc;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Evidence;

/// <summary>
/// Every row of the behaviour table that concerns a verdict shows in the explanation of a message that it decides, with the rule and with what it depends on;
/// and with that one thing changed the verdict is another one.
/// </summary>
public class DecidingStepTests
{
    // Rows about how fields are written and how a cache works decide no verdict, and two say what is never done; for those see below.
    private static readonly string[] RowsWithoutStep = ["S21", "N4", "H1", "H2", "H3", "H4", "M12"];

    /// <summary>A message with all that decides about it.</summary>
    internal sealed record Scenario
    {
        public string Zone { get; init; } = "";

        public string Ip { get; init; } = "192.0.2.1";

        public string Helo { get; init; } = "mail.example.com";

        public string? MailFrom { get; init; } = "ann@example.com";

        public string Text { get; init; } = TestMail.Plain;

        public (string Name, DnsStatus Status)[] Faults { get; init; } = [];

        public (string Name, string[] Records)[] Keys { get; init; } = [];

        public EmailAuthenticatorOptions Options { get; init; } = new();

        public long Now { get; init; } = TestMail.Now;

        public bool IsStale { get; init; }

        public async Task<VerificationResult> VerifyAsync()
        {
            var zone = new StringBuilder(Zone).AppendLine();
            foreach (var (name, records) in Keys)
            {
                foreach (var record in records)
                    zone.Append(name).Append(". TXT (").AppendJoin(' ', record.Chunk(200).Select(part => $" \"{new string(part).Replace("\"", "\\\"", StringComparison.Ordinal)}\"")).AppendLine(" )");
            }
            var dns = ZoneDnsResolver.Parse(zone.ToString());
            foreach (var (name, status) in Faults)
                dns.WithFault(name, DnsRecordType.None, status);
            var options = Options with { KeepEvidence = true, TimeProvider = new At(Now) };
            return await new EmailAuthenticator(IsStale ? new StaleResolver(dns) : dns, options).VerifyAsync(TestMail.MessageOf(Text), new SmtpSession(IPAddress.Parse(Ip), Helo, MailFrom));
        }
    }

    private sealed class At(long now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(now);
    }

    private sealed class StaleResolver(IDnsResolver inner) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) => (await inner.QueryAsync(question, cancellationToken)).AsStale();
    }

    public sealed record StepCase(string Row, string Name, ExplanationInputKind Kind, string Input, Func<Task<object>> Before, Func<Task<object>> After)
    {
        public override string ToString() => $"{Row} {Name}";
    }

    // ---- The table ----

    private static StepCase Of(string row, string name, ExplanationInputKind kind, string input, Scenario before, Scenario after) =>
        new(row, name, kind, input, () => Task.FromResult<object>(before), () => Task.FromResult<object>(after));

    /// <summary>What a name says changes.</summary>
    private static StepCase Dns(string row, string question, string before, string after, string rest = "", Func<Scenario, Scenario>? with = null)
    {
        var name = question.Split(' ');
        with ??= scenario => scenario;
        return Of(row, $"{question}: {before}", ExplanationInputKind.Dns, question, with(new Scenario { Zone = $"{Records(before)}\n{rest}" }), with(new Scenario { Zone = $"{Records(after)}\n{rest}" }));

        string Records(string texts) => string.Join('\n', texts.Split('|', StringSplitOptions.RemoveEmptyEntries)
            .Select(text => name[1] == "TXT" ? $"{name[0]}. TXT \"{text}\"" : $"{name[0]}. {name[1]} {text}"));
    }

    private static StepCase Fault(string row, string question, string zone, DnsStatus status, Func<Scenario, Scenario>? with = null)
    {
        var scenario = (with ?? (scenario => scenario))(new Scenario { Zone = zone });
        return Of(row, $"{question} {status}", ExplanationInputKind.Dns, question, scenario with { Faults = [(question.Split(' ')[0], status)] }, scenario);
    }

    private static StepCase Client(string row, string zone, string before, string after) =>
        Of(row, $"{before}, {zone}", ExplanationInputKind.ClientAddress, "", new Scenario { Zone = zone, Ip = before }, new Scenario { Zone = zone, Ip = after });

    private static StepCase Sender(string row, string before, string after, string zone = "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"") =>
        Of(row, before, ExplanationInputKind.MailFrom, "", new Scenario { Zone = zone, MailFrom = before }, new Scenario { Zone = zone, MailFrom = after });

    private static StepCase From(string row, string before, string after, Func<Scenario, Scenario>? with = null)
    {
        var scenario = (with ?? (scenario => scenario))(new Scenario { Zone = Policy });
        return Of(row, before, ExplanationInputKind.HeaderField, "From", scenario with { Text = Message(before) }, scenario with { Text = Message(after) });

        static string Message(string from) => (from.Length == 0 ? "" : from.Contains(": ", StringComparison.Ordinal) ? from + "\r\n" : $"From: {from}\r\n") + "Subject: x\r\n\r\nbody\r\n";
    }

    private const string Policy = """
        example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
        _dmarc.example.com. TXT "v=DMARC1; p=reject"
        _dmarc.other.example. TXT "v=DMARC1; p=quarantine"
        """;

    private const string KeyName = "rsa._domainkey.example.com";

    private static string Key => TestMail.RsaRecord;

    private static string KeyData => Key[(Key.IndexOf("p=", StringComparison.Ordinal) + 2)..];

    private const string Good = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa; h=from:subject; bh=?; b=";

    private static async Task<Scenario> SignedAsync(string value, Func<Scenario, Scenario>? with = null, string message = TestMail.Plain) =>
        (with ?? (scenario => scenario))(new Scenario { Keys = [(KeyName, [Key])], Text = await TestMail.SignValueAsync(message, value) });

    /// <summary>The signature's field changes; the text of it is what is named.</summary>
    private static StepCase Signature(string row, string value, string? after = null, Func<Scenario, Scenario>? with = null) =>
        new(row, value, ExplanationInputKind.HeaderField, "DKIM-Signature[0]", async () => await SignedAsync(value, with), async () => await SignedAsync(after ?? Good, with));

    /// <summary>The key record changes.</summary>
    private static StepCase KeyRecord(string row, string value, string[] before, string[] after, Func<Scenario, Scenario>? with = null)
    {
        with ??= scenario => scenario;
        return new(row, string.Join('|', before.Select(record => record[..Math.Min(record.Length, 40)])), ExplanationInputKind.Dns, $"{KeyName} TXT",
            async () => with(await SignedAsync(value) with { Keys = [(KeyName, before)] }), async () => with(await SignedAsync(value) with { Keys = [(KeyName, after)] }));
    }

    private static StepCase Chain(string row, string name, string input, Func<string, Task<string>> change, Func<Scenario, Scenario>? with = null) => new(row, name, ExplanationInputKind.HeaderField, input,
        async () => await ChainAsync(await change(await TestChain.SealedByAsync("one.example", "two.example")), with),
        async () => await ChainAsync(await TestChain.SealedByAsync("one.example", "two.example"), with));

    private static Task<Scenario> ChainAsync(string text, Func<Scenario, Scenario>? with = null)
    {
        var record = DkimKeyRecord.FromKey(TestChain.Key).ToString();
        return Task.FromResult((with ?? (scenario => scenario))(new Scenario { Text = text, Keys = [("s._domainkey.one.example", [record]), ("s._domainkey.two.example", [record])] }));
    }

    private static Func<string, Task<string>> Change(string field, int instance, string from, string to) =>
        message => Task.FromResult(TestChain.Change(message, field, instance, text => text.Replace(from, to, StringComparison.Ordinal)));

    private static Scenario WithOptions(Scenario scenario, EmailAuthenticatorOptions options) => scenario with { Options = options };

    public static IEnumerable<StepCase> Cases() => [.. SpfCases(), .. DkimCases(), .. ArcCases(), .. DmarcCases(), .. DnsCases()];

    private static IEnumerable<StepCase> SpfCases() =>
    [
        Dns("S1", "example.com TXT", "v=spf1 -all|v=spf1 ip4:192.0.2.1 -all", "v=spf1 -all"),
        Dns("S1", "example.com TXT", "v=spf1 -all|v=spf1  -all", "v=spf1 -all"),
        Fault("S2", "other.example TXT", "example.com. TXT \"v=spf1 include:other.example -all\"\nother.example. TXT \"v=spf1 +all\"", DnsStatus.ServFail),
        Fault("S2", "other.example TXT", "example.com. TXT \"v=spf1 redirect=other.example\"\nother.example. TXT \"v=spf1 +all\"", DnsStatus.Timeout),
        Fault("S2", "other.example A", "example.com. TXT \"v=spf1 a:other.example -all\"\nother.example. A 192.0.2.1", DnsStatus.Refused),
        Fault("S2", "other.example MX", "example.com. TXT \"v=spf1 mx:other.example -all\"\nother.example. MX 1 a.example.\na.example. A 192.0.2.1", DnsStatus.Malformed),
        Fault("S2", "a.example A", "example.com. TXT \"v=spf1 mx:other.example -all\"\nother.example. MX 1 a.example.\na.example. A 192.0.2.1", DnsStatus.ServFail),
        Fault("S2", "other.example A", "example.com. TXT \"v=spf1 exists:other.example -all\"\nother.example. A 127.0.0.2", DnsStatus.ServFail),
        Dns("S3", "example.com TXT", "v=spf1 ip4:192.0.2.1 unknown:term", "v=spf1 ip4:192.0.2.1"),
        Dns("S3", "other.example TXT", "v=spf1 ip4:1.2.3", "v=spf1 ip4:192.0.2.1", "example.com. TXT \"v=spf1 include:other.example -all\""),
        Dns("S4", "example.com TXT", " v=spf1 -all", "v=spf1 -all"),
        Client("S5", "example.com. TXT \"V=SPF1 IP4:192.0.2.1 -ALL\"", "192.0.2.1", "192.0.2.2"),
        Dns("S5", "example.com TXT", "v=spf10 -all", "v=spf1 -all"),
        Dns("S6", "example.com TXT", "v=spf1", "v=spf1 -all"),
        Dns("S7", "example.com TXT", $"v=spf1 {string.Join(' ', Enumerable.Range(1, 10).Select(i => $"a:h{i}.example"))} redirect=other.example", "v=spf1 redirect=other.example",
            string.Join('\n', Enumerable.Range(1, 10).Select(i => $"h{i}.example. A 203.0.113.1").Append("other.example. TXT \"v=spf1 +all\""))),
        Dns("S7", "other.example TXT", $"v=spf1 {string.Join(' ', Enumerable.Range(1, 10).Select(i => $"a:h{i}.example"))}", "v=spf1 a:h1.example",
            string.Join('\n', Enumerable.Range(1, 10).Select(i => $"h{i}.example. A 203.0.113.1").Append("example.com. TXT \"v=spf1 include:other.example -all\""))),
        Dns("S8", "c.example A", "", "192.0.2.1", "example.com. TXT \"v=spf1 a:a.example a:b.example a:c.example -all\""),
        Of("S8", "the limit", ExplanationInputKind.Option, "Limits.Spf.MaxVoidLookups",
            new Scenario { Zone = "example.com. TXT \"v=spf1 a:a.example a:b.example a:c.example -all\"" },
            new Scenario { Zone = "example.com. TXT \"v=spf1 a:a.example a:b.example a:c.example -all\"", Options = new() { Limits = new() { Spf = new() { MaxVoidLookups = 3 } } } }),
        Dns("S9", "example.com TXT", "v=spf1 mx:other.example -all", "v=spf1 -all", string.Join('\n', Enumerable.Range(1, 11).Select(i => $"other.example. MX {i} m{i}.example.\nm{i}.example. A 203.0.113.{i}"))),
        Client("S9", "example.com. TXT \"v=spf1 mx -all\"\nexample.com. MX 1 m.example.\nm.example. A 192.0.2.1", "192.0.2.1", "192.0.2.2"),
        Client("S10", "example.com. TXT \"v=spf1 ptr -all\"\n1.2.0.192.in-addr.arpa. PTR a.example.com.\na.example.com. A 192.0.2.1", "192.0.2.1", "192.0.2.2"),
        Client("S11", "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"", "::ffff:192.0.2.1", "::ffff:192.0.2.2"),
        Client("S11", "example.com. TXT \"v=spf1 ip6:2001:db8::/32 -all\"", "2001:db8::1", "2001:db9::1"),
        Sender("S12", "ann@localhost", "ann@example.com"),
        Sender("S12", "ann@[192.0.2.1]", "ann@example.com"),
        Sender("S12", "ann@192.0.2.1", "ann@example.com"),
        Sender("S12", "ann@a..b.example", "ann@example.com"),
        Client("S12", "example.com. TXT \"v=spf1 exists:%{i}.x.example.com -all\"\n192.0.2.1.x.example.com. A 127.0.0.1", "192.0.2.1", "192.0.2.2"),
        Dns("S13", "example.com TXT", "v=spf1 ip4:192.0.2.1 exp=\\195\\164.example", "v=spf1 ip4:192.0.2.1"),
        Of("S15", "null", ExplanationInputKind.Helo, "", new Scenario { Zone = "mail.example.com. TXT \"v=spf1 +all\"", MailFrom = "" }, new Scenario { Zone = "mail.example.com. TXT \"v=spf1 +all\"", MailFrom = "", Helo = "other.example" }),
        Of("S16", "helo", ExplanationInputKind.Helo, "", new Scenario { Zone = "mail.example.com. TXT \"v=spf1 +all\"" }, new Scenario { Zone = "mail.example.com. TXT \"v=spf1 +all\"", Helo = "other.example" }),
        Sender("S17", "(a@example.com", "ann@example.com"),
        Sender("S17", "no-at-sign", "ann@example.com"),
        Sender("S17", "<@x.example:y@example.com>", "<y@example.com>"),
        Dns("S18", "why.example TXT", "because of %{i}", "because", "example.com. TXT \"v=spf1 -all exp=why.example\""),
        Dns("S19", "example.com TXT", "v=spf1 ip4:192.0.2.01", "v=spf1 ip4:192.0.2.1"),
        Client("S19", "example.com. TXT \"v=spf1 ip4:192.0.2.0/31 -all\"", "192.0.2.1", "192.0.2.2"),
        Client("S20", "example.com. TXT \"v=spf1 exists:%{ir}.%{d} -all\"\n1.2.0.192.example.com. A 127.0.0.1", "192.0.2.1", "192.0.2.2"),
        Dns("S20", "example.com TXT", "v=spf1 exists:%{d0}.example", "v=spf1 ip4:192.0.2.1"),
    ];

    private static IEnumerable<StepCase> DkimCases() =>
    [
        Signature("D1", "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; d=example.com; s=rsa; h=from; bh=?; b="),
        KeyRecord("D1", Good, [$"v=DKIM1; k=rsa; k=rsa; p={KeyData}"], [Key]),
        Signature("D2", "v=1; a=rsa-sha256; d=example.com; s=rsa; h=subject:to; bh=?; b="),
        Signature("D3", "v=1; a=rsa-sha256; d=example.com; s=rsa; i=ceo@bank.example; h=from; bh=?; b="),
        KeyRecord("D4", Good.Replace("h=from", "i=@sub.example.com; h=from", StringComparison.Ordinal), [$"v=DKIM1; t=s; p={KeyData}"], [Key]),
        KeyRecord("D5", Good, [$"v=DKIM1; t=y; h=sha1; p={KeyData}"], [$"v=DKIM1; h=sha1; p={KeyData}"]),
        KeyRecord("D6", Good, ["v=DKIM1; p="], [Key]),
        KeyRecord("D6", Good, [], [Key]),
        new("D6", "servfail", ExplanationInputKind.Dns, $"{KeyName} TXT", async () => await SignedAsync(Good, scenario => scenario with { Faults = [(KeyName, DnsStatus.ServFail)] }), async () => await SignedAsync(Good)),
        KeyRecord("D7", Good, [$"v=DKIM1; s=tlsrpt; p={KeyData}"], [Key]),
        KeyRecord("D7", Good, [$"v=DKIM1; h=sha1; p={KeyData}"], [Key]),
        KeyRecord("D7", Good, [TestMail.Ed25519Record], [Key]),
        KeyRecord("D8", Good, ["v=DKIM1; p=", "v=DKIM1; k=unknown; p=AAAA"], [Key]),
        KeyRecord("D8", Good, [.. Enumerable.Range(1, 9).Select(i => $"v=DKIM1; n={i}; p={KeyData}")], [Key]),
        Signature("D9", "v=1; a=rsa-sha256; unknown=tag; d=example.com; s=rsa; h=from; bh=?; b=", "v=2; a=rsa-sha256; unknown=tag; d=example.com; s=rsa; h=from; bh=?; b="),
        new("D10", "x=", ExplanationInputKind.Clock, "", async () => await SignedAsync($"v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; x={TestMail.Now}; bh=?; b=", scenario => scenario with { Now = TestMail.Now + 301 }),
            async () => await SignedAsync($"v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; x={TestMail.Now}; bh=?; b=", scenario => scenario with { Now = TestMail.Now + 300 })),
        Signature("D11", $"v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; t={TestMail.Now}; x={TestMail.Now - 1}; bh=?; b="),
        new("D11", "t=", ExplanationInputKind.Clock, "", async () => await SignedAsync($"v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; t={TestMail.Now}; bh=?; b=", scenario => scenario with { Now = TestMail.Now - 301 }),
            async () => await SignedAsync($"v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; t={TestMail.Now}; bh=?; b=")),
        new("D12", "l= shorter", ExplanationInputKind.Body, "", async () => await SignedAsync("v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; l=4; bh=?; b="), async () => (await SignedAsync("v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; l=4; bh=?; b=")) is { } scenario ? scenario with { Text = scenario.Text[..(scenario.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)] + "Hi\r\n" } : null!),
        new("D12", "l= beyond", ExplanationInputKind.Body, "", async () => await SignedAsync("v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; l=9999; bh=?; b="), async () => (await SignedAsync("v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; l=9999; bh=?; b=")) is { } scenario ? scenario with { Text = scenario.Text + new string('x', 20_000) + "\r\n" } : null!),
        new("D13", "bare LF", ExplanationInputKind.HeaderField, "", async () => await SignedAsync(Good, message: TestMail.Plain.Replace("\r\nDate:", "\r\nX: a\nb\r\nDate:", StringComparison.Ordinal)), async () => await SignedAsync(Good)),
        new("D14", "no last CRLF", ExplanationInputKind.Body, "", async () => await SignedAsync(Good, message: TestMail.Header + "\r\nbody"), async () => (await SignedAsync(Good, message: TestMail.Header + "\r\nbody")) is { } scenario ? scenario with { Text = scenario.Text + "x" } : null!),
        Signature("D15", "v=1; a=rsa-sha1; d=example.com; s=rsa; h=from; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAA=; b="),
        KeyRecord("D15", Good, [Key], [TestMail.Ed25519Record], scenario => WithOptions(scenario, new() { Dkim = new() { MinimumRsaKeyBits = 4096 } })),
        Signature("D16", "v=2; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=?; b="),
        Signature("D16", "a=rsa-sha256; d=example.com; s=rsa; h=from; bh=?; b="),
        Signature("D17", "v=1; a=rsa-sha256; q=dns/none; d=example.com; s=rsa; h=from; bh=?; b="),
        KeyRecord("D18", Good, [$"k=rsa; v=DKIM1; p={KeyData}"], [Key]),
        KeyRecord("D18", Good, [$"v=dkim1; p={KeyData}"], [Key]),
        KeyRecord("D18", Good, [$"v=\"DKIM1\"; p={KeyData}"], [Key]),
        KeyRecord("D19", Good, ["v=DKIM1; p=AAAA"], [Key]),
        new("D20", "two From", ExplanationInputKind.Body, "", async () => await SignedAsync(Good, message: "From: b@example.com\r\n" + TestMail.Plain), async () => (await SignedAsync(Good, message: "From: b@example.com\r\n" + TestMail.Plain)) is { } scenario ? scenario with { Text = scenario.Text + "x\r\n" } : null!),
        Signature("D22", "v=1; a=rsa-sha256; d=exa mple.com; s=rsa; h=from; bh=?; b="),
        Signature("D22", "v=1; a=rsa-sha256; d=example.com; s=a b; h=from; bh=?; b="),
        new("D23", "body", ExplanationInputKind.Body, "", async () => (await SignedAsync(Good)) is { } scenario ? scenario with { Text = scenario.Text + "More\r\n" } : null!, async () => await SignedAsync(Good)),
        new("D24", "too many", ExplanationInputKind.Option, "Limits.Dkim",
            async () => WithOptions(await SignedAsync(Good, message: (await SignedAsync(Good)).Text), new() { Limits = new() { Dkim = new() { MaxSignaturesVerified = 1 } } }), async () => await SignedAsync(Good, message: (await SignedAsync(Good)).Text)),
        new("D25", "white space", ExplanationInputKind.Body, "", async () => await SignedAsync(Good, message: TestMail.Plain.Replace("Subject:", "Subject \t:", StringComparison.Ordinal)), async () => (await SignedAsync(Good)) is { } scenario ? scenario with { Text = scenario.Text + "x\r\n" } : null!),
        Signature("D26", "v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; t=-1; bh=?; b="),
        Signature("D26", "v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; x=1e3; bh=?; b="),
        Signature("D26", "v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; l=0x1; bh=?; b="),
        Signature("D27", "v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=AAAA; b="),
        Signature("D27", "v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=!; b="),
    ];

    private static IEnumerable<StepCase> ArcCases() =>
    [
        Chain("A1", "gap", "ARC-Seal", message => Task.FromResult(TestChain.Change(TestChain.Change(TestChain.Change(message, ArcFields.Seal, 1, _ => ""), ArcFields.MessageSignature, 1, _ => ""), ArcFields.AuthenticationResults, 1, _ => ""))),
        Chain("A1", "i=01", "ARC-Seal", Change(ArcFields.Seal, 2, "i=2;", "i=02;")),
        Chain("A1", "no message signature", "ARC-Seal", message => Task.FromResult(TestChain.Change(message, ArcFields.MessageSignature, 2, _ => ""))),
        Chain("A1", "no results", "ARC-Seal", message => Task.FromResult(TestChain.Change(message, ArcFields.AuthenticationResults, 2, _ => ""))),
        Chain("A1", "twice", "ARC-Seal", message => Task.FromResult(TestChain.Change(message, ArcFields.Seal, 2, text => text + text))),
        Chain("A1", "cv", "ARC-Seal", Change(ArcFields.Seal, 1, "cv=none", "cv=pass")),
        Chain("A4", "cv=fail", "ARC-Seal", Change(ArcFields.Seal, 2, "cv=pass", "cv=fail")),
        new("A2", "l=", ExplanationInputKind.HeaderField, "ARC-Message-Signature[1]",
            async () => await ChainAsync(await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags("l=4; "), TestChain.SealTags())), async () => await ChainAsync(await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags(), TestChain.SealTags()))),
        new("A2", "rsa-sha1", ExplanationInputKind.HeaderField, "ARC-Message-Signature[1]",
            async () => await ChainAsync(await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags().Replace("ed25519-sha256", "rsa-sha1", StringComparison.Ordinal).Replace("bh=?", "bh=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", StringComparison.Ordinal), TestChain.SealTags())), async () => await ChainAsync(await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags(), TestChain.SealTags()))),
        new("A3", "trusted", ExplanationInputKind.Option, "TrustedSealers", async () => await ChainAsync(await TestChain.SealedByAsync("one.example"), Failing("one.example")), async () => await ChainAsync(await TestChain.SealedByAsync("one.example"), Failing("two.example"))),
        new("A5", "claims", ExplanationInputKind.HeaderField, "ARC-Authentication-Results",
            async () => await ChainAsync(await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags(), TestChain.SealTags(), "i=1; one.example; dmarc=")), async () => await ChainAsync(await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags(), TestChain.SealTags()))),
    ];

    private static Func<Scenario, Scenario> Failing(string trusted) => scenario => scenario with
    {
        Zone = "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"",
        Options = new() { TrustedSealers = new TrustedSealers([new TrustedSealer(DomainName.Parse(trusted))]) },
    };

    private static IEnumerable<StepCase> DmarcCases() =>
    [
        Dns("M1", "_dmarc.example.com TXT", " v=DMARC1; p=reject", "v=DMARC1; p=reject"),
        Dns("M1", "_dmarc.example.com TXT", "v=dmarc1; p=reject", "v=DMARC1; p=reject"),
        Dns("M2", "_dmarc.example.com TXT", "v=DMARC1; p=reject|v=DMARC1; p=none", "v=DMARC1; p=reject"),
        Dns("M3", "_dmarc.example.com TXT", "v=DMARC1; p=reject; p=none; rua=mailto:a@example.com", "v=DMARC1; p=reject; rua=mailto:a@example.com"),
        Dns("M3", "_dmarc.example.com TXT", "v=DMARC1; p=reject; sp=what; rua=mailto:a@example.com", "v=DMARC1; p=reject"),
        Dns("M4", "_dmarc.example.com TXT", "v=DMARC1; p=what", "v=DMARC1; p=reject"),
        Dns("M4", "_dmarc.example.com TXT", "v=DMARC1; rua=mailto:a@example.com", "v=DMARC1; p=quarantine; rua=mailto:a@example.com"),
        Dns("M5", "_dmarc.example.com TXT", "v=DMARC1; p=reject", "v=DMARC1; p=none", with: scenario => scenario with { Text = "From: a@sub.example.com\r\n\r\n" }),
        Dns("M5", "_dmarc.example.com TXT", "v=DMARC1; p=none; sp=reject", "v=DMARC1; p=none; sp=quarantine", "sub.example.com. A 192.0.2.1", with: scenario => scenario with { Text = "From: a@sub.example.com\r\n\r\n" }),
        Dns("M6", "_dmarc.example.com TXT", "v=DMARC1; p=none; np=reject", "v=DMARC1; p=none; np=quarantine", with: scenario => scenario with { Text = "From: a@nowhere.example.com\r\n\r\n" }),
        Dns("M7", "_dmarc.example.com TXT", "v=DMARC1; p=reject; t=y", "v=DMARC1; p=reject"),
        Dns("M8", "_dmarc.example.com TXT", "v=DMARC1; p=reject; pct=10", "v=DMARC1; p=reject", with: scenario => WithOptions(scenario, new() { Dmarc = new() { Sampling = static () => 50 } })),
        From("M9", "", "ann@example.com"),
        From("M9", "a@example.com\r\nFrom: b@other.example", "ann@example.com"),
        From("M9", "a@example.com, b@other.example", "ann@example.com"),
        From("M9", "group:;", "ann@example.com"),
        From("M9", "a@example.com, b@example.com", "a@example.com", scenario => WithOptions(scenario, new() { Dmarc = new() { RefuseSeveralAuthors = true } })),
        From("M9", string.Join(", ", Enumerable.Range(1, 6).Select(i => $"a@d{i}.example")), "ann@example.com"),
        From("M9", string.Join(", ", Enumerable.Range(1, 17).Select(i => $"a{i}@example.com")), "ann@example.com"),
        Fault("M10", "_dmarc.example.com TXT", Policy, DnsStatus.ServFail),
        From("M10", "ann@example.com", "ann@other.example"),
        From("M10", "ann@example.com", "ann@other.example", scenario => scenario with { Faults = [("example.com", DnsStatus.Timeout)] }),
        Fault("M11", "_dmarc.example.com TXT", Policy, DnsStatus.OverBudget),
        Sender("M11", "a@one.example.com", "a@other.example", "one.example.com. TXT \"v=spf1 +all\"\nother.example. TXT \"v=spf1 +all\"\n_dmarc.example.com. TXT \"v=DMARC1; p=reject\""),
        Dns("M13", "_dmarc.example.com TXT", "v=DMARC1; p=reject", "v=DMARC1; p=none", with: scenario => WithOptions(scenario, new() { Dmarc = new() { PublicSuffixes = PublicSuffixList.Parse("com") } })),
        From("M14", "a@[192.0.2.1]", "ann@example.com"),
        From("M14", "a@localhost", "ann@example.com"),
        From("M14", "a@192.0.2.1", "ann@example.com"),
        From("M14", "ann@EXAMPLE.COM", "ann@other.example"),
        From("M15", "=?utf-8?Q?a=40example.com?=", "ann@example.com"),
        From("M15", "<a@example.com>b@example.com", "ann@example.com"),
        Sender("D21", "a@com", "a@example.com", "com. TXT \"v=spf1 +all\"\nexample.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n_dmarc.example.com. TXT \"v=DMARC1; p=reject\"") with
        {
            Before = () => Task.FromResult<object>(new Scenario { MailFrom = "a@co.example", Zone = "co.example. TXT \"v=spf1 +all\"\nexample.com. TXT \"v=spf1 +all\"\n_dmarc.example.com. TXT \"v=DMARC1; p=reject\"" }),
            After = () => Task.FromResult<object>(new Scenario { MailFrom = "a@example.com", Zone = "co.example. TXT \"v=spf1 +all\"\nexample.com. TXT \"v=spf1 +all\"\n_dmarc.example.com. TXT \"v=DMARC1; p=reject\"" }),
        },
    ];

    private static IEnumerable<StepCase> DnsCases() =>
    [
        Fault("N1", "example.com TXT", Policy, DnsStatus.ServFail),
        Fault("N1", "example.com TXT", Policy, DnsStatus.Refused),
        Fault("N1", "example.com TXT", Policy, DnsStatus.Timeout),
        Fault("N1", "example.com TXT", Policy, DnsStatus.Malformed),
        Dns("N2", "example.com TXT", "v=spf1 -all", "v=spf1 +all", with: scenario => scenario with { MailFrom = "ann@EXAMPLE.com" }),
        Dns("N3", "example.com TXT", "v=spf1 ip4:192.0.\" \"2.1 -all", "v=spf1 ip4:192.0.\" \"2.2 -all"),
        Dns("N5", "example.com TXT", "v=spf1 -all", "v=spf1 +all", with: scenario => scenario with { IsStale = true }),
        Fault("N6", "loop.example A", "example.com. TXT \"v=spf1 a:loop.example -all\"\nloop.example. A 192.0.2.1", DnsStatus.Malformed) with { Row = "N1" },
        Dns("N6", "a.example A", "192.0.2.1", "192.0.2.2", "example.com. TXT \"v=spf1 a:a.example -all\""),
    ];

    // ---- What must hold ----

    [TestCaseSource(nameof(Cases))]
    public async Task The_step_shows_and_its_input_decides(StepCase tested)
    {
        var before = await ((Scenario)await tested.Before()).VerifyAsync();
        var explanation = before.Explain();
        var steps = All(explanation.Steps).Where(step => step.Rule is { } rule && rule.Rows.Contains(tested.Row)).ToList();
        Assert.That(steps, Is.Not.Empty, explanation.ToText());
        Assert.That(steps.Where(step => step.Input == new ExplanationInput(tested.Kind, tested.Input)), Is.Not.Empty,
            () => string.Join('\n', steps.Select(step => $"{step.Text} <- {step.Input}")) + "\n" + explanation.ToText());
        Assert.That(explanation.HasEvidence, Is.True);

        var after = await ((Scenario)await tested.After()).VerifyAsync();
        Assert.That(Decided(before), Is.Not.EqualTo(Decided(after)), explanation.ToText());
    }

    /// <summary>Without the counters and texts that a harmless change changes, too.</summary>
    private static string Decided(VerificationResult result) => string.Join('\n', VerdictMembers.Of(result)
        .Where(member => member.Path.EndsWith("tatus", StringComparison.Ordinal) || member.Path.EndsWith("reason", StringComparison.Ordinal) || member.Path.EndsWith("olicy", StringComparison.Ordinal)
            || member.Path is "dmarc.disposition" or "spf.explanation" or "arcOverride.isAllowed" or "dmarc.fromDomain" || member.Path.Contains("authenticationResults", StringComparison.Ordinal)
            || member.Path.EndsWith("outcome", StringComparison.Ordinal))
        .Select(member => $"{member.Path}={member.Value}"));

    [Test]
    public void There_are_at_least_a_hundred_and_no_row_is_left_out()
    {
        var cases = Cases().ToList();
        Assert.That(cases, Has.Count.GreaterThanOrEqualTo(100));
        string[] rows = [.. Enumerable.Range(1, 21).Select(i => $"S{i}"), .. Enumerable.Range(1, 27).Select(i => $"D{i}"), .. Enumerable.Range(1, 5).Select(i => $"A{i}"), .. Enumerable.Range(1, 15).Select(i => $"M{i}"), .. Enumerable.Range(1, 4).Select(i => $"H{i}"), .. Enumerable.Range(1, 6).Select(i => $"N{i}")];
        // S14 needs a clock of its own, below.
        Assert.That(rows.Except(cases.Select(one => one.Row)).Except(RowsWithoutStep), Is.EquivalentTo((string[])["S14"]));
    }

    [Test]
    [Pin("S14")]
    public async Task The_end_of_time_shows_and_more_of_it_decides()
    {
        var (slow, _) = await AfterAsync(TimeSpan.FromSeconds(21));
        var step = All(slow.Explain().Steps).OfType<LimitStep>().Single();
        Assert.That((step.Limit, step.Rule!.Section, step.Rule.Rows.Single()), Is.EqualTo(("Limits.Spf.MaxTime", "RFC 7208 §4.6.4", "S14")));
        Assert.That(slow.Spf.Reason, Is.EqualTo(SpfReason.TimeLimitReached));
        await VerificationCapsuleTests.AssertReplaysAsync(slow, "out of time");

        var (quick, _) = await AfterAsync(TimeSpan.FromSeconds(1));
        Assert.That(quick.Spf.Status, Is.EqualTo(SpfStatus.Pass));
    }

    internal static async Task<(VerificationResult Result, Dns.ManualTimeProvider Clock)> AfterAsync(TimeSpan each)
    {
        var clock = new Dns.ManualTimeProvider();
        var dns = new Ticking(ZoneDnsResolver.Parse("example.com. TXT \"v=spf1 a:other.example -all\"\nother.example. A 192.0.2.1\n_dmarc.example.com. TXT \"v=DMARC1; p=reject\""), clock, each);
        var options = new EmailAuthenticatorOptions { KeepEvidence = true, TimeProvider = clock, CheckHelo = false };
        return (await new EmailAuthenticator(dns, options).VerifyAsync(TestMail.MessageOf(TestMail.Plain), new SmtpSession(IPAddress.Parse("192.0.2.1"), "x", "ann@example.com")), clock);
    }

    /// <summary>Each address takes its time.</summary>
    private sealed class Ticking(IDnsResolver inner, Dns.ManualTimeProvider clock, TimeSpan each) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            if (question.Type == DnsRecordType.A)
            {
                clock.Advance(each);
                return each > TimeSpan.FromSeconds(20) ? DnsAnswer.NoRecords(DnsStatus.ServFail) : await inner.QueryAsync(question, cancellationToken);
            }
            return await inner.QueryAsync(question, cancellationToken);
        }
    }

    [Test]
    [Pin("S21")]
    public async Task The_record_type_of_old_is_never_asked()
    {
        foreach (var tested in SpfCases())
        {
            var result = await ((Scenario)await tested.Before()).VerifyAsync();
            Assert.That(All(result.Explain().Steps).OfType<DnsStep>().Select(step => (int)step.Question.Type), Has.None.EqualTo(99));
        }
    }

    internal static IEnumerable<ExplanationStep> All(IEnumerable<ExplanationStep> steps) => steps.SelectMany(step => All(step.Steps).Prepend(step));
}
