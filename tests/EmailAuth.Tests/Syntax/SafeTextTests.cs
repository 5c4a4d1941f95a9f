using EmailAuth.Syntax;

namespace EmailAuth.Tests.Syntax;

public class SafeTextTests
{
    [TestCase("joe@example.com", "joe@example.com")]
    [TestCase("Grüße, 😀 and 𝒳", "Grüße, 😀 and 𝒳")]
    [TestCase("a\r\nb\u001b[2J\u202e", @"a\x0D\x0Ab\x1B[2J\u202E")]
    [TestCase("line\u2028and\u2029paragraph", @"line\u2028and\u2029paragraph")]
    // A tag and a musical format character, each a pair.
    [TestCase("a\U000E0041b\U0001D173", @"a\uDB40\uDC41b\uD834\uDD73")]
    public void What_would_do_something_instead_of_being_seen_is_spelled_out(string text, string safe) =>
        Assert.That(SafeText.OneLine(text), Is.EqualTo(safe));

    [Test]
    public void Half_a_pair_is_spelled_out()
    {
        // Attributes cannot hold them.
        const char high = '\ud83d', low = '\ude00';
        Assert.That(SafeText.OneLine($"a{high}"), Is.EqualTo(@"a\uD83D"));
        Assert.That(SafeText.OneLine($"{low}a"), Is.EqualTo(@"\uDE00a"));
        Assert.That(SafeText.OneLine($"{low}{high}{low}"), Is.EqualTo($@"\uDE00{high}{low}"));
    }

    [Test]
    public void What_is_too_long_is_cut() => Assert.That(SafeText.OneLine(new string('a', 401)), Is.EqualTo(new string('a', 400) + "..."));
}
