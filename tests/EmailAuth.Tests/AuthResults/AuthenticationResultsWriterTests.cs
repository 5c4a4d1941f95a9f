using System.Text;
using CsCheck;
using EmailAuth.AuthResults;
using EmailAuth.Message;

namespace EmailAuth.Tests.AuthResults;

[Rfc(8601, "2.2")]
public class AuthenticationResultsWriterTests
{
    private static MethodResult Spf(string mailFrom) => new("spf", "pass") { Properties = [new("smtp", "mailfrom", mailFrom)] };

    [Test]
    public void One_result_stands_on_a_line()
    {
        var results = new AuthenticationResults("mx.example.net",
        [
            new MethodResult("dmarc", "pass") { Comment = "p=reject", Properties = [new("header", "from", "example.com"), new("policy", "published-domain-policy", "reject")] },
            new MethodResult("spf", "pass") { Properties = [new("smtp", "mailfrom", "example.com")] },
            new MethodResult("dkim", "fail")
            {
                MethodVersion = "1",
                Reason = "the body was changed after signing",
                Properties = [new("header", "d", "example.com"), new("header", "i", "@example.com"), new("header", "s", "s1"), new("header", "b", "Ab/d+e==")],
            },
        ]);
        Assert.That(results.ToHeaderField().ToString(), Is.EqualTo("""
            Authentication-Results: mx.example.net;
             dmarc=pass (p=reject) header.from=example.com
             policy.published-domain-policy=reject;
             spf=pass smtp.mailfrom=example.com;
             dkim/1=fail reason="the body was changed after signing" header.d=example.com
             header.i=@example.com header.s=s1 header.b="Ab/d+e=="
            """.ReplaceLineEndings("\r\n")));
        Assert.That(results.ToUnfoldedValue(), Is.EqualTo(results.ToHeaderField().Value));
        Assert.That(results.ToUnfoldedValue(), Does.StartWith("mx.example.net; dmarc=pass (p=reject) header.from=example.com policy."));
    }

    [Test]
    [Pin("H4")]
    public void No_results_are_written_as_none() =>
        Assert.That(new AuthenticationResults("mx.example.net", []).ToHeaderField().ToString(), Is.EqualTo("Authentication-Results: mx.example.net; none"));

    [TestCase("example.com", "example.com")]
    [TestCase("@example.com", "@example.com")]
    [TestCase("joe@example.com", "joe@example.com")]
    [TestCase("o'brien+x=y@example.com", "o'brien+x=y@example.com")]
    [TestCase("joe@_spf.example.com", "joe@_spf.example.com")]
    [TestCase("a b", "\"a b\"")]
    [TestCase("", "\"\"")]
    [TestCase("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [TestCase("2001:db8::1", "\"2001:db8::1\"")]
    [TestCase("a..b", "\"a..b\"")]
    [TestCase("joe@example.com;", "\"joe@example.com;\"")]
    [TestCase("\"joe doe\"@example.com", "\"\\\"joe doe\\\"@example.com\"")]
    [TestCase("any@legitimate.example(a.attack.example", "\"any@legitimate.example(a.attack.example\"")]
    [TestCase("any@legitimate.example'@any.attack.example", "\"any@legitimate.example'@any.attack.example\"")]
    [TestCase("@legitimate.example,@any.example:'any@attack.example", "\"@legitimate.example,@any.example:'any@attack.example\"")]
    [TestCase("legitimate.example'a.attack.example", "\"legitimate.example'a.attack.example\"")]
    [Attack("H2")]
    [Pin("H1")]
    public void A_value_that_is_not_plain_is_quoted(string value, string written) =>
        Assert.That(new AuthenticationResults("a.example", [Spf(value)]).ToUnfoldedValue(), Is.EqualTo($"a.example; spf=pass smtp.mailfrom={written}"));

    [TestCase("u@evil.example\r\nReply-To: a@evil.example", "u@evil.exampleReply-To: a@evil.example")]
    [TestCase("sel\"; smtp.bogus=1", "sel\"; smtp.bogus=1")]
    [TestCase("evil.example\r\nX-Injected: y", "evil.exampleX-Injected: y")]
    [TestCase("evil.example\r\n\r\nbody", "evil.examplebody")]
    [TestCase("a\0b\u007f\u0085c\td", "abcd")]
    [TestCase("\"a\r\nRCPT TO:<x@y.example>\"@d.example", "\"aRCPT TO:<x@y.example>\"@d.example", Description = "H9")]
    [Attack("H1")]
    [Attack("H9")]
    [Pin("H1")]
    public void No_value_adds_a_line_a_result_or_a_property(string value, string read)
    {
        var everywhere = new MethodResult("dkim", "pass") { Reason = value, Comment = value, Properties = [new("header", "d", value), new("header", "i", value)] };
        var again = ReadBack(new AuthenticationResults("a.example", [everywhere, Spf(value)]), allowUtf8: false);
        Assert.That(again.Results, Has.Length.EqualTo(2));
        var dkim = again.Results[0];
        Assert.That((dkim.Reason, dkim.Comment, dkim.Find("header", "d"), dkim.Find("header", "i")), Is.EqualTo((read, read, read, read)));
        Assert.That(dkim.Properties, Has.Length.EqualTo(2));
        Assert.That(again.Results[1].Find("smtp", "mailfrom"), Is.EqualTo(read));
    }

    [TestCase(") dmarc=pass (")]
    [TestCase("\\) dmarc=pass (\\")]
    [TestCase("x\\")]
    [TestCase("; dmarc=pass header.from=bank.example")]
    [Attack("H11")]
    public void No_comment_smuggles_a_result(string comment)
    {
        var again = ReadBack(new AuthenticationResults("a.example", [new MethodResult("spf", "fail") { Comment = comment }]), allowUtf8: false);
        Assert.That(again.Results, Has.Length.EqualTo(1));
        Assert.That(again.Results[0].Comment, Is.EqualTo(comment));
    }

    [Test]
    [Attack("H8")]
    public void No_character_turns_into_another_octet()
    {
        // The low octets of these are LF and CR.
        const string hostile = "a\u560a\u760a\u010d\u010ab@example.com";
        var ascii = new AuthenticationResults("a.example", [Spf(hostile)]).ToHeaderField();
        Assert.That(ascii.ToString(), Does.EndWith("smtp.mailfrom=a????b@example.com"));
        var utf8 = new AuthenticationResults("a.example", [Spf(hostile)]).ToHeaderField(allowUtf8: true);
        Assert.That(utf8.ToString(), Does.EndWith("smtp.mailfrom=" + hostile));
        Assert.That(Encoding.UTF8.GetString(utf8.RawOctets.Span), Does.EndWith(hostile + "\r\n"));
    }

    [Test]
    public void U_labels_are_written_only_where_utf8_is_allowed()
    {
        var results = new AuthenticationResults("mx.bücher.example", [Spf("jürgen@bücher.example")]);
        Assert.That(results.ToUnfoldedValue(allowUtf8: true), Is.EqualTo("\"mx.bücher.example\"; spf=pass smtp.mailfrom=jürgen@bücher.example"));
        Assert.That(results.ToUnfoldedValue(), Does.StartWith("mx.xn--bcher-kva.example; spf=pass "));
        Assert.That(Ascii.IsValid(results.ToHeaderField().RawOctets.Span), Is.True);
    }

    [Test]
    [Attack("H10")]
    [Pin("H3")]
    public void Long_values_are_cut_with_a_mark_and_long_fields_lose_the_least_first()
    {
        var cut = ReadBack(new AuthenticationResults("a.example", [Spf(new string('x', 1_000) + "@example.com")]), allowUtf8: false);
        Assert.That(cut.Results[0].Find("smtp", "mailfrom"), Is.EqualTo(new string('x', 317) + "..."));
        var whole = ReadBack(new AuthenticationResults("a.example", [Spf(new string('x', 320))]), allowUtf8: false);
        Assert.That(whole.Results[0].Find("smtp", "mailfrom"), Is.EqualTo(new string('x', 320)));

        // Fifty signatures with all that a sender can choose, behind the verdict.
        var long253 = string.Join('.', Enumerable.Repeat(new string('d', 62), 4));
        var dkim = new MethodResult("dkim", "fail")
        {
            Comment = new string('(', 1_000),
            Reason = new string('"', 1_000),
            Properties = [new("header", "d", long253), new("header", "i", new string('\\', 1_000)), new("header", "s", long253), new("header", "b", "AbCdEfGh")],
        };
        var verdict = new MethodResult("dmarc", "fail") { Comment = "p=reject", Properties = [new("header", "from", "example.com")] };
        var results = ReadBack(new AuthenticationResults("mx.example.net", [verdict, .. Enumerable.Repeat(dkim, 50)]), allowUtf8: false);
        Assert.That(results.Results[0].Comment, Is.EqualTo("p=reject"));
        Assert.That(results.Results[0].Find("header", "from"), Is.EqualTo("example.com"));
        Assert.That(results.Results, Has.Length.EqualTo(51));
        Assert.That(results.Results[1].Reason, Has.Length.EqualTo(320));
        Assert.That(results.Results[50].Properties, Is.Empty);

        // The most that can be asked for: what is left out is told.
        var flood = Enumerable.Range(0, 1_000).Select(i => new MethodResult(new string('m', 60) + (i + 1_000), new string('r', 64)) { MethodVersion = new string('9', 64) });
        var field = new AuthenticationResults("mx.example.net", [.. flood]).ToHeaderField();
        AssertWellFormed(field);
        Assert.That(field.ToString(), Does.EndWith(" more left out)"));
    }

    [TestCase("")]
    [TestCase("a\r\nb")]
    [TestCase("a\0b")]
    [TestCase("not a dömain")]
    public void An_unfit_authserv_id_is_an_argument_error(string authservId) =>
        Assert.That(() => new AuthenticationResults(authservId, []), Throws.InstanceOf<ArgumentException>());

    [TestCase("spf pass", "pass", "smtp", "helo")]
    [TestCase("spf", "", "smtp", "helo")]
    [TestCase("spf", "pass;x=y", "smtp", "helo")]
    [TestCase("spf", "pass", "sm.tp", "helo")]
    [TestCase("spf", "pass", "smtp", "he=lo")]
    [TestCase("spf", "pass", "smtp", "helo-")]
    [TestCase("spf", "pass", "smtp", "h\u00e9lo")]
    public void A_name_that_is_no_keyword_is_an_argument_error(string method, string result, string type, string name) =>
        Assert.That(() => new AuthenticationResults("a.example", [new MethodResult(method, result) { Properties = [new(type, name, "x")] }]), Throws.InstanceOf<ArgumentException>());

    private static readonly Gen<string> Hostile = Gen.OneOf(
        Gen.String[Gen.Char["abz09.-_@+'\"\\();,:<>[]=/?! \t\r\n\0\u007f\u0085\u00e9\u560a\u2028\ud83d\ude00"], 0, 60],
        Gen.String[Gen.Char["a  \r\n"], 0, 330],
        Gen.String[Gen.Char["()\\\" a"], 0, 330],
        Gen.String[Gen.Char.AlphaNumeric, 0, 400]);

    private static Gen<T> One<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static readonly Gen<MethodResult> Results =
        from method in One("spf", "dkim", "dmarc", "arc", "x-y2")
        from result in One("pass", "fail", "none", "temperror")
        from version in One(null, "1", "12")
        from reason in Gen.OneOf(Gen.Const((string?)null), Hostile.Select(text => (string?)text))
        from comment in Gen.OneOf(Gen.Const((string?)null), Hostile.Select(text => (string?)text))
        from values in Hostile.List[0, 3]
        select new MethodResult(method, result)
        {
            MethodVersion = version,
            Reason = reason,
            Comment = comment,
            Properties = [.. values.Select((value, i) => new AuthenticationResultsProperty("header", "p" + i, value))],
        };

    [Test]
    [Attack("H1")]
    [Attack("H10")]
    [Pin("H1")]
    [Pin("H3")]
    public void Reading_what_was_written_gives_exactly_the_values() =>
        Gen.Select(Results.Array[0, 2], Gen.Bool).Sample((given, allowUtf8) =>
        {
            var again = ReadBack(new AuthenticationResults("mx.example.net", [.. given]), allowUtf8);
            Assert.That(again.Results, Has.Length.EqualTo(given.Length));
            for (var i = 0; i < given.Length; i++)
            {
                var (expected, actual) = (given[i], again.Results[i]);
                Assert.That((actual.Method, actual.Result, actual.MethodVersion), Is.EqualTo((expected.Method, expected.Result, expected.MethodVersion)));
                Assert.That(actual.Comment, Is.EqualTo(string.IsNullOrEmpty(expected.Comment) || Sent(expected.Comment, allowUtf8) == "" ? null : Sent(expected.Comment, allowUtf8)));
                Assert.That(actual.Reason, Is.EqualTo(string.IsNullOrEmpty(expected.Reason) || Sent(expected.Reason, allowUtf8) == "" ? null : Sent(expected.Reason, allowUtf8)));
                Assert.That(actual.Properties, Is.EqualTo(expected.Properties.Select(property => property with { Value = Sent(property.Value, allowUtf8) })));
            }
        }, iter: 3_000);

    /// <summary>What H1 and H3 let through of a value, said a second time and slowly.</summary>
    private static string Sent(string value, bool allowUtf8)
    {
        var sent = "";
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is < 0x20 or >= 0x7F and < 0xA0)
                continue;
            sent += rune.Value is 0x2028 or 0x2029 || (rune.Value >= 0x80 && !allowUtf8) ? "?" : rune.ToString();
        }
        if (Encoding.UTF8.GetByteCount(sent) <= 320)
            return sent;
        while (Encoding.UTF8.GetByteCount(sent) > 317)
            sent = sent[..^(char.IsLowSurrogate(sent[^1]) ? 2 : 1)];
        return sent + "...";
    }

    private static AuthenticationResults ReadBack(AuthenticationResults written, bool allowUtf8)
    {
        var field = written.ToHeaderField(allowUtf8);
        AssertWellFormed(field);
        if (!allowUtf8)
            Assert.That(Ascii.IsValid(field.RawOctets.Span), Is.True);
        Assert.That(field.Value, Is.EqualTo(written.ToUnfoldedValue(allowUtf8)));
        Assert.That(AuthenticationResults.TryRead(field, out var read, out var problem), Is.True, problem);
        Assert.That(read!.AuthservId, Is.EqualTo(written.AuthservId));
        return read;
    }

    /// <summary>One field to any reader: CRLF only before white space and at the end, lines and whole within their limits, no line of white space.</summary>
    private static void AssertWellFormed(HeaderField field)
    {
        var octets = field.RawOctets;
        Assert.That(octets.Length, Is.LessThanOrEqualTo(8 << 10));
        var header = HeaderBlock.Parse(octets, MessageLimits.Default);
        Assert.That(header.Fields.Length, Is.EqualTo(1));
        Assert.That(header.HasBareLineEnd, Is.False);
        var text = Encoding.UTF8.GetString(octets.Span);
        Assert.That(text, Does.EndWith("\r\n"));
        foreach (var line in text[..^2].Split("\r\n"))
        {
            Assert.That(Encoding.UTF8.GetByteCount(line), Is.LessThanOrEqualTo(998));
            Assert.That(line, Does.Not.Contain('\r').And.Not.Contain('\n').And.Not.Contain('\0'));
            Assert.That(line.Trim(), Is.Not.Empty);
        }
    }
}
