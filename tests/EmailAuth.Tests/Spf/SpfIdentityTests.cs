using System.Net;
using EmailAuth.Dns;
using EmailAuth.Spf;
using static EmailAuth.Tests.Spf.SpfChecks;

namespace EmailAuth.Tests.Spf;

/// <summary>Who is checked: rows of the behaviour table about the client and its identities.</summary>
public class SpfIdentityTests
{
    [Pin("S11"), Attack("S15"), Rfc(7208, "5")]
    [TestCase("v=spf1 ip4:192.0.2.0/24 -all", SpfStatus.Pass)]
    [TestCase("v=spf1 ip6:::/0 -all", SpfStatus.Fail)]
    [TestCase("v=spf1 ip6:::ffff:192.0.2.1 -all", SpfStatus.Fail)]
    [TestCase("v=spf1 a:host.example -all", SpfStatus.Pass)]
    [TestCase("v=spf1 exists:%{ir}.%{v}.example -all", SpfStatus.Pass)]
    public async Task An_ipv4_mapped_client_is_ipv4(string record, SpfStatus expected)
    {
        var result = await CheckRecordAsync(record, "host.example. A 192.0.2.1\nhost.example. AAAA 2001:db8::1\n1.2.0.192.in-addr.example. A 127.0.0.2", client: "::ffff:192.0.2.1");
        Assert.That(result.Status, Is.EqualTo(expected));
        Assert.That(result.ClientAddress, Is.EqualTo(IPAddress.Parse("192.0.2.1")));
    }

    [Pin("S11"), Rfc(7208, "7.3")]
    [Test]
    public async Task An_ipv4_mapped_client_is_written_as_ipv4_in_macros() =>
        Assert.That((await CheckRecordAsync("v=spf1 -all exp=exp.example.com", "exp.example.com. TXT \"%{i} %{c} %{v}\"", client: "::ffff:192.0.2.1")).Explanation, Is.EqualTo("192.0.2.1 192.0.2.1 in-addr"));

    private static readonly string LongLabel = new('a', 64);

    private static IEnumerable<TestCaseData> RefusedDomains()
    {
        yield return new TestCaseData("user@a..example.com").SetArgDisplayNames("empty label");
        yield return new TestCaseData($"user@{LongLabel}.example.com").SetArgDisplayNames("label over 63");
        yield return new TestCaseData($"user@{string.Join('.', Enumerable.Repeat(LongLabel[..63], 4))}.example.com").SetArgDisplayNames("name over 253");
        yield return new TestCaseData("user@localhost").SetArgDisplayNames("single label");
        yield return new TestCaseData("user@localhost.").SetArgDisplayNames("single label with a dot");
        yield return new TestCaseData("user@[192.0.2.1]").SetArgDisplayNames("literal");
        yield return new TestCaseData("user@192.0.2.1").SetArgDisplayNames("address");
        yield return new TestCaseData("user@[IPv6:2001:db8::1]").SetArgDisplayNames("IPv6 literal");
        yield return new TestCaseData("user@exam ple.com").SetArgDisplayNames("space");
        yield return new TestCaseData("user@exam\0ple.com").SetArgDisplayNames("NUL");
    }

    [Pin("S12"), Rfc(7208, "4.3")]
    [TestCaseSource(nameof(RefusedDomains))]
    public async Task A_domain_that_cannot_be_one_is_none_and_asks_nothing(string mailFrom)
    {
        var dns = new ZoneDnsResolver { LogQueries = true };
        var result = await CheckAsync(dns, mailFrom: mailFrom);
        Assert.That((result.Status, result.Reason, result.Domain), Is.EqualTo((SpfStatus.None, SpfReason.DomainMalformed, (DomainName?)null)));
        Assert.That(dns.Queries, Is.Empty);
    }

    [Pin("S12"), Rfc(7208, "4.3")]
    [TestCase("user@_spf.example.com")]
    [TestCase("user@under_score.example.com")]
    [TestCase("user@EXAMPLE.com.")]
    [TestCase("user@münchen.example")]
    public async Task Underscores_final_dots_and_u_labels_are_evaluated(string mailFrom)
    {
        var result = await CheckAsync("*.example.com. TXT \"v=spf1 +all\"\nexample.com. TXT \"v=spf1 +all\"\nxn--mnchen-3ya.example. TXT \"v=spf1 +all\"", mailFrom: mailFrom);
        Assert.That(result.Status, Is.EqualTo(SpfStatus.Pass));
    }

    [Pin("S12"), Rfc(7208, "4.3")]
    [Test]
    public async Task A_domain_that_does_not_exist_is_none()
    {
        var result = await CheckAsync("example.net. TXT x");
        Assert.That((result.Status, result.Reason, result.ReasonText), Is.EqualTo((SpfStatus.None, SpfReason.DomainDoesNotExist, "example.com does not exist")));
    }

    [Pin("S15"), Rfc(7208, "2.4")]
    [TestCase(null)]
    [TestCase("")]
    [TestCase("<>")]
    public async Task A_null_reverse_path_is_postmaster_at_the_helo_name(string? mailFrom)
    {
        var result = await CheckAsync("mail.example.net. TXT \"v=spf1 exists:%{l}.%{o}.x.example -all\"\npostmaster.mail.example.net.x.example. A 127.0.0.2", mailFrom: mailFrom);
        Assert.That((result.Status, result.Scope, result.Domain?.ToString(), result.Identity), Is.EqualTo((SpfStatus.Pass, SpfScope.Helo, "mail.example.net", "postmaster@mail.example.net")));
    }

    [Pin("S16"), Attack("S16"), Rfc(7208, "2.3")]
    [Test]
    public async Task Helo_and_mail_from_are_two_results()
    {
        var evaluator = new SpfEvaluator(ZoneDnsResolver.Parse("attacker.example. TXT \"v=spf1 +all\"\nlegit.example. TXT \"v=spf1 -all\""));
        var helo = await evaluator.CheckHeloAsync(IPAddress.Parse(Client), "attacker.example");
        var mailFrom = await evaluator.CheckMailFromAsync(IPAddress.Parse(Client), "attacker.example", "any@not.exist.legit.example");
        Assert.That((helo.Status, helo.Scope, helo.Domain?.ToString()), Is.EqualTo((SpfStatus.Pass, SpfScope.Helo, "attacker.example")));
        Assert.That((mailFrom.Status, mailFrom.Scope, mailFrom.Domain?.ToString()), Is.EqualTo((SpfStatus.None, SpfScope.MailFrom, "not.exist.legit.example")));
    }

    [Pin("S17"), Attack("S18"), Rfc(7208, "2.4")]
    [TestCase("(any@attacker.example", SpfReason.SenderMalformed)]
    [TestCase("<(any@attacker.example>", SpfReason.SenderMalformed)]
    [TestCase("@x.example:y@attacker.example", SpfReason.SenderMalformed)]
    [TestCase("<@legit.example,@any.example:'any@attacker.example>", SpfReason.SenderMalformed)]
    [TestCase("attacker.example", SpfReason.SenderMalformed)]
    [TestCase("\"a@attacker.example", SpfReason.SenderMalformed)]
    [TestCase("\"a\"b@attacker.example", SpfReason.SenderMalformed)]
    [TestCase("\"a\\\"@attacker.example", SpfReason.SenderMalformed)]
    [TestCase("a@b@attacker.example", SpfReason.SenderMalformed)]
    [TestCase("a\r\nb@attacker.example", SpfReason.SenderMalformed)]
    [TestCase(">@attacker.example<", SpfReason.SenderMalformed)]
    [TestCase("any@attacker.example(a.legit.example", SpfReason.DomainMalformed)]
    [TestCase("any@attacker.example'", SpfReason.DomainMalformed)]
    [TestCase("any@", SpfReason.DomainMalformed)]
    [TestCase("@", SpfReason.DomainMalformed)]
    public async Task What_is_no_mailbox_is_none_and_never_the_helo_identity(string mailFrom, SpfReason reason)
    {
        var dns = ZoneDnsResolver.Parse("attacker.example. TXT \"v=spf1 +all\"");
        dns.LogQueries = true;
        var result = await CheckAsync(dns, mailFrom: mailFrom, helo: "attacker.example");
        Assert.That((result.Status, result.Reason, result.Scope), Is.EqualTo((SpfStatus.None, reason, SpfScope.MailFrom)));
        Assert.That(dns.Queries, Is.Empty);
    }

    [Pin("S17"), Rfc(7208, "4.3")]
    [TestCase("@example.com", "postmaster@example.com", "postmaster")]
    [TestCase("\"a@b\"@example.com", "\"a@b\"@example.com", "\"a@b\"")]
    [TestCase("\"a\\\"b\"@example.com", "\"a\\\"b\"@example.com", "\"a\\\"b\"")]
    [TestCase("<two words@example.com>", "two words@example.com", "two words")]
    public async Task The_local_part_is_postmaster_only_where_there_is_none(string mailFrom, string identity, string localPart)
    {
        var result = await CheckRecordAsync("v=spf1 -all exp=exp.example.com", "exp.example.com. TXT \"%{l}\"", mailFrom: mailFrom);
        Assert.That((result.Identity, result.Explanation), Is.EqualTo((identity, localPart)));
    }
}
