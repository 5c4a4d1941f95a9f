using System.Net;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dns;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Arc;

[Rfc(8617, "7.2.1")]
[Pin("A3")]
[Attack("A5")]
public class TrustedSealersTests
{
    private static readonly DomainName Author = DomainName.Parse("example.com");

    private static TrustedSealers Trusted(params string[] domains) => new([.. domains.Select(domain => new TrustedSealer(DomainName.Parse(domain)))]);

    private static async Task<ArcResult> ChainAsync(params (string Domain, AuthenticationResults Results)[] sets)
    {
        var message = TestMail.Plain;
        foreach (var (domain, results) in sets)
            message = await TestChain.SealAsync(message, domain, results, text => text + "footer\r\n");
        return await TestChain.ValidateAsync(message);
    }

    private static AuthenticationResults Say(params MethodResult[] results) => new("mx.example", [.. results]);

    private static MethodResult Dmarc(string result, string from = "example.com") => new("dmarc", result) { Properties = [new("header", "from", from)] };

    private static Task<ArcResult> Forwarded => ChainAsync(("one.example", Say(Dmarc("pass"))), ("two.example", Say(Dmarc("fail"))), ("three.example", Say(Dmarc("fail"))));

    [Test]
    public async Task Nobody_is_trusted_by_default()
    {
        var answer = TrustedSealers.None.Judge(await Forwarded, Author);
        Assert.That((answer.IsAllowed, answer.Reason), Is.EqualTo((false, ArcOverrideReason.NobodyTrusted)));
        Assert.That(new TrustedSealers(default).Judge(await Forwarded, Author).IsAllowed, Is.False);
    }

    [Test]
    public async Task A_claim_counts_where_every_sealer_from_the_newest_down_to_its_own_is_trusted()
    {
        var chain = await Forwarded;
        var answer = Trusted("three.example", "one.example", "two.example").Judge(chain, Author);
        Assert.That((answer.IsAllowed, answer.Reason, answer.Sealer!.ToString()), Is.EqualTo((true, ArcOverrideReason.Claimed, "one.example")));
        Assert.That(answer.Instances, Is.EqualTo((int[])[3, 2, 1]));
        Assert.That(answer.Claims.Select(claim => (claim.Method, claim.Result, claim.Find("header", "from"))), Is.EqualTo(new[] { ("dmarc", "pass", (string?)"example.com") }));
        Assert.That(answer.ToString(), Does.Contain("one.example"));
        // The chain's own results are what they were.
        Assert.That(chain.Status, Is.EqualTo(ArcStatus.Pass));
    }

    [TestCase("one.example", ArcOverrideReason.SealerNotTrusted)]
    [TestCase("one.example two.example", ArcOverrideReason.SealerNotTrusted)]
    [TestCase("three.example one.example", ArcOverrideReason.SealerNotTrusted)]
    [TestCase("three.example two.example", ArcOverrideReason.SealerNotTrusted)]
    [TestCase("example", ArcOverrideReason.SealerNotTrusted)]
    [TestCase("x.three.example x.two.example x.one.example", ArcOverrideReason.SealerNotTrusted)]
    public async Task One_sealer_that_is_not_trusted_on_the_way_hides_all_that_is_older(string trusted, ArcOverrideReason reason)
    {
        var answer = Trusted(trusted.Split(' ')).Judge(await Forwarded, Author);
        Assert.That((answer.IsAllowed, answer.Reason), Is.EqualTo((false, reason)));
        Assert.That((answer.Sealer, answer.Instances.Length, answer.Claims.Length), Is.EqualTo(((DomainName?)null, 0, 0)));
    }

    [Test]
    public async Task The_newest_claim_is_used_and_what_is_older_need_not_be_trusted()
    {
        var chain = await ChainAsync(("one.example", Say(Dmarc("fail"))), ("two.example", Say(Dmarc("pass"))), ("three.example", Say()));
        var answer = Trusted("three.example", "two.example").Judge(chain, Author);
        Assert.That((answer.IsAllowed, answer.Sealer!.ToString()), Is.EqualTo((true, "two.example")), answer.ReasonText);
        Assert.That(answer.Instances, Is.EqualTo((int[])[3, 2]));
    }

    private static IEnumerable<TestCaseData> Claims()
    {
        static TestCaseData Case(string name, bool counts, params MethodResult[] results) => new TestCaseData(Say(results), counts).SetName($"A claim of {name}");
        static MethodResult With(string method, string result, string type, string property, string value) => new(method, result) { Properties = [new(type, property, value)] };
        yield return Case("dmarc=pass for the author", true, Dmarc("pass"));
        yield return Case("dmarc=pass for the author in capitals", true, Dmarc("pass", "Example.COM"));
        yield return Case("dmarc=pass for another", false, Dmarc("pass", "example.net"));
        yield return Case("dmarc=pass for a domain below", false, Dmarc("pass", "sub.example.com"));
        yield return Case("dmarc=pass for nobody", false, new MethodResult("dmarc", "pass"));
        yield return Case("dmarc=pass for what is no domain", false, Dmarc("pass", "example.com'a.attack.example"));
        yield return Case("dmarc=fail", false, Dmarc("fail"));
        yield return Case("dmarc=bestguesspass", false, Dmarc("bestguesspass"));
        yield return Case("dmarc=none", false, Dmarc("none"));
        yield return Case("two voices", false, Dmarc("pass"), Dmarc("fail"));
        yield return Case("dmarc=fail beside dkim=pass for the author", false, Dmarc("fail"), With("dkim", "pass", "header", "d", "example.com"));
        yield return Case("dkim=pass for the author", true, With("dkim", "pass", "header", "d", "example.com"));
        yield return Case("dkim=pass with an identity of the author", true, With("dkim", "pass", "header", "i", "@example.com"));
        yield return Case("dkim=pass for another", false, With("dkim", "pass", "header", "d", "example.net"));
        yield return Case("dkim=fail for the author", false, With("dkim", "fail", "header", "d", "example.com"));
        yield return Case("spf=pass for the author", true, With("spf", "pass", "smtp", "mailfrom", "bounce@example.com"));
        yield return Case("spf=pass for the author's helo", false, With("spf", "pass", "smtp", "helo", "example.com"));
        yield return Case("spf=softfail for the author", false, With("spf", "softfail", "smtp", "mailfrom", "bounce@example.com"));
        yield return Case("arc=pass alone", false, new MethodResult("arc", "pass"));
        yield return Case("nothing", false);
    }

    [TestCaseSource(nameof(Claims))]
    public async Task Counts_or_does_not(AuthenticationResults results, bool counts)
    {
        var answer = Trusted("one.example").Judge(await ChainAsync(("one.example", results)), Author);
        Assert.That((answer.IsAllowed, answer.Reason), Is.EqualTo((counts, counts ? ArcOverrideReason.Claimed : ArcOverrideReason.NotClaimed)), answer.ReasonText);
    }

    [Test]
    [Attack("A4")]
    public async Task A_chain_that_does_not_pass_allows_nothing()
    {
        var message = await TestChain.SealedByAsync("one.example");
        foreach (var (changed, _) in new[] { (message + "x", 1), (TestMail.Plain, 2), ("ARC-Authentication-Results: i=2; x; dmarc=pass header.from=example.com\r\n" + message, 3) })
        {
            var answer = Trusted("one.example").Judge(await TestChain.ValidateAsync(changed), Author);
            Assert.That((answer.IsAllowed, answer.Reason), Is.EqualTo((false, ArcOverrideReason.ChainNotPassed)));
        }
    }

    [TestCase("h=to:subject", "", false)]
    [TestCase("h=", "", false)]
    [TestCase("h=from", "", true)]
    [TestCase("h=from:from", "", true)]
    [TestCase("h=from", "From: Boss <boss@example.com>\r\n", false)]
    [TestCase("h=from:from", "From: Boss <boss@example.com>\r\n", true)]
    [Rfc(6376, "5.4")]
    public async Task A_signature_that_leaves_a_From_field_uncovered_allows_nothing(string fields, string more, bool allows)
    {
        // The second From stands at the top, where people read it, and the signer names it or not.
        var message = await TestChain.ForgeAsync(more + TestMail.Plain, TestChain.MessageTags().Replace("h=from:to:subject", fields, StringComparison.Ordinal), TestChain.SealTags());
        var chain = await TestChain.ValidateAsync(message);
        Assert.That(chain.Status, Is.EqualTo(ArcStatus.Pass), chain.ReasonText);
        var answer = Trusted("one.example").Judge(chain, Author);
        Assert.That((answer.IsAllowed, answer.Reason), Is.EqualTo((allows, allows ? ArcOverrideReason.Claimed : ArcOverrideReason.FromNotSigned)));
    }

    [TestCase("192.0.2.7", true)]
    [TestCase("::ffff:192.0.2.7", true)]
    [TestCase("198.51.100.1", false)]
    [TestCase("2001:db8::7", true)]
    [TestCase(null, false)]
    public async Task A_sealer_may_be_trusted_for_some_sources_only(string? source, bool allows)
    {
        var trusted = new TrustedSealers([new TrustedSealer(DomainName.Parse("one.example")) { Sources = [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8::/32")] }]);
        var answer = trusted.Judge(await ChainAsync(("one.example", Say(Dmarc("pass")))), Author, source: source is null ? null : IPAddress.Parse(source));
        Assert.That((answer.IsAllowed, answer.Reason), Is.EqualTo((allows, allows ? ArcOverrideReason.Claimed : ArcOverrideReason.OutOfScope)));
    }

    [TestCase("lists.example", true)]
    [TestCase("x.lists.example", false)]
    [TestCase(null, false)]
    public async Task A_sealer_may_be_trusted_for_some_recipients_only(string? recipient, bool allows)
    {
        var trusted = new TrustedSealers(
        [
            new TrustedSealer(DomainName.Parse("one.example")) { RecipientDomains = [DomainName.Parse("other.example")] },
            new TrustedSealer(DomainName.Parse("one.example")) { RecipientDomains = [DomainName.Parse("lists.example")] },
        ]);
        var answer = trusted.Judge(await ChainAsync(("one.example", Say(Dmarc("pass")))), Author, recipient is null ? null : DomainName.Parse(recipient));
        Assert.That((answer.IsAllowed, answer.Reason), Is.EqualTo((allows, allows ? ArcOverrideReason.Claimed : ArcOverrideReason.OutOfScope)));
    }
}
