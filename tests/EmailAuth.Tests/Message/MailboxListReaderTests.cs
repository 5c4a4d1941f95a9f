using System.Text;
using EmailAuth.Message;

namespace EmailAuth.Tests.Message;

[Rfc(5322, "3.4")]
public class MailboxListReaderTests
{
    /// <summary>The mailboxes as "local|domain", then what was expected where reading stopped.</summary>
    private static string Read(byte[] value)
    {
        var text = new StringBuilder();
        var reader = new MailboxListReader(value);
        while (reader.MoveNext())
            text.Append(Encoding.UTF8.GetString(reader.LocalPart)).Append(reader.IsAddressLiteral ? "|[" : "|").Append(Encoding.UTF8.GetString(reader.Domain)).Append(' ');
        if (reader.Problem is not null)
            text.Append('!').Append(reader.ProblemPosition);
        return text.ToString().TrimEnd();
    }

    [TestCase(" a@example.com\r\n", "a|example.com")]
    [TestCase("a@example.com", "a|example.com")]
    [TestCase(" Pete <pete@example.com>\r\n", "pete|example.com")]
    [TestCase("\"Joe Q. Public\" <john.q.public@example.com>", "john.q.public|example.com")]
    [TestCase("John Q. Public <john@example.com>", "john|example.com")]
    [TestCase("<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>", "boss|nil.test sysservices|example.net")]
    [TestCase("A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;", "c|a.test joe|where.test jdoe|one.test")]
    [TestCase("Undisclosed recipients:;", "")]
    [TestCase("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "pete|silly.test")]
    [TestCase("A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)", "c|public.example joe|example.org jdoe|one.test")]
    [TestCase("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "")]
    [TestCase("\"a b\"@example.com", "\"a b\"|example.com")]
    [TestCase("\"a@b.test\" <c@example.com>", "c|example.com")]
    [TestCase("a @ example.com", "a|example.com")]
    [TestCase("g1:a@x.test;, g2:;, b@y.test", "a|x.test b|y.test")]
    [TestCase("a@[192.0.2.1]", "a|[192.0.2.1")]
    [TestCase("a@[ IPv6:2001:db8::1 ]", "a|[ IPv6:2001:db8::1")]
    [TestCase("a@example.com.", "a|example.com.")]
    [TestCase("=?utf-8?Q?J=C3=B6rg?= <j@example.com>", "j|example.com")]
    [TestCase("\"a\r\n b\" <c@example.com>", "c|example.com")]
    public void What_the_grammar_accepts_is_read(string value, string expected) =>
        Assert.That(Read(Encoding.UTF8.GetBytes(value)), Is.EqualTo(expected));

    [Rfc(6532, "3.2")]
    [TestCase("Jörg Müller <jörg@müller.example>", "jörg|müller.example")]
    [TestCase("\"山田\" (東京) <山田@例え.テスト>", "山田|例え.テスト")]
    public void Utf8_may_stand_wherever_text_may(string value, string expected) =>
        Assert.That(Read(Encoding.UTF8.GetBytes(value)), Is.EqualTo(expected));

    [Pin("M15")]
    [TestCase("", "!0")]
    [TestCase("a", "!1")]
    [TestCase("a@", "!2")]
    [TestCase("@example.com", "!0")]
    [TestCase("<>", "!1")]
    [TestCase("a b@example.com", "!3", Description = "Two words are no local-part.")]
    [TestCase("a..b@example.com", "!4")]
    [TestCase(".a@example.com", "!0")]
    [TestCase("a.@example.com", "!2")]
    [TestCase("a@.example.com", "!2")]
    [TestCase("a@example..com", "a|example. !10")]
    [TestCase("a@example . com", "a|example !10")]
    [TestCase("a . b@example.com", "!5", Description = "obs-local-part.")]
    [TestCase("<@route.test:a@example.com>", "!1", Description = "obs-route.")]
    [TestCase("Name <@route.test,@other.test:a@example.com>", "!6")]
    [TestCase("a@example.com <a@example.com>", "a|example.com !14")]
    [TestCase("a@b@example.com", "a|b !3")]
    [TestCase("<a@example.com", "!14")]
    [TestCase("a@example.com>", "a|example.com !13")]
    [TestCase("<a@example.com>>", "a|example.com !15")]
    [TestCase("<<a@example.com>>", "!1")]
    [TestCase("a@example.com,", "a|example.com !14")]
    [TestCase("a@example.com,,b@example.com", "a|example.com !14")]
    [TestCase(",a@example.com", "!0")]
    [TestCase("a@example.com; b@example.com", "a|example.com !13")]
    [TestCase("Foo, Inc. <a@example.com>", "!3")]
    [TestCase("Foo [x] <a@example.com>", "!4")]
    [TestCase("\"open <a@example.com>", "!21")]
    [TestCase("(open a@example.com", "!19")]
    [TestCase("a@example.com (", "a|example.com !15")]
    [TestCase("a@[192.0.2.1", "!12")]
    [TestCase("a@[[192.0.2.1]", "!3")]
    [TestCase("g:a@example.com", "a|example.com !15")]
    [TestCase("g:h:a@example.com;;", "!3", Description = "A group in a group.")]
    [TestCase("g:,;", "!2")]
    [TestCase(":a@example.com;", "!0")]
    [TestCase("g:a@example.com; b@example.com", "a|example.com !17")]
    [TestCase("a@exa\nmple.com", "a|exa !5")]
    [TestCase("a@exa\r\nmple.com", "a|exa !5")]
    [TestCase("a\r@example.com", "!1")]
    [TestCase("\"a\rb\" <c@example.com>", "!2")]
    [TestCase("\"a\\\r\n b\" <c@example.com>", "!2")]
    [TestCase("a\0@example.com", "!1")]
    [TestCase("\"\u0001\" <a@example.com>", "!1")]
    [TestCase("a@example.com\u007F", "!13")]
    public void What_it_refuses_stops_the_reading_there(string value, string expected) =>
        Assert.That(Read(Encoding.UTF8.GetBytes(value)), Is.EqualTo(expected));

    [Rfc(6532, "3.1")]
    [TestCase("J\u00F6rg <a@example.com>", "!1", Description = "Latin-1 is not UTF-8.")]
    [TestCase("\u00C0\u00AE@example.com", "!0", Description = "An overlong dot.")]
    public void Octets_that_are_no_utf8_are_refused(string value, string expected) =>
        Assert.That(Read(Encoding.Latin1.GetBytes(value)), Is.EqualTo(expected));

    [Attack("H7")]
    [TestCase('(', 1_000_000)]
    [TestCase('"', 1_000_000)]
    [TestCase('<', 1_000_000)]
    [TestCase('[', 1_000_000)]
    [TestCase('\\', 1_000_000)]
    public void A_million_opening_octets_are_refused(char octet, int times) =>
        Assert.That(Read(Encoding.Latin1.GetBytes(new string(octet, times))), Does.Contain("!"));

    [Attack("H7")]
    [TestCase(16, "a|example.com")]
    [TestCase(17, "a|example.com !29")]
    public void Comments_nest_at_most_sixteen_deep(int depth, string expected) =>
        Assert.That(Read(Encoding.Latin1.GetBytes("a@example.com" + new string('(', depth) + new string(')', depth))), Is.EqualTo(expected));

    [Attack("P3")]
    [Test]
    public void A_hundred_thousand_groups_in_groups_are_refused_at_the_second() =>
        Assert.That(Read(Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("g:", 100_000)))), Is.EqualTo("!3"));

    [Attack("P1")]
    [Test]
    public void A_field_of_thirty_thousand_folds_is_read_once_through() =>
        Assert.That(Read(Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(" word\r\n", 30_000)) + " <a@example.com>")), Is.EqualTo("a|example.com"));
}
