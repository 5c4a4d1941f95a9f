using System.Text;
using EmailAuth.Syntax;

namespace EmailAuth.Tests.Syntax;

public class KeptOctetsTests
{
    [Test]
    public void Octets_that_come_again_are_the_same_array_and_none_that_was_given()
    {
        var kept = new KeptOctets();
        var given = "from:to:subject"u8.ToArray();
        var first = kept.Keep(given);
        given[0] = (byte)'F';
        Assert.That(kept.Keep("from:to:subject"u8), Is.SameAs(first));
        Assert.That(Encoding.ASCII.GetString(first), Is.EqualTo("from:to:subject"));
        Assert.That(kept.Keep([]), Is.Empty);
    }

    [Test]
    public void What_is_long_is_not_kept()
    {
        var kept = new KeptOctets();
        var given = new byte[513];
        var (first, second) = (kept.Keep(given), kept.Keep(given));
        Assert.That(second, Is.Not.SameAs(first));
        Assert.That(second, Is.EqualTo(given));
    }

    [Test]
    public void A_thousand_values_take_each_others_places_and_stay_right()
    {
        var kept = new KeptOctets();
        Parallel.For(0, 20_000, i =>
        {
            var octets = Encoding.ASCII.GetBytes($"from:x-{i % 1_000}");
            if (!kept.Keep(octets).AsSpan().SequenceEqual(octets))
                throw new AssertionException($"{i}");
        });
    }
}
