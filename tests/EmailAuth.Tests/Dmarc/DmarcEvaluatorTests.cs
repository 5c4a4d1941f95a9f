using System.Collections.Immutable;
using System.Text;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Tests.Dmarc;

public class DmarcEvaluatorTests
{
    private const string Com = "_dmarc.example.com. TXT \"v=DMARC1; p=reject; sp=quarantine\"";

    private static ZoneDnsResolver Zone(string zone)
    {
        var dns = ZoneDnsResolver.Parse(zone.Replace('|', '\n'));
        dns.LogQueries = true;
        return dns;
    }

    /// <summary>"spf:example.com dkim:example.net=temperror": a pass where nothing else is said.</summary>
    private static ImmutableArray<AuthenticatedIdentifier> Identifiers(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word =>
        {
            var parts = word.Split(':', '=');
            var outcome = parts.Length < 3 ? IdentifierOutcome.Pass : Enum.Parse<IdentifierOutcome>(parts[2], ignoreCase: true);
            return new AuthenticatedIdentifier(Enum.Parse<IdentifierMethod>(parts[0], ignoreCase: true), DomainName.Parse(parts[1]), outcome);
        })];

    private static AuthorDomains From(string value) =>
        AuthorDomains.Read(HeaderBlock.Parse(Encoding.UTF8.GetBytes($"From: {value}\r\n"), MessageLimits.Default), DmarcLimits.Default);

    private static async Task<DmarcResult> Evaluate(IDnsResolver dns, string from, string identifiers = "", DmarcOptions? options = null) =>
        await new DmarcEvaluator(dns, options).EvaluateAsync(From(from.Contains('@') ? from : $"a@{from}"), Identifiers(identifiers));

    /// <summary>Status, reason, policy published and disposition in one line.</summary>
    private static string Text(DmarcResult result) =>
        $"{result.Status} {result.Reason} {result.Policy?.ToString() ?? "-"}/{result.Disposition}";

    private static string Asked(ZoneDnsResolver dns) => string.Join(' ', dns.Queries.Select(question => question.Name));

    [Rfc(9989, "5.3.5")]
    [TestCase("example.com", "spf:example.com", "Pass IdentifierAligned Reject/None")]
    [TestCase("example.com", "dkim:example.com", "Pass IdentifierAligned Reject/None")]
    [TestCase("example.com", "spf:mail.example.com", "Pass IdentifierAligned Reject/None")]
    [TestCase("a.example.com", "dkim:b.example.com", "Pass IdentifierAligned Quarantine/None")]
    [TestCase("a.example.com", "dkim:example.com", "Pass IdentifierAligned Quarantine/None")]
    [TestCase("example.com", "spf:example.net dkim:example.org dkim:example.com", "Pass IdentifierAligned Reject/None")]
    [TestCase("example.com", "spf:example.net", "Fail NoIdentifierAligned Reject/Reject")]
    [TestCase("a.example.com", "spf:example.net", "Fail NoIdentifierAligned Quarantine/Quarantine")]
    [TestCase("example.com", "spf:notexample.com", "Fail NoIdentifierAligned Reject/Reject")]
    [TestCase("example.com", "spf:example.com.evil.test", "Fail NoIdentifierAligned Reject/Reject")]
    [TestCase("example.com", "spf:example.com=fail dkim:example.com=fail", "Fail NoAuthenticatedIdentifier Reject/Reject")]
    [TestCase("example.com", "", "Fail NoAuthenticatedIdentifier Reject/Reject")]
    [TestCase("example.net", "spf:example.net", "None NoRecord -/None")]
    public async Task A_message_passes_by_one_aligned_identifier(string from, string identifiers, string expected) =>
        Assert.That(Text(await Evaluate(Zone(Com), from, identifiers)), Is.EqualTo(expected));

    [Attack("M5")]
    [Rfc(9989, "3.2.10.2")]
    [TestCase("adkim=s; aspf=s", "dkim:sub.example.com spf:sub.example.com", "Fail NoIdentifierAligned Reject/Reject")]
    [TestCase("adkim=s; aspf=s", "dkim:example.com", "Pass IdentifierAligned Reject/None")]
    [TestCase("adkim=s", "dkim:sub.example.com", "Fail NoIdentifierAligned Reject/Reject")]
    [TestCase("adkim=s", "spf:sub.example.com", "Pass IdentifierAligned Reject/None")]
    [TestCase("aspf=s", "spf:sub.example.com", "Fail NoIdentifierAligned Reject/Reject")]
    [TestCase("aspf=s", "dkim:sub.example.com", "Pass IdentifierAligned Reject/None")]
    public async Task Strict_alignment_is_of_the_same_domain_only(string modes, string identifiers, string expected) =>
        Assert.That(Text(await Evaluate(Zone($"_dmarc.example.com. TXT \"v=DMARC1; p=reject; {modes}\""), "example.com", identifiers)), Is.EqualTo(expected));

    [Pin("M2")]
    [Attack("M12")]
    [Test]
    public async Task Two_records_at_a_name_are_discarded_and_the_walk_goes_on()
    {
        var result = await Evaluate(Zone($"{Com}|_dmarc.a.example.com. TXT \"v=DMARC1; p=none\"|_dmarc.a.example.com. TXT \"v=DMARC1; p=none\"|_dmarc.a.example.com. TXT \"not dmarc\""), "a.example.com");
        Assert.That(Text(result), Is.EqualTo("Fail NoAuthenticatedIdentifier Quarantine/Quarantine"));
        Assert.That(result.PolicyDomain?.ToString(), Is.EqualTo("example.com"));
        Assert.That(result.AuthorDomains.Single().SeveralRecordsAt.Single().ToString(), Is.EqualTo("a.example.com"));
    }

    [Attack("M6")]
    [TestCase("v = DMARC1; p=reject", "Fail NoAuthenticatedIdentifier Reject/Reject")]
    [TestCase("v=dmarc1; p=reject", "None NoRecord -/None")]
    public async Task A_record_is_one_by_its_grammar(string record, string expected) =>
        Assert.That(Text(await Evaluate(Zone($"_dmarc.example.com. TXT \"{record}\""), "example.com")), Is.EqualTo(expected));

    [Pin("M4")]
    [Rfc(9989, "4.10.1")]
    [TestCase("v=DMARC1; p=x; rua=mailto:r@example.com", "Fail NoAuthenticatedIdentifier None/None")]
    [TestCase("v=DMARC1; p=x", "None RecordNotUsable -/None")]
    [TestCase("v=DMARC1; p=reject; sp=x", "None RecordNotUsable -/None")]
    [TestCase("v=DMARC1", "None RecordNotUsable -/None")]
    public async Task A_record_without_a_valid_policy_asks_for_nothing(string record, string expected)
    {
        var result = await Evaluate(Zone($"_dmarc.example.com. TXT \"{record}\""), "example.com");
        Assert.That(Text(result), Is.EqualTo(expected));
        Assert.That(result.PolicyDomain?.ToString(), Is.EqualTo("example.com"));
        Assert.That(result.Record?.Text, Is.EqualTo(record));
    }

    [Pin("M5")]
    [Rfc(9989, "4.10.1")]
    [TestCase("a.b.example.com", "_dmarc.a.b.example.com. TXT \"v=DMARC1; p=none\"|_dmarc.b.example.com. TXT \"v=DMARC1; p=quarantine\"|_dmarc.example.com. TXT \"v=DMARC1; p=reject\"", "a.b.example.com example.com None")]
    [TestCase("a.b.example.com", "_dmarc.b.example.com. TXT \"v=DMARC1; p=quarantine\"|_dmarc.example.com. TXT \"v=DMARC1; p=reject\"", "example.com example.com Reject")]
    [TestCase("a.b.example.com", "_dmarc.b.example.com. TXT \"v=DMARC1; p=quarantine; psd=n\"|_dmarc.example.com. TXT \"v=DMARC1; p=reject\"", "b.example.com b.example.com Quarantine")]
    [TestCase("a.b.example.com", "_dmarc.b.example.com. TXT \"v=DMARC1; p=quarantine\"|_dmarc.example.com. TXT \"v=DMARC1; p=reject; psd=y\"", "b.example.com b.example.com Quarantine")]
    [TestCase("a.b.example.com", "_dmarc.example.com. TXT \"v=DMARC1; p=reject; sp=none; psd=y\"", "example.com b.example.com None")]
    [TestCase("a.b.example.com", "_dmarc.com. TXT \"v=DMARC1; p=reject; psd=y\"|_dmarc.b.example.com. TXT \"v=DMARC1; p=none\"", "com example.com Reject", Description = "The record of b is of an intermediate name.")]
    [TestCase("example.com", "_dmarc.com. TXT \"v=DMARC1; p=reject; psd=y\"", "com example.com Reject")]
    [TestCase("example.com", "_dmarc.example.com. TXT \"v=DMARC1; p=reject; psd=y\"", "example.com example.com Reject")]
    [TestCase("example.com", "_dmarc.com. TXT \"v=DMARC1; p=reject\"", "com com Reject")]
    [TestCase("a.b.example.com", "", "- a.b.example.com -")]
    public async Task The_record_is_the_authors_else_the_organizations_else_the_suffixes(string from, string zone, string expected)
    {
        var result = await Evaluate(Zone(zone), from);
        Assert.That($"{result.PolicyDomain?.ToString() ?? "-"} {result.OrganizationalDomain} {result.Policy?.ToString() ?? "-"}", Is.EqualTo(expected));
    }

    [Pin("M6")]
    [Rfc(9989, "3.2.13")]
    [TestCase("ghost.example.com", "np=reject", "Np Reject")]
    [TestCase("broken.example.com", "np=quarantine", "Sp Quarantine")]
    [TestCase("here.example.com", "np=reject", "Sp Quarantine", Description = "The name has an address.")]
    [TestCase("node.example.com", "np=reject", "Sp Quarantine", Description = "The name has something below it only: NODATA.")]
    [TestCase("policy.example.com", "np=reject", "Sp Quarantine", Description = "Its _dmarc name exists, so it exists.")]
    [TestCase("broken.example.com", "np=reject", "Sp Quarantine", Description = "An error is no NXDOMAIN.")]
    [TestCase("example.com", "np=reject", "P None")]
    [TestCase("ghost.example.com", "", "Sp Quarantine")]
    public async Task Np_is_for_names_that_do_not_exist(string from, string np, string expected)
    {
        var dns = Zone($"_dmarc.example.com. TXT \"v=DMARC1; p=none; sp=quarantine; {np}\"|here.example.com. A 192.0.2.1|x.node.example.com. A 192.0.2.1|_dmarc.policy.example.com. TXT x")
            .WithFault("broken.example.com", DnsRecordType.None, DnsStatus.ServFail);
        var result = await Evaluate(dns, from);
        Assert.That($"{result.PolicyTag} {result.Policy}", Is.EqualTo(expected));
        // A later attempt may end in another policy, and only then is the result said to be transient.
        Assert.That(result.IsTransient, Is.EqualTo(from == "broken.example.com" && np == "np=reject"));
        var passed = await Evaluate(dns, from, $"spf:{from}");
        Assert.That((passed.Status, passed.IsTransient), Is.EqualTo((DmarcStatus.Pass, false)));
    }

    [Test]
    public async Task A_name_below_which_something_was_found_is_not_asked_whether_it_exists()
    {
        var dns = Zone("_dmarc.example.com. TXT \"v=DMARC1; p=none; np=reject\"|_dmarc.policy.example.com. TXT x");
        await Evaluate(dns, "policy.example.com");
        Assert.That(Asked(dns), Is.EqualTo("_dmarc.policy.example.com _dmarc.example.com _dmarc.com"));
    }

    [Test]
    public async Task Without_np_nobody_asks_whether_the_name_exists()
    {
        var dns = Zone(Com);
        await Evaluate(dns, "ghost.example.com");
        Assert.That(Asked(dns), Is.EqualTo("_dmarc.ghost.example.com _dmarc.example.com _dmarc.com"));
    }

    [TestCase("p=reject", "P Reject", Description = "Without sp and np, p is for subdomains too.")]
    [TestCase("p=reject; np=none", "Np None")]
    [TestCase("p=none; sp=reject; np=quarantine", "Np Quarantine")]
    [TestCase("p=none; sp=reject", "Sp Reject")]
    [Rfc(9989, "4.7")]
    public async Task Each_policy_falls_back_on_the_one_before(string policies, string expected)
    {
        var result = await Evaluate(Zone($"_dmarc.example.com. TXT \"v=DMARC1; {policies}\""), "ghost.example.com");
        Assert.That($"{result.PolicyTag} {result.Policy}", Is.EqualTo(expected));
    }

    [Pin("M7")]
    [TestCase("reject", "Reject Quarantine Quarantine")]
    [TestCase("quarantine", "Quarantine None None")]
    [TestCase("none", "None None None")]
    public async Task Testing_lowers_the_policy_by_one_step(string policy, string expected)
    {
        var result = await Evaluate(Zone($"_dmarc.example.com. TXT \"v=DMARC1; p={policy}; t=y\""), "example.com");
        Assert.That(result.IsTesting);
        Assert.That($"{result.Policy} {result.AppliedPolicy} {result.Disposition}", Is.EqualTo(expected));
    }

    [Pin("M8")]
    [Rfc(7489, "6.6.4")]
    [TestCase("reject", 0, null, "Reject")]
    [TestCase("reject", 30, 29, "Reject")]
    [TestCase("reject", 30, 30, "Quarantine")]
    [TestCase("quarantine", 30, 99, "None")]
    [TestCase("reject", 100, 99, "Reject")]
    [TestCase("reject", 0, 0, "Quarantine")]
    public async Task Pct_is_ignored_unless_sampling_is_asked_for(string policy, int percentage, int? number, string expected)
    {
        var options = new DmarcOptions { Sampling = number is { } fixedNumber ? () => fixedNumber : null };
        var result = await Evaluate(Zone($"_dmarc.example.com. TXT \"v=DMARC1; p={policy}; pct={percentage}\""), "example.com", "", options);
        Assert.That(result.Disposition.ToString(), Is.EqualTo(expected));
        Assert.That(result.IsSampledOut, Is.EqualTo(result.Disposition != result.Policy));
    }

    [Pin("M8")]
    [Test]
    public async Task Pct_and_testing_together_lower_the_policy_once()
    {
        var result = await Evaluate(Zone("_dmarc.example.com. TXT \"v=DMARC1; p=reject; t=y; pct=0\""), "example.com", "", new DmarcOptions { Sampling = () => 50 });
        Assert.That(result.Disposition, Is.EqualTo(DmarcPolicy.Quarantine));
    }

    private const string Authors = "_dmarc.reject.test. TXT \"v=DMARC1; p=reject\"|_dmarc.quarantine.test. TXT \"v=DMARC1; p=quarantine\"|_dmarc.none.test. TXT \"v=DMARC1; p=none\"|_dmarc.testing.test. TXT \"v=DMARC1; p=reject; t=y\"";

    [Pin("M9")]
    [Attack("M1")]
    [Rfc(9989, "11.5")]
    [TestCase("a@reject.test, b@reject.test", "spf:reject.test", "Pass IdentifierAligned Reject/None")]
    [TestCase("g: a@reject.test, b@reject.test;", "spf:reject.test", "Pass IdentifierAligned Reject/None")]
    [TestCase("a@reject.test, b@quarantine.test", "spf:reject.test dkim:quarantine.test", "Pass IdentifierAligned Reject/None")]
    [TestCase("a@attack.test, b@reject.test", "spf:attack.test", "Fail NoIdentifierAligned Reject/Reject")]
    [TestCase("a@quarantine.test, b@reject.test", "spf:reject.test", "Fail NoIdentifierAligned Quarantine/Quarantine")]
    [TestCase("a@quarantine.test, b@reject.test", "", "Fail NoAuthenticatedIdentifier Reject/Reject")]
    [TestCase("a@testing.test, b@quarantine.test", "", "Fail NoAuthenticatedIdentifier Reject/Quarantine")]
    [TestCase("a@none.test, b@quarantine.test", "", "Fail NoAuthenticatedIdentifier Quarantine/Quarantine")]
    [TestCase("a@none.test, b@reject.test", "spf:reject.test", "Fail NoIdentifierAligned None/None")]
    [TestCase("a@nowhere.test, b@reject.test", "spf:reject.test", "None NotEveryAuthorDomainPassed -/None")]
    [TestCase("a@nowhere.test, b@nobody.test", "spf:nobody.test", "None NoRecord -/None")]
    public async Task Each_of_several_author_domains_is_evaluated(string from, string identifiers, string expected)
    {
        var result = await Evaluate(Zone(Authors), from, identifiers);
        Assert.That(Text(result), Is.EqualTo(expected));
        Assert.That(result.AuthorDomains, Has.Length.EqualTo(From(from).Domains.Length));
    }

    [Pin("M9")]
    [Attack("M2")]
    [Attack("M3")]
    [Attack("M4")]
    [TestCase("From: a@reject.test\r\nFrom: b@quarantine.test\r\n", "PermError SeveralFromFields Reject/Reject")]
    [TestCase("From: b@quarantine.test\r\nFrom: a@reject.test\r\n", "PermError SeveralFromFields Reject/Reject")]
    [TestCase(" From: a@reject.test\r\nFrom: b@attack.test\r\n", "PermError SeveralFromFields Reject/Reject")]
    [TestCase("From: a@reject.test, b\r\n", "PermError FromNotParsable Reject/Reject")]
    [TestCase("From: a@testing.test, b\r\n", "PermError FromNotParsable Reject/Quarantine")]
    [TestCase("From: \"open <a@reject.test>\r\n", "PermError FromNotParsable Reject/Reject")]
    [TestCase("From: <@attack.test:admin@reject.test>\r\n", "PermError FromNotParsable Reject/Reject")]
    [TestCase("From: a@1.test,b@2.test,c@3.test,d@4.test,e@reject.test,f@6.test\r\n", "PermError TooManyAuthorDomains Reject/Reject")]
    [TestCase("From: a@[192.0.2.1], b@reject.test\r\n", "PermError AddressLiteral Reject/Reject")]
    [TestCase("Subject: x\r\n", "PermError NoFromField -/None")]
    [TestCase("From: g:;\r\n", "PermError NoMailbox -/None")]
    [TestCase("From: b\r\n", "PermError FromNotParsable -/None")]
    public async Task What_has_no_single_valid_from_field_is_a_permanent_error(string header, string expected)
    {
        var authors = AuthorDomains.Read(HeaderBlock.Parse(Encoding.UTF8.GetBytes(header), MessageLimits.Default), DmarcLimits.Default);
        var identifiers = Identifiers("spf:reject.test dkim:attack.test dkim:quarantine.test");
        var result = await new DmarcEvaluator(Zone(Authors)).EvaluateAsync(authors, identifiers);
        Assert.That(Text(result), Is.EqualTo(expected));
        Assert.That(result.ReasonText, Is.Not.Empty.And.EqualTo(authors.ProblemText));
        Assert.That(result.SpfAligned || result.DkimAligned, Is.False);
    }

    [Pin("M14")]
    [Attack("M6")]
    [TestCase("a@[192.0.2.1]")]
    [TestCase("a@localhost")]
    [TestCase("a@com")]
    [TestCase("a@exa!mple.com")]
    public async Task For_what_is_no_domain_no_query_is_made(string from)
    {
        var dns = Zone("");
        var result = await Evaluate(dns, from, "spf:localhost dkim:com");
        Assert.That(result.Status, Is.EqualTo(DmarcStatus.PermError));
        Assert.That(dns.Queries, Is.Empty);
    }

    [Pin("M10")]
    [Attack("M9")]
    [Rfc(9989, "5.3.6")]
    [TestCase("example.com", "_dmarc.example.com", "", "TempError PolicyHidden -/None")]
    [TestCase("example.com", "_dmarc.example.com", "spf:example.com", "TempError PolicyHidden -/None")]
    [TestCase("a.example.com", "_dmarc.a.example.com", "spf:example.com", "TempError PolicyHidden -/None")]
    [TestCase("a.example.com", "_dmarc.example.com", "spf:example.com", "TempError PolicyHidden -/None")]
    [TestCase("a.example.com", "_dmarc.com", "", "TempError PolicyHidden -/None", Description = "A record there could be the one that applies.")]
    [TestCase("example.com", "_dmarc.com", "", "Fail NoAuthenticatedIdentifier Reject/Reject")]
    [TestCase("example.com", "_dmarc.com", "spf:example.com", "Pass IdentifierAligned Reject/None")]
    [TestCase("example.com", "_dmarc.com", "spf:example.net", "Fail NoIdentifierAligned Reject/Reject")]
    [TestCase("example.com", "_dmarc.com", "spf:mail.example.com", "TempError AlignmentHidden Reject/None")]
    [TestCase("example.com", "_dmarc.com", "spf:mail.example.com dkim:example.com", "Pass IdentifierAligned Reject/None")]
    [TestCase("example.com", "_dmarc.mail.example.com", "spf:mail.example.com", "TempError AlignmentHidden Reject/None")]
    [TestCase("example.com", "_dmarc.mail.example.com", "spf:mail.example.com dkim:example.com", "Pass IdentifierAligned Reject/None")]
    [TestCase("example.com", "_dmarc.mail.example.com", "spf:mail.example.com=fail", "Fail NoAuthenticatedIdentifier Reject/Reject")]
    [TestCase("example.com", "_dmarc.example.net", "spf:mail.example.net", "Fail NoIdentifierAligned Reject/Reject", Description = "It could not align, so it is not asked for.")]
    public async Task A_dns_error_matters_where_it_hides_the_policy_or_an_alignment(string from, string fault, string identifiers, string expected)
    {
        foreach (var status in Enum.GetValues<DnsStatus>().Where(status => status.IsTransient()))
        {
            var result = await Evaluate(Zone(Com).WithFault(fault, DnsRecordType.TXT, status), from, identifiers);
            Assert.That(Text(result), Is.EqualTo(expected), status.ToString());
            Assert.That(result.IsTransient, Is.EqualTo(result.Status == DmarcStatus.TempError));
        }
    }

    [Pin("M10")]
    [TestCase("spf:example.com=temperror", "TempError IdentifierTemporaryError Reject/None")]
    [TestCase("dkim:mail.example.com=temperror", "TempError IdentifierTemporaryError Reject/None")]
    [TestCase("dkim:example.net=temperror", "Fail NoAuthenticatedIdentifier Reject/Reject")]
    [TestCase("dkim:example.net=temperror spf:example.org", "Fail NoIdentifierAligned Reject/Reject")]
    [TestCase("dkim:example.com=temperror spf:example.org", "TempError IdentifierTemporaryError Reject/None")]
    [TestCase("dkim:example.com=temperror spf:example.com", "Pass IdentifierAligned Reject/None")]
    public async Task A_temporary_error_of_an_identifier_matters_where_it_could_be_aligned(string identifiers, string expected) =>
        Assert.That(Text(await Evaluate(Zone(Com), "example.com", identifiers)), Is.EqualTo(expected));

    [Pin("M10")]
    [Test]
    public async Task A_failing_domain_with_a_policy_stands_whatever_a_second_author_does()
    {
        var dns = Zone(Authors).WithFault("_dmarc.broken.test", DnsRecordType.TXT, DnsStatus.ServFail);
        Assert.That(Text(await Evaluate(dns, "a@broken.test, b@reject.test")), Is.EqualTo("Fail NoAuthenticatedIdentifier Reject/Reject"));
        Assert.That((await Evaluate(dns, "a@broken.test, b@reject.test")).IsTransient);
        Assert.That(Text(await Evaluate(dns, "a@broken.test, b@quarantine.test")), Is.EqualTo("Fail NoAuthenticatedIdentifier Quarantine/Quarantine"));
        Assert.That(Text(await Evaluate(dns, "a@broken.test, b@none.test")), Is.EqualTo("TempError PolicyHidden -/None"));
        Assert.That(Text(await Evaluate(dns, "a@broken.test, b@reject.test", "spf:reject.test")), Is.EqualTo("TempError PolicyHidden -/None"));
        var permanent = await Evaluate(dns, "a@broken.test, b");
        Assert.That(Text(permanent), Is.EqualTo("PermError FromNotParsable -/None"));
        Assert.That(permanent.IsTransient);
    }

    [Pin("M11")]
    [TestCase("example.com", "dkim:example.com", "_dmarc.example.com _dmarc.com")]
    [TestCase("example.com", "spf:example.net dkim:a.b.c.d.example.org", "_dmarc.example.com _dmarc.com", Description = "Neither is below example.com.")]
    [TestCase("a.example.com", "dkim:example.com", "_dmarc.a.example.com _dmarc.example.com _dmarc.com", Description = "The Organizational Domain itself.")]
    [TestCase("example.com", "dkim:mail.example.com", "_dmarc.example.com _dmarc.com _dmarc.mail.example.com")]
    [TestCase("example.com", "dkim:x.mail.example.com spf:y.mail.example.com", "_dmarc.example.com _dmarc.com _dmarc.x.mail.example.com _dmarc.mail.example.com _dmarc.y.mail.example.com", Description = "What was asked is not asked again.")]
    [TestCase("example.com", "dkim:mail.example.com=fail", "_dmarc.example.com _dmarc.com")]
    [TestCase("example.com", "dkim:mail.example.com=temperror spf:example.com", "_dmarc.example.com _dmarc.com")]
    public async Task An_identifier_is_walked_only_where_it_could_align(string from, string identifiers, string expected)
    {
        var dns = Zone(Com);
        await Evaluate(dns, from, identifiers);
        Assert.That(Asked(dns), Is.EqualTo(expected));
    }

    [Pin("M11")]
    [Test]
    public async Task Under_strict_alignment_no_identifier_is_walked()
    {
        var dns = Zone("_dmarc.example.com. TXT \"v=DMARC1; p=reject; adkim=s; aspf=s\"");
        await Evaluate(dns, "example.com", "dkim:a.example.com spf:b.example.com");
        Assert.That(Asked(dns), Is.EqualTo("_dmarc.example.com _dmarc.com"));
    }

    [Pin("M11")]
    [Attack("M7")]
    [Rfc(9989, "4.10")]
    [TestCase("example.com", 2)]
    [TestCase("a.b.c.d.e.example.com", 7)]
    [TestCase("a.b.c.d.e.f.example.com", 8)]
    [TestCase("a.b.c.d.e.f.g.example.com", 8)]
    [TestCase("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.example.co.uk", 8)]
    public async Task A_walk_is_eight_queries_at_most(string from, int queries)
    {
        var dns = Zone("");
        var result = await Evaluate(dns, from);
        Assert.That(dns.Queries, Has.Length.EqualTo(queries));
        Assert.That(result.QueriedNames, Is.EqualTo(dns.Queries.Select(question => question.Name)));
        Assert.That(dns.Queries.Select(question => question.Type), Is.All.EqualTo(DnsRecordType.TXT));
        if (queries == 8)
            Assert.That(dns.Queries[1].Name.LabelCount, Is.EqualTo(8), "_dmarc and seven labels");
    }

    [Pin("M11")]
    [Attack("M7")]
    [Test]
    public async Task A_message_is_twenty_four_queries_at_most()
    {
        var dns = Zone("_dmarc.example.com. TXT \"v=DMARC1; p=reject\"");
        var identifiers = string.Join(' ', Enumerable.Range(0, 20).Select(number => $"dkim:a.b.c.d.e{number}.example.com"));
        var result = await Evaluate(dns, "example.com", identifiers);
        Assert.That(dns.Queries, Has.Length.EqualTo(24));
        // Six walks fit in; whatever was found in them holds.
        Assert.That(result.Status, Is.EqualTo(DmarcStatus.Pass));
        Assert.That(result.Identifiers.Select(alignment => alignment.Outcome).Distinct(), Is.EquivalentTo(new[] { AlignmentOutcome.Relaxed, AlignmentOutcome.Unknown }));

        var authors = Zone("");
        result = await Evaluate(authors, "v@a.b.c.d.e.f.g.1.test, w@a.b.c.d.e.f.g.2.test, x@a.b.c.d.e.f.g.3.test, y@a.b.c.d.e.f.g.4.test, z@a.b.c.d.e.f.g.5.test");
        // Five walks of eight, which share the last name.
        Assert.That(authors.Queries, Has.Length.EqualTo(36));
        Assert.That(Text(result), Is.EqualTo("None NoRecord -/None"));
    }

    [Attack("M7")]
    [TestCase("co.uk", "spf:co.uk", "Pass IdentifierAligned Reject/None", Description = "Identical domains are strictly aligned (§3.2.10.2).")]
    [TestCase("co.uk", "spf:example.co.uk", "Fail NoIdentifierAligned Reject/Reject")]
    [TestCase("example.co.uk", "spf:co.uk", "Fail NoIdentifierAligned Quarantine/Quarantine")]
    [TestCase("example.co.uk", "spf:other.co.uk", "Fail NoIdentifierAligned Quarantine/Quarantine")]
    [TestCase("example.co.uk", "spf:mail.example.co.uk", "Pass IdentifierAligned Quarantine/None")]
    [TestCase("a.b.c.d.e.f.g.h.i.j.example.co.uk", "spf:example.co.uk", "Pass IdentifierAligned Quarantine/None")]
    [TestCase("a.b.c.d.e.f.g.h.i.j.example.co.uk", "spf:co.uk dkim:uk", "Fail NoIdentifierAligned Quarantine/Quarantine")]
    public async Task Nothing_aligns_across_a_public_suffix(string from, string identifiers, string expected) =>
        Assert.That(Text(await Evaluate(Zone("_dmarc.co.uk. TXT \"v=DMARC1; p=reject; sp=quarantine; psd=y\""), from, identifiers)), Is.EqualTo(expected));

    [Attack("M10")]
    [Rfc(9989, "11.5")]
    [TestCase("evil.exam\u00ADple.com", "Quarantine/Quarantine")]
    [TestCase("\u212A.example.com", "Quarantine/Quarantine")]
    [TestCase("\u017F.example.com", "Quarantine/Quarantine")]
    [TestCase("evil.\u212Ain.test", "-/None")]
    public async Task A_domain_of_look_alike_letters_is_none_but_what_it_shows_may_ask_for_strictness(string domain, string policy) =>
        Assert.That(Text(await Evaluate(Zone(Com), domain, "spf:example.com dkim:k.example.com")), Is.EqualTo($"PermError InvalidDomain {policy}"));

    [Attack("M10")]
    [Test]
    public async Task Names_and_tags_in_upper_case_read_the_same() =>
        Assert.That(Text(await Evaluate(Zone("_dmarc.mail.in.test. TXT \"v=DMARC1; P=QUARANTINE; ADKIM=S\""), "MAIL.IN.TEST", "dkim:mail.in.test")), Is.EqualTo("Pass IdentifierAligned Quarantine/None"));

    [Attack("M12")]
    [TestCase(4096, "Fail")]
    [TestCase(4097, "None")]
    public async Task A_record_over_the_limit_is_ignored(int length, string expected)
    {
        const string start = "v=DMARC1; p=reject; x=";
        var strings = string.Join("\" \"", (start + new string('y', length - start.Length)).Chunk(255).Select(chunk => new string(chunk)));
        Assert.That((await Evaluate(Zone($"_dmarc.example.com. TXT \"{strings}\""), "example.com")).Status.ToString(), Is.EqualTo(expected));
    }

    [Attack("M12")]
    [TestCase(64, "Fail")]
    [TestCase(65, "None")]
    public async Task A_record_of_too_many_tags_is_ignored(int tags, string expected)
    {
        var record = "v=DMARC1;p=reject" + string.Concat(Enumerable.Repeat(";x=y", tags - 2));
        var strings = string.Join("\" \"", record.Chunk(255).Select(chunk => new string(chunk)));
        Assert.That((await Evaluate(Zone($"_dmarc.example.com. TXT \"{strings}\""), "example.com")).Status.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_name_too_long_for_its_dmarc_name_is_not_asked_for()
    {
        var label = new string('a', 63);
        var dns = Zone("");
        var result = await Evaluate(dns, $"{label}.{label}.{label}.{label[..53]}.test");
        Assert.That(Text(result), Is.EqualTo("None NoRecord -/None"));
        Assert.That(dns.Queries[0].Name.LabelCount, Is.EqualTo(5));
    }

    [Test]
    public async Task A_resolver_that_throws_is_a_dns_error() =>
        Assert.That(Text(await Evaluate(new ThrowingResolver(), "example.com", "spf:example.com")), Is.EqualTo("TempError PolicyHidden -/None"));

    [Test]
    public async Task Cancellation_is_the_callers()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Assert.That(async () => await new DmarcEvaluator(Zone(Com)).DiscoverAsync(DomainName.Parse("example.com"), cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_discovery_can_begin_before_the_identifiers_are_known()
    {
        var dns = Zone(Com);
        var evaluator = new DmarcEvaluator(dns);
        var discovery = evaluator.Start(From("a@example.com"), new MessageDnsResolver(dns, DnsLimits.Default, TimeProvider.System), CancellationToken.None);
        Assert.That(Asked(dns), Is.EqualTo("_dmarc.example.com _dmarc.com"));
        Assert.That((await evaluator.EvaluateAsync(discovery, Identifiers("spf:example.com"), CancellationToken.None)).Status, Is.EqualTo(DmarcStatus.Pass));
    }

    [Test]
    public async Task Each_identifier_tells_how_it_was_compared()
    {
        var result = await Evaluate(Zone(Com), "a.example.com", "spf:example.net dkim:b.example.com dkim:a.example.com dkim:c.example.com=fail dkim:a.example.com=fail");
        Assert.That(result.Identifiers.Select(alignment => alignment.Outcome), Is.EqualTo(new[]
        {
            AlignmentOutcome.NotAligned, AlignmentOutcome.Relaxed, AlignmentOutcome.Strict, AlignmentOutcome.NotEvaluated, AlignmentOutcome.Strict,
        }));
        Assert.That((result.SpfAligned, result.DkimAligned), Is.EqualTo((false, true)));
        Assert.That(result.Identifiers[1].Text, Is.EqualTo("b.example.com and a.example.com have the same Organizational Domain example.com"));
        Assert.That(result.DiscoveryMethod, Is.EqualTo(DiscoveryMethod.TreeWalk));
        Assert.That(result.Record!.Text, Is.EqualTo("v=DMARC1; p=reject; sp=quarantine"));
    }

    [Test]
    public async Task Every_reason_has_a_text()
    {
        var dns = Zone(Com + "|_dmarc.useless.test. TXT \"v=DMARC1; p=x\"").WithFault("_dmarc.broken.test", DnsRecordType.TXT, DnsStatus.Timeout).WithFault("_dmarc.mail.example.com", DnsRecordType.TXT, DnsStatus.Timeout);
        var texts = new List<string>();
        foreach (var (from, identifiers) in new[]
        {
            ("nowhere.test", ""), ("useless.test", ""), ("example.com", ""), ("example.com", "spf:example.net"), ("example.com", "dkim:x.example.com"), ("broken.test", ""),
            ("example.com", "spf:mail.example.com"), ("example.com", "dkim:example.com=temperror"), ("x@nowhere.test, y@example.com", "spf:example.com"), ("b <@", ""),
        })
        {
            var result = await Evaluate(dns, from, identifiers);
            texts.Add($"{result.Reason}: {result.ReasonText}");
        }
        Assert.That(string.Join('\n', texts), Is.EqualTo("""
            NoRecord: no policy record applies to nowhere.test
            RecordNotUsable: the record at _dmarc.useless.test has a mistake ("x" is not a policy; right would be none, quarantine or reject) and no valid address in rua, so that no policy applies
            NoAuthenticatedIdentifier: neither SPF nor DKIM authenticated a domain, and _dmarc.example.com has a policy
            NoIdentifierAligned: no authenticated identifier is aligned with example.com: SPF passed, but example.net lies outside example.com
            IdentifierAligned: DKIM passed, and x.example.com and example.com have the same Organizational Domain example.com
            PolicyHidden: which policy applies to broken.test is unknown: the query for _dmarc.broken.test got no answer in time
            AlignmentHidden: SPF passed, but whether mail.example.com is aligned with example.com is unknown: the query for _dmarc.mail.example.com got no answer in time
            IdentifierTemporaryError: DKIM ended in a temporary error, and example.com is the author domain itself
            NotEveryAuthorDomainPassed: no policy record applies to nowhere.test, one of several author domains, of which others passed
            FromNotParsable: the From field is malformed at octet 4: right would be a local-part; a route before the address is obsolete (RFC 5322 §4.4)
            """));
    }

    [Test]
    public async Task A_warm_evaluation_allocates_little()
    {
        var dns = ZoneDnsResolver.Parse(Com);
        var evaluator = new DmarcEvaluator(dns);
        var identifiers = Identifiers("spf:example.com dkim:mail.example.com");
        var header = HeaderBlock.Parse(Encoding.UTF8.GetBytes("From: Name <a@news.example.com>\r\n"), MessageLimits.Default);
        for (var i = 0; i < 3; i++)
            await evaluator.EvaluateAsync(AuthorDomains.Read(header, DmarcLimits.Default), identifiers);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            var pending = evaluator.EvaluateAsync(AuthorDomains.Read(header, DmarcLimits.Default), identifiers);
            Assert.That(pending.IsCompletedSuccessfully);
        }
        var octets = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        TestContext.Out.WriteLine($"{octets} octets a message");
        Assert.That(octets, Is.LessThan(6_000));
    }

    [Test]
    public async Task Answers_that_come_later_give_the_same_result()
    {
        var evaluator = new DmarcEvaluator(new LateResolver(Zone(Com + "|_dmarc.example.com. TXT x").WithFault("_dmarc.broken.example.com", DnsRecordType.TXT, DnsStatus.ServFail)));
        var discovery = evaluator.Start(From("a@news.example.com"), new MessageDnsResolver(new LateResolver(Zone(Com)), DnsLimits.Default, TimeProvider.System), CancellationToken.None);
        Assert.That(discovery.Policies.IsCompleted, Is.False);
        Assert.That(Text(await evaluator.EvaluateAsync(discovery, Identifiers("dkim:mail.example.com"), CancellationToken.None)), Is.EqualTo("Pass IdentifierAligned Quarantine/None"));
        Assert.That(Text(await evaluator.EvaluateAsync(From("a@example.com"), Identifiers("dkim:broken.example.com spf:x.test"))), Is.EqualTo("TempError AlignmentHidden Reject/None"));
    }

    [Test]
    public async Task One_evaluator_serves_many_threads()
    {
        var evaluator = new DmarcEvaluator(Zone(Com));
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var texts = new HashSet<string>();
            for (var i = 0; i < 200; i++)
                texts.Add(Text(await evaluator.EvaluateAsync(From("a@news.example.com"), Identifiers("dkim:mail.example.com"))));
            return texts.Single();
        })));
        Assert.That(results, Is.All.EqualTo("Pass IdentifierAligned Quarantine/None"));
    }

    private sealed class LateResolver(IDnsResolver inner) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            await Task.Delay(50, cancellationToken);
            return await inner.QueryAsync(question, cancellationToken);
        }
    }

    private sealed class ThrowingResolver : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) => throw new InvalidOperationException("broken");
    }
}
