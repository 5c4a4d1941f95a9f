using System.Text;
using EmailAuth.Dmarc;
using EmailAuth.Dns;

namespace EmailAuth.Tests.Dmarc;

[Pin("M12")]
[Rfc(9990, "3")]
public class ReportDestinationTests
{
    private static readonly string LongLabel = new('a', 63);

    private const string Zone = """
        _dmarc.example.com. TXT "v=DMARC1; p=none"
        example.com._report._dmarc.agrees.test. TXT "v=DMARC1"
        example.com._report._dmarc.agrees.test. TXT "something else"
        example.com._report._dmarc.semicolon.test. TXT "v=DMARC1;"
        example.com._report._dmarc.both.test. TXT "v=DMARC1"
        example.com._report._dmarc.both.test. TXT "v=DMARC1; x=y"
        *._report._dmarc.anybody.test. TXT "v=DMARC1"
        example.com._report._dmarc.moves.test. TXT "v=DMARC1; rua=mailto:other@moves.test,mailto:third@moves.test; ruf=mailto:failures@moves.test"
        example.com._report._dmarc.astray.test. TXT "v=DMARC1; rua=mailto:victim@elsewhere.test"
        example.com._report._dmarc.half.test. TXT "v=DMARC1; rua=mailto:a@half.test,mailto:b@mail.half.test"
        example.com._report._dmarc.spf.test. TXT "v=spf1 -all"
        example.com._report._dmarc.broken.example.com. TXT "v=DMARC1"
        """;

    private static ZoneDnsResolver Dns()
    {
        var dns = ZoneDnsResolver.Parse(Zone)
            .WithFault("example.com._report._dmarc.slow.test", DnsRecordType.TXT, DnsStatus.Timeout)
            .WithFault("_dmarc.broken.example.com", DnsRecordType.TXT, DnsStatus.ServFail)
            .WithFault("_dmarc.hidden.example.com", DnsRecordType.TXT, DnsStatus.ServFail);
        dns.LogQueries = true;
        return dns;
    }

    private static DmarcRecord Record(string tags) =>
        DmarcRecord.TryParse(Encoding.UTF8.GetBytes("v=DMARC1; p=none; " + tags), out var record) ? record : throw new AssertionException(tags);

    private static async Task<string> Check(ZoneDnsResolver dns, string tags, ReportKind kind, string policyDomain = "example.com")
    {
        var destinations = await new DmarcEvaluator(dns).CheckReportDestinationsAsync(DomainName.Parse(policyDomain), Record(tags), kind);
        Assert.That(destinations.Select(destination => destination.Text), Is.All.Not.Empty);
        return string.Join(' ', destinations.Select(destination => $"{destination.Status}:{destination.Reason}:{string.Join('+', destination.Destinations)}"));
    }

    [TestCase("mailto:a@example.com", "Authorized:SameOrganization:mailto:a@example.com")]
    [TestCase("mailto:a@mail.example.com", "Authorized:SameOrganization:mailto:a@mail.example.com")]
    [TestCase("mailto:a@agrees.test", "Authorized:Confirmed:mailto:a@agrees.test")]
    [TestCase("mailto:a@semicolon.test", "Authorized:Confirmed:mailto:a@semicolon.test")]
    [TestCase("mailto:a@both.test", "Authorized:Confirmed:mailto:a@both.test")]
    [TestCase("mailto:a@anybody.test", "Authorized:Confirmed:mailto:a@anybody.test")]
    [TestCase("https://agrees.test/x", "Authorized:Confirmed:https://agrees.test/x")]
    [TestCase("mailto:a@moves.test", "Authorized:Confirmed:mailto:other@moves.test+mailto:third@moves.test")]
    [TestCase("mailto:a@third.test", "Refused:NotConfirmed:")]
    [TestCase("mailto:a@spf.test", "Refused:NotConfirmed:")]
    [TestCase("mailto:a@astray.test", "Refused:OverriddenToOtherHost:")]
    [TestCase("mailto:a@half.test", "Refused:OverriddenToOtherHost:")]
    [TestCase("https://192.0.2.1/", "Refused:NoHost:")]
    [TestCase("mailto:a@slow.test", "Unknown:Hidden:")]
    [TestCase("mailto:a@hidden.example.com", "Unknown:Hidden:", Description = "Whether it is external is hidden, and it does not agree.")]
    [TestCase("mailto:a@broken.example.com", "Authorized:Confirmed:mailto:a@broken.example.com", Description = "It agrees, so it need not be known whether it is external.")]
    [TestCase("mailto:a@third.test,mailto:b@agrees.test,mailto:c@slow.test", "Refused:NotConfirmed: Authorized:Confirmed:mailto:b@agrees.test Unknown:Hidden:")]
    public async Task A_destination_outside_must_agree(string rua, string expected) =>
        Assert.That(await Check(Dns(), $"rua={rua}", ReportKind.Aggregate), Is.EqualTo(expected));

    [Rfc(9991, "4")]
    [TestCase("ruf=mailto:a@moves.test", "Authorized:Confirmed:mailto:failures@moves.test")]
    [TestCase("ruf=mailto:a@astray.test", "Authorized:Confirmed:mailto:a@astray.test", Description = "Its rua is not about failure reports.")]
    [TestCase("ruf=mailto:a@example.com; psd=y", "Refused:FailureReportsForPublicSuffix:")]
    [TestCase("rua=mailto:a@example.com", "")]
    public async Task Failure_reports_have_their_own_tag(string tags, string expected) =>
        Assert.That(await Check(Dns(), tags, ReportKind.Failure), Is.EqualTo(expected));

    [Test]
    public async Task A_name_too_long_to_ask_for_is_refused_without_a_query()
    {
        var dns = Dns();
        var domain = $"{LongLabel}.{LongLabel}.example.com";
        Assert.That(await Check(dns, $"rua=mailto:a@{LongLabel}.{LongLabel}.test", ReportKind.Aggregate, domain), Is.EqualTo("Refused:NameTooLong:"));
        Assert.That(dns.Queries.Select(question => question.Name.ToString()), Has.None.Contains("_report"));
    }

    [Test]
    public async Task One_host_is_asked_once_and_ten_addresses_are_checked()
    {
        var dns = Dns();
        var uris = string.Join(',', Enumerable.Range(0, 12).Select(number => $"mailto:a{number}@third.test"));
        Assert.That((await Check(dns, $"rua={uris}", ReportKind.Aggregate)).Split(' '), Has.Length.EqualTo(10));
        Assert.That(dns.Queries.Count(question => question.Name.ToString() == "example.com._report._dmarc.third.test"), Is.EqualTo(1));
    }

    [Attack("R9")]
    [Test]
    public async Task A_hundred_foreign_addresses_cost_twenty_four_queries_at_most()
    {
        var dns = Dns();
        var uris = string.Join(',', Enumerable.Range(0, 100).Select(number => $"mailto:a@a.b.c.d.e.f{number}.example.com"));
        var checkedUris = await Check(dns, $"rua={uris}", ReportKind.Aggregate);
        Assert.That(checkedUris.Split(' '), Has.Length.EqualTo(10));
        Assert.That(checkedUris, Does.Contain("Unknown:Hidden"));
        Assert.That(dns.Queries, Has.Length.EqualTo(24));
    }
}
