using System.Text;
using EmailAuth.Message;
using EmailAuth.Spf;
using static EmailAuth.Tests.Spf.SpfChecks;

namespace EmailAuth.Tests.Spf;

[Rfc(7208, "9.1")]
public class ReceivedSpfFieldTests
{
    private static ReceivedSpfField? Read(string field)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        return ReceivedSpfField.TryParse(new HeaderField(field[..colon], field[(colon + 1)..].Trim()), out var read) ? read : null;
    }

    [Test]
    public async Task A_pass_is_written_with_all_that_is_needed_to_find_it_again()
    {
        var result = await CheckRecordAsync("v=spf1 include:b.example -all", "b.example. TXT \"v=spf1 ip4:192.0.2.0/24\"");
        var field = ReceivedSpfField.Of(result, "mx.example.org").ToHeaderField();
        Assert.That(field.ToString(), Is.EqualTo("""
            Received-SPF: pass (mx.example.org: example.com designates 192.0.2.1 as a
             permitted sender: "include:b.example", then "ip4:192.0.2.0/24" matched)
             client-ip=192.0.2.1; envelope-from="user@example.com"; helo=mail.example.net;
             identity=mailfrom; mechanism="include:b.example"; receiver=mx.example.org
            """.ReplaceLineEndings("\r\n")));
    }

    [TestCase("v=spf1", Client, "user@example.com", "neutral", "default", null, "mailfrom")]
    [TestCase("v=spf1 -all", "2001:db8::1", "", "fail", "-all", null, "helo")]
    [TestCase("v=spf2", Client, "user@example.com", "none", null, null, "mailfrom")]
    [TestCase("v=spf1 moo", Client, "user@example.com", "permerror", null, "is malformed at position 7", "mailfrom")]
    public async Task Each_result_tells_what_belongs_to_it(string record, string client, string mailFrom, string result, string? mechanism, string? problem, string identity)
    {
        var field = ReceivedSpfField.Of(await CheckRecordAsync(record, client: client, mailFrom: mailFrom, helo: "example.com"), "mx.example.org");
        Assert.That((field.Result.ToKeyword(), field.Mechanism, field.Identity, field.ClientIp, field.Receiver), Is.EqualTo((result, mechanism, identity, client, "mx.example.org")));
        Assert.That(field.Problem, problem is null ? Is.Null : Does.Contain(problem));
        Assert.That(field.EnvelopeFrom, Is.EqualTo(identity == "helo" ? null : mailFrom));
    }

    private static IEnumerable<TestCaseData> HostileEnvelopes()
    {
        yield return new("a@evil.example\r\nReply-To: x", "h\r\nX-Injected: y");
        yield return new("\"; receiver=evil; x=\"@example.com", "h\"; result=pass; x=\"");
        yield return new("a)(b@example.com", ") pass (");
        yield return new("\"a\\\"b\\\\c\"@example.com", "back\\slash");
        yield return new("jürgen@example.com", "jürgen.example");
        yield return new("a\0b\u0085c\u2028d@example.com", "\0\t\x7f");
        yield return new(new string('l', 310) + "@" + string.Join('.', Enumerable.Repeat(new string('d', 63), 3)), new string('h', 5_000));
        yield return new(new string('ü', 170) + "@example.com", "..");
        yield return new("a b  c @example.com", " two  spaces ");
        yield return new("\ud800@example.com", "\udfff");
        yield return new("😀@example.com", ".dot");
    }

    [Attack("H1"), Attack("H2"), Pin("H1")]
    [TestCaseSource(nameof(HostileEnvelopes))]
    public async Task What_the_peer_says_stays_inside_its_value_and_reads_back_the_same(string mailFrom, string helo)
    {
        var written = ReceivedSpfField.Of(await CheckAsync("example.com. TXT \"v=spf1 -all\"", mailFrom: mailFrom, helo: helo), "mx.example.org");
        var field = written.ToHeaderField();

        var text = Encoding.UTF8.GetString(field.RawOctets.Span);
        Assert.That(text, Does.EndWith("\r\n"));
        foreach (var line in text[..^2].Split("\r\n").Skip(1))
            Assert.That(line, Does.Match("^ \\S"), "a line break is a fold");
        Assert.That(text.Replace("\r\n", "", StringComparison.Ordinal).Any(char.IsControl), Is.False);
        Assert.That(text.Split("\r\n").Max(line => Encoding.UTF8.GetByteCount(line)), Is.LessThanOrEqualTo(998));

        Assert.That(ReceivedSpfField.TryParse(field, out var read), Is.True, text);
        Assert.That(read!.Values(), Is.EqualTo(written.Values()));
        Assert.That((read.Result, read.Comment, read.OtherValues.Length), Is.EqualTo((written.Result, written.Comment, 0)));
    }

    [Attack("H10"), Pin("H3")]
    [Test]
    public async Task A_value_over_320_octets_is_cut_with_a_mark()
    {
        var field = ReceivedSpfField.Of(await CheckAsync("", mailFrom: new string('x', 400) + "@example.com", helo: new string('ü', 400)), "mx.example.org");
        Assert.That(field.EnvelopeFrom, Is.EqualTo(new string('x', 317) + "..."));
        Assert.That(field.Helo, Is.EqualTo(new string('?', 317) + "..."));
    }

    [Attack("H11")]
    [Test]
    public async Task An_explanation_is_not_written()
    {
        var result = await CheckRecordAsync("v=spf1 -all exp=e.example", "e.example. TXT \") dmarc=pass (\"");
        Assert.That(result.Explanation, Is.EqualTo(") dmarc=pass ("));
        Assert.That(ReceivedSpfField.Of(result, "mx.example.org").ToString(), Does.Not.Contain("dmarc"));
    }

    [Test]
    public void The_examples_of_the_rfc_are_read()
    {
        var read = Read("""
            Received-SPF: pass (mybox.example.org: domain of
             myname@example.com designates 192.0.2.1 as permitted sender)
                receiver=mybox.example.org; client-ip=192.0.2.1;
                mechanism=ip4:192.0.2.1; envelope-from="myname@example.com";
                helo=foo.example.com;
            """.ReplaceLineEndings("\r\n"));
        Assert.That((read!.Result, read.ClientIp, read.Mechanism, read.EnvelopeFrom, read.Helo, read.Receiver), Is.EqualTo((SpfStatus.Pass, "192.0.2.1", "ip4:192.0.2.1", "myname@example.com", "foo.example.com", "mybox.example.org")));
        Assert.That(read.Comment, Is.EqualTo("mybox.example.org: domain of myname@example.com designates 192.0.2.1 as permitted sender"));
    }

    [TestCase("Received-SPF: Pass", SpfStatus.Pass)]
    [TestCase("received-spf: (hello) SOFTFAIL", SpfStatus.SoftFail)]
    [TestCase("Received-SPF: none (a (nested) \\) comment) (another) x-bestguess=pass; helo (c) = (d) \"q\\\"s\" ;", SpfStatus.None)]
    [TestCase("Received-SPF: temperror problem=\"a; b\"", SpfStatus.TempError)]
    public void What_others_write_is_read(string field, SpfStatus expected) => Assert.That(Read(field)?.Result, Is.EqualTo(expected));

    [Test]
    public void Quotes_comments_and_further_keys_are_understood()
    {
        var read = Read("Received-SPF: none (a (nested) \\) comment) (another) x-bestguess=pass; helo (c) = (d) \"q\\\"s\" ;");
        Assert.That((read!.Comment, read.Helo, read.OtherValues.Single()), Is.EqualTo(("a (nested) ) comment", "q\"s", KeyValuePair.Create("x-bestguess", "pass"))));
    }

    [TestCase("Received-SPF: passed")]
    [TestCase("Received-SPF:")]
    [TestCase("Received-SPF: pass client-ip")]
    [TestCase("Received-SPF: pass client-ip=1 helo=2")]
    [TestCase("Received-SPF: pass helo=a; helo=b")]
    [TestCase("Received-SPF: pass helo=\"open")]
    [TestCase("Received-SPF: pass helo=\"a\\\nX: y\"")]
    [TestCase("Received-SPF: pass helo=\"a\\")]
    [TestCase("Received-SPF: pass (open")]
    [TestCase("Received-SPF: pass =x")]
    [TestCase("Authentication-Results: pass")]
    public void What_is_malformed_is_not_read(string field) => Assert.That(Read(field), Is.Null);

    [Attack("H5")]
    [Test]
    public void A_field_with_too_much_in_it_is_not_read()
    {
        Assert.That(Read($"Received-SPF: pass {string.Concat(Enumerable.Range(0, 64).Select(i => $"k{i}=v;"))}"), Is.Not.Null);
        Assert.That(Read($"Received-SPF: pass {string.Concat(Enumerable.Range(0, 65).Select(i => $"k{i}=v;"))}"), Is.Null);
        Assert.That(Read($"Received-SPF: pass helo=\"{new string('x', 17_000)}\""), Is.Null);
    }
}
