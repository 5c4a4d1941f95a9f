using System.Text;
using EmailAuth.Conformance.Dkim;
using EmailAuth.Dkim;
using EmailAuth.Signatures;

namespace EmailAuth.Conformance.Peers;

/// <summary>libopendkim, through the test mode of opendkim (-t), which runs its milter over files, and through opendkim-testmsg.</summary>
public class OpenDkimTests
{
    private const string OpenDkim = "/usr/sbin/opendkim";

    private const string TestMessage = "/usr/sbin/opendkim-testmsg";

    [SetUp]
    public void Require() => Peer.Require("opendkim", OpenDkim, "-V");

    private static string Configuration(DkimExchange exchange, params string[] lines)
    {
        exchange.Write("data.txt", DkimMatrix.KeyTable(' '));
        exchange.Write("opendkim.conf", string.Join('\n', ["Syslog no", "RequireSafeKeys no", $"TestDNSData {exchange.PathOf("data.txt")}", .. lines, ""]));
        return exchange.PathOf("opendkim.conf");
    }

    /// <summary>One process for many files, as the names fit into its arguments.</summary>
    private static string RunOver(DkimExchange exchange, string configuration, IEnumerable<string> names)
    {
        var output = new StringBuilder();
        foreach (var part in names.Chunk(400))
        {
            var files = string.Join(',', part.Select(name => exchange.PathOf(name + ".eml")));
            var (_, standardOutput, error) = Peer.Run(OpenDkim, ["-x", configuration, "-t", files], default, TimeSpan.FromMinutes(5));
            output.Append(Encoding.Latin1.GetString(standardOutput)).Append(error);
        }
        return output.ToString();
    }

    /// <summary>Where opendkim differs, whether it signs or verifies.</summary>
    private static bool IsKnownDifference(string header, string body, CanonicalizationAlgorithm headerAlgorithm, CanonicalizationAlgorithm bodyAlgorithm) =>
        // Its test mode reads lines as C strings, so that they end at a NUL.
        body == "nul"
        // Its test mode reads the white space behind a field's colon as one SP, before the library sees it.
        || (header == "odd" && headerAlgorithm == CanonicalizationAlgorithm.Simple)
        // RFC 6376 §3.4.4: "If the body is non-empty but does not end with a CRLF, a CRLF is added." libopendkim refuses to sign such a body in the
        // relaxed form, and does not verify it.
        || (body == "no-final-crlf" && bodyAlgorithm == CanonicalizationAlgorithm.Relaxed);

    private static bool IsKnownDifference(string name)
    {
        var parts = name.Split('_');
        var c = parts[1].Split('-');
        return IsKnownDifference(parts[2], parts[3], Enum.Parse<CanonicalizationAlgorithm>(c[0], ignoreCase: true), Enum.Parse<CanonicalizationAlgorithm>(c[1], ignoreCase: true));
    }

    [Test]
    public async Task Opendkim_verifies_what_we_sign()
    {
        using var exchange = new DkimExchange();
        var names = await exchange.WriteSignedAsync(_ => true);
        var output = RunOver(exchange, Configuration(exchange, "Mode v"), names);
        var succeeded = output.Split('\n').Where(line => line.EndsWith("succeeded", StringComparison.Ordinal))
            .Select(line => Path.GetFileNameWithoutExtension(line.Split(": ")[1])).ToHashSet();
        Assert.That(names.Count, Is.GreaterThanOrEqualTo(500));
        Assert.That(names.Where(name => !succeeded.Contains(name)), Is.EquivalentTo(names.Where(IsKnownDifference)));
    }

    [Test]
    public async Task We_verify_what_opendkim_signs([Values("rsa2048", "ed25519")] string selector)
    {
        using var exchange = new DkimExchange();
        var names = exchange.WriteUnsigned();
        var verifier = new DkimVerifier(DkimMatrix.Zone());
        var failures = new List<string>();
        foreach (var (header, body) in DkimMatrix.Canonicalizations)
        {
            var configuration = Configuration(
                exchange, "Mode s", "Domain example.com", $"Selector {selector}", $"KeyFile {exchange.PathOf(selector + ".pem")}", $"Canonicalization {header.ToText()}/{body.ToText()}",
                $"SignatureAlgorithm {(selector == "rsa2048" ? "rsa" : "ed25519")}-sha256");
            var output = RunOver(exchange, configuration, names);
            foreach (var name in names)
            {
                var field = FieldFor(output, exchange.PathOf(name + ".eml"));
                if (field is null)
                {
                    if (!IsKnownDifference(name.Split('_')[0], name.Split('_')[1], header, body))
                        failures.Add($"{name} {header}/{body}: not signed");
                    continue;
                }
                byte[] message = [.. Encoding.Latin1.GetBytes(field), .. await File.ReadAllBytesAsync(exchange.PathOf(name + ".eml"))];
                var result = await DkimMatrix.VerifyAsync(verifier, message);
                var parts = name.Split('_');
                // With Ed25519 and a simple header it makes signatures that neither it nor dkimpy verifies.
                var isKnown = IsKnownDifference(parts[0], parts[1], header, body) || (selector == "ed25519" && header == CanonicalizationAlgorithm.Simple);
                if (result.Status == DkimStatus.Pass == isKnown)
                    failures.Add($"{name} {header}/{body}: {result.ReasonText}");
            }
        }
        Assert.That(failures, Is.Empty);
    }

    /// <summary>The field that the test mode prints for a file, with CRLF; null if it says that it did not sign.</summary>
    private static string? FieldFor(string output, string path)
    {
        if (output.Contains($"opendkim: {path}: no signature added: CRLF at end of body missing", StringComparison.Ordinal))
            return null;
        var start = output.IndexOf($"opendkim: {path}:\n", StringComparison.Ordinal);
        Assert.That(start, Is.GreaterThanOrEqualTo(0), path);
        start = output.IndexOf('\n', start) + 1;
        var end = output.IndexOf("\nopendkim: ", start, StringComparison.Ordinal);
        return output[start..(end < 0 ? output.Length : end)].TrimEnd().ReplaceLineEndings("\r\n") + "\r\n";
    }

    [Test]
    public async Task What_opendkim_testmsg_signs_is_read_and_does_not_count()
    {
        Peer.Require("opendkim-tools", "/usr/bin/test", "-x", TestMessage);
        using var exchange = new DkimExchange();
        exchange.WriteUnsigned();
        var message = await File.ReadAllBytesAsync(exchange.PathOf("plain_text.eml"));
        var (exitCode, output, error) = Peer.Run(TestMessage, ["-C", "-d", "example.com", "-s", "rsa2048", "-k", exchange.PathOf("rsa2048.pem")], message, TimeSpan.FromSeconds(20));
        Assert.That(exitCode, Is.Zero, error);
        // RFC 8301 §3.1: it signs with rsa-sha1, and nothing else.
        var result = await DkimMatrix.VerifyAsync(new DkimVerifier(DkimMatrix.Zone()), output);
        Assert.That((result.Status, result.Reason, result.Domain!.ToString()), Is.EqualTo((DkimStatus.Policy, DkimReason.Sha1, "example.com")));
    }
}
