using EmailAuth.Dns;

namespace EmailAuth.Tests.Dns;

public class DomainNameTests
{
    [Pin("N2")]
    [TestCase("Example.COM.", "example.com")]
    [TestCase("_dmarc.example.com", "_dmarc.example.com")]
    [TestCase("bücher.example", "xn--bcher-kva.example")]
    [TestCase("例え.テスト", "xn--r8jz45g.xn--zckzah")]
    [TestCase("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f")]
    public void A_domain_is_folded_and_its_u_labels_become_a_labels(string text, string expected)
    {
        Assert.That(DomainName.TryParse(text, out var name), Is.True);
        Assert.That(name!.ToString(), Is.EqualTo(expected));
    }

    [Attack("M11")]
    [TestCase("")]
    [TestCase(".")]
    [TestCase("a..b.example")]
    [TestCase(".example")]
    [TestCase("example。com")]
    [TestCase("ｅｘａｍｐｌｅ.com")]
    [TestCase("℀.example")]
    [TestCase("exam\u00adple.com")]
    [TestCase("\u212Aelvin.example")]
    [TestCase("a b.example")]
    [TestCase("legitimate.com'a.attack.com")]
    [TestCase("a\0b.example")]
    [TestCase("\ud800.example")]
    public void What_is_no_domain_is_refused(string text) => Assert.That(DomainName.TryParse(text, out _), Is.False);

    [Test]
    public void A_label_has_at_most_63_octets_and_a_name_253()
    {
        var label = new string('a', 63);
        Assert.That(DomainName.TryParse($"{label}.example", out _), Is.True);
        Assert.That(DomainName.TryParse($"{label}a.example", out _), Is.False);
        var longest = $"{label}.{label}.{label}.{new string('b', 61)}";
        Assert.That(longest, Has.Length.EqualTo(253));
        Assert.That(DomainName.TryParse(longest, out _), Is.True);
        Assert.That(DomainName.TryParse(longest + "b", out _), Is.False);
    }

    [TestCase("a.example.com", "example.com", true)]
    [TestCase("example.com", "example.com", true)]
    [TestCase("notexample.com", "example.com", false)]
    [TestCase("com", "example.com", false)]
    public void Below_is_told_by_whole_labels(string name, string above, bool expected) =>
        Assert.That(DomainName.Parse(name).IsAtOrBelow(DomainName.Parse(above)), Is.EqualTo(expected));

    [Test]
    public void Labels_are_taken_from_the_end()
    {
        var name = DomainName.Parse("a.b.example.com");
        Assert.That(name.LabelCount, Is.EqualTo(4));
        Assert.That(name.TakeLast(2), Is.EqualTo(DomainName.Parse("example.com")));
        Assert.That(name.Parent!.ToString(), Is.EqualTo("b.example.com"));
        Assert.That(name.TakeLast(0), Is.EqualTo(DomainName.Root));
    }
}
