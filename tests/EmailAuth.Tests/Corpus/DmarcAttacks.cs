using EmailAuth.Dns;

namespace EmailAuth.Tests.Corpus;

/// <summary>M1 to M12: who seems to be the author, and what his domain asks for.</summary>
internal static class DmarcAttacks
{
    public static IEnumerable<MailAttack> All()
    {
        yield return From("M1", "the victim second", "<a@attack.example>, <admin@legit.example>", "spf=pass/MechanismMatched dmarc=fail/NoIdentifierAligned/reject");
        yield return From("M1", "the victim first", "<admin@legit.example>, <a@attack.example>", "dmarc=fail/NoIdentifierAligned/reject");
        yield return From("M1", "the victim in a group", "friends: a@attack.example, admin@legit.example;", "dmarc=fail/NoIdentifierAligned/reject");
        yield return From("M1", "six domains", string.Join(", ", Enumerable.Range(1, 5).Select(i => $"a@d{i}.example")) + ", admin@legit.example", "dmarc=permerror/TooManyAuthorDomains/reject");
        yield return From("M1", "seventeen mailboxes", string.Join(", ", Enumerable.Repeat("a@attack.example", 16)) + ", admin@legit.example", "dmarc=permerror/TooManyMailboxes/reject");
        yield return From("M1", "sixteen mailboxes of one domain", string.Join(", ", Enumerable.Range(1, 16).Select(i => $"a{i}@attack.example")), "dmarc=pass/IdentifierAligned/none") with
        {
            Zone = "_dmarc.attack.example. TXT \"v=DMARC1; p=none\"",
        };

        foreach (var (name, more) in new[]
        {
            ("again", "From: admin@legit.example\r\n"),
            ("again, with a space before the colon", "From : admin@legit.example\r\n"),
            ("again, with a tab before the colon", "From\t: admin@legit.example\r\n"),
            ("again, with a fold before the colon", "From\r\n : admin@legit.example\r\n"),
            ("again, in capitals", "FROM: admin@legit.example\r\n"),
            ("again, with a NUL before its name", "\0From: admin@legit.example\r\n"),
            ("again, with a NUL in its name", "Fr\0om: admin@legit.example\r\n"),
            ("again, with a byte order mark before its name", "\xEF\xBB\xBF" + "From: admin@legit.example\r\n"),
            ("again, with a form feed before its name", "\fFrom: admin@legit.example\r\n"),
            ("again, with a no-break space before its name", "\xA0" + "From: admin@legit.example\r\n"),
            ("again, with a no-break space in UTF-8 behind its name", "From\xC2\xA0: admin@legit.example\r\n"),
        })
            yield return Fields("M2", name, $"From: a@attack.example\r\n{more}Subject: x\r\n", "spf=pass/MechanismMatched dmarc=permerror/SeveralFromFields/reject");
        // Where another field stands before it, it is a fold of that.
        Dictionary<string, string?> onTopOnly = new() { ["SMTPUTF8"] = null, ["with a bare LF"] = null };
        yield return Fields("M2", "a space before the only name", " From: admin@legit.example\r\nSubject: x\r\n", "dmarc=permerror/FromNotParsable/reject") with { Differs = onTopOnly };
        yield return Fields("M2", "a space before the first of two names", " From: admin@legit.example\r\nFrom: a@attack.example\r\n", "dmarc=permerror/SeveralFromFields/reject") with { Differs = onTopOnly };
        yield return Fields("M2", "Sender only", "Sender: admin@legit.example\r\n", "dmarc=permerror/NoFromField/none");
        yield return Fields("M2", "Resent-From only", "Resent-From: admin@legit.example\r\n", "dmarc=permerror/NoFromField/none");
        yield return Fields("M2", "Resent-From beside it", "Resent-From: a@attack.example\r\nFrom: admin@legit.example\r\n", "dmarc=fail/NoIdentifierAligned/reject");
        yield return Fields("M2", "an empty From", "From: \r\n", "dmarc=permerror/FromNotParsable/none");
        yield return Fields("M2", "a From in a bare LF", "From: a@attack.example\r\nX: y\nFrom: admin@legit.example\r\n", "dmarc=permerror/SeveralFromFields/reject") with
        {
            Differs = new() { ["stored with LF"] = "dmarc=permerror/SeveralFromFields/reject" },
        };

        foreach (var (from, problem) in new[]
        {
            ("=?utf-8?B?PGFkbWluQGxlZ2l0LmV4YW1wbGU+?=,<second@attack.example>", "FromNotParsable/reject"),
            ("<@attack.example,@any.example:admin@legit.example>", "FromNotParsable/reject"),
            ("<admin@legit.example>\\,<second@attack.example>", "FromNotParsable/reject"),
            ("<any@attack.example>admin@legit.example", "FromNotParsable/reject"),
            ("admin@legit.example <second@attack.example>", "FromNotParsable/reject"),
            ("\"admin@legit.example\" <second@attack.example>, ", "FromNotParsable/reject"),
            ("admin@legit.example\0@attack.example", "FromNotParsable/reject"),
            ("<admin@legit.example", "FromNotParsable/reject"),
            ("admin@legit.example>", "FromNotParsable/reject"),
            ("<<admin@legit.example>>", "FromNotParsable/reject"),
            ("a@legit . example", "SingleLabelDomain/reject"),
            ("\"admin@legit.example", "FromNotParsable/reject"),
        })
            yield return From("M3", from.Replace('\0', '0'), from, $"spf=pass/MechanismMatched dmarc=permerror/{problem}");
        yield return From("M3", "the victim as the local-part of the attacker's", "\"admin@legit.example\"@attack.example", "dmarc=pass/IdentifierAligned/none") with { Zone = "_dmarc.attack.example. TXT \"v=DMARC1; p=none\"" };
        yield return From("M3", "admin@legit.example,<second@attack.example>", "admin@legit.example,<second@attack.example>", "dmarc=fail/NoIdentifierAligned/reject");

        yield return From("M4", "a second mailbox without a domain", "a@attack.example, b", "dmarc=permerror/FromNotParsable/none");
        yield return From("M4", "a second mailbox without anything", "admin@legit.example, @", "dmarc=permerror/FromNotParsable/reject");
        yield return From("M4", "nothing but a comma", ",", "dmarc=permerror/FromNotParsable/none");

        const string strict = "_dmarc.strict.example. TXT \"v=DMARC1; p=reject; adkim=s; aspf=s\"\nsub.strict.example. TXT \"v=spf1 ip4:203.0.113.5 -all\"";
        yield return From("M5", "a subdomain under strict alignment", "ceo@strict.example", "spf=pass/MechanismMatched dmarc=fail/NoIdentifierAligned/reject") with { Zone = strict, MailFrom = "any@sub.strict.example" };
        yield return From("M5", "a subdomain under relaxed alignment", "ceo@relaxed.example", "spf=pass/MechanismMatched dmarc=pass/IdentifierAligned/none") with
        {
            Zone = strict.Replace("strict", "relaxed", StringComparison.Ordinal).Replace("; adkim=s; aspf=s", "", StringComparison.Ordinal),
            MailFrom = "any@sub.relaxed.example",
        };
        yield return From("M5", "a name that only ends alike", "ceo@strict.example", "spf=pass/MechanismMatched dmarc=fail/NoIdentifierAligned/reject") with
        {
            Zone = "_dmarc.strict.example. TXT \"v=DMARC1; p=reject\"\nnotstrict.example. TXT \"v=spf1 +all\"",
            MailFrom = "any@notstrict.example",
        };

        foreach (var (record, outcome) in new[]
        {
            ("v = DMARC1; p=reject", "fail/NoIdentifierAligned/reject"),
            ("v=dmarc1; p=reject", "none/NoRecord/none"),
            (" v=DMARC1; p=reject", "none/NoRecord/none"),
            ("v=DMARC1; p = reject", "fail/NoIdentifierAligned/reject"),
            ("V=DMARC1; P=REJECT", "fail/NoIdentifierAligned/reject"),
            ("p=reject; v=DMARC1", "none/NoRecord/none"),
        })
            yield return Policy("M6", record, record, outcome);
        yield return From("M6", "an IP literal", "ceo@[192.0.2.1]", "dmarc=permerror/AddressLiteral/none");
        yield return From("M6", "an IP address", "ceo@192.0.2.1", "dmarc=permerror/AddressLiteral/none");
        yield return From("M6", "a single label", "ceo@localhost", "dmarc=permerror/SingleLabelDomain/none");
        yield return From("M6", "an empty domain", "ceo@", "dmarc=permerror/FromNotParsable/none");

        yield return From("M7", "thirteen labels", "a@a.b.c.d.e.f.g.h.i.j.example.co.test", "dmarc=fail/NoIdentifierAligned/quarantine queries=10") with
        {
            Zone = "_dmarc.example.co.test. TXT \"v=DMARC1; p=quarantine\"",
        };
        yield return From("M7", "a public suffix that says so", "a@co.test", "spf=pass/MechanismMatched dmarc=fail/NoIdentifierAligned/reject") with
        {
            Zone = "_dmarc.co.test. TXT \"v=DMARC1; p=reject; psd=y\"\nattack.co.test. TXT \"v=spf1 +all\"",
            MailFrom = "any@attack.co.test",
        };
        yield return From("M7", "two domains below one public suffix", "a@victim.co.test", "spf=pass/MechanismMatched dmarc=fail/NoIdentifierAligned/reject") with
        {
            Zone = "_dmarc.co.test. TXT \"v=DMARC1; p=none; psd=y\"\n_dmarc.victim.co.test. TXT \"v=DMARC1; p=reject\"\nattack.co.test. TXT \"v=spf1 +all\"",
            MailFrom = "any@attack.co.test",
        };
        yield return From("M7", "psd=n ends the walk", "a@a.b.legit.example", "spf=pass/MechanismMatched dmarc=fail/NoIdentifierAligned/quarantine") with
        {
            Zone = "_dmarc.b.legit.example. TXT \"v=DMARC1; p=quarantine; psd=n\"",
        };

        yield return From("M8", "an alias is no author", "alias@legit.example", "spf=pass/MechanismMatched dmarc=fail/NoIdentifierAligned/reject");

        foreach (var fault in new[] { DnsStatus.ServFail, DnsStatus.Timeout, DnsStatus.Refused, DnsStatus.Malformed })
        {
            yield return From("M9", $"{fault} hides the policy", "ceo@legit.example", "spf=pass/MechanismMatched dmarc=temperror/PolicyHidden/none transient=True") with
            {
                Trouble = dns => dns.WithFault("_dmarc.legit.example", DnsRecordType.TXT, fault),
            };
        }
        yield return From("M9", "a look-up of the victim's SPF record fails", "ceo@legit.example", "spf=temperror/DnsError dmarc=temperror/IdentifierTemporaryError/none transient=True") with
        {
            MailFrom = "any@legit.example",
            Trouble = dns => dns.WithFault("legit.example", DnsRecordType.TXT, DnsStatus.ServFail),
        };

        foreach (var (name, domain) in new[]
        {
            ("a soft hyphen", "exam\xC2\xADple.example"), ("the Kelvin sign", "\xE2\x84\xAA.example"), ("a long s", "te\xC5\xBFt.example"), ("a word joiner", "legit\xE2\x81\xA0.example"),
        })
            yield return From("M10", name, $"ceo@{domain}", name == "a word joiner" ? "dmarc=permerror/InvalidDomain/reject" : "dmarc=permerror/InvalidDomain/none");
        yield return From("M10", "a dotless i", "ceo@leg\xC4\xB1t.example", "dmarc=none/NoRecord/none");

        yield return From("M11", "an ideographic full stop", "ceo@legit\xE3\x80\x82" + "example", "dmarc=permerror/InvalidDomain/reject");
        yield return From("M11", "full-width letters", "ceo@\xEF\xBD\x8C\xEF\xBD\x85git.example", "dmarc=permerror/InvalidDomain/reject");
        yield return From("M11", "a sign that becomes a slash", "ceo@\xE2\x84\x80.example", "dmarc=permerror/InvalidDomain/none");
        yield return From("M11", "octets that are no UTF-8", "ceo@leg\xE9t.example", "dmarc=permerror/FromNotParsable/none");
        yield return From("M11", "a U-label of seventy characters", $"ceo@{string.Concat(Enumerable.Repeat("\xC3\xBC", 70))}.example", "dmarc=permerror/InvalidDomain/none");
        yield return From("M11", "an A-label that is none", "ceo@xn--0.example", "dmarc=none/NoRecord/none");
        yield return From("M11", "U-labels", "ceo@b\xC3\xBC" + "cher.example", "dmarc=fail/NoIdentifierAligned/reject") with { Zone = "_dmarc.xn--bcher-kva.example. TXT \"v=DMARC1; p=reject\"" };

        yield return Policy("M12", "one tag twice", "v=DMARC1; p=none; p=reject", "none/RecordNotUsable/none");
        yield return Policy("M12", "one tag twice, and a report address", "v=DMARC1; p=reject; p=none; rua=mailto:a@t.example", "fail/NoIdentifierAligned/none");
        yield return Policy("M12", "empty tags", "v=DMARC1; p=reject;;;", "fail/NoIdentifierAligned/reject");
        yield return Policy("M12", "a tag that nobody knows", "v=DMARC1; x=y; p=reject", "fail/NoIdentifierAligned/reject");
        yield return Policy("M12", "sixty-four tags", $"v=DMARC1; p=reject{string.Concat(Enumerable.Range(0, 62).Select(i => "; x=y"))}", "fail/NoIdentifierAligned/reject");
        yield return Policy("M12", "sixty-five tags", $"v=DMARC1; p=reject{string.Concat(Enumerable.Range(0, 63).Select(i => "; x=y"))}", "none/NoRecord/none");
        yield return Policy("M12", "ten thousand report addresses", $"v=DMARC1; p=reject; rua={string.Join(',', Enumerable.Repeat("mailto:a@t.example", 3_000))}", "none/NoRecord/none");
        yield return Policy("M12", "4 KiB", $"v=DMARC1; p=reject; x={new string('y', 4096 - 22)}", "fail/NoIdentifierAligned/reject");
        yield return Policy("M12", "4 KiB and an octet", $"v=DMARC1; p=reject; x={new string('y', 4096 - 21)}", "none/NoRecord/none");
        yield return Policy("M12", "two records", "v=DMARC1; p=reject", "none/NoRecord/none", "_dmarc.victim.example. TXT \"v=DMARC1; p=none\"");
        yield return Policy("M12", "a neighbour that is no record", "v=DMARC1; p=reject", "fail/NoIdentifierAligned/reject", "_dmarc.victim.example. TXT \"hello\"");
    }

    private static MailAttack Fields(string row, string name, string fields, string expected) => new(row, name, expected) { Message = $"{fields}\r\nPlease pay.\r\n" };

    private static MailAttack From(string row, string name, string from, string expected) => Fields(row, name, $"From: {from}\r\nTo: victim@example.net\r\n", expected);

    private static MailAttack Policy(string row, string name, string record, string outcome, string zone = "") => new(row, name, $"spf=pass/MechanismMatched dmarc={outcome}")
    {
        IsByRecord = true,
        Message = "From: ceo@victim.example\r\n\r\nPlease pay.\r\n",
        Zone = $"_dmarc.victim.example. TXT \"{record}\"\n{zone}",
    };
}
