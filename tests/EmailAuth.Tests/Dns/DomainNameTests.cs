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
    [TestCase("straße.de", "xn--strae-oqa.de")]
    [TestCase("βόλος.com", "xn--nxasmm1c.com")]
    [TestCase("l\u00b7l.example", "xn--ll-0ea.example")]
    [TestCase("\u0995\u09be.example", "xn--p5b6f.example")]
    [TestCase("ナ\u30fbカ.example", "xn--lck1c7g.example")]
    [TestCase("bücher.example.", "xn--bcher-kva.example")]
    public void A_domain_is_folded_and_its_u_labels_become_a_labels(string text, string expected)
    {
        Assert.That(DomainName.TryParse(text, out var name), Is.True);
        Assert.That(name!.ToString(), Is.EqualTo(expected));
    }

    [Attack("M11"), Attack("D8")]
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
    [TestCase("ab--\u00fc.example", Description = "RFC 5891 §4.2.3.1")]
    [TestCase("xn--\u00fc.example")]
    [TestCase("-\u00fc.example")]
    [TestCase("\u00fc-.example")]
    [TestCase("bu\u0308cher.example", Description = "not in normalization form C")]
    [TestCase("\u0301a.example")]
    [TestCase("\u0958.example", Description = "normalization form C changes it")]
    [TestCase("\u09c7\u09be.example")]
    [TestCase("\u1f71.example")]
    [TestCase("\u0374\u03b1.example")]
    [TestCase("\u13f8.example")]
    [TestCase("a\u034fb.example")]
    [TestCase("a\u180bb.example")]
    [TestCase("a\u200db.example")]
    [TestCase("\u3164.example")]
    [TestCase("\u1100\u1161.example")]
    [TestCase("a\u00b7l.example", Description = "RFC 5892 appendix A.3")]
    [TestCase("a\u30fbb.example", Description = "RFC 5892 appendix A.7")]
    [TestCase("B\u00dc.example", Description = "upper case is not mapped")]
    [TestCase("\U0001e030.example")]
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

    [TestCase(63)]
    [TestCase(64)]
    [TestCase(65)]
    [TestCase(200)]
    public void A_label_of_other_letters_that_is_too_long_is_refused(int letters) => Assert.That(DomainName.TryParse($"{new string('\u00fc', letters)}.example", out _), Is.False);

    [TestCase(249, true)]
    [TestCase(250, false)]
    [TestCase(253, false)]
    public void A_name_with_labels_before_it_has_at_most_253_octets(int octets, bool expected)
    {
        var name = DomainName.Parse(string.Join('.', Enumerable.Repeat("aaa", 64))[..octets]);
        Assert.That(name.TryPrepend("abc"u8, out _), Is.EqualTo(expected));
    }

    [TestCase("a\u0001.example", false)]
    [TestCase("a\u007f.example", false)]
    [TestCase("a\u00e9.example", false)]
    [TestCase("a \u0021~.example", true)]
    public void A_question_has_visible_octets_and_spaces_only(string name, bool expected) =>
        Assert.That(DomainName.TryParseQueryName(System.Text.Encoding.Latin1.GetBytes(name), out _), Is.EqualTo(expected));

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

    private static IEnumerable<TestCaseData> Samples()
    {
        // RFC 3492 §7.1, (A) to (R) but for (H), which is longer than a label; ASCII letters in lower case.
        yield return Sample("A", "egbpdaj6bu4bxfgehfvwxn", 0x644, 0x64A, 0x647, 0x645, 0x627, 0x628, 0x62A, 0x643, 0x644, 0x645, 0x648, 0x634, 0x639, 0x631, 0x628, 0x64A, 0x61F);
        yield return Sample("B", "ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文");
        yield return Sample("C", "ihqwctvzc91f659drss3x8bo0yb", "他們爲什麽不說中文");
        yield return Sample("D", "proprostnemluvesky-uyb24dma41a", "pročprostěnemluvíčesky");
        yield return Sample("E", "4dbcagdahymbxekheh6e0a7fei0b", "למההםפשוטלאמדבריםעברית");
        yield return Sample("F", "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd", "यहलोगहिन्दीक्योंनहींबोलसकतेहैं");
        yield return Sample("G", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa", "なぜみんな日本語を話してくれないのか");
        yield return Sample("I", "b1abfaaepdrnnbgefbadotcwatmq2g4l", "почемужеонинеговорятпорусски");
        yield return Sample("J", "porqunopuedensimplementehablarenespaol-fmd56a", "porquénopuedensimplementehablarenespañol");
        yield return Sample("K", "tisaohkhngthchnitingvit-kjcr8268qyxafd2f1b9g", "tạisaohọkhôngthểchỉnóitiếngviệt");
        yield return Sample("L", "3b-ww4c5e180e575a65lsy2b", "3年b組金八先生");
        yield return Sample("M", "-with-super-monkeys-pc58ag80a8qai00g7n9n", "安室奈美恵-with-super-monkeys");
        yield return Sample("N", "hello-another-way--fc4qua05auwb3674vfr0b", "hello-another-way-それぞれの場所");
        yield return Sample("O", "2-u9tlzr9756bt3uc0v", "ひとつ屋根の下2");
        yield return Sample("P", "majikoi5-783gue6qz075azm5e", "majiでkoiする5秒前");
        yield return Sample("Q", "de-jg4avhby1noc0d", "パフィーdeルンバ");
        yield return Sample("R", "d9juau41awczczp", "そのスピードで");

        static TestCaseData Sample(string letter, string expected, params object[] characters) =>
            new TestCaseData(characters is [string text] ? text : string.Concat(characters.Select(value => (char)(int)value)), expected).SetArgDisplayNames(letter);
    }

    [TestCaseSource(nameof(Samples)), Rfc(3492, "7.1")]
    public void The_samples_of_punycode_are_encoded_as_they_should_be(string text, string expected)
    {
        Span<byte> octets = stackalloc byte[63];
        Assert.That(InternationalLabel.TryPunycode([.. text.EnumerateRunes()], octets, out var written), Is.True);
        Assert.That(System.Text.Encoding.Latin1.GetString(octets[..written]), Is.EqualTo("xn--" + expected));
    }

    [Test]
    public void A_u_label_as_long_as_its_a_label_allows_is_read()
    {
        var label = string.Concat(Enumerable.Repeat("\U00020000", 54));
        Assert.That(DomainName.TryParse($"{label}.{label}.{label}.{label}", out var name), Is.True);
        Assert.That(name!.Octets.Length, Is.EqualTo(4 * 61 + 3));
        Assert.That(DomainName.TryParse(string.Concat(Enumerable.Repeat("\U00020000", 60)), out _), Is.False);
    }
}
