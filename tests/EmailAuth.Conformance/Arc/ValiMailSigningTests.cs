using System.Collections.Immutable;
using System.Globalization;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests;

namespace EmailAuth.Conformance.Arc;

/// <summary>The 17 signing cases of ValiMail's ARC test suite, to the last octet of the signatures.</summary>
[Rfc(8617, "5.1")]
[Attack("A1")]
public class ValiMailSigningTests
{
    private const string File = "arc-draft-sign-tests.yml";

    private sealed class FixedTime(long unixSeconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(unixSeconds);
    }

    private static IEnumerable<TestCaseData> Cases() => PublishedSuites.ArePresent
        ? ValiMailSuite.Read(File).Select(test => new TestCaseData(test).SetName($"ValiMail signs {test.Name}"))
        : [new TestCaseData((object?)null).SetName("ValiMail signing suite")];

    [TestCaseSource(nameof(Cases))]
    public async Task Makes_the_expected_fields(object? given)
    {
        PublishedSuites.PathOf("arc-valimail/" + File);
        var test = (ValiMailCase)given!;
        using var key = SigningKey.FromPem(test.ScenarioText("privatekey"));
        var sealer = new ArcSealer(new ArcSealerOptions
        {
            Domain = DomainName.Parse(test.ScenarioText("domain")),
            Selector = test.ScenarioText("sel"),
            Key = key,
            AllowShortRsaKey = true,
            SignedFields = [.. test.Text("sig-headers").Split(':')],
            OversignedFields = [],
            BreaksSignatures = false,
            TimeProvider = new FixedTime(long.Parse(test.Text("t"), CultureInfo.InvariantCulture)),
        });

        var chain = await new ArcValidator(test.Resolver).ValidateAsync(test.Message);
        var fields = await sealer.SealAsync(test.Message, await ConsolidatedResults(test), chain);

        string[] expected = [test.Text("AS"), test.Text("AMS"), test.Text("AAR")];
        if (expected.All(text => text.Length == 0))
        {
            Assert.That(fields, Is.Empty);
            return;
        }
        Assert.That(fields.Select(field => field.Name), Is.EqualTo((string[])["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"]));
        Assert.That(Words(fields[2].Value), Is.EqualTo(Words(expected[2])));
        Assert.That(WithoutWhiteSpace(fields[1].Value), Is.EqualTo(WithoutWhiteSpace(expected[1])), chain.ToString());
        Assert.That(WithoutWhiteSpace(fields[0].Value), Is.EqualTo(WithoutWhiteSpace(expected[0])), chain.ToString());
    }

    [Test]
    public void The_suite_has_17_cases()
    {
        PublishedSuites.PathOf("arc-valimail/" + File);
        Assert.That(ValiMailSuite.Read(File), Has.Length.EqualTo(17));
    }

    /// <summary>The suite's own rule: the results of all fields of the service, in their order. The library seals typed results only.</summary>
    private static async Task<AuthenticationResults> ConsolidatedResults(ValiMailCase test)
    {
        using var reader = test.Message.Open();
        var header = await reader.ReadHeaderAsync(MessageLimits.Default, default);
        var service = test.Text("srv-id");
        return new AuthenticationResults(service, [.. AuthenticationResults.ReadAll(header, AuthenticationResultsLimits.Default)
            .Where(field => field.Results?.AuthservId == service)
            .SelectMany(field => field.Results!.Results.AsEnumerable())]);
    }

    private static string WithoutWhiteSpace(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));

    private static ImmutableArray<string> Words(string text) => [.. text.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries)];
}
