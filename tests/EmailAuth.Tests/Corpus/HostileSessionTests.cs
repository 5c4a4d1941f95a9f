using System.Net;
using System.Text;
using System.Text.Json;
using EmailAuth.AuthResults;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Tests.Corpus;

/// <summary>Whatever a client says for HELO and MAIL FROM, there is a verdict, it can be written in every form there is, and each form can be read again.</summary>
public class HostileSessionTests
{
    private static readonly string[] Texts =
    [
        "", " ", "<>", "<", ">", "@", "@@", "<@>", "a@", "@b.example", "\0", "\r\n", "a\r\nX-Y: z", "\ud800", "\udc00a", "a\ud800b@b.example", "\ud83d\ude00@b.example", "\ufffe@b.example",
        "\"a\r\nb\"@b.example", "\"\\\"@b.example", "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]", "[192.0.2.1]", "[IPv6:::ffff:192.0.2.1]", "192.0.2.1", "a;b=c@b.example", "a(b)@b.example",
        "=?utf-8?q?a?=@b.example", "%{l}@b.example", "%%@b.example", "a@b.example;dmarc=pass", "a@b.example (dmarc=pass)", "b.example\\", "\"b.example", "a@bücher.example", "a@xn--0.example",
        "a@xn--bcher-kva.example", "a@b..example", "a@.example", "a@b.example.", "a@b.example..", "mx.receiver.example; dmarc=pass", "\u2028", "\u202e@b.example", "\u0130@b.example", "\u0085",
        new string('a', 64) + "@b.example", new string('a', 321) + "@b.example", "a@" + new string('b', 64) + ".example", "a@" + string.Concat(Enumerable.Repeat("b.", 126)) + "c", new string('x', 100_000),
        new string('é', 320) + "@b.example", new string('"', 1_000), new string('(', 10_000), new string('<', 10_000),
    ];

    private static readonly ZoneDnsResolver Zone = ZoneDnsResolver.Parse("""
        *.example. TXT "v=spf1 exists:%{l}.%{h}.%{d} exists:%{L1r-}.x.example ptr -all exp=exp.example"
        *.example. A 127.0.0.2
        exp.example. TXT "%{s} %{h} %{i} %{c} %{p}"
        _dmarc.a.example. TXT "v=DMARC1; p=reject"
        """);

    private static async Task WriteAndReadAsync(string helo, string? mailFrom, string from)
    {
        var message = EmailMessage.FromBytes(Encoding.UTF8.GetBytes($"From: {from}\r\n\r\nbody\r\n"));
        var result = await new EmailAuthenticator(Zone, new EmailAuthenticatorOptions { KeepEvidence = true }).VerifyAsync(message, new SmtpSession(IPAddress.Parse("192.0.2.1"), helo, mailFrom));
        Assert.That(result.Dmarc.Status, Is.Not.EqualTo(EmailAuth.Dmarc.DmarcStatus.Pass));

        var field = result.ToAuthenticationResults("mx.receiver.example");
        AssertOneField(field.RawOctets.Span);
        Assert.That(AuthenticationResults.TryRead(field, out var read, out _), Is.True, field.Value);
        Assert.That(read!.Results.Count(method => method.Method == "dmarc"), Is.EqualTo(1), field.Value);
        Assert.That(read.Results.Where(method => method.Method is "dmarc" or "dkim" or "arc" && method.Result == "pass"), Is.Empty, field.Value);
        AssertOneField(result.ToReceivedSpf("mx.receiver.example").RawOctets.Span);

        var explanation = result.Explain();
        using (JsonDocument.Parse(explanation.ToJson()))
            Assert.That(explanation.ToText(), Is.Not.Empty);
        foreach (var hides in new[] { false, true })
        {
            var octets = result.ToCapsule(new CapsuleOptions { HashLocalParts = hides }).ToArray();
            Assert.That(VerificationCapsule.TryRead(octets, out var capsule), Is.True);
            Assert.That((await capsule!.ReplayAsync()).Differences, Is.Empty);
        }
    }

    /// <summary>One line with folds.</summary>
    private static void AssertOneField(ReadOnlySpan<byte> octets)
    {
        var text = Encoding.Latin1.GetString(octets);
        Assert.That(text, Does.EndWith("\r\n"));
        Assert.That(text[..^2].Replace("\r\n ", "").Replace("\r\n\t", "").AsSpan().IndexOfAny("\r\n\0"), Is.EqualTo(-1), text);
    }

    private static IEnumerable<TestCaseData> Cases() => Texts.Select((text, i) => new TestCaseData(text).SetArgDisplayNames($"{i}: {(text.Length > 40 ? text.Length + " characters" : JsonSerializer.Serialize(text))}"));

    [Attack("H10"), Attack("S17")]
    [TestCaseSource(nameof(Cases))]
    public async Task Whatever_a_client_says_can_be_told(string text)
    {
        await WriteAndReadAsync(text, "user@b.example", "ceo@a.example");
        await WriteAndReadAsync("mx.b.example", text, "ceo@a.example");
        await WriteAndReadAsync(text, null, "ceo@a.example");
        await WriteAndReadAsync(text, text, "ceo@a.example");
        await WriteAndReadAsync("mx.b.example", "user@b.example", text);
    }
}
