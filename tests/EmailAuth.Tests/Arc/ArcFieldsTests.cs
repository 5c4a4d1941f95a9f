using EmailAuth.Arc;
using EmailAuth.Syntax;

namespace EmailAuth.Tests.Arc;

public class ArcFieldsTests
{
    private const string Signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

    private static void AssertReport(LintReport report, bool isUsable, DiagnosticSeverity? gravest, string word)
    {
        var texts = string.Join('\n', report.Diagnostics);
        Assert.That(report.IsUsable, Is.EqualTo(isUsable), texts);
        Assert.That(report.Diagnostics.Select(diagnostic => (DiagnosticSeverity?)diagnostic.Severity).Min(), Is.EqualTo(gravest), texts);
        Assert.That(texts, Does.Contain(word));
        Assert.That(report.Diagnostics.Select(diagnostic => diagnostic.Position), Is.Ordered);
        Assert.That(report.Diagnostics.Select(diagnostic => diagnostic.Section), Is.All.StartsWith("RFC "));
    }

    // Value, whether a validator may act on it, the gravest severity, a word of what is said.
    [Test]
    public void Lint_of_a_seal_names_all_that_is_wrong() =>
        Assert.That(
            ArcFields.LintSeal("i=0; a=rsa-sha1; d=.; t=x").Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error).Select(found => (found.Position, found.Section)),
            Is.EqualTo(((int, string)[])[(0, "RFC 6376 §6.1.1"), (0, "RFC 6376 §6.1.1"), (0, "RFC 8617 §4.1.3"), (2, "RFC 8617 §4.2.1"), (7, "RFC 8301 §3.1"), (19, "RFC 6376 §3.5"), (24, "RFC 6376 §3.5")]));

    [TestCase($"i=1; a=rsa-sha256; cv=none; d=example.com; s=s; t=1; b={Signature}", true, null, "")]
    [TestCase($"i=2; a=rsa-sha256; cv=pass; d=example.com; s=s; t=1; b={Signature}", true, null, "")]
    [TestCase($"i=2; a=rsa-sha256; cv=pass; d=example.com; s=s; b={Signature}", true, DiagnosticSeverity.Info, "t=")]
    [TestCase($"i=2; a=rsa-sha256; cv=fail; d=example.com; s=s; t=1; b={Signature}", true, DiagnosticSeverity.Warning, "cv=fail")]
    [TestCase($"i=1; a=rsa-sha256; cv=pass; d=example.com; s=s; t=1; b={Signature}", false, DiagnosticSeverity.Error, "first set")]
    [TestCase($"i=2; a=rsa-sha256; cv=none; d=example.com; s=s; t=1; b={Signature}", false, DiagnosticSeverity.Error, "later set")]
    [TestCase($"i=2; a=rsa-sha256; cv=maybe; d=example.com; s=s; t=1; b={Signature}", false, DiagnosticSeverity.Error, "maybe")]
    [TestCase($"i=2; a=rsa-sha256; d=example.com; s=s; t=1; b={Signature}", false, DiagnosticSeverity.Error, "cv=")]
    [TestCase($"a=rsa-sha256; cv=none; d=example.com; s=s; t=1; b={Signature}", false, DiagnosticSeverity.Error, "i=")]
    [TestCase($"i=01; a=rsa-sha256; cv=none; d=example.com; s=s; t=1; b={Signature}", false, DiagnosticSeverity.Error, "01")]
    [TestCase($"i=51; a=rsa-sha256; cv=pass; d=example.com; s=s; t=1; b={Signature}", false, DiagnosticSeverity.Error, "51")]
    [TestCase($"i=1; a=rsa-sha256; cv=none; d=example.com; s=s; t=1; h=from; b={Signature}", false, DiagnosticSeverity.Error, "h=")]
    [TestCase($"i=1; a=rsa-sha1; cv=none; d=example.com; s=s; t=1; b={Signature}", false, DiagnosticSeverity.Error, "rsa-sha1")]
    [TestCase($"i=1; a=rsa-sha256; cv=none; d=example.com; s=s; t=1; bh=x; b={Signature}", true, DiagnosticSeverity.Info, "bh=")]
    [TestCase("i=1; a=rsa-sha256; cv=none; d=example.com; s=s; t=1", false, DiagnosticSeverity.Error, "\"b=\"")]
    [TestCase("i=1; cv", false, DiagnosticSeverity.Error, "=")]
    [TestCase("", false, DiagnosticSeverity.Error, "\"a=\"")]
    [Rfc(8617, "4.1.3")]
    [Attack("A2")]
    public void Lint_of_a_seal_says_what_a_validator_would(string value, bool isUsable, DiagnosticSeverity? gravest, string word) =>
        AssertReport(ArcFields.LintSeal(value), isUsable, gravest, word);

    [TestCase("", true, null, "")]
    [TestCase("l=10; ", true, DiagnosticSeverity.Warning, "l=10")]
    [TestCase("h=from:arc-seal; ", false, DiagnosticSeverity.Error, "ARC-Seal")]
    [TestCase("h=from:arc-message-signature; ", true, DiagnosticSeverity.Warning, "ARC field")]
    [TestCase("h=from:authentication-results; ", true, DiagnosticSeverity.Warning, "Authentication-Results")]
    [TestCase("h=to; ", true, DiagnosticSeverity.Warning, "From")]
    [TestCase("a=rsa-sha512; ", false, DiagnosticSeverity.Error, "rsa-sha512")]
    [TestCase("v=1; ", true, DiagnosticSeverity.Info, "v=")]
    [Rfc(8617, "4.1.2")]
    public void Lint_of_a_message_signature_says_what_a_validator_would(string tags, bool isUsable, DiagnosticSeverity? gravest, string word)
    {
        var value = $"i=1; c=relaxed/relaxed; d=example.com; s=s; t=1; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; {tags}b={Signature}";
        if (!tags.Contains("h=", StringComparison.Ordinal))
            value = "h=from:subject; " + value;
        if (!tags.Contains("a=", StringComparison.Ordinal))
            value = "a=rsa-sha256; " + value;
        AssertReport(ArcFields.LintMessageSignature(value), isUsable, gravest, word);
    }
}
