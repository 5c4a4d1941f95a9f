using System.Text;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Tests.Dmarc;

[Rfc(9989, "4.7")]
[Rfc(9989, "4.8")]
public class DmarcRecordTests
{
    private static DmarcRecord? Read(string text) =>
        DmarcRecord.TryParse(Encoding.Latin1.GetBytes(text), out var record) ? record : null;

    /// <summary>The values in force in one line, those at their default left out; "-" for a record that cannot be used.</summary>
    private static string Values(string text)
    {
        if (Read(text) is not { } record)
            return "no record";
        var values = new List<string> { $"p={record.Policy?.ToString() ?? "-"}" };
        if (record.SubdomainPolicy is { } sp)
            values.Add($"sp={sp}");
        if (record.NonExistentSubdomainPolicy is { } np)
            values.Add($"np={np}");
        if (record.DkimAlignment == AlignmentMode.Strict)
            values.Add("adkim=s");
        if (record.SpfAlignment == AlignmentMode.Strict)
            values.Add("aspf=s");
        if (record.PublicSuffix != PublicSuffixClaim.Unknown)
            values.Add($"psd={record.PublicSuffix}");
        if (record.IsTesting)
            values.Add("t=y");
        if (record.FailureOptions != FailureReportOptions.None)
            values.Add($"fo={record.FailureOptions}");
        if (!record.AggregateReportUris.IsEmpty)
            values.Add($"rua={string.Join(',', record.AggregateReportUris)}");
        if (!record.FailureReportUris.IsEmpty)
            values.Add($"ruf={string.Join(',', record.FailureReportUris)}");
        if (record.Percentage != 100)
            values.Add($"pct={record.Percentage}");
        return string.Join(' ', values).ToLowerInvariant() + (record.Problems.IsEmpty ? "" : " !" + string.Join(',', record.Problems.Select(problem => problem.Position)));
    }

    [Pin("M1")]
    [TestCase("v=DMARC1; p=reject", "p=reject")]
    [TestCase("v=DMARC1;p=reject;", "p=reject")]
    [TestCase("v = DMARC1 ; p = reject ;", "p=reject")]
    [TestCase("v\t=\tDMARC1\t;\tp\t=\treject", "p=reject")]
    [TestCase("V=DMARC1; p=reject", "p=reject", Description = "The literal \"v\" is case-insensitive (RFC 5234 §2.3).")]
    [TestCase(" v=DMARC1; p=reject", "no record")]
    [TestCase("\tv=DMARC1; p=reject", "no record")]
    [TestCase("v=dmarc1; p=reject", "no record")]
    [TestCase("v=Dmarc1; p=reject", "no record")]
    [TestCase("v=DMARC1 p=reject", "no record")]
    [TestCase("v=DMARC2; p=reject", "no record")]
    [TestCase("v=DMARC10; p=reject", "no record")]
    [TestCase("v=DMARC1,p=reject", "no record")]
    [TestCase("\"v=DMARC1; p=reject\"", "no record")]
    [TestCase("p=reject; v=DMARC1", "no record")]
    [TestCase("vv=DMARC1; p=reject", "no record")]
    [TestCase("v=\rDMARC1; p=reject", "no record")]
    [TestCase("v=spf1 -all", "no record")]
    [TestCase("v", "no record")]
    [TestCase("v=", "no record")]
    [TestCase("", "no record")]
    [TestCase("v=DMARC1", "p=-")]
    [TestCase("v=DMARC1;", "p=-")]
    public void A_record_begins_with_its_version(string text, string expected) => Assert.That(Values(text), Is.EqualTo(expected));

    [TestCase("v=DMARC1; p=none", "p=none")]
    [TestCase("v=DMARC1; p=QUARANTINE", "p=quarantine")]
    [TestCase("v=DMARC1; P=Reject; SP=None", "p=reject sp=none")]
    [TestCase("v=DMARC1; p=reject; sp=quarantine; np=none", "p=reject sp=quarantine np=none")]
    [TestCase("v=DMARC1; p=reject; adkim=s; aspf=r", "p=reject adkim=s")]
    [TestCase("v=DMARC1; p=reject; adkim=R; aspf=S", "p=reject aspf=s")]
    [TestCase("v=DMARC1; p=reject; psd=y", "p=reject psd=yes")]
    [TestCase("v=DMARC1; p=reject; psd=n", "p=reject psd=no")]
    [TestCase("v=DMARC1; p=reject; psd=u", "p=reject")]
    [TestCase("v=DMARC1; p=reject; t=y", "p=reject t=y")]
    [TestCase("v=DMARC1; p=reject; t=n", "p=reject")]
    [TestCase("v=DMARC1; p=reject; pct=20; rf=afrf; ri=86400", "p=reject pct=20")]
    [TestCase("v=DMARC1; p=reject; unknown=!(x)", "p=reject")]
    [TestCase("v=DMARC1; p=reject; ruf=mailto:f@example.com", "p=reject fo=allfailed ruf=mailto:f@example.com")]
    [TestCase("v=DMARC1; p=reject; ruf=mailto:f@example.com; fo=1:d:s", "p=reject fo=anyfailed, dkimfailed, spffailed ruf=mailto:f@example.com")]
    [TestCase("v=DMARC1; p=reject; ruf=mailto:f@example.com; fo=s:0", "p=reject fo=allfailed, spffailed ruf=mailto:f@example.com")]
    [TestCase("v=DMARC1; p=reject; ruf=mailto:f@example.com; fo=d", "p=reject fo=dkimfailed ruf=mailto:f@example.com")]
    [TestCase("v=DMARC1; p=reject; fo=1", "p=reject", Description = "fo without ruf must be ignored.")]
    public void Tags_have_their_values_and_defaults(string text, string expected) => Assert.That(Values(text), Is.EqualTo(expected));

    [Pin("M3")]
    [Attack("M12")]
    [TestCase("v=DMARC1; p=reject; adkim=x", "p=reject !26")]
    [TestCase("v=DMARC1; p=reject; adkim=", "p=reject !26")]
    [TestCase("v=DMARC1; p=reject; aspf=ss", "p=reject !25")]
    [TestCase("v=DMARC1; p=reject; psd=x", "p=reject !24")]
    [TestCase("v=DMARC1; p=reject; t=1", "p=reject !22")]
    [TestCase("v=DMARC1; p=reject; pct=101", "p=reject !24")]
    [TestCase("v=DMARC1; p=reject; pct=-1", "p=reject !24")]
    [TestCase("v=DMARC1; p=reject; ruf=mailto:f@example.com; fo=0:1", "p=reject fo=allfailed ruf=mailto:f@example.com !49")]
    [TestCase("v=DMARC1; p=reject; ruf=mailto:f@example.com; fo=d:d", "p=reject fo=allfailed ruf=mailto:f@example.com !49")]
    [TestCase("v=DMARC1; p=reject; ruf=mailto:f@example.com; fo=x", "p=reject fo=allfailed ruf=mailto:f@example.com !49")]
    [TestCase("v=DMARC1; p=reject; adkim=s; adkim=s", "p=reject !29")]
    [TestCase("v=DMARC1; p=reject; t=y; T=n", "p=reject !25")]
    [TestCase("v=DMARC1; p=reject; sp=none; sp=none", "p=reject !29", Description = "The default of sp is p.")]
    [TestCase("v=DMARC1; p=none; p=reject", "p=- !18")]
    [TestCase("v=DMARC1; p=reject; p=reject; rua=mailto:a@example.com", "p=none rua=mailto:a@example.com !20")]
    [TestCase("v=DMARC1; p=reject; v=DMARC1", "p=reject !20")]
    [TestCase("v=DMARC1; p=reject;;;", "p=reject !19,20")]
    [TestCase("v=DMARC1;; p=reject", "p=reject !9")]
    [TestCase("v=DMARC1; p=reject; junk", "p=reject !20")]
    [TestCase("v=DMARC1; p=reject; =x", "p=reject !20")]
    [TestCase("v=DMARC1; p=reject; s p=none", "p=reject !20")]
    [TestCase("v=DMARC1; p=reject; t1=x", "p=reject !20")]
    [TestCase("v=DMARC1; p=reject; rua=mailto:a@example.com; rua=mailto:b@example.com", "p=reject !46")]
    [TestCase("v=DMARC1; p=reject; sp=quar\u00E4ntine; rua=mailto:a@example.com", "p=none rua=mailto:a@example.com !23")]
    public void A_mistake_in_one_tag_leaves_that_tag_at_its_default(string text, string expected) => Assert.That(Values(text), Is.EqualTo(expected));

    [Attack("P7")]
    [TestCase("v=DMARC1;\u00A0p=reject", "p=- !9")]
    [TestCase("v=DMARC1; p=\u00A0reject", "p=- !12")]
    [TestCase("v=DMARC1; p=reject\u0000", "p=- !12")]
    [TestCase("v=DMARC1; p=reject; pct=+5", "p=reject !24")]
    public void Only_space_and_tab_are_white_space_and_only_ascii_digits_are_digits(string text, string expected) => Assert.That(Values(text), Is.EqualTo(expected));

    [Pin("M4")]
    [Rfc(9989, "4.10.1")]
    [TestCase("v=DMARC1; rua=mailto:a@example.com", "p=none rua=mailto:a@example.com")]
    [TestCase("v=DMARC1; p=; rua=mailto:a@example.com", "p=none rua=mailto:a@example.com !12")]
    [TestCase("v=DMARC1; p=rejected; rua=mailto:a@example.com", "p=none rua=mailto:a@example.com !12")]
    [TestCase("v=DMARC1; p=reject; sp=x; rua=mailto:a@example.com", "p=none rua=mailto:a@example.com !23")]
    [TestCase("v=DMARC1; p=reject; np=x; sp=reject; rua=mailto:a@example.com", "p=none rua=mailto:a@example.com !23")]
    [TestCase("v=DMARC1; p=reject; np=x", "p=- !23")]
    [TestCase("v=DMARC1; p=reject; sp=x", "p=- !23")]
    [TestCase("v=DMARC1; p=x", "p=- !12")]
    [TestCase("v=DMARC1; sp=reject", "p=-")]
    [TestCase("v=DMARC1; rua=a@example.com", "p=- !14")]
    [TestCase("v=DMARC1; rua=,,mailto:a@example.com", "p=none rua=mailto:a@example.com !14,15")]
    public void A_record_without_a_valid_policy_counts_only_for_its_reports(string text, string expected) => Assert.That(Values(text), Is.EqualTo(expected));

    [Rfc(9989, "4.6")]
    [TestCase("mailto:a@example.com", "mailto:a@example.com a@example.com example.com")]
    [TestCase("MAILTO:a@Example.COM", "MAILTO:a@Example.COM a@Example.COM example.com")]
    [TestCase("mailto:a+b=c@example.com", "mailto:a+b=c@example.com a+b=c@example.com example.com")]
    [TestCase("mailto:a%2Bb@example.com", "mailto:a%2Bb@example.com a+b@example.com example.com")]
    [TestCase("mailto:a@example.com!10m", "mailto:a@example.com a@example.com example.com")]
    [TestCase("mailto:a@example.com!1", "mailto:a@example.com a@example.com example.com")]
    [TestCase("mailto:a@example.com?subject=x", "mailto:a@example.com?subject=x a@example.com example.com")]
    [TestCase("https://user@reports.example.com:8443/dmarc?x#y", "https://user@reports.example.com:8443/dmarc?x#y - reports.example.com")]
    [TestCase("https://192.0.2.1/", "https://192.0.2.1/ - -")]
    [TestCase("https://[2001:db8::1]/", "https://[2001:db8::1]/ - -")]
    [TestCase("urn:example:reports", "urn:example:reports - -")]
    [TestCase("mailto:", "refused")]
    [TestCase("mailto:a", "refused")]
    [TestCase("mailto:@example.com", "refused")]
    [TestCase("mailto:a@[192.0.2.1]", "refused")]
    [TestCase("mailto:a@example.com!m", "refused")]
    [TestCase("mailto:a@example.com!10x", "refused")]
    [TestCase("mailto:a!b@example.com", "refused")]
    [TestCase("mailto:a%2@example.com", "refused")]
    [TestCase("mailto:a@victim.test%2Cb@example.com", "refused", Description = "Two addresses, of which one host would be checked.")]
    [TestCase("mailto:%3Ca@victim.test%3E", "refused")]
    [TestCase("mailto:a(x)@example.com", "refused")]
    [TestCase("mailto: a@example.com", "refused")]
    [TestCase("mailto:a@exa mple.com", "refused")]
    [TestCase("mailto:a%0D%0ABcc:b@victim.test", "refused")]
    [TestCase("mail_to:a@example.com", "refused")]
    [TestCase(":a@example.com", "refused")]
    [TestCase("a@example.com", "refused")]
    [TestCase("", "refused")]
    public void A_report_address_is_one_uri(string text, string expected) =>
        Assert.That(DmarcUri.TryParse(Encoding.Latin1.GetBytes(text), out var uri, out _) ? $"{uri.Text} {uri.Mailbox ?? "-"} {uri.Host?.ToString() ?? "-"}" : "refused", Is.EqualTo(expected));

    [Attack("M12")]
    [Test]
    public void Ten_thousand_tags_are_read_and_a_hundred_addresses_kept()
    {
        var record = Read("v=DMARC1; p=reject; rua=" + string.Join(',', Enumerable.Range(0, 10_000).Select(number => $"mailto:a{number}@example.com")) + string.Concat(Enumerable.Repeat(";x=y", 10_000)));
        Assert.That(record!.AggregateReportUris, Has.Length.EqualTo(100));
        Assert.That(record.TagCount, Is.EqualTo(10_003));
        Assert.That(Read("v=DMARC1" + string.Concat(Enumerable.Repeat(";p=none", 10_000)))!.Problems, Has.Length.EqualTo(100));
    }

    [TestCase("v=DMARC1; p=none; rua=mailto:a@example.com", "")]
    [TestCase("v=DMARC1; p=reject; rua=mailto:a@example.com; ruf=mailto:b@example.com; fo=1", "")]
    [TestCase("v=DMARC1; p=none", "W0 neither protects")]
    [TestCase("v=DMARC1; p=reject; pct=50; rua=mailto:a@example.com", "W20 t=y")]
    [TestCase("v=DMARC1; p=reject; rf=afrf", "W20 removed")]
    [TestCase("v=DMARC1; p=reject; ri=3600", "W20 removed")]
    [TestCase("v=DMARC1; p=reject; foo=1", "W20 not registered")]
    [TestCase("v=DMARC1; P=reject", "W10 lower case")]
    [TestCase("v=DMARC1; p=none; t=y; rua=mailto:a@example.com", "W20 no effect")]
    [TestCase("v=DMARC1; p=reject; sp=none", "W23 weaker")]
    [TestCase("v=DMARC1; p=reject; np=none", "W23 weaker")]
    [TestCase("v=DMARC1; p=reject; psd=y", "W24 others register")]
    [TestCase("v=DMARC1; p=reject; psd=n", "I24 Organizational Domain")]
    [TestCase("v=DMARC1; p=reject; psd=u", "I24 default")]
    [TestCase("v=DMARC1; p=reject; fo=1", "W23 ruf")]
    [TestCase("v=DMARC1; p=reject; psd=y; ruf=mailto:a@example.com", "W24 others register|W31 public suffix")]
    [TestCase("v=DMARC1; p=reject; rua=mailto:a@example.com!10m", "W24 obsolete")]
    [TestCase("v=DMARC1; p=reject; rua=https://example.com/", "W24 mailto")]
    [TestCase("v=DMARC1; p=reject; rua=mailto:a@example.com?cc=b@example.com", "W24 ignored")]
    [TestCase("v=DMARC1; p=reject; rua=mailto:a@example.net", "I24 example.com._report._dmarc.example.net")]
    [TestCase("v=DMARC1; rua=mailto:a@example.com", "W0 p=none")]
    [TestCase("v=DMARC1; p=reject; adkim=x", "E26 default")]
    public void Lint_tells_what_the_owner_would_want_to_know(string text, string expected)
    {
        var report = DmarcRecord.Lint(text, DomainName.Parse("example.com"));
        Assert.That(report.IsUsable);
        AssertDiagnostics(report, expected);
    }

    [TestCase("v=DMARC1", "E0 no valid policy")]
    [TestCase("v=DMARC1; p=rejekt", "E0 no valid policy|E12 not a policy")]
    [TestCase("v=spf1 -all", "E0 does not begin")]
    [TestCase("v=dmarc1; p=none", "E0 upper case")]
    [TestCase(" v=DMARC1; p=none", "E0 white space")]
    public void Lint_tells_what_makes_a_record_useless(string text, string expected)
    {
        var report = DmarcRecord.Lint(text);
        Assert.That(report.IsUsable, Is.False);
        AssertDiagnostics(report, expected);
    }

    [Test]
    public void Lint_tells_what_is_too_long()
    {
        Assert.That(DmarcRecord.Lint("v=DMARC1; p=reject; x=" + new string('a', 4096)).IsUsable, Is.False);
        Assert.That(DmarcRecord.Lint("v=DMARC1; p=reject" + string.Concat(Enumerable.Repeat("; x=y", 64))).IsUsable, Is.False);
        AssertDiagnostics(DmarcRecord.Lint("v=DMARC1; p=reject; rua=mailto:" + new string('a', 200) + "@example.com,mailto:bbbbbbbbbbbb@example.com"), "I255 strings");
        AssertDiagnostics(DmarcRecord.Lint("v=DMARC1; p=reject; rua=" + string.Join(',', Enumerable.Range(0, 11).Select(number => $"mailto:{number}@x.test"))), "W184 first 10");
    }

    private static void AssertDiagnostics(LintReport report, string expected)
    {
        var words = expected.Split('|', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(report.Diagnostics, Has.Length.EqualTo(words.Length), string.Join('\n', report.Diagnostics));
        for (var i = 0; i < words.Length; i++)
        {
            var diagnostic = report.Diagnostics[i];
            var space = words[i].IndexOf(' ');
            Assert.That($"{diagnostic.Severity.ToString()[0]}{diagnostic.Position}", Is.EqualTo(words[i][..space]), diagnostic.Text);
            Assert.That(diagnostic.Text, Does.Contain(words[i][(space + 1)..]));
            Assert.That(diagnostic.Section, Does.StartWith("RFC "));
        }
    }
}
