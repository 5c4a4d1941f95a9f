using System.Text;
using EmailAuth.Dns;

namespace EmailAuth.Tests.Dns;

public class DomainNamesTests
{
    [Test]
    public void A_name_that_comes_again_is_the_same_object()
    {
        var names = new DomainNames();
        Assert.That(names.TryParse("mail.example.com"u8, out var first), Is.True);
        Assert.That(names.TryParse("mail.example.com", out var second), Is.True);
        Assert.That(second, Is.SameAs(first));
        var parent = names.TakeLast(first!, 2);
        Assert.That(parent, Is.EqualTo(DomainName.Parse("example.com")));
        Assert.That(names.TakeLast(first!, 2), Is.SameAs(parent));
        Assert.That(names.TryPrepend("_dmarc"u8, parent, out var policy), Is.True);
        Assert.That(policy!.ToString(), Is.EqualTo("_dmarc.example.com"));
        Assert.That(names.TryPrepend("_dmarc"u8, parent, out var again) && ReferenceEquals(again, policy));
    }

    [TestCase("Mail.Example.COM")]
    [TestCase("mail.example.com.")]
    [TestCase("bücher.example")]
    [TestCase("a b.example")]
    [TestCase("a..b")]
    [TestCase("")]
    [TestCase(".")]
    [TestCase("xn--\u00fc.example")]
    [TestCase("\ud800.example")]
    public void What_is_a_name_and_what_is_none_stays_so_however_often_it_comes(string text)
    {
        var names = new DomainNames();
        var isName = DomainName.TryParse(text, out var expected);
        for (var i = 0; i < 3; i++)
        {
            Assert.That(names.TryParse(text, out var name), Is.EqualTo(isName));
            Assert.That(name, Is.EqualTo(expected));
            Assert.That(names.TryParse(Encoding.UTF8.GetBytes(text), out name), Is.EqualTo(DomainName.TryParse(Encoding.UTF8.GetBytes(text), out var other)));
            Assert.That(name, Is.EqualTo(other));
        }
    }

    [Test]
    public void A_name_to_ask_for_that_is_no_hosts_does_not_become_one()
    {
        var names = new DomainNames();
        Assert.That(names.TryPrepend("a b"u8, DomainName.Parse("example.com"), out var asked), Is.True);
        Assert.That(asked!.IsHostName, Is.False);
        Assert.That(names.TryParse("a b.example.com"u8, out _), Is.False);
    }

    [Test]
    public void A_name_that_is_too_long_is_refused_with_a_label_before_it()
    {
        var domain = DomainName.Parse(string.Join('.', Enumerable.Repeat(new string('a', 49), 5)));
        var names = new DomainNames();
        Assert.That(names.TryPrepend("_dmarc"u8, domain, out _), Is.False);
        Assert.That(names.TryPrepend("abc"u8, domain, out var longest), Is.True);
        Assert.That(longest!.Octets.Length, Is.EqualTo(DomainName.MaxLength));
    }

    [Test]
    public void Ten_thousand_names_take_each_others_places_and_stay_right()
    {
        var names = new DomainNames();
        Parallel.For(0, 20_000, i =>
        {
            var text = $"n{i % 10_000}.example.com";
            if (!names.TryParse(text, out var name) || name.ToString() != text)
                throw new AssertionException(text);
        });
    }
}
