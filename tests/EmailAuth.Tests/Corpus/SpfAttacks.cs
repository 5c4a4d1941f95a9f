using System.Globalization;

namespace EmailAuth.Tests.Corpus;

/// <summary>S1 to S21: what a domain may publish and a client may say.</summary>
internal static class SpfAttacks
{
    private const string Client = "192.0.2.9";

    public static IEnumerable<MailAttack> All()
    {
        yield return Record("S1", "eleven includes that match nothing", $"v=spf1 {Terms(11, i => $"include:n{i}.t.example")} -all", "spf=permerror/TooManyDnsLookups", "*.t.example. TXT \"v=spf1 ?all\"");
        yield return Record("S1", "ten includes that match nothing", $"v=spf1 {Terms(10, i => $"include:n{i}.t.example")} -all", "spf=fail/MechanismMatched", "*.t.example. TXT \"v=spf1 ?all\"");
        yield return Record("S1", "ten includes and a redirect", $"v=spf1 {Terms(10, i => $"include:n{i}.t.example")} redirect=n.t.example", "spf=permerror/TooManyDnsLookups", "*.t.example. TXT \"v=spf1 ?all\"");

        yield return Record("S2", "two records that include each other", "v=spf1 include:d2.t.example -all", "spf=permerror/TooManyDnsLookups", "d2.t.example. TXT \"v=spf1 include:attack.example -all\"");
        yield return Record("S2", "a record that redirects to itself", "v=spf1 redirect=attack.example", "spf=permerror/TooManyDnsLookups");
        yield return Record("S2", "a record that includes itself", "v=spf1 include:attack.example -all", "spf=permerror/TooManyDnsLookups");
        yield return Record("S2", "an include and a redirect in a circle", "v=spf1 include:d2.t.example -all", "spf=permerror/TooManyDnsLookups", "d2.t.example. TXT \"v=spf1 redirect=attack.example\"");

        yield return Record("S3", "two hundred exchanges", "v=spf1 mx:m.t.example -all", "spf=permerror/TooManyMxHosts", Exchanges(200));
        yield return Record("S3", "ten exchanges", "v=spf1 mx:m.t.example -all", "spf=fail/MechanismMatched", Exchanges(10));
        yield return Record("S3", "two hundred names of the client, the eleventh is right", "v=spf1 ptr:p11.t.example -all", "spf=fail/MechanismMatched", Names(200));
        yield return Record("S3", "two hundred names of the client, the tenth is right", "v=spf1 ptr:p10.t.example -all", "spf=pass/MechanismMatched", Names(200));

        yield return Record("S4", "the third name that does not exist", "v=spf1 a:n1.t.example a:n2.t.example a:n3.t.example +all", "spf=permerror/TooManyVoidLookups");
        yield return Record("S4", "two names that do not exist", "v=spf1 a:n1.t.example a:n2.t.example -all", "spf=fail/MechanismMatched");
        yield return Record("S4", "three names without addresses", "v=spf1 a:n1.t.example a:n2.t.example a:n3.t.example +all", "spf=permerror/TooManyVoidLookups", string.Join('\n', Enumerable.Range(1, 3).Select(i => $"n{i}.t.example. TXT \"x\"")));

        yield return Record("S5", "local-parts in a stranger's names", "v=spf1 exists:%{l}.%{o}.victim.example exists:%{i}.%{l}.victim.example exists:%{l}.victim.example -all", "spf=permerror/TooManyVoidLookups") with
        {
            Differs = new() { ["SMTPUTF8"] = "spf=fail/MechanismMatched" },
        };
        yield return Record("S5", "a local-part longer than a label", "v=spf1 exists:%{l}.victim.example -all", "spf=fail/MechanismMatched") with { MailFrom = new string('x', 64) + "@attack.example" };
        yield return Record("S5", "a local-part of 320 octets", "v=spf1 -all", "spf=fail/MechanismMatched") with { MailFrom = new string('x', 320) + "@attack.example" };
        yield return Record("S5", "a local-part of 321 octets", "v=spf1 +all", "spf=none/SenderMalformed") with { MailFrom = new string('x', 321) + "@attack.example" };

        var explained = "v=spf1 -all exp=why.t.example";
        yield return Record("S6", "an explanation of 512 characters", explained, $"spf=fail/MechanismMatched exp={new string('x', 512)}", $"why.t.example. TXT \"{new string('x', 512)}\"");
        yield return Record("S6", "an explanation of 513 characters", explained, "spf=fail/MechanismMatched exp=", $"why.t.example. TXT \"{new string('x', 513)}\"");
        yield return Record("S6", "an explanation that grows", explained, "spf=fail/MechanismMatched exp=", $"why.t.example. TXT \"{string.Concat(Enumerable.Repeat("%{s}", 40))}\"");
        yield return Record("S6", "an explanation with a line end", explained, "spf=fail/MechanismMatched exp=", "why.t.example. TXT \"no\\013\\010way\"");
        yield return Record("S6", "an explanation with a macro that does not end", explained, "spf=fail/MechanismMatched exp=", "why.t.example. TXT \"long %{\"");
        yield return Record("S6", "an explanation with octets above 127", explained, "spf=fail/MechanismMatched exp=", "why.t.example. TXT \"\\195\\188\"");
        yield return Record("S6", "two explanations", explained, "spf=fail/MechanismMatched exp=", "why.t.example. TXT \"one\"\nwhy.t.example. TXT \"two\"");

        yield return Record("S6", "an explanation with a line end asks for no name of the client", explained, "spf=fail/MechanismMatched exp= queries=5", "why.t.example. TXT \"%{p}\\013\\010\"");
        yield return Record("S6", "an explanation with a sender above 127", explained, "spf=fail/MechanismMatched exp=", "why.t.example. TXT \"%{l}\"") with { MailFrom = "j\u00f6rg@attack.example" };

        yield return Record("S7", "a control octet in HELO", "v=spf1 exists:%{h}.t.example -all", "spf=fail/MechanismMatched queries=3") with { Helo = "a\u0001b.example" };
        yield return Record("S7", "octets above 127 in %{S}", explained, "spf=fail/MechanismMatched exp=%C2%80%C3%BF%40attack.example", "why.t.example. TXT \"%{S}\"") with { MailFrom = "\u0080\u00ff@attack.example" };
        foreach (var digits in new[] { "0", "0000000000001r", "129", "1000", "4294967297" })
            yield return Record("S7", $"the digits {digits}", $"v=spf1 a:%{{d{digits}}}.t.example +all", "spf=permerror/SyntaxError");
        yield return Record("S7", "the digits 128", "v=spf1 a:%{d128}.t.example -all", "spf=fail/MechanismMatched");

        foreach (var spec in new[] { "%{", "%{l", "%{l99999999999r-}", "%_%-%%.%", "x%", "%{}", "%{z}", "%{dx}", "%{dr5}" })
            yield return Record("S8", $"the domain {spec}", $"v=spf1 a:{spec} +all", "spf=permerror/SyntaxError");

        yield return Record("S9", "the first part of strong", explained, "spf=fail/MechanismMatched exp=strong", "why.t.example. TXT \"%{l1r-}\"") with { MailFrom = "strong@attack.example" };

        yield return Record("S10", "%{d} in an included record", "v=spf1 include:b.t.example -all", "spf=pass/MechanismMatched",
            $"b.t.example. TXT \"v=spf1 include:%{{d}}.s.example -all\"\nb.t.example.s.example. TXT \"v=spf1 ip4:{Client} -all\"");
        yield return Record("S10", "%{o} in an included record", "v=spf1 include:b.t.example -all", "spf=pass/MechanismMatched", "b.t.example. TXT \"v=spf1 exists:%{o}.s.example -all\"\nattack.example.s.example. A 127.0.0.2");

        yield return Record("S10", "%{d1} of two labels in a redirect asks for nothing", "v=spf1 redirect=%{d1}", "spf=permerror/RedirectWithoutRecord queries=4");

        yield return Record("S11", "an include of a redirect that passes", "v=spf1 include:b.t.example -all", "spf=pass/MechanismMatched", $"b.t.example. TXT \"v=spf1 redirect=c.t.example\"\nc.t.example. TXT \"v=spf1 ip4:{Client} -all\"");
        yield return Record("S11", "an include of a redirect that fails", "v=spf1 include:b.t.example ~all", "spf=softfail/MechanismMatched", "b.t.example. TXT \"v=spf1 redirect=c.t.example\"\nc.t.example. TXT \"v=spf1 -all\"");
        yield return Record("S11", "an include of a redirect to nowhere", "v=spf1 include:b.t.example ~all", "spf=permerror/RedirectWithoutRecord", "b.t.example. TXT \"v=spf1 redirect=c.t.example\"");

        yield return Record("S12", "two records", "v=spf1 +all", "spf=permerror/MultipleRecords", "attack.example. TXT \"v=spf1 -all\"");
        yield return Record("S12", "the same record twice", "v=spf1 +all", "spf=permerror/IdenticalRecords", "attack.example. TXT ( \"v=spf1\" \" +all\" )") with
        {
            // The padding stands in one of the two only.
            Differs = new() { ["long"] = "spf=permerror/MultipleRecords" },
        };
        yield return Record("S12", "version 10", "v=spf10 +all", "spf=none/NoRecord");
        yield return Record("S12", "capitals", "V=SPF1 -ALL", "spf=fail/MechanismMatched");
        yield return Record("S12", "a tab behind the version", "v=spf1\\009+all", "spf=none/NoRecord");
        yield return Record("S12", "a space before the version", " v=spf1 +all", "spf=none/NoRecord");

        yield return Record("S13", "an IPv6 network and the client ::1", "v=spf1 ip6:2001:db8::/32 -all", "spf=fail/MechanismMatched") with { Client = "::1" };
        yield return Record("S13", "an IPv6 network and an IPv4 client", "v=spf1 ip6:::/0 -all", "spf=fail/MechanismMatched");

        foreach (var term in new[] { "ip4:010.0.0.1", "ip4:1", "ip4:0x7f.1", "ip4:1.2.3", "ip4:1.2.3.4.5", "ip4:1.2.3.256", "ip4:1.2.3.4/33", "ip4:1.2.3.4/08", "ip6:::1%5", "ip6:[::1]:25", "ip6:1::2::3", "ip6:::1/129", "ip6:1:2:3:4:5:6:7" })
            yield return Record("S14", term, $"v=spf1 {term} +all", "spf=permerror/SyntaxError");

        yield return Record("S15", "a mapped client in an IPv4 network", "v=spf1 ip4:192.0.2.0/24 -all", "spf=pass/MechanismMatched term=ip4:192.0.2.0/24/24") with { Client = "::ffff:192.0.2.1" };
        yield return Record("S15", "a mapped client in an IPv6 network", "v=spf1 ip6:::/0 -all", "spf=fail/MechanismMatched") with { Client = "::ffff:192.0.2.1" };
        yield return Record("S15", "a mapped client in macros", explained, "spf=fail/MechanismMatched exp=192.0.2.1 in-addr 192.0.2.1", "why.t.example. TXT \"%{i} %{v} %{c}\"") with { Client = "::ffff:192.0.2.1" };

        yield return Sender("S16", "HELO passes, MAIL FROM is the victim's without a name", "any@not.exist.legit.example", "spf=none/DomainDoesNotExist helo=pass/MechanismMatched dmarc=fail/NoAuthenticatedIdentifier/reject");
        yield return Sender("S16", "HELO passes, MAIL FROM is the victim's", "any@legit.example", "spf=fail/MechanismMatched helo=pass/MechanismMatched dmarc=fail/NoAuthenticatedIdentifier/reject");
        yield return Sender("S17", "a name of the victim's that does not exist", "any@mailfrom.notexist.legit.example", "spf=none/DomainDoesNotExist dmarc=fail/NoAuthenticatedIdentifier/reject");
        foreach (var path in new[] { "<(any@legit.example>", "<@legit.example,@any.example:'any@attack.example>", "<any@legit.example'@any.attack.example>", "<any@legit.example,any@attack.example>", "<any@@attack.example>" })
            yield return Sender("S18", path, path, "spf=none/SenderMalformed dmarc=fail/NoAuthenticatedIdentifier/reject");
        yield return Sender("S18", "no at sign", "legit.example", "spf=none/SenderMalformed dmarc=fail/NoAuthenticatedIdentifier/reject");
        yield return Sender("S18", "a comment in the domain", "<any@legit.example(a.attack.example>", "spf=none/DomainMalformed dmarc=fail/NoAuthenticatedIdentifier/reject");
        yield return Sender("S18", "an IP literal", "<any@[192.0.2.1]>", "spf=none/DomainMalformed dmarc=fail/NoAuthenticatedIdentifier/reject");
        yield return Sender("S18", "an IP address", "<any@192.0.2.1>", "spf=none/DomainMalformed dmarc=fail/NoAuthenticatedIdentifier/reject");
        yield return Sender("S18", "a single label", "<any@localhost>", "spf=none/DomainMalformed dmarc=fail/NoAuthenticatedIdentifier/reject");

        yield return Record("S19", "half of all addresses", "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", "spf=pass/MechanismMatched term=ip4:128.0.0.0/1/1");
        yield return Record("S19", "everybody", "v=spf1 +all", "spf=pass/MechanismMatched term=+all/0");

        yield return Record("S20", "four thousand networks", $"v=spf1 {Terms(4_000, _ => "ip4:192.0.2.1/32")} -all", "spf=permerror/RecordTooLong");
        yield return Record("S20", "a record of 8 KiB", $"v=spf1 ip4:{Client}".PadRight((8 << 10) - 4) + "-all", "spf=pass/MechanismMatched") with { Differs = new() { ["long"] = null } };
        yield return Record("S20", "a record of 8 KiB and an octet", $"v=spf1 ip4:{Client}".PadRight((8 << 10) - 3) + "-all", "spf=permerror/RecordTooLong");

        yield return Record("S21", "a neighbour with a line end", "v=spf1 -all", "spf=fail/MechanismMatched", "attack.example. TXT \"google-site\\010verification\"");
        yield return Record("S21", "a neighbour with any octets", "v=spf1 -all", "spf=fail/MechanismMatched", "attack.example. TXT \"\\000\\255v=spf1 +all\"");
    }

    private static MailAttack Record(string row, string name, string record, string expected, string zone = "") => new(row, name, expected)
    {
        IsByRecord = true,
        Instead = "attack.example",
        Zone = $"attack.example. TXT \"{record}\"\n{zone}",
        Client = Client,
    };

    private static MailAttack Sender(string row, string name, string mailFrom, string expected) => new(row, name, expected) { IsByRecord = true, MailFrom = mailFrom };

    private static string Terms(int count, Func<int, string> term) => string.Join(' ', Enumerable.Range(1, count).Select(term));

    private static string Exchanges(int count) =>
        string.Join('\n', Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"m.t.example. MX 1 h{i}.t.example.\nh{i}.t.example. A 198.51.100.1")));

    private static string Names(int count) =>
        string.Join('\n', Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"9.2.0.192.in-addr.arpa. PTR p{i}.t.example.\np{i}.t.example. A {Client}")));
}
