using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using EmailAuth.AuthResults;

namespace EmailAuth.Conformance.Peers;

/// <summary>Debian's python3-authres reads what we write, and finds the same values in it, as far as it reads quoted-strings: it leaves their
/// backslashes in, and loses a property with a quoted value that is not the last of its result.</summary>
public class AuthresPeerTests
{
    private const string Python = "/usr/bin/python3";

    // One field a line, hexadecimal, unfolded as RFC 5322 §2.2.3 has it done before a field is read, on standard input; the values that authres found, as JSON, on standard output.
    private const string Reader = """
        import sys, json, authres
        out = []
        for line in sys.stdin:
            value = bytes.fromhex(line.strip()).decode('ascii').replace('\r\n', '')
            try:
                read = authres.AuthenticationResultsHeader.parse(value)
                out.append({'id': read.authserv_id, 'results': [
                    [r.method, r.result, r.reason or '', [[p.type, p.name, p.value] for p in r.properties]] for r in read.results]})
            except Exception as problem:
                out.append({'problem': repr(problem)})
        print(json.dumps(out))
        """;

    internal static IEnumerable<AuthenticationResults> Samples()
    {
        static AuthenticationResults Of(params ImmutableArray<MethodResult> results) => new("mx.example.net", results);
        static MethodResult Spf(string mailFrom) => new("spf", "pass") { Properties = [new("smtp", "mailfrom", mailFrom)] };

        yield return Of();
        yield return Of(Spf("example.com"));
        yield return Of(Spf("joe@example.com"), new("spf", "none") { Properties = [new("smtp", "helo", "mail.example.com")] });
        yield return Of(
            new("dmarc", "fail") { Comment = "p=reject; (nested) \\ text", Properties = [new("header", "from", "example.com")] },
            new("dkim", "fail")
            {
                Reason = "the body was changed after signing; or \"the signature\" was moved from another message, which would be a replay",
                Properties = [new("header", "d", "example.com"), new("header", "i", "@sub.example.com"), new("header", "s", "s1"), new("header", "a", "rsa-sha256"), new("header", "b", "Ab/d+e==")],
            },
            new("arc", "pass") { Properties = [new("smtp", "remote-ip", "2001:db8::1")] });
        foreach (var hostile in (string[])
        [
            "any@legitimate.example(a.attack.example", "any@legitimate.example'@any.attack.example", "@legitimate.example,@any.example:'any@attack.example",
            "a; dmarc=pass header.from=bank.example", "a\" smtp.helo=\"b", "a\\", "\"joe doe\"@example.com", "o'brien@example.com", "bounce+a=b@example.com",
            "SRS0=x=y@example.com", "<>", "a b  c", "(", ")", "\r\nX: y", new string('x', 400),
            string.Join(' ', Enumerable.Repeat("word", 60)),
        ])
        {
            yield return Of(Spf(hostile));
            yield return Of(new MethodResult("dkim", "pass") { Reason = hostile, Comment = hostile, Properties = [new("header", "d", hostile), new("header", "s", "s1")] });
        }
    }

    [Test]
    public void Authres_reads_what_we_write()
    {
        Peer.Require("python3-authres", Python, "-c", "import authres");
        var samples = Samples().ToList();
        var lines = string.Concat(samples.Select(sample => Convert.ToHexString(Encoding.ASCII.GetBytes(sample.ToHeaderField().ToString())) + "\n"));
        var (exitCode, output, error) = Peer.Run(Python, ["-c", Reader], Encoding.ASCII.GetBytes(lines), TimeSpan.FromSeconds(30));
        Assert.That(exitCode, Is.Zero, error);
        using var answers = JsonDocument.Parse(output);
        Assert.Multiple(() =>
        {
            foreach (var (sample, answer) in samples.Zip(answers.RootElement.EnumerateArray()))
            {
                Assert.That(answer.TryGetProperty("problem", out var problem), Is.False, $"{sample}: {problem}");
                if (problem.ValueKind != JsonValueKind.Undefined)
                    continue;
                Assert.That(AuthenticationResults.TryRead(sample.ToHeaderField(), out var ours, out _), Is.True);
                Assert.That(answer.GetProperty("id").GetString(), Is.EqualTo(ours!.AuthservId));
                Assert.That(Show(answer), Is.EqualTo(Show(ours)), sample.ToString());
            }
        });
    }

    private static string Show(AuthenticationResults results) => string.Concat(results.Results.Select(result =>
        $"{result.Method}={result.Result} [{Escaped(result.Reason)}]"
        + string.Concat(result.Properties
            .Where((property, i) => i == result.Properties.Length - 1 || !IsQuoted(results, property))
            .Select(property => $" {property.Type}.{property.Name}={Escaped(property.Value)}")) + "\n"));

    private static string Escaped(string? value) => (value ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static bool IsQuoted(AuthenticationResults results, AuthenticationResultsProperty property) =>
        results.ToUnfoldedValue().Contains($" {property.Type}.{property.Name}=\"{Escaped(property.Value)}\"", StringComparison.Ordinal);

    private static string Show(JsonElement answer) => string.Concat(answer.GetProperty("results").EnumerateArray()
        .Where(result => result[0].GetString() != "none")
        .Select(result => $"{result[0]}={result[1]} [{result[2]}]{string.Concat(result[3].EnumerateArray().Select(property => $" {property[0]}.{property[1]}={property[2]}"))}\n"));
}
