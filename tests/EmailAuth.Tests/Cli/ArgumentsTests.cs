using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

public class ArgumentsTests
{
    private static readonly Option Helo = new("--helo", "NAME", "");
    private static readonly Option MailFrom = new("--mail-from", "ADDRESS", "");
    private static readonly Option Zone = new("--zone", "FILE", "", IsRepeatable: true);
    private static readonly Option Json = new("--json", null, "");

    private static Arguments Parse(params string[] words) => Arguments.Parse([Helo, MailFrom, Zone, Json], words);

    [TestCase("--helo=mail.example", "mail.example")]
    [TestCase("--helo=", "")]
    [TestCase("--helo=--json", "--json")]
    [TestCase("--helo=-", "-")]
    [TestCase("--helo=@/etc/passwd", "@/etc/passwd")]
    [TestCase("--helo=a=b:c d", "a=b:c d")]
    [TestCase("--helo=\"\"", "\"\"")]
    [TestCase("--helo=$(id) `id` ;|\r\n\0\e[31m", "$(id) `id` ;|\r\n\0\e[31m")]
    public void What_follows_the_sign_is_taken_raw(string word, string value)
    {
        var arguments = Parse("a.eml", word, "b.eml");
        Assert.That(arguments.Value(Helo), Is.EqualTo(value));
        Assert.That(arguments.Operands, Is.EqualTo((string[])["a.eml", "b.eml"]));
    }

    [TestCase("")]
    [TestCase("-x@example.com")]
    [TestCase("--json")]
    [TestCase("--")]
    [TestCase("@file")]
    public void The_next_word_is_taken_raw(string value)
    {
        var arguments = Parse("--mail-from", value, "a.eml");
        Assert.That(arguments.Value(MailFrom), Is.EqualTo(value));
        Assert.That(arguments.Has(Json), Is.False);
        Assert.That(arguments.Operands, Is.EqualTo((string[])["a.eml"]));
    }

    [Test]
    public void Options_and_operands_may_stand_in_any_order()
    {
        var arguments = Parse("a.eml", "--zone", "1", "-", "--json", "--zone=2", "--", "--json", "-x");
        Assert.That(arguments.Values(Zone), Is.EqualTo((string[])["1", "2"]));
        Assert.That(arguments.Operands, Is.EqualTo((string[])["a.eml", "-", "--json", "-x"]));
        Assert.That(arguments.Has(Json), Is.True);
        Assert.That(arguments.Has(Helo), Is.False);
        Assert.That(arguments.Value(Helo), Is.Null);
    }

    [TestCase("--heloo=x", "there is no option \"--heloo\"; the nearest is --helo.")]
    [TestCase("-v", "there is no option \"-v\"; there are --helo, --mail-from, --zone, --json. For a file of that name, put \"--\" before it.")]
    [TestCase("--helo", "--helo lacks its value; right would be --helo NAME.")]
    [TestCase("--json=1", "--json takes no value; right would be --json alone.")]
    [TestCase("--helo=a --helo=b", "--helo is given twice; it can be given once.")]
    [TestCase("--HELO=a", "there is no option \"--HELO\"")]
    public void Bad_usage_says_what_would_be_right(string words, string said)
    {
        var problem = Assert.Throws<UsageException>(() => Parse(words.Split(' ')))!;
        Assert.That(problem.Message, Does.StartWith(said));
    }
}
