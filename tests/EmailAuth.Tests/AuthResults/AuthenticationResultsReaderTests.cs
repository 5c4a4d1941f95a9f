using System.Text;
using EmailAuth.AuthResults;
using EmailAuth.Message;

namespace EmailAuth.Tests.AuthResults;

[Rfc(8601, "2.2")]
public class AuthenticationResultsReaderTests
{
    /// <summary>Reads a value and shows all of it in one line: id | method/version=result [reason] (comment) type.name=value, …</summary>
    private static string Show(string value)
    {
        var field = HeaderBlock.Parse(Encoding.UTF8.GetBytes($"Authentication-Results: {value}\r\n"), MessageLimits.Default).FieldAt(0);
        if (!AuthenticationResults.TryRead(field, out var results, out var problem))
            return "refused: " + problem;
        var text = new StringBuilder(results.AuthservId);
        foreach (var result in results.Results)
        {
            text.Append(" | ").Append(result.Method).Append(result.MethodVersion is { } version ? "/" + version : "").Append('=').Append(result.Result);
            if (result.Reason is { } reason)
                text.Append(" [").Append(reason).Append(']');
            if (result.Comment is { } comment)
                text.Append(" (").Append(comment).Append(')');
            text.AppendJoin(',', result.Properties.Select(property => $" {property.Type}.{property.Name}={property.Value}"));
        }
        return text.ToString();
    }

    [TestCase("example.org 1; none", "example.org")]
    [TestCase("example.org; none", "example.org")]
    [TestCase("example.org;none", "example.org")]
    [TestCase("example.org", "example.org")]
    [TestCase("example.org;", "example.org")]
    [TestCase(" (a) example.org (b) 1 (c) ; (d) none (e)", "example.org")]
    [TestCase("\"example.org\"; none", "example.org")]
    [TestCase("\"a \\\"b\\\"; c\"; none", "a \"b\"; c")]
    [TestCase("example.com;\r\n spf=pass smtp.mailfrom=example.net", "example.com | spf=pass smtp.mailfrom=example.net")]
    [TestCase("example.com; a=pass;b=fail;;c=none;", "example.com | a=pass | b=fail | c=none")]
    [TestCase("example.com; DKIM=Pass Header.D=Example.COM", "example.com | dkim=pass header.d=Example.COM")]
    [TestCase("example.com; dkim/1=pass", "example.com | dkim/1=pass")]
    [TestCase("example.com; dkim=fail reason=\"bad; really\" header.i=@example.com", "example.com | dkim=fail [bad; really] header.i=@example.com")]
    [TestCase("example.com; dkim=fail reason=bad (seen) header.i=@example.com", "example.com | dkim=fail [bad] (seen) header.i=@example.com")]
    [TestCase("example.com; foo=pass bar.baz=blob (2 of 3 tests OK)", "example.com | foo=pass (2 of 3 tests OK) bar.baz=blob")]
    [TestCase("example.com; spf=pass (a (nested \\) one) b) smtp.helo=x", "example.com | spf=pass (a (nested ) one) b) smtp.helo=x")]
    [TestCase("example.com; spf=pass smtp.mailfrom=\"a b\"@example.net", "example.com | spf=pass smtp.mailfrom=\"a b\"@example.net")]
    [TestCase("example.com; spf=pass smtp.mailfrom=joe (x) @ (y) example.net header.d=z", "example.com | spf=pass smtp.mailfrom=joe@example.net, header.d=z")]
    [TestCase("example.com; dkim=pass header.b=\"a/b+c==\"", "example.com | dkim=pass header.b=a/b+c==")]
    [TestCase("example.com; x=pass policy.y=\"a\r\n b\"", "example.com | x=pass policy.y=a b")]
    [TestCase("example.com; x=pass policy.y=\"\"", "example.com | x=pass policy.y=")]
    [TestCase("example.com; x=pass policy.y=\"büro\"", "example.com | x=pass policy.y=büro")]
    [TestCase("example.com; x=pass smtp.mailfrom=jürgen@bücher.example", "example.com | x=pass smtp.mailfrom=jürgen@bücher.example")]
    public void What_the_grammar_allows_is_read(string value, string expected) => Assert.That(Show(value), Is.EqualTo(expected));

    [TestCase("mx.example; dkim=pass header.i=@a.example header.s=s1 header.b=ab/cd+e=;\r\n dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=a.example",
        "mx.example | dkim=pass header.i=@a.example, header.s=s1, header.b=ab/cd+e= | dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=a.example")]
    [TestCase("mx.example 1; dmarc=pass action=none header.from=a.example; arc=none", "mx.example | dmarc=pass header.from=a.example | arc=none")]
    [TestCase("mx.example; compauth=pass reason=100", "mx.example | compauth=pass [100]")]
    [TestCase("mx.example; spf=pass smtp.mailfrom=<joe@a.example>", "mx.example | spf=pass smtp.mailfrom=<joe@a.example>")]
    [TestCase("mx.example; spf=none smtp.mailfrom=;", "mx.example | spf=none smtp.mailfrom=")]
    [TestCase("mx.example; iprev=pass policy.iprev=2001:db8::1", "mx.example | iprev=pass policy.iprev=2001:db8::1")]
    public void Common_deviations_are_read(string value, string expected) => Assert.That(Show(value), Is.EqualTo(expected));

    [TestCase("")]
    [TestCase("; spf=pass")]
    [TestCase("spf=pass (x) smtp.mailfrom=example.com")]
    [TestCase("example.org 2; spf=pass", Category = "RFC 8601 §2.6")]
    [TestCase("example.org 0; spf=pass")]
    [TestCase("example.org example.net; spf=pass")]
    [TestCase("example.org; none; spf=pass")]
    [TestCase("example.org; spf")]
    [TestCase("example.org; spf=")]
    [TestCase("example.org; spf/x=pass")]
    [TestCase("example.org; spf=pass smtp")]
    [TestCase("example.org; spf=pass smtp.=x")]
    [TestCase("example.org; spf=pass smtp.mailfrom")]
    [TestCase("example.org; spf=pass smtp.mailfrom=\"x")]
    [TestCase("example.org; spf=pass smtp.mailfrom=\"x\"header.d=y")]
    [TestCase("example.org; spf=pass smtp.mailfrom=a\"b\"")]
    [TestCase("example.org; spf=pass (x")]
    [TestCase("example.org; spf=pass )")]
    [TestCase("example.org; spf=pass \0")]
    [TestCase("example.org; spf=pass x.y=a\0b")]
    [TestCase("example.org; spf=pass x.y=\"a\0b\"")]
    [TestCase("example.org; spf=pass\r x.y=z")]
    [TestCase("example.org; spf=pass\n x.y=z")]
    [TestCase("example.org; spf=pass a2345678901234567890123456789012345678901234567890123456789012345.y=z")]
    [TestCase("\u2028; spf=pass")]
    [TestCase("\"\u0085\"; spf=pass")]
    public void Anything_else_is_refused_with_a_reason(string value) => Assert.That(Show(value), Does.StartWith("refused: "));

    [TestCase("__proto__.x=1")]
    [TestCase("toString=…;")]
    [TestCase("header.i.x=1")]
    [TestCase("header..i=1")]
    [Attack("H6")]
    public void A_propspec_is_exactly_a_type_and_a_property(string property)
    {
        var read = Show($"example.org; spf=pass {property}");
        Assert.That(read, Does.StartWith("refused: ").Or.EqualTo("example.org | spf=pass"));
    }

    [Test]
    [Attack("H5")]
    public void A_field_with_more_results_than_the_limit_is_refused()
    {
        static string Field(int results) => "example.org; " + string.Join(";", Enumerable.Repeat("spf=pass", results));
        Assert.That(Show(Field(64)), Does.Not.StartWith("refused"));
        Assert.That(Show(Field(65)), Does.StartWith("refused: there are more than 64 results"));
        Assert.That(Show("example.org" + new string(';', 10_000)), Is.EqualTo("example.org"));
    }

    [Test]
    public void A_result_with_more_properties_than_the_limit_is_refused()
    {
        static string Field(int properties, string property) => "example.org; spf=pass" + string.Concat(Enumerable.Repeat(property, properties));
        Assert.That(Show(Field(16, " a.b=c")), Does.Not.StartWith("refused"));
        Assert.That(Show(Field(17, " a.b=c")), Does.StartWith("refused: a result has more than 16 properties"));
        Assert.That(Show(Field(17, " action=c")), Does.StartWith("refused: a result has more than 16 properties"));
    }

    [Test]
    public void A_field_longer_than_the_limit_is_refused()
    {
        var value = Encoding.ASCII.GetBytes("example.org; spf=pass a.b=" + new string('x', 16_384 - 26));
        Assert.That(AuthenticationResults.TryRead(value, out _, out _), Is.True);
        Assert.That(AuthenticationResults.TryRead([.. value, (byte)'x'], out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain("16384"));
    }

    [TestCase("(")]
    [TestCase("\"")]
    [TestCase("\\")]
    [TestCase("()")]
    [TestCase("(\\")]
    [TestCase(";")]
    [TestCase("@")]
    [TestCase("a.b=c ")]
    [TestCase("\r\n ")]
    [Attack("H7")]
    public void A_million_of_anything_ends_soon_and_does_not_recurse(string piece)
    {
        var limits = new AuthenticationResultsLimits { MaxFieldBytes = 64 << 10 };
        foreach (var before in (string[])["", "example.org", "example.org;", "example.org; a=b", "example.org; a=b c.d="])
        {
            var value = Encoding.ASCII.GetBytes(before + string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length)));
            Assert.That(AuthenticationResults.TryRead(value, out _, out _), Is.False);
            Assert.That(() => AuthenticationResults.TryRead(value.AsSpan(0, 65_000), out _, out _, limits), Throws.Nothing);
        }
        var inThread = new Thread(() => AuthenticationResults.TryRead(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(piece, 60_000 / piece.Length))), out _, out _, limits), 128 << 10);
        inThread.Start();
        inThread.Join();
    }

    [Test]
    public void Every_field_of_a_message_is_read_up_to_the_limit()
    {
        var text = "Authentication-Results: a.example; none\r\nSubject: x\r\nAUTHENTICATION-RESULTS : ;;\r\n"
            + string.Concat(Enumerable.Range(0, 60).Select(i => $"Authentication-Results: x{i}.example; none\r\n"));
        var read = AuthenticationResults.ReadAll(HeaderBlock.Parse(Encoding.ASCII.GetBytes(text), MessageLimits.Default), AuthenticationResultsLimits.Default);
        Assert.That(read, Has.Length.EqualTo(50));
        Assert.That(read[0], Is.EqualTo((0, read[0].Results, (string?)null)));
        Assert.That(read[0].Results!.AuthservId, Is.EqualTo("a.example"));
        Assert.That(read[1].Field, Is.EqualTo(2));
        Assert.That(read[1].Results, Is.Null);
        Assert.That(read[1].Problem, Does.Contain("authserv-id"));
        Assert.That(read[2].Results!.AuthservId, Is.EqualTo("x0.example"));
    }

    [Test]
    public void A_property_is_found_whatever_its_case()
    {
        var result = new MethodResult("spf", "pass") { Properties = [new("smtp", "helo", "a"), new("smtp", "mailfrom", "b"), new("smtp", "mailfrom", "c")] };
        Assert.That(result.Find("SMTP", "MailFrom"), Is.EqualTo("b"));
        Assert.That(result.Find("header", "mailfrom"), Is.Null);
    }
}
