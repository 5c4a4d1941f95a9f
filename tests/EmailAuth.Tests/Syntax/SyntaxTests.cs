using System.Text;
using EmailAuth.Syntax;

namespace EmailAuth.Tests.Syntax;

public class SyntaxTests
{
    [Attack("S14")]
    [Pin("S19")]
    [TestCase("192.0.2.1", "192.0.2.1")]
    [TestCase("0.0.0.0", "0.0.0.0")]
    [TestCase("::", "::")]
    [TestCase("::1", "::1")]
    [TestCase("1::", "1::")]
    [TestCase("2001:DB8::8:800:200C:417A", "2001:db8::8:800:200c:417a")]
    [TestCase("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8")]
    [TestCase("::ffff:192.0.2.1", "::ffff:192.0.2.1")]
    [TestCase("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201")]
    [TestCase("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")]
    [TestCase("010.0.0.1", null)]
    [TestCase("1", null)]
    [TestCase("0x7f.1", null)]
    [TestCase("1.2.3", null)]
    [TestCase("1.2.3.4.", null)]
    [TestCase("1.2.3.256", null)]
    [TestCase("1.2.3.1000", null)]
    [TestCase(" 1.2.3.4", null)]
    [TestCase(":::1%5", null)]
    [TestCase("::1%5", null)]
    [TestCase("[::1]:25", null)]
    [TestCase(":1", null)]
    [TestCase("1:", null)]
    [TestCase("1::2::3", null)]
    [TestCase("1:2:3:4:5:6:7:8:9", null)]
    [TestCase("1:2:3:4:5:6:7", null)]
    [TestCase("12345::", null)]
    [TestCase("1:2:3:4:5:6:7:1.2.3.4", null)]
    [TestCase("::1.2.3", null)]
    [TestCase("", null)]
    public void An_address_is_read_strictly(string text, string? expected)
    {
        Assert.That(IpAddressText.TryParse(text, out var address), Is.EqualTo(expected is not null));
        if (expected is not null)
            Assert.That(address.ToString(), Is.EqualTo(expected));
    }

    [Rfc(6376, "3.2")]
    [TestCase("a=b", "a=b")]
    [TestCase(" a = b c ; d= ;", "a=b c|d=")]
    [TestCase("a=b;\r\n\tc=d\r\n e", "a=b|c=d\r\n e")]
    [TestCase("a=b==", "a=b==")]
    [TestCase("a_1=b", "a_1=b")]
    [TestCase("", "")]
    [TestCase("a=b;;c=d", "a=b|BadName@4")]
    [TestCase(";a=b", "BadName@0")]
    [TestCase("a=b; c", "a=b|NoEqualsSign@6")]
    [TestCase("1a=b", "BadName@0")]
    [TestCase("a-b=c", "BadName@1")]
    [TestCase(" ", "BadName@1")]
    public void A_tag_list_is_split(string text, string expected)
    {
        var tags = new TagListReader(Encoding.Latin1.GetBytes(text));
        var found = new List<string>();
        while (tags.MoveNext())
            found.Add($"{Encoding.Latin1.GetString(tags.Name)}={Encoding.Latin1.GetString(tags.Value)}");
        if (tags.Error != TagListError.None)
            found.Add($"{tags.Error}@{tags.ErrorPosition}");
        Assert.That(string.Join('|', found), Is.EqualTo(expected));
    }

    [Pin("D27")]
    [Attack("K25")]
    [TestCase("QUJD", "ABC")]
    [TestCase(" QU\r\n JD ", "ABC")]
    [TestCase("QUI=", "AB")]
    [TestCase("", "")]
    [TestCase("QUI", null)]
    [TestCase("QUJ=", null)]
    [TestCase("QR==", null)]
    [TestCase("QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQR==", null)]
    [TestCase("QQ==QQ==", null)]
    [TestCase("QUJD*", null)]
    [TestCase("QU\u00a0JD", null)]
    public void Base64_forgives_folding_white_space_and_nothing_else(string text, string? expected)
    {
        Assert.That(Base64Text.TryDecode(Encoding.Latin1.GetBytes(text), 100, out var octets), Is.EqualTo(expected is not null));
        if (expected is not null)
            Assert.That(Encoding.Latin1.GetString(octets), Is.EqualTo(expected));
    }

    [Pin("D26")]
    [TestCase("0", 0)]
    [TestCase("99999999999999999999", long.MaxValue)]
    [TestCase("9223372036854775807", long.MaxValue)]
    [TestCase("+5", -1)]
    [TestCase(" 5", -1)]
    [TestCase("", -1)]
    public void A_number_is_digits_and_saturates(string text, long expected)
    {
        Assert.That(Octets.TryParseNumber(Encoding.Latin1.GetBytes(text), out var number), Is.EqualTo(expected >= 0));
        if (expected >= 0)
            Assert.That(number, Is.EqualTo(expected));
    }

    [Rfc(5322, "3.2.2")]
    [Attack("H7")]
    [TestCase("(a(b)c) x", "x")]
    [TestCase(" \r\n (a\\)b) x", "x")]
    [TestCase("(a", null)]
    [TestCase("(a\0)", null)]
    [TestCase("\r\nx", "\r\nx")]
    public void Comments_and_folding_white_space_are_skipped(string text, string? rest)
    {
        var reader = new SyntaxReader(Encoding.Latin1.GetBytes(text));
        Assert.That(reader.TrySkipCfws(), Is.EqualTo(rest is not null));
        if (rest is not null)
            Assert.That(Encoding.Latin1.GetString(reader.Rest), Is.EqualTo(rest));
    }

    [Test]
    [Attack("H7")]
    public void A_million_open_parentheses_end_at_the_depth_cap()
    {
        var reader = new SyntaxReader(Encoding.Latin1.GetBytes(new string('(', 1_000_000)));
        Assert.That(reader.TrySkipCfws(), Is.False);
        Assert.That(reader.Position, Is.LessThanOrEqualTo(SyntaxReader.DeepestComment));
    }

    [Test]
    public void Octets_that_are_no_text_cost_no_more_than_those_that_are()
    {
        var random = new Random(3629);
        for (var i = 0; i < 2_000; i++)
        {
            var octets = new byte[random.Next(40)];
            foreach (ref var octet in octets.AsSpan())
                octet = (byte)(random.Next(3) == 0 ? random.Next(256) : "\u00C3\u00E4\u00A4\u0080\u00F0\u009F\u00ED\u00A0ab"[random.Next(10)]);
            Assert.That(Octets.ToText(octets), Is.EqualTo(Encoding.UTF8.GetString(octets)), Convert.ToHexString(octets));
        }
        var invalid = Enumerable.Repeat((byte)0xE7, 16 << 10).ToArray();
        Octets.ToText(invalid);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Octets.ToText(invalid);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(3 * invalid.Length));
    }
}
