using System.Text.Json;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests;

namespace EmailAuth.Conformance.Dkim;

/// <summary>The worked examples of RFC 6376 appendix A and RFC 8463 appendix A.</summary>
[Rfc(6376, "A")]
[Rfc(8463, "A")]
public class RfcExampleTests
{
    private sealed class FixedTime(long unixSeconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(unixSeconds);
    }

    private static IEnumerable<TestCaseData> Examples()
    {
        if (!PublishedSuites.ArePresent)
        {
            yield return new TestCaseData("").SetName("RFC examples");
            yield break;
        }
        foreach (var line in File.ReadLines(PublishedSuites.PathOf("rfc-examples/manifest.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("kind").GetString() == "dkim")
                yield return new TestCaseData(line).SetName($"RFC example {document.RootElement.GetProperty("id").GetString()}");
        }
    }

    [TestCaseSource(nameof(Examples))]
    public async Task Has_the_expected_result(string line)
    {
        var folder = PublishedSuites.PathOf("rfc-examples");
        using var document = JsonDocument.Parse(line);
        var example = document.RootElement;
        var resolver = ZoneDnsResolver.Load(Path.Combine(folder, example.GetProperty("zone").GetString()!));
        var message = File.ReadAllBytes(Path.Combine(folder, example.GetProperty("message").GetString()!));
        var verifier = new DkimVerifier(resolver, new DkimVerifierOptions { TimeProvider = new FixedTime(example.GetProperty("time").GetInt64()) });

        var results = await verifier.VerifyAsync(EmailMessage.FromBytes(message));

        var expected = example.GetProperty("expect");
        Assert.That(results.Select(result => result.Status.ToString().ToUpperInvariant()),
            Is.EqualTo(expected.GetProperty("dkim").EnumerateArray().Select(status => status.GetString()!.ToUpperInvariant())), string.Join("\n", results));
        Assert.That(results.Select(result => result.Domain?.ToString()),
            Is.EqualTo(expected.GetProperty("dkim_domains").EnumerateArray().Select(domain => domain.GetString())));
    }
}
