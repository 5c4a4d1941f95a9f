using EmailAuth.Dmarc;
using EmailAuth.Dns;

namespace EmailAuth.Tests.Dmarc;

[Pin("M13")]
[Rfc(7489, "3.2")]
public class PublicSuffixListTests
{
    private const string List = """
        // VERSION: 2026-01-01_00-00-00_UTC
        // ===BEGIN ICANN DOMAINS===
        com
        uk
        co.uk
        jp
        *.kawasaki.jp
        !city.kawasaki.jp
        *.ck
        !www.ck
        公司.cn  and what stands behind white space
        cn
        a.b.c.test
        // ===END ICANN DOMAINS===
        // ===BEGIN PRIVATE DOMAINS===
        blogspot.com
        // ===END PRIVATE DOMAINS===
        """;

    [TestCase("example.com", "example.com")]
    [TestCase("b.example.com", "example.com")]
    [TestCase("a.b.c.example.com", "example.com")]
    [TestCase("com", "com", Description = "A public suffix has no Organizational Domain.")]
    [TestCase("co.uk", "co.uk")]
    [TestCase("uk", "uk")]
    [TestCase("example.uk", "example.uk")]
    [TestCase("example.co.uk", "example.co.uk")]
    [TestCase("mail.example.co.uk", "example.co.uk")]
    [TestCase("kawasaki.jp", "kawasaki.jp", Description = "By the rule jp.")]
    [TestCase("x.kawasaki.jp", "x.kawasaki.jp", Description = "The wildcard makes it a public suffix.")]
    [TestCase("y.x.kawasaki.jp", "y.x.kawasaki.jp")]
    [TestCase("z.y.x.kawasaki.jp", "y.x.kawasaki.jp")]
    [TestCase("city.kawasaki.jp", "city.kawasaki.jp", Description = "The exception.")]
    [TestCase("www.city.kawasaki.jp", "city.kawasaki.jp")]
    [TestCase("ck", "ck")]
    [TestCase("x.ck", "x.ck")]
    [TestCase("y.x.ck", "y.x.ck")]
    [TestCase("www.ck", "www.ck")]
    [TestCase("www.www.ck", "www.ck")]
    [TestCase("食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn")]
    [TestCase("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn")]
    [TestCase("公司.cn", "xn--55qx5d.cn")]
    [TestCase("c.test", "c.test", Description = "No rule matches but \"*\".")]
    [TestCase("b.c.test", "c.test")]
    [TestCase("a.b.c.test", "a.b.c.test")]
    [TestCase("x.a.b.c.test", "x.a.b.c.test")]
    [TestCase("mail.unlisted.example", "unlisted.example")]
    [TestCase("example", "example")]
    [TestCase("x.blogspot.com", "blogspot.com", Description = "The private section does not count.")]
    [TestCase("notcom", "notcom")]
    [TestCase("a.notco.uk", "notco.uk")]
    public void The_organizational_domain_is_the_public_suffix_and_one_label(string domain, string expected) =>
        Assert.That(PublicSuffixList.Parse(List).OrganizationalDomainOf(DomainName.Parse(domain)).ToString(), Is.EqualTo(expected));

    [TestCase("co.uk", true)]
    [TestCase("x.kawasaki.jp", true)]
    [TestCase("city.kawasaki.jp", false)]
    [TestCase("example.com", false)]
    [TestCase("unlisted", true)]
    public void A_public_suffix_is_known(string domain, bool expected) =>
        Assert.That(PublicSuffixList.Parse(List).IsPublicSuffix(DomainName.Parse(domain)), Is.EqualTo(expected));

    [Test]
    public void A_list_tells_its_version_and_size()
    {
        var list = PublicSuffixList.Parse(List);
        Assert.That((list.RuleCount, list.Version), Is.EqualTo((11, "2026-01-01_00-00-00_UTC")));
    }

    [TestCase("com\nco.uk\n", 2, Description = "A list without sections counts as a whole.")]
    [TestCase("com\r\n\r\n// x\r\n  \r\nnet", 2)]
    [TestCase("com\n*.*.bad\n!\n*.\na..b\n", 1, Description = "What is no rule is left out.")]
    public void Lines_are_rules_or_nothing(string text, int rules) => Assert.That(PublicSuffixList.Parse(text).RuleCount, Is.EqualTo(rules));

    [TestCase("")]
    [TestCase("// a comment\n")]
    [TestCase("// ===BEGIN ICANN DOMAINS===\ncom\n", Description = "Cut off.")]
    [TestCase("com\n// ===BEGIN ICANN DOMAINS===\n// ===END ICANN DOMAINS===\n")]
    public void A_text_that_is_no_whole_list_is_refused(string text) =>
        Assert.That(() => PublicSuffixList.Parse(text), Throws.InstanceOf<FormatException>());

    [Test]
    public void A_changed_file_is_read_anew_without_a_restart()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.dat");
        var domain = DomainName.Parse("a.b.example.com");
        try
        {
            File.WriteAllText(path, "com\n");
            var clock = new Clock();
            var list = PublicSuffixList.FromFile(path, TimeSpan.FromMinutes(10), clock);
            Assert.That(list.OrganizationalDomainOf(domain).ToString(), Is.EqualTo("example.com"));

            File.WriteAllText(path, "com\nexample.com\n");
            Assert.That(list.OrganizationalDomainOf(domain).ToString(), Is.EqualTo("example.com"), "too early to look");
            clock.Advance(TimeSpan.FromMinutes(10));
            Assert.That(list.OrganizationalDomainOf(domain).ToString(), Is.EqualTo("b.example.com"));

            File.WriteAllText(path, "");
            clock.Advance(TimeSpan.FromMinutes(10));
            Assert.That(list.OrganizationalDomainOf(domain).ToString(), Is.EqualTo("b.example.com"), "an empty file is no list");
            Assert.That(list.LastError, Is.InstanceOf<FormatException>());
            Assert.That(list.Reload, Throws.InstanceOf<FormatException>());

            File.Delete(path);
            clock.Advance(TimeSpan.FromMinutes(10));
            Assert.That(list.OrganizationalDomainOf(domain).ToString(), Is.EqualTo("b.example.com"));
            Assert.That(list.LastError, Is.InstanceOf<IOException>());

            File.WriteAllText(path, "com\n");
            list.Reload();
            Assert.That(list.LastError, Is.Null);
            Assert.That(list.OrganizationalDomainOf(domain).ToString(), Is.EqualTo("example.com"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void A_file_that_is_not_there_is_an_error_at_once() =>
        Assert.That(() => PublicSuffixList.FromFile("/nowhere/list.dat"), Throws.InstanceOf<IOException>());

    [TestCase("mx1\n", false)]
    [TestCase("# A title\n\nSome words.\nbut no list\n", false)]
    [TestCase("com\nco.uk\n", true)]
    [TestCase("// ===BEGIN ICANN DOMAINS===\nexample\n// ===END ICANN DOMAINS===\n", true)]
    public void A_file_that_looks_like_no_list_is_none(string text, bool isList)
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.dat");
        try
        {
            File.WriteAllText(path, text);
            if (isList)
                Assert.That(PublicSuffixList.FromFile(path).RuleCount, Is.Positive);
            else
                Assert.That(() => PublicSuffixList.FromFile(path), Throws.InstanceOf<FormatException>().With.Message.Contains("nor the rule \"com\""));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }

    private const string Policies = """
        _dmarc.example.co.uk. TXT "v=DMARC1; p=reject; sp=quarantine"
        _dmarc.co.uk. TXT "v=DMARC1; p=reject; psd=y"
        _dmarc.own.example.co.uk. TXT "v=DMARC1; p=none"
        _dmarc.two.example.co.uk. TXT "v=DMARC1; p=none"
        _dmarc.two.example.co.uk. TXT "v=DMARC1; p=none"
        """;

    [Rfc(7489, "6.6.3")]
    [TestCase("example.co.uk", "example.co.uk", "Pass Reject example.co.uk", "_dmarc.example.co.uk")]
    [TestCase("a.b.example.co.uk", "example.co.uk", "Pass Quarantine example.co.uk", "_dmarc.a.b.example.co.uk _dmarc.example.co.uk")]
    [TestCase("a.b.example.co.uk", "c.d.example.co.uk", "Pass Quarantine example.co.uk", "_dmarc.a.b.example.co.uk _dmarc.example.co.uk")]
    [TestCase("own.example.co.uk", "example.co.uk", "Pass None example.co.uk", "_dmarc.own.example.co.uk")]
    [TestCase("example.co.uk", "other.co.uk", "Fail Reject example.co.uk", "_dmarc.example.co.uk")]
    [TestCase("example.co.uk", "co.uk", "Fail Reject example.co.uk", "_dmarc.example.co.uk")]
    [TestCase("co.uk", "example.co.uk", "Fail Reject co.uk", "_dmarc.co.uk")]
    [TestCase("two.example.co.uk", "example.co.uk", "None - example.co.uk", "_dmarc.two.example.co.uk", Description = "Step 5: with several records discovery terminates.")]
    [TestCase("other.co.uk", "other.co.uk", "None - other.co.uk", "_dmarc.other.co.uk", Description = "The record of a public suffix is not asked for.")]
    public async Task With_a_list_policies_are_found_as_rfc_7489_has_it(string from, string identifier, string expected, string asked)
    {
        var dns = ZoneDnsResolver.Parse(Policies);
        dns.LogQueries = true;
        var evaluator = new DmarcEvaluator(dns, new DmarcOptions { PublicSuffixes = PublicSuffixList.Parse(List) });
        var result = await evaluator.EvaluateAsync(AuthorDomains.Of(DomainName.Parse(from)), [new(IdentifierMethod.Dkim, DomainName.Parse(identifier), IdentifierOutcome.Pass)]);
        Assert.That($"{result.Status} {result.Policy?.ToString() ?? "-"} {result.OrganizationalDomain}", Is.EqualTo(expected));
        Assert.That(string.Join(' ', dns.Queries.Select(question => question.Name)), Is.EqualTo(asked));
        Assert.That(result.DiscoveryMethod, Is.EqualTo(DiscoveryMethod.PublicSuffixList));
    }

    [TestCase("_dmarc.a.example.co.uk")]
    [TestCase("_dmarc.example.co.uk")]
    public async Task With_a_list_a_dns_error_hides_the_policy_too(string fault)
    {
        var dns = ZoneDnsResolver.Parse(Policies).WithFault(fault, DnsRecordType.TXT, DnsStatus.ServFail);
        var result = await new DmarcEvaluator(dns, new DmarcOptions { PublicSuffixes = PublicSuffixList.Parse(List) }).DiscoverAsync(DomainName.Parse("a.example.co.uk"));
        Assert.That((result.Status, result.Reason), Is.EqualTo((DmarcStatus.TempError, DmarcReason.PolicyHidden)));
    }

    private const string DebianList = "/usr/share/publicsuffix/public_suffix_list.dat";

    [TestCase("mail.example.co.uk", "example.co.uk")]
    [TestCase("a.b.example.com", "example.com")]
    [TestCase("www.ck", "www.ck")]
    [TestCase("a.www.ck", "www.ck")]
    [TestCase("a.b.ck", "a.b.ck")]
    [TestCase("x.city.kawasaki.jp", "city.kawasaki.jp")]
    [TestCase("b.c.kobe.jp", "b.c.kobe.jp")]
    [TestCase("a.b.c.kobe.jp", "b.c.kobe.jp")]
    [TestCase("www.test.k12.ak.us", "test.k12.ak.us")]
    [TestCase("www.食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn")]
    [TestCase("a.b.blogspot.com", "blogspot.com")]
    public void The_list_of_the_debian_package_is_read(string domain, string expected)
    {
        if (!File.Exists(DebianList))
            Assert.Ignore($"{DebianList} is not here; it comes with the Debian package publicsuffix.");
        var list = PublicSuffixList.FromFile(DebianList);
        Assert.That(list.RuleCount, Is.GreaterThan(5_000));
        Assert.That(list.OrganizationalDomainOf(DomainName.Parse(domain)).ToString(), Is.EqualTo(expected));
    }
}
