using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Iprev;
using EmailAuth.Spf;
using EmailAuth.Syntax;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Evidence;

/// <summary>An explanation is there for every verdict, bounded and safe to show, and names the rule of every reason.</summary>
public partial class ExplanationTests
{
    [GeneratedRegex(@"^RFC \d{4} §\d+(\.\d+)*$")]
    private static partial Regex Section();

    [GeneratedRegex(@"^(|[SDAMHN]\d+( [SDAMHN]\d+)*)$")]
    private static partial Regex Rows();

    private static IEnumerable<(string Reason, RuleReference Reference)> References() =>
    [
        .. Enum.GetValues<SpfReason>().Select(reason => ($"Spf {reason}", SpfRules.Of(reason))),
        .. Enum.GetValues<DkimReason>().Select(reason => ($"Dkim {reason}", DkimRules.Of(reason))),
        .. Enum.GetValues<ArcReason>().Select(reason => ($"Arc {reason}", ArcRules.Of(reason))),
        .. Enum.GetValues<ArcSignatureReason>().Select(reason => ($"ArcSignature {reason}", ArcRules.Of(reason))),
        .. Enum.GetValues<ArcOverrideReason>().Select(reason => ($"ArcOverride {reason}", ArcRules.Of(reason))),
        .. Enum.GetValues<DmarcReason>().Select(reason => ($"Dmarc {reason}", DmarcRules.Of(reason))),
        .. Enum.GetValues<PolicyTag>().Select(tag => ($"Policy {tag}", DmarcRules.Of(tag))),
        .. Enum.GetValues<AlignmentOutcome>().Select(outcome => ($"Alignment {outcome}", DmarcRules.Of(outcome))),
        .. Enum.GetValues<IprevReason>().Select(reason => ($"Iprev {reason}", IprevRules.Of(reason))),
    ];

    [Test]
    public void Every_reason_has_its_section()
    {
        foreach (var (reason, reference) in References())
        {
            Assert.That(Section().IsMatch(reference.Section), Is.True, $"{reason}: {reference.Section}");
            Assert.That(Rows().IsMatch(reference.Rows), Is.True, $"{reason}: {reference.Rows}");
        }
    }

    [Test]
    public async Task With_and_without_evidence_every_verdict_is_explained([Range(0, 4)] int part)
    {
        for (var seed = part * 40; seed < (part + 1) * 40; seed++)
        {
            var mail = await RandomMail.MakeAsync(seed);
            foreach (var keeps in (bool[])[true, false])
            {
                var options = new EmailAuthenticatorOptions { KeepEvidence = keeps, CheckReverseName = true, TimeProvider = TestMail.Clock };
                var result = await new EmailAuthenticator(mail.Dns, options).VerifyAsync(mail.Message, mail.Session);
                var explanation = result.Explain();
                AssertIsSafe(explanation);
                Assert.That(explanation.HasEvidence, Is.EqualTo(keeps));
                var methods = explanation.Steps.Cast<MethodStep>().Select(step => (step.Method, step.Result)).ToList();
                Assert.That(methods, Does.Contain(("spf", result.Spf.Status.ToKeyword())).And.Contain(("dkim", result.DkimStatus.ToKeyword())).And.Contain(("dmarc", result.Dmarc.Status.ToKeyword())));
                foreach (var method in explanation.Steps.Where(step => step is MethodStep { Method: not "dkim" }))
                    Assert.That(DecidingStepTests.All(method.Steps).OfType<DecisionStep>().Where(step => step.IsDeciding && step.Rule is not null && step.Input is not null), Is.Not.Empty);
                Assert.That(explanation.ToText().Contains("without evidence", StringComparison.Ordinal), Is.EqualTo(!keeps));
            }
        }
    }

    [Test]
    [Attack("I4")]
    public async Task What_a_peer_writes_reaches_no_terminal()
    {
        const string evil = "\e[2J\r\nX: y\u202E\u0007";
        var zone = "example.com. TXT \"v=spf1 exp=\\027[31m -all\"\n_dmarc.example.com. TXT \"v=DMARC1; p=reject; x=\\027[2J\\000\"";
        var authenticator = new EmailAuthenticator(ZoneDnsResolver.Parse(zone), new EmailAuthenticatorOptions { KeepEvidence = true });
        var text = $"From: a@example.com\r\nDKIM-Signature: v=1; a=\e[2J; d=example.com\e[0m; s=x\e; b=AAAA; bh=AAAA; h=from\r\nDKIM-Signature: \u0007\e[2J\r\n\r\nx";
        foreach (var mailFrom in (string[])[$"{evil}@example.com", $"a@example.com{evil}", evil])
        {
            var result = await authenticator.VerifyAsync(TestMail.MessageOf(text), new SmtpSession(IPAddress.Loopback, evil, mailFrom));
            AssertIsSafe(result.Explain());
        }
    }

    [Test]
    public async Task It_is_bounded_whatever_the_records_say()
    {
        var terms = string.Join(' ', Enumerable.Range(0, 250).Select(i => $"ip4:203.0.113.{i}"));
        var includes = string.Join('\n', Enumerable.Range(0, 10).Select(i => $"i{i}.example. TXT ({string.Concat($"v=spf1 {terms} include:i{i + 1}.example -all".Chunk(250).Select(part => $" \"{new string(part)}\""))} )"));
        var message = string.Concat(Enumerable.Repeat("DKIM-Signature: v=1; " + new string('x', 900) + "\r\n", 60)) + TestMail.Plain;
        var authenticator = new EmailAuthenticator(ZoneDnsResolver.Parse(includes), new EmailAuthenticatorOptions { KeepEvidence = true });
        var result = await authenticator.VerifyAsync(TestMail.MessageOf(message), new SmtpSession(IPAddress.Parse("192.0.2.1"), "i0.example", "a@i0.example"));
        var explanation = result.Explain();
        AssertIsSafe(explanation);
        Assert.That(explanation.StepsLeftOut, Is.GreaterThan(0));
        Assert.That(explanation.ToText(), Does.Contain("more steps, which are not told"));
        Assert.That(explanation.ToJson(), Has.Length.LessThan(4 << 20));
    }

    [Test]
    public async Task Terms_stand_below_the_include_that_led_to_them()
    {
        const string zone = "example.com. TXT \"v=spf1 include:%{d2}.inner.example ip4:192.0.2.1 -all\"\nexample.com.inner.example. TXT \"v=spf1 ip4:203.0.113.1 -all\"";
        var result = await new EmailAuthenticator(ZoneDnsResolver.Parse(zone), new EmailAuthenticatorOptions { KeepEvidence = true })
            .VerifyAsync(TestMail.MessageOf(TestMail.Plain), new SmtpSession(IPAddress.Parse("192.0.2.1"), "x", "a@example.com"));
        var terms = result.Explain().Steps[0].Steps.OfType<SpfTermStep>().ToList();
        Assert.That(terms.Select(term => (term.Term, term.Outcome)), Is.EqualTo(new[]
        {
            ("include:%{d2}.inner.example", "entered"), ("include:%{d2}.inner.example", "no match"), ("ip4:192.0.2.1", "match"),
        }));
        Assert.That(terms[0].Expansion?.ToString(), Is.EqualTo("example.com.inner.example"));
        Assert.That(terms[0].Steps.OfType<SpfTermStep>().Select(term => (term.Term, term.Outcome)), Is.EqualTo(new[] { ("ip4:203.0.113.1", "no match"), ("-all", "match") }));
        Assert.That(terms[0].Steps.OfType<DnsStep>().Single().Question.ToString(), Is.EqualTo("example.com.inner.example TXT"));
        Assert.That(terms[0].DnsLookups, Is.EqualTo(1));
    }

    [TestCase("v=spf1 a:h.example mx:h.example exists:x.example include:d.example -all", "\"include:d.example\" of c.example")]
    [TestCase("v=spf1 a:h.example mx:h.example exists:x.example redirect=d.example", "\"redirect=d.example\" of c.example")]
    [TestCase("v=spf1 a:h.example mx:h.example a:%{p}.h.example -all", "\"a:%{p}.h.example\" of c.example")]
    [Rfc(7208, "4.6.4")]
    public async Task The_term_and_the_record_that_hit_the_limit_of_look_ups_are_named(string record, string named)
    {
        var zone = $"example.com. TXT \"v=spf1 include:a.example -all\"\na.example. TXT \"v=spf1 a:h.example mx:h.example exists:x.example include:b.example -all\"\n"
            + $"b.example. TXT \"v=spf1 a:h.example include:c.example -all\"\nc.example. TXT \"{record}\"\nh.example. A 203.0.113.1\nh.example. MX 1 h.example.\nd.example. TXT \"v=spf1 -all\"";
        var options = new EmailAuthenticatorOptions { KeepEvidence = true };
        var result = await new EmailAuthenticator(ZoneDnsResolver.Parse(zone), options).VerifyAsync(TestMail.MessageOf(TestMail.Plain), new SmtpSession(IPAddress.Parse("192.0.2.1"), "x", "a@example.com"));
        Assert.That(result.Spf.Reason, Is.EqualTo(SpfReason.TooManyDnsLookups));
        var explanation = result.Explain();
        Assert.That(DecidingStepTests.All(explanation.Steps).OfType<LimitStep>().First().Text, Does.Contain($"Limits.Spf.MaxDnsLookups is hit: {named} takes the evaluation over 10 terms"));
        Assert.That(explanation.ToParagraph(), Does.Contain(named).And.Contain("lint --type spf --domain"));
    }

    private static async Task<Explanation> ExplainAsync(string zone, string? fault = null, string helo = "mail.attacker.example", string? mailFrom = "x@attacker.example", string from = "From: a@example.com")
    {
        var dns = ZoneDnsResolver.Parse(zone);
        if (fault is not null)
            dns.WithFault(fault, DnsRecordType.TXT, DnsStatus.Timeout);
        var authenticator = new EmailAuthenticator(dns, new EmailAuthenticatorOptions { KeepEvidence = true });
        return (await authenticator.VerifyAsync(TestMail.MessageOf($"{from}\r\n\r\nx"), new SmtpSession(IPAddress.Parse("192.0.2.1"), helo, mailFrom))).Explain();
    }

    [Test]
    [Pin("M2")]
    public async Task Two_records_are_told_as_two_and_not_as_none()
    {
        var explanation = await ExplainAsync("_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n_dmarc.example.com. TXT \"v=DMARC1; p=none\"");
        Assert.That(explanation.ToParagraph(), Does.Contain("there are several at _dmarc.example.com, so that none of them counts").And.Contain("remove all DMARC records at _dmarc.example.com but one")
            .And.Not.Contain("could publish a policy"));
    }

    [Test]
    public async Task A_hidden_policy_is_told_once_and_in_words()
    {
        var explanation = await ExplainAsync("example.com. TXT \"v=spf1 -all\"", fault: "_dmarc.example.com");
        var dmarc = string.Join('\n', DecidingStepTests.All(explanation.Steps).SkipWhile(step => step is not MethodStep { Method: "dmarc" }).Skip(1).Select(step => step.Text));
        Assert.That(dmarc, Does.Contain("a DNS error hides the policy for example.com\n").And.Not.Contain("no policy applies").And.Not.Contain("hides the Organizational Domain"));
        Assert.That(explanation.ToText(), Does.Contain("is unknown: the query for _dmarc.example.com got no answer in time").And.Not.Contain("Timeout"));
    }

    [TestCase("x@attacker.example", "If the sender sends for example.com by right")]
    [TestCase(null, "A sender by right should sign with a key of example.com")]
    public async Task Nobody_is_told_how_to_forge(string? mailFrom, string advice)
    {
        var paragraph = (await ExplainAsync("_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\nattacker.example. TXT \"v=spf1 +all\"", mailFrom: mailFrom)).ToParagraph();
        Assert.That(paragraph, Does.Contain("A forged message looks just like this").And.Contain(advice).And.Not.Contain("The sender should"));
    }

    [Test]
    public async Task Without_any_identity_that_is_what_is_said()
    {
        var text = (await ExplainAsync("", helo: "", mailFrom: null)).ToText();
        Assert.That(text, Does.Contain("SPF none: neither a reverse-path nor a HELO name was given").And.Contain("there is no identity").And.Not.Contain("postmaster"));
    }

    [Test]
    public async Task The_text_names_sections_and_no_rows_and_no_rule_for_an_answer_that_came()
    {
        var explanation = await ExplainAsync("_dmarc.example.com. TXT \"v=DMARC1; p=reject\"", fault: "attacker.example");
        foreach (var line in explanation.ToText().Split('\n'))
            Assert.That(line, Does.Not.Match("; [SDAMHN][0-9]"));
        Assert.That(explanation.ToText(), Does.Match("attacker\\.example TXT: no answer came in time .*\\[RFC 1035 §4\\.1\\.1\\]\n").And.Contain("p=reject\"\n").And.Contain(" [RFC 9989 §"));
        Assert.That(explanation.ToJson(), Does.Contain("\"M10\"").Or.Contain("\"N1\""));
    }

    [TestCase("v=spf1 -all", "SPF did not pass; it would be aligned, as example.com is the author domain itself")]
    [TestCase("v=spf1 +all", "SPF passed: example.com is the author domain itself")]
    public async Task An_identifier_that_did_not_pass_is_told_as_what_would_be(string record, string text)
    {
        var explanation = await ExplainAsync($"_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\nexample.com. TXT \"{record}\"", mailFrom: "a@example.com");
        Assert.That(explanation.ToText(), Does.Contain(text));
        Assert.That(explanation.ToParagraph(), Does.Not.Contain("SPF: "));
    }

    [TestCase("From: a@example.com, b@example.com")]
    [TestCase("From: a@example.com, b@EXAMPLE.com")]
    public async Task An_author_domain_is_told_once(string from)
    {
        var explanation = await ExplainAsync("_dmarc.example.com. TXT \"v=DMARC1; p=reject\"", from: from);
        Assert.That(explanation.ToText().Split("the author domain is example.com").Length, Is.EqualTo(2));
    }

    [Test]
    public async Task A_signature_shows_both_hashes_and_every_tag()
    {
        var text = await TestMail.SignValueAsync(TestMail.Plain, "v=1; a=rsa-sha256; odd=tag; c=relaxed/relaxed; d=example.com; s=rsa; h=from:subject; bh=?; b=");
        var result = await new EmailAuthenticator(TestMail.Zone(), new EmailAuthenticatorOptions { KeepEvidence = true, TimeProvider = TestMail.Clock })
            .VerifyAsync(TestMail.MessageOf(text + "More\r\n"), new SmtpSession(IPAddress.Loopback, "x", "a@example.com"));
        var step = DecidingStepTests.All(result.Explain().Steps).OfType<SignatureStep>().Single();
        Assert.That(step.FieldValue, Does.Contain("odd=tag"));
        Assert.That(step.StatedBodyHash, Is.Not.EqualTo(step.BodyHash));
        Assert.That(text, Does.Contain(step.StatedBodyHash!));
        Assert.That(step.Text, Does.Contain(step.BodyHash!).And.Contain(step.StatedBodyHash!).And.Contain(step.HeaderHash!));
        Assert.That(step.HeaderHashMatches, Is.True);
        Assert.That(step.SignedFields, Is.EqualTo(new[] { "from", "subject" }));
        Assert.That(step.Steps.OfType<DnsStep>().Single().Question.ToString(), Is.EqualTo("rsa._domainkey.example.com TXT"));
        Assert.That(result.Explain().ToParagraph(), Does.Contain("must not change what is signed"));
    }

    private static void AssertIsSafe(Explanation explanation)
    {
        var count = 0;
        foreach (var step in DecidingStepTests.All(explanation.Steps))
        {
            count++;
            AssertIsLine(step.Text);
        }
        // The steps of a verdict are always told, and there are few.
        Assert.That(count, Is.LessThan(Explanation.MaxSteps + 500));
        AssertIsLine(explanation.ToParagraph());
        Assert.That(explanation.ToText().Where(character => character != '\n' && (char.IsControl(character) || character is '\u202E' or '\uFFFE')), Is.Empty);
        using var json = JsonDocument.Parse(explanation.ToJson());
        AssertIsSafe(json.RootElement);
    }

    private static void AssertIsSafe(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
            AssertIsLine(element.GetString()!);
        foreach (var part in element.ValueKind == JsonValueKind.Object ? element.EnumerateObject().Select(member => member.Value) : element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : Enumerable.Empty<JsonElement>())
            AssertIsSafe(part);
    }

    private static void AssertIsLine(string text)
    {
        Assert.That(text, Has.Length.LessThan(16_000));
        foreach (var character in text)
            Assert.That(char.IsControl(character) || character == '\u202E', Is.False, text);
    }

    /// <summary>What is compared otherwise, or depends on how long answers take.</summary>
    private static readonly string[] LeftOut = ["VerificationResult.DnsQueriesAhead", "VerificationResult.DnsQueriesNotNeeded", "VerificationResult.Shadows", "ArcSetResult.AuthenticationResults"];

    [Test]
    public async Task No_member_of_a_verdict_is_forgotten_in_the_comparison()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var seed = 0; seed < 60; seed++)
        {
            var mail = await RandomMail.MakeAsync(seed);
            var options = new EmailAuthenticatorOptions { CheckReverseName = true, TimeProvider = TestMail.Clock, TrustedSealers = new TrustedSealers([new TrustedSealer(DomainName.Parse("one.example"))]) };
            foreach (var member in VerdictMembers.Of(await new EmailAuthenticator(mail.Dns, options).VerifyAsync(mail.Message, mail.Session)))
                names.Add(Regex.Replace(member.Path.Split('.')[^1], @"\[\d+\]", ""));
        }
        foreach (var tested in DecidingStepTests.Cases())
        {
            foreach (var member in VerdictMembers.Of(await ((DecidingStepTests.Scenario)await tested.Before()).VerifyAsync()))
                names.Add(Regex.Replace(member.Path.Split('.')[^1], @"\[\d+\]", ""));
        }
        Type[] results = [typeof(VerificationResult), typeof(SpfResult), typeof(DkimResult), typeof(ArcResult), typeof(ArcSetResult), typeof(ArcSignatureResult), typeof(DmarcResult), typeof(AuthorDomainResult), typeof(IdentifierAlignment), typeof(AuthenticatedIdentifier), typeof(IprevResult)];
        var forgotten = results.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => (Type: type, Property: property)))
            .Where(one => !results.Contains(one.Property.PropertyType) && one.Property.PropertyType != typeof(ArcOverrideResult) && !IsArrayOfResults(one.Property.PropertyType, results))
            .Where(one => !names.Contains(one.Property.Name) && !LeftOut.Contains($"{one.Type.Name}.{one.Property.Name}"))
            .Select(one => $"{one.Type.Name}.{one.Property.Name}");
        Assert.That(forgotten, Is.Empty);
    }

    private static bool IsArrayOfResults(Type type, Type[] results) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) && results.Contains(type.GetGenericArguments()[0]);
}
