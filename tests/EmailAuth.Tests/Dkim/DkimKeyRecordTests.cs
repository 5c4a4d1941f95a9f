using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Tests.Dkim;

[Rfc(6376, "3.6.1")]
public class DkimKeyRecordTests
{
    private const string Ed = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    [Test]
    public async Task A_record_in_master_file_form_reads_back()
    {
        foreach (var key in new[] { TestMail.Rsa, TestMail.Ed25519, SigningKey.GenerateRsa(3072) })
        {
            var record = DkimKeyRecord.FromKey(key, isTesting: true, isStrict: true);
            var file = record.ToMasterFile(TestMail.Domain, "s1.mail");
            Assert.That(file.Split('"').Select(part => part.Length), Is.All.LessThanOrEqualTo(255));

            var answer = await ZoneDnsResolver.Parse(file).QueryAsync(new DnsQuestion(DomainName.Parse("s1.mail._domainkey.example.com"), DnsRecordType.TXT));

            Assert.That(Octets.ToText(((TxtRecord)answer.Records.Single()).Octets.Span), Is.EqualTo(record.ToString()));
            Assert.That(record.KeyBits, Is.EqualTo(key.KeyBits));
            Assert.That((record.IsTesting, record.IsStrict, record.IsRevoked, record.ServesEmail, record.AllowsSha256), Is.EqualTo((true, true, false, true, true)));
        }
    }

    // Text, whether a receiver may use it, the gravest severity, a word of what is said.
    [TestCase($"v=DKIM1; k=ed25519; p={Ed}", true, null, "")]
    [TestCase($"k=ed25519; p={Ed}", true, DiagnosticSeverity.Info, "v=DKIM1", Description = "D18")]
    [TestCase($"k=ed25519; v=DKIM1; p={Ed}", false, DiagnosticSeverity.Error, "first tag", Description = "D18")]
    [TestCase($"v=dkim1; k=ed25519; p={Ed}", false, DiagnosticSeverity.Error, "capitals", Description = "D18")]
    [TestCase($"v=\"DKIM1\"; k=ed25519; p={Ed}", false, DiagnosticSeverity.Error, "quotes", Description = "D18")]
    [TestCase($"v=DKIM2; k=ed25519; p={Ed}", false, DiagnosticSeverity.Error, "DKIM2")]
    [TestCase($"v=DKIM1; k=ed25519; h=sha1; p={Ed}", false, DiagnosticSeverity.Error, "sha256")]
    [TestCase($"v=DKIM1; k=ed25519; h=sha1 : sha256; p={Ed}", true, DiagnosticSeverity.Warning, "sha1")]
    [TestCase($"v=DKIM1; k=ed25519; s=other; p={Ed}", false, DiagnosticSeverity.Error, "email")]
    [TestCase($"v=DKIM1; k=ed25519; s=other:*; p={Ed}", true, null, "")]
    [TestCase($"v=DKIM1; k=ed25519; t=y; p={Ed}", true, DiagnosticSeverity.Warning, "testing")]
    [TestCase($"v=DKIM1; k=ed25519; g=*; p={Ed}", true, DiagnosticSeverity.Info, "obsolete")]
    [TestCase($"v=DKIM1; k=ed25519; foo=bar; p={Ed}", true, DiagnosticSeverity.Info, "unknown")]
    [TestCase($"v=DKIM1; k=ed448; p={Ed}", false, DiagnosticSeverity.Error, "ed448")]
    [TestCase($"v=DKIM1; p={Ed}", false, DiagnosticSeverity.Error, "RSA public key")]
    [TestCase("v=DKIM1; k=ed25519; p=", false, DiagnosticSeverity.Error, "revoked")]
    [TestCase("v=DKIM1; k=ed25519", false, DiagnosticSeverity.Error, "p=")]
    [TestCase($"v=DKIM1; k=ed25519; p={Ed}; p={Ed}", false, DiagnosticSeverity.Error, "again")]
    [TestCase($"v=DKIM1; k=ed25519 p={Ed}", false, DiagnosticSeverity.Error, "p=")]
    [TestCase($"v=DKIM1;; k=ed25519; p={Ed}", false, DiagnosticSeverity.Error, "tag name")]
    [TestCase("v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", false, DiagnosticSeverity.Error, "SubjectPublicKeyInfo", Description = "D19")]
    [TestCase("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHUQ==", false, DiagnosticSeverity.Error, "32")]
    [TestCase("v=DKIM1; k=ed25519; p=%%%%", false, DiagnosticSeverity.Error, "base64")]
    [TestCase("", false, DiagnosticSeverity.Error, "p=")]
    [Pin("D18")]
    public void Lint_says_what_a_verifier_would(string text, bool usable, DiagnosticSeverity? gravest, string word)
    {
        var report = DkimKeyRecord.Lint(text);
        Assert.That(report.IsUsable, Is.EqualTo(usable));
        Assert.That(report.Diagnostics.Select(diagnostic => (DiagnosticSeverity?)diagnostic.Severity).Min(), Is.EqualTo(gravest));
        Assert.That(string.Join(' ', report.Diagnostics.Select(diagnostic => diagnostic.Text)), Does.Contain(word));
        Assert.That(report.Diagnostics.Select(diagnostic => diagnostic.Section), Is.All.Match("^RFC [0-9]+ (§|appendix )[0-9A-C.]+$"));
    }

    [TestCase(4096, true)]
    [TestCase(4097, false)]
    public void Key_data_is_4096_characters_at_most_folding_included(int length, bool isUsable) =>
        Assert.That(DkimKeyRecord.Lint($"v=DKIM1; k=ed25519; p={Ed[..10].PadRight(length - Ed.Length + 10, ' ')}{Ed[10..]}").IsUsable, Is.EqualTo(isUsable));

    [Test]
    [Rfc(8301, "3.2")]
    public void Lint_tells_short_keys_by_their_length()
    {
        string Record(int bits) => "v=DKIM1; p=" + Convert.ToBase64String(System.Security.Cryptography.RSA.Create(bits).ExportSubjectPublicKeyInfo());
        Assert.That(DkimKeyRecord.Lint(Record(768)).IsUsable, Is.False);
        Assert.That(DkimKeyRecord.Lint(Record(1024)).IsUsable);
        Assert.That(DkimKeyRecord.Lint(Record(1024)).Diagnostics.Single().Severity, Is.EqualTo(DiagnosticSeverity.Warning));
        Assert.That(DkimKeyRecord.Lint(Record(2048)).Diagnostics, Is.Empty);
    }
}
