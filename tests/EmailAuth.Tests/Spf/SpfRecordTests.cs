using EmailAuth.Spf;

namespace EmailAuth.Tests.Spf;

/// <summary>The grammar of RFC 7208 §12.</summary>
[Rfc(7208, "12")]
public class SpfRecordTests
{
    [TestCase("v=spf1 all", "Pass All")]
    [TestCase("v=spf1 -all +all ?all ~all", "Fail All, Pass All, Neutral All, SoftFail All")]
    [TestCase("v=spf1 a mx ptr", "Pass A, Pass Mx, Pass Ptr")]
    [TestCase("v=spf1 a:example.com/24//64 mx/0//0 a//128 mx:%{d}/32", "Pass A, Pass Mx, Pass A, Pass Mx")]
    [TestCase("v=spf1 a:foo:bar/baz.example.com", "Pass A")]
    [TestCase("v=spf1 a:foo/24.example.com/8", "Pass A")]
    [TestCase("v=spf1 include:a.b exists:%{d} exists:%% exists:x%_ exists:%-", "Pass Include, Pass Exists, Pass Exists, Pass Exists, Pass Exists")]
    [TestCase("v=spf1 a:example.com. a:x.1-2 a:x.xn--p1ai a:x.a1", "Pass A, Pass A, Pass A, Pass A")]
    [TestCase("v=spf1 exists:%{ir}.%{l1r+-,/_=.}._spf.%{d2}", "Pass Exists")]
    [TestCase("v=spf1 ip4:0.0.0.0/0 ip6:::/0 ip6:::ffff:192.0.2.1/128", "Pass Ip4, Pass Ip6, Pass Ip6")]
    [TestCase("v=spf1 a=b moo.cow-far_out=man:dog/cat x=%{d} y=", "")]
    [TestCase("v=spf1    a     -all   ", "Pass A, Fail All")]
    [TestCase("v=spf1 redirect=%{d}.example.com exp=%{d}.example.com", "")]
    public void What_the_grammar_allows_is_read(string record, string expected)
    {
        Assert.That(SpfRecord.TryParse(record, out var read, out var error), Is.True, error?.Text);
        Assert.That(string.Join(", ", read!.Directives.Select(directive => $"{directive.Qualifier} {directive.Mechanism}")), Is.EqualTo(expected));
        Assert.That(read.ToString(), Is.EqualTo(record));
    }

    [TestCase("v=spf1 moo", 7, "§4.6.1")]
    [TestCase("v=spf1 -", 7, "§4.6.1")]
    [TestCase("v=spf1 --all", 7, "§4.6.1")]
    [TestCase("v=spf1 all.", 7, "§4.6.1")]
    [TestCase("v=spf1 all:x", 10, "§5.1")]
    [TestCase("v=spf1 -all/8", 11, "§5.1")]
    [TestCase("v=spf1 include", 14, "§5.2")]
    [TestCase("v=spf1 include:", 15, "§7.1")]
    [TestCase("v=spf1 include:a.example/24", 15, "§7.1")]
    [TestCase("v=spf1 include/24", 14, "§5.2")]
    [TestCase("v=spf1 a:", 9, "§7.1")]
    [TestCase("v=spf1 a/", 8, "§5.3")]
    [TestCase("v=spf1 a/33", 9, "§5.6")]
    [TestCase("v=spf1 a/024", 9, "§5.6")]
    [TestCase("v=spf1 a//129", 10, "§5.6")]
    [TestCase("v=spf1 a//", 8, "§5.3")]
    [TestCase("v=spf1 a/24/64", 12, "§5.6")]
    [TestCase("v=spf1 a/24///64", 8, "§5.3")]
    [TestCase("v=spf1 a:example.com///64", 9, "§7.1")]
    [TestCase("v=spf1 mx/24/", 9, "§5.4")]
    [TestCase("v=spf1 a:museum", 9, "§7.1")]
    [TestCase("v=spf1 a:museum.", 9, "§7.1")]
    [TestCase("v=spf1 a:192.0.2.1", 9, "§7.1")]
    [TestCase("v=spf1 a:example.123", 9, "§7.1")]
    [TestCase("v=spf1 a:example.-com", 9, "§7.1")]
    [TestCase("v=spf1 a:example.com-", 9, "§7.1")]
    [TestCase("v=spf1 a:example.com..", 9, "§7.1")]
    [TestCase("v=spf1 a:example.com:8080", 9, "§7.1")]
    [TestCase("v=spf1 a:example.com,", 9, "§7.1")]
    [TestCase("v=spf1 ptr:", 11, "§7.1")]
    [TestCase("v=spf1 ptr/0", 10, "§5.5")]
    [TestCase("v=spf1 exists", 13, "§5.7")]
    [TestCase("v=spf1 exists:a.example/24", 14, "§7.1")]
    [TestCase("v=spf1 ip4:1.2.3.4/33", 19, "§5.6")]
    [TestCase("v=spf1 ip6:::1/0129", 15, "§5.6")]
    [TestCase("v=spf1 redirect:a.example", 7, "§4.6.1")]
    [TestCase("v=spf1 redirect=", 16, "§7.1")]
    [TestCase("v=spf1 exp=-all", 11, "§7.1")]
    [TestCase("v=spf1 exp=a.example exp=b.example", 21, "§6")]
    [TestCase("v=spf1 redirect=a.example REDIRECT=b.example", 26, "§6")]
    [TestCase("v=spf1 -redirect=a.example", 7, "§4.6.1")]
    [TestCase("v=spf1 =all", 7, "§4.6.1")]
    [TestCase("v=spf1 1up=foo", 7, "§4.6.1")]
    [TestCase("v=spf1 a!b=foo", 7, "§4.6.1")]
    [TestCase("v=spf1 foo=%abc", 11, "§7.3")]
    [TestCase("v=spf1 a:%(ir).example", 9, "§7.3")]
    [TestCase("v=spf1 a\tmx", 8, "§4.6.1")]
    [TestCase("v=spf1 a\0", 8, "§4.6.1")]
    [TestCase("v=spf1 a:b\u00fc.example", 10, "§3.1")]
    [TestCase("v=spf2 a", 0, "§4.5")]
    [TestCase("v=spf1x", 6, "§4.5")]
    [TestCase("", 0, "§4.5")]
    public void What_the_grammar_refuses_has_a_place_and_a_section(string record, int position, string section)
    {
        Assert.That(SpfRecord.TryParse(record, out var read, out var error), Is.False);
        Assert.That(read, Is.Null);
        Assert.That((error!.Position, error.Section), Is.EqualTo((position, $"RFC 7208 {section}")), error.Text);
    }

    [TestCase("v=spf1 ip:192.0.2.1", "ip4:192.0.2.0/24")]
    [TestCase("v=spf1 ipv6:2001:db8::1", "ip6:2001:db8::/32")]
    [TestCase("v=spf1 2001:db8::1", "ip6:2001:db8::/32")]
    [TestCase("v=spf1 192.0.2.1", "ip4:192.0.2.0/24")]
    [TestCase("v=spf1 a:192.0.2.1", "ip4: and ip6:")]
    [TestCase("v=spf1 exp:a.example", "written with \"=\"")]
    public void A_common_mistake_is_told_what_would_be_right(string record, string words)
    {
        Assert.That(SpfRecord.TryParse(record, out _, out var error), Is.False);
        Assert.That(error!.Text, Does.Contain(words));
    }

    [Test]
    public void A_record_tells_its_parts()
    {
        Assert.That(SpfRecord.TryParse("v=spf1 a -ip4:192.0.2.0/24 x-y=z redirect=%{d2} exp=e.example", out var record, out _), Is.True);
        Assert.That(record!.Directives.Select(directive => (directive.Text, directive.Position, directive.CausesDnsLookup)), Is.EqualTo(new[] { ("a", 7, true), ("-ip4:192.0.2.0/24", 9, false) }));
        Assert.That((record.Redirect!.Value, record.Redirect.Position, record.Explanation!.Text, record.HasAll), Is.EqualTo(("%{d2}", 33, "exp=e.example", false)));
        Assert.That(record.OtherModifiers.Single().Text, Is.EqualTo("x-y=z"));
    }
}
