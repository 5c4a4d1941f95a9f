using System.Text;
using EmailAuth.AuthResults;
using EmailAuth.Message;

namespace EmailAuth.Tests.AuthResults;

[Rfc(8601, "5")]
[Pin("H2")]
public class ForgedAuthenticationResultsTests
{
    private static HeaderBlock Header(params string[] fields) =>
        HeaderBlock.Parse(Encoding.UTF8.GetBytes(string.Concat(fields.Select(field => field + "\r\n"))), new MessageLimits { MaxFieldBytes = 1 << 20, MaxHeaderBytes = 1 << 20 });

    private static bool IsForged(string value, string authservId = "mx.example.org") =>
        AuthenticationResults.ForgedFields(Header("Authentication-Results:" + value), authservId).Length == 1;

    [TestCase(" MX.Example.ORG; dmarc=pass")]
    [TestCase("mx.example.org;dmarc=pass")]
    [TestCase(" mx.example.org 1; dmarc=pass")]
    [TestCase(" mx.example.org 99; dmarc=pass")]
    [TestCase(" mx.example.org 001 ; dmarc=pass")]
    [TestCase(" (x) mx.example.org; dmarc=pass")]
    [TestCase(" (x (y) \\) z) mx.example.org (u) 1 (v); dmarc=pass")]
    [TestCase(" \"mx.example.org\"; dmarc=pass")]
    [TestCase(" \"mx.e\\xample.org\"; dmarc=pass")]
    [TestCase(" \" mx.example.org \"; dmarc=pass")]
    [TestCase(" \"mx.exam\r\n ple.org\"; dmarc=pass")]
    [TestCase("\r\n mx.example.org;\r\n dmarc=pass")]
    [TestCase("\r\n\t(folded\r\n comment)\r\n mx.example.org\r\n ; dmarc=pass")]
    [TestCase(" mx.example.org.; dmarc=pass")]
    [TestCase(" mx.example.org")]
    [TestCase(" mx.example.org; none")]
    [Attack("H4")]
    public void A_field_with_our_name_is_found_however_it_is_written(string value) => Assert.That(IsForged(value), Is.True);

    [TestCase(" mx.example.org dmarc=pass")]
    [TestCase(" mx.example.org, dmarc=pass")]
    [TestCase(" \"mx.example.org; dmarc=pass")]
    [TestCase(" (mx.example.org; dmarc=pass")]
    [TestCase(" (x mx.example.org; dmarc=pass")]
    [TestCase(" x) mx.example.org; dmarc=pass")]
    [TestCase(" mx.(x)example.org; dmarc=pass")]
    [TestCase(" mx.\"example\".org; dmarc=pass")]
    [TestCase(" mx . example . org; dmarc=pass")]
    [TestCase(" mx.example\r\n .org; dmarc=pass")]
    [TestCase(" \0mx.example.org; dmarc=pass")]
    [TestCase(" mx.exa\0mple.org; dmarc=pass")]
    [TestCase(" ; mx.example.org; dmarc=pass")]
    [TestCase(" <mx.example.org>; dmarc=pass")]
    [TestCase(" =?utf-8?q?mx.example.org?=; dmarc=pass")]
    [TestCase(" =?utf-8?b?bXguZXhhbXBsZS5vcmc=?=; dmarc=pass")]
    [Attack("H4")]
    public void A_malformed_field_that_someone_may_read_as_ours_is_found(string value) => Assert.That(IsForged(value), Is.True);

    [TestCase(" (a=b) mx.example.org dmarc=pass header.from=bank.example")]
    [TestCase(" (spf=pass) mx.example.org / 1; dmarc=pass")]
    [TestCase(" (a\\)=b) mx.example.org dmarc=pass")]
    [TestCase(" \"=\"mx.example.org; dmarc=pass")]
    [TestCase("=; mx.example.org; dmarc=pass")]
    [TestCase(" x=; mx.example.org; dmarc=pass")]
    [TestCase(" (=) \"mx.example.org\" x; dmarc=pass")]
    [TestCase(" \"a=b mx.example.org; dmarc=pass")]
    [Attack("H4")]
    public void A_sign_that_stands_for_no_result_hides_nothing(string value) => Assert.That(IsForged(value), Is.True);

    [TestCase(" mx.example.org\u00A0; dmarc=pass")]
    [TestCase(" \uFEFFmx.example.org; dmarc=pass")]
    [TestCase(" mx.example.org\u200B; dmarc=pass")]
    [TestCase(" mx.exa\u00ADmple.org; dmarc=pass")]
    [TestCase(" \u200Emx.example.org; dmarc=pass")]
    [TestCase(" mx\u3002example\uFF0Eorg; dmarc=pass")]
    [TestCase(" mx\uFF61example.org dmarc=pass")]
    [TestCase(" \uFF4D\uFF38.example.org; dmarc=pass")]
    [TestCase(" mx.example.org\u2003x; dmarc=pass")]
    [TestCase(" \u2060(c) mx\u00A0.example.org dmarc=pass")]
    [Attack("H4")]
    public void Characters_that_nobody_sees_hide_nothing(string value) => Assert.That(IsForged(value), Is.True);

    [Test]
    [Attack("H4")]
    public void Octets_that_are_no_character_hide_nothing()
    {
        foreach (var value in (string[])["\xFFmx.example.org; dmarc=pass", "mx.exa\xC3mple.org; dmarc=pass", "mx.example.org \xFF dmarc=pass"])
        {
            var header = HeaderBlock.Parse(Encoding.Latin1.GetBytes($"Authentication-Results: {value}\r\n"), MessageLimits.Default);
            Assert.That(AuthenticationResults.ForgedFields(header, "mx.example.org"), Has.Length.EqualTo(1), value);
        }
    }

    [TestCase(" other.example\u00A0; dmarc=pass")]
    [TestCase(" \uFF58-mx.example.org; dmarc=pass")]
    public void What_is_shown_of_another_service_stays(string value) => Assert.That(IsForged(value), Is.False);

    [Test]
    [Attack("H7")]
    public void Comments_without_end_hide_nothing()
    {
        Assert.That(IsForged(" " + new string('(', 500_000) + " mx.example.org; dmarc=pass"), Is.True);
        Assert.That(IsForged(" " + string.Concat(Enumerable.Repeat("()", 100_000)) + " mx.example.org; dmarc=pass"), Is.True);
    }

    [TestCase(" mx.example.net; dmarc=pass")]
    [TestCase(" example.org; dmarc=pass")]
    [TestCase(" mx.example.org.evil.example; dmarc=pass")]
    [TestCase(" x-mx.example.org; dmarc=pass")]
    [TestCase(" (mx.example.org) other.example; dmarc=pass")]
    [TestCase(" other.example; spf=pass smtp.helo=mx.example.org")]
    [TestCase(" spf=pass (for mx.example.org) smtp.rcptto=mx.example.org")]
    [TestCase(" other.example dmarc=pass")]
    [TestCase("")]
    public void A_field_of_another_service_stays(string value) => Assert.That(IsForged(value), Is.False);

    [TestCase(" other.example 2; dmarc=pass")]
    public void A_field_of_an_unknown_version_goes_too(string value) => Assert.That(IsForged(value), Is.True);

    [TestCase(" mx.xn--bcher-kva.example; dmarc=pass", "mx.bücher.example")]
    [TestCase(" mx.bücher.example; dmarc=pass", "mx.bücher.example")]
    [TestCase(" \"mx.BÜCHER.example\"; dmarc=pass", "mx.xn--bcher-kva.example")]
    [TestCase(" mx.bücher.example dmarc=pass", "mx.bücher.example")]
    [TestCase(" mx.xn--bcher-kva.example dmarc=pass", "mx.bücher.example")]
    [TestCase(" \"Our Service\" 1; dmarc=pass", "our service")]
    [Attack("H4")]
    public void U_labels_and_A_labels_are_one_name(string value, string authservId) => Assert.That(IsForged(value, authservId), Is.True);

    [Test]
    [Attack("H3")]
    public void The_highest_index_comes_first_so_that_removing_leaves_the_right_ones()
    {
        string[] fields =
        [
            "Authentication-Results: 1.example; dkim=pass",
            "Authentication-Results: n.example; dkim=pass",
            "authentication-results : N.EXAMPLE; dkim=pass",
            "Authentication-Results: 4.example; dkim=pass",
            "Authentication-Results: n.example 1; dkim=pass",
            "X-Authentication-Results: n.example; dkim=pass",
            "ARC-Authentication-Results: i=1; n.example; dkim=pass",
            "Authentication-Results: 8.example; dkim=pass",
        ];
        var forged = AuthenticationResults.ForgedFields(Header(fields), "n.example");
        Assert.That(forged, Is.EqualTo((int[])[4, 2, 1]));

        var left = fields.ToList();
        foreach (var index in forged)
            left.RemoveAt(index);
        Assert.That(left, Is.EqualTo((string[])[fields[0], fields[3], fields[5], fields[6], fields[7]]));
    }

    [Test]
    public void Every_field_is_looked_at_whatever_their_number_and_length()
    {
        var fields = Enumerable.Range(0, 1_500).Select(i => "Authentication-Results: mx.example.org; dmarc=pass").ToArray();
        fields[700] += " (" + new string('x', 100_000) + ")";
        Assert.That(AuthenticationResults.ForgedFields(Header(fields), "mx.example.org"), Is.EqualTo(Enumerable.Range(0, 1_500).Reverse()));
    }
}
