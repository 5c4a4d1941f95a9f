using System.Text;
using EmailAuth.Dns;

namespace EmailAuth.Tests.Dns;

public class ZoneDnsResolverTests
{
    private static DnsAnswer Ask(string zone, string name, DnsRecordType type) =>
        ZoneDnsResolver.Parse(zone).QueryAsync(new DnsQuestion(DomainName.Parse(name), type)).AsTask().Result;

    private const string Forms = """
        $ORIGIN example.com.
        $TTL 1h
        @       IN SOA ns hostmaster\.x ( 1 ; serial
                        3600 600 86400
                        300 )           ; minimum
                300 IN MX 10 mail       ; relative
                IN 300 TXT "v=spf1 " "-all" ; two strings
        mail    A 192.0.2.1
                AAAA 2001:db8::1
        www     CNAME mail.example.com.
        loop    CNAME loop
        quoted  TXT "a\"b\\c\009\200;("
        bare    TXT word
        old     SPF "v=spf1 -all"
        generic TYPE16 \# 4 03 61 6263
        tls     TLSA 3 1 1 0a0b
        deep.under.here A 192.0.2.9
        *.wild  A 192.0.2.7
        1.2.0.192.in-addr.arpa. PTR mail
        """;

    [TestCase("example.com", DnsRecordType.TXT, "v=spf1 -all")]
    [TestCase("quoted.example.com", DnsRecordType.TXT, "a\"b\\c\t\u00c8;(")]
    [TestCase("bare.example.com", DnsRecordType.TXT, "word")]
    [TestCase("generic.example.com", DnsRecordType.TXT, "abc")]
    public void Text_is_read_as_octets_with_its_strings_joined(string name, DnsRecordType type, string expected) =>
        Assert.That(Encoding.Latin1.GetString(((TxtRecord)Ask(Forms, name, type).Records.Single()).Octets.Span), Is.EqualTo(expected));

    [TestCase("mail.example.com", DnsRecordType.A, "AddressRecord { Type = A, Address = 192.0.2.1 }")]
    [TestCase("www.example.com", DnsRecordType.AAAA, "AddressRecord { Type = AAAA, Address = 2001:db8::1 }")]
    [TestCase("example.com", DnsRecordType.MX, "MxRecord { Type = MX, Preference = 10, Exchange = mail.example.com }")]
    [TestCase("x.y.wild.example.com", DnsRecordType.A, "AddressRecord { Type = A, Address = 192.0.2.7 }")]
    [TestCase("1.2.0.192.in-addr.arpa", DnsRecordType.PTR, "PtrRecord { Type = PTR, Target = mail.example.com }")]
    public void Records_are_found_by_name_and_type(string name, DnsRecordType type, string expected) =>
        Assert.That(Ask(Forms, name, type).Records.Single().ToString(), Is.EqualTo(expected));

    [Pin("N1")]
    [TestCase("under.here.example.com", DnsRecordType.A, DnsStatus.NoData)]
    [TestCase("old.example.com", DnsRecordType.TXT, DnsStatus.NoData)]
    [TestCase("nothing.example.com", DnsRecordType.A, DnsStatus.NxDomain)]
    [TestCase("x.mail.example.com", DnsRecordType.A, DnsStatus.NxDomain)]
    [TestCase("loop.example.com", DnsRecordType.A, DnsStatus.Malformed)]
    public void What_is_not_there_is_told_apart(string name, DnsRecordType type, DnsStatus expected)
    {
        var answer = Ask(Forms, name, type);
        Assert.That(answer.Status, Is.EqualTo(expected));
        Assert.That(answer.Records, Is.Empty);
    }

    [Test]
    public void A_negative_answer_lives_as_long_as_the_soa_record_says() =>
        Assert.That(Ask(Forms, "nothing.example.com", DnsRecordType.A).TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(300)));

    [TestCase("example.com. A 192.0.2", 1, "IPv4 address")]
    [TestCase("\n\nexample.com. AAAA ::1::", 3, "IPv6 address")]
    [TestCase("example.com. TXT \"open", 1, "not closed")]
    [TestCase("example.com. MX mail", 1, "preference")]
    [TestCase("example.com. WKS x", 1, "not a record type")]
    [TestCase("example.com.", 1, "no type")]
    [TestCase(" A 192.0.2.1", 1, "begins with white space")]
    [TestCase("example.com. SOA a b ( 1 2\n3", 1, "never closed")]
    [TestCase("$INCLUDE x", 1, "not supported")]
    [TestCase("a..b. A 192.0.2.1", 1, "not a domain name")]
    [TestCase("x. TXT \"\\999\"", 1, "three digits")]
    [TestCase("x. TYPE16 \\# 4 00", 1, "says 4 octets")]
    [TestCase("x. TXT \"\u4f8b\"", 1, "is no octet")]
    [TestCase("\u4f8b.example. TXT x", 1, "is no octet")]
    public void A_mistake_names_file_line_and_what_was_expected(string zone, int line, string words)
    {
        var exception = Assert.Throws<ZoneFileException>(() => ZoneDnsResolver.Parse(zone, "my.zone"));
        Assert.That(exception!.Line, Is.EqualTo(line));
        Assert.That(exception.Message, Does.StartWith($"my.zone:{line}: ").And.Contain(words));
    }

    [Test]
    public async Task Faults_are_answers_and_questions_are_logged_on_request()
    {
        var dns = ZoneDnsResolver.Parse("example.com. TXT x").WithFault("example.com", DnsRecordType.TXT, DnsStatus.Timeout);
        dns.LogQueries = true;
        var question = new DnsQuestion(DomainName.Parse("example.com"), DnsRecordType.TXT);
        Assert.That((await dns.QueryAsync(question)).Status, Is.EqualTo(DnsStatus.Timeout));
        Assert.That(dns.Queries, Is.EqualTo(new[] { question }));
    }

    [Test]
    public async Task A_fault_set_later_counts_too()
    {
        var dns = ZoneDnsResolver.Parse("example.com. TXT x");
        var question = new DnsQuestion(DomainName.Parse("example.com"), DnsRecordType.TXT);
        await dns.QueryAsync(question);
        dns.WithFault("example.com", DnsRecordType.None, DnsStatus.ServFail);
        Assert.That((await dns.QueryAsync(question)).Status, Is.EqualTo(DnsStatus.ServFail));
    }

    [TestCase("\uFEFFexample.com. A 192.0.2.1")]
    [TestCase("\u00EF\u00BB\u00BFexample.com. A 192.0.2.1")]
    public void A_byte_order_mark_is_no_part_of_the_first_name(string zone) =>
        Assert.That(Ask(zone, "example.com", DnsRecordType.A).Status, Is.EqualTo(DnsStatus.NoError));

    [Test]
    public void An_answer_lives_no_longer_than_the_aliases_that_lead_to_it()
    {
        const string zone = "a. 50 CNAME b.\nb. 100 A 192.0.2.1\nb. 30 SOA b. b. 1 2 3 4 300\nc. 20 CNAME x.b.";
        Assert.That(Ask(zone, "a", DnsRecordType.A).TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(50)));
        Assert.That(Ask(zone, "b", DnsRecordType.A).TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(100)));
        Assert.That(Ask(zone, "a", DnsRecordType.AAAA).TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(Ask(zone, "c", DnsRecordType.A).TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(20)));
    }

    // The zone and the answers of RFC 4592 §2.2.1, but for SRV and the delegation, which a resolver does not see.
    private const string Wildcards = """
        $ORIGIN example.
        example.                 3600  SOA   ns.example.com. host 1 2 3 4 60
        example.                 3600  NS    ns.example.com.
        *.example.               3600  TXT   "this is a wildcard"
        *.example.               3600  MX    10 host1.example.
        sub.*.example.           3600  TXT   "this is not a wildcard"
        host1.example.           3600  A     192.0.2.1
        _ssh._tcp.host1.example. 3600  TLSA  3 1 1 00
        _ssh._tcp.host2.example. 3600  TLSA  3 1 1 00
        """;

    [Rfc(4592, "2.2.1")]
    [TestCase("host3.example", DnsRecordType.MX, DnsStatus.NoError)]
    [TestCase("host3.example", DnsRecordType.A, DnsStatus.NoData)]
    [TestCase("foo.bar.example", DnsRecordType.TXT, DnsStatus.NoError)]
    [TestCase("host1.example", DnsRecordType.MX, DnsStatus.NoData)]
    [TestCase("sub.*.example", DnsRecordType.MX, DnsStatus.NoData)]
    [TestCase("_telnet._tcp.host1.example", DnsRecordType.TLSA, DnsStatus.NxDomain)]
    [TestCase("ghost.*.example", DnsRecordType.MX, DnsStatus.NxDomain)]
    [TestCase("*.example", DnsRecordType.TXT, DnsStatus.NoError)]
    [TestCase("host2.example", DnsRecordType.TXT, DnsStatus.NoData)]
    [TestCase("x.host2.example", DnsRecordType.TXT, DnsStatus.NxDomain)]
    public async Task A_wildcard_covers_what_does_not_exist_below_its_closest_encloser(string text, DnsRecordType type, DnsStatus expected)
    {
        Assert.That(DomainName.TryParseQueryName(Encoding.Latin1.GetBytes(text), out var name), Is.True);
        var answer = await ZoneDnsResolver.Parse(Wildcards).QueryAsync(new DnsQuestion(name!, type));
        Assert.That(answer.Status, Is.EqualTo(expected));
    }

    [Test]
    public void A_file_without_end_is_refused_at_the_limit()
    {
        if (!File.Exists("/dev/zero"))
            Assert.Ignore("This system has no /dev/zero.");
        var exception = Assert.Throws<ZoneFileException>(() => ZoneDnsResolver.Load("/dev/zero"));
        Assert.That(exception!.Message, Does.Contain("larger than 64 MiB"));
    }
}
