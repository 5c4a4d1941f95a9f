using EmailAuth.Dkim;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Tests.Dkim;

[Rfc(6376, "3.5")]
public class DkimSignatureTests
{
    private const string Hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    [Test]
    public void A_value_is_read_tag_by_tag()
    {
        // The example of RFC 6376 §3.5, with a hash of the right length.
        Assert.That(DkimSignature.TryParse(
            $"v=1; a=rsa-sha256; d=example.net; s=brisbane;\r\n   c=simple; q=dns/txt; i=@eng.example.net;\r\n   t=1117574938; x=1118006938;\r\n   h=from:to:subject:date;\r\n   z=From:foo@eng.example.net|To:joe@example.com|\r\n    Subject:demo=20run;\r\n   bh={Hash};\r\n   b=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzR",
            out var signature));
        Assert.That(signature!.Domain.ToString(), Is.EqualTo("example.net"));
        Assert.That(signature.Selector.ToString(), Is.EqualTo("brisbane"));
        Assert.That(signature.KeyName.ToString(), Is.EqualTo("brisbane._domainkey.example.net"));
        Assert.That(signature.Identity, Is.EqualTo("@eng.example.net"));
        Assert.That(signature.Algorithm, Is.EqualTo(SignatureAlgorithm.RsaSha256));
        Assert.That((signature.HeaderCanonicalization, signature.BodyCanonicalization), Is.EqualTo((CanonicalizationAlgorithm.Simple, CanonicalizationAlgorithm.Simple)));
        Assert.That(signature.SignedFields, Is.EqualTo(new[] { "from", "to", "subject", "date" }));
        Assert.That(signature.Timestamp, Is.EqualTo(new DateTimeOffset(2005, 5, 31, 21, 28, 58, TimeSpan.Zero)));
        Assert.That(signature.Expiration, Is.EqualTo(new DateTimeOffset(2005, 6, 5, 21, 28, 58, TimeSpan.Zero)));
        Assert.That(signature.BodyLength, Is.Null);
    }

    [TestCase("relaxed", CanonicalizationAlgorithm.Relaxed, CanonicalizationAlgorithm.Simple)]
    [TestCase("simple/relaxed", CanonicalizationAlgorithm.Simple, CanonicalizationAlgorithm.Relaxed)]
    [TestCase("relaxed/relaxed", CanonicalizationAlgorithm.Relaxed, CanonicalizationAlgorithm.Relaxed)]
    public void One_name_is_for_the_header(string c, CanonicalizationAlgorithm header, CanonicalizationAlgorithm body)
    {
        Assert.That(DkimSignature.TryParse($"v=1; a=rsa-sha256; c={c}; d=a.example; s=s; h=from; bh={Hash}; b=AAAA", out var signature));
        Assert.That((signature!.HeaderCanonicalization, signature.BodyCanonicalization), Is.EqualTo((header, body)));
    }

    [TestCase("v=1; a=rsa-sha1; d=x", "0 b=|0 bh=|0 h=|0 s=|7 rsa-sha1")]
    [TestCase("", "0 v=|0 a=|0 b=|0 bh=|0 d=|0 h=|0 s=")]
    [TestCase("v=2; a=foo; b=!; bh=x; c=a/b; d=.; s=..; h=to; i=x; l=-; q=x; t=9; x=8", "2 \"2\"|7 foo|14 b=|25 a/b|32 d=|37 s=|43 From|49 i=|54 l=|59 q=|69 x=8")]
    [TestCase("v=1; a=rsa-sha256; b=AAAA; bh=AAAA; d=a.example; s=s; h=from; t=x; x=y; i=@b.example", "30 bh=|64 t=|69 x=|74 i=")]
    [TestCase("v=1; v=1; a=foo", "5 again")]
    public void Lint_names_all_that_is_wrong_each_in_its_place(string value, string expected)
    {
        var errors = DkimSignature.Lint(value).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
        var wanted = expected.Split('|').Select(each => each.Split(' ')).ToList();
        Assert.That(errors.Select(error => error.Position), Is.EqualTo(wanted.Select(each => int.Parse(each[0]))), string.Join('\n', errors));
        Assert.That(errors.Zip(wanted).Where(pair => !pair.First.Text.Contains(pair.Second[1])), Is.Empty);
    }

    // Tags beside d, s, bh and b; whether a verifier may use it; the gravest severity; a word of what is said.
    [TestCase("v=1; a=rsa-sha256; t=1; h=from:from:subject:date", true, null, "")]
    [TestCase("v=1; a=rsa-sha256; h=from:from:subject:date", true, DiagnosticSeverity.Info, "t=")]
    [TestCase("v=1; a=rsa-sha256; t=1; h=from:subject:date", true, DiagnosticSeverity.Info, "From stands once")]
    [TestCase("v=1; a=rsa-sha256; t=1; h=from:from:date", true, DiagnosticSeverity.Warning, "Subject")]
    [TestCase("v=1; a=rsa-sha256; t=1; h=from:from:subject", true, DiagnosticSeverity.Warning, "Date")]
    [TestCase("v=1; a=rsa-sha256; t=1; l=10; h=from:from:subject:date", true, DiagnosticSeverity.Warning, "l=10")]
    [TestCase("v=1; a=rsa-sha256; t=1; foo=bar; h=from:from:subject:date", true, DiagnosticSeverity.Info, "unknown")]
    [TestCase("v=1; a=rsa-sha256; t=1; h=to", false, DiagnosticSeverity.Error, "From")]
    [TestCase("v=1; a=rsa-sha512; t=1; h=from", false, DiagnosticSeverity.Error, "rsa-sha512")]
    [TestCase("v=1; a=rsa-sha256; c=strict; t=1; h=from", false, DiagnosticSeverity.Error, "strict")]
    [TestCase("v=1; a=rsa-sha256; c=relaxed/; t=1; h=from", false, DiagnosticSeverity.Error, "canonicalization")]
    [TestCase("v=2; a=rsa-sha256; t=1; h=from", false, DiagnosticSeverity.Error, "1 was expected")]
    [TestCase("a=rsa-sha256; t=1; h=from", false, DiagnosticSeverity.Error, "v=")]
    [TestCase("v=1; a=rsa-sha256; t=1; t=1; h=from", false, DiagnosticSeverity.Error, "again")]
    [TestCase("v=1; a=rsa-sha256; i=@b.example; t=1; h=from", false, DiagnosticSeverity.Error, "b.example")]
    public void Lint_says_what_a_verifier_would(string tags, bool usable, DiagnosticSeverity? gravest, string word)
    {
        var report = DkimSignature.Lint($"{tags}; d=a.example; s=s; bh={Hash}; b=AAAA");
        Assert.That(report.IsUsable, Is.EqualTo(usable));
        Assert.That(report.Diagnostics.Select(diagnostic => (DiagnosticSeverity?)diagnostic.Severity).Min(), Is.EqualTo(gravest), string.Join('\n', report.Diagnostics));
        Assert.That(string.Join(' ', report.Diagnostics.Select(diagnostic => diagnostic.Text)), Does.Contain(word));
        Assert.That(report.Diagnostics.Select(diagnostic => diagnostic.Section), Is.All.Match("^RFC [0-9]+ §[0-9.]+$"));
    }

    [Test]
    [Rfc(8301, "3.1")]
    public void Lint_refuses_sha1()
    {
        var report = DkimSignature.Lint("v=1; a=rsa-sha1; d=a.example; s=s; h=from:from:subject:date; t=1; bh=2jmj7l5rSw0yVb/vlWAYkK/YBwk=; b=AAAA");
        Assert.That((report.IsUsable, report.Diagnostics.Single().Section), Is.EqualTo((false, "RFC 8301 §3.1")));
    }

    [Test]
    public void An_error_tells_its_position()
    {
        const string start = "v=1; a=rsa-sha256; t=";
        Assert.That(DkimSignature.Lint($"{start}x; h=from; d=a.example; s=s; bh={Hash}; b=AAAA").Diagnostics[0].Position, Is.EqualTo(start.Length));
    }
}
