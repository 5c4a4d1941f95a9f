using System.Net;
using System.Text.Json;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Tests;

namespace EmailAuth.Conformance;

/// <summary>RFC 7208 Appendix A and the macro examples of its section 7.4.</summary>
public class SpfRfcExampleTests
{
    private const string Folder = "rfc-examples";
    private const int CasesInManifest = 118;

    private static IEnumerable<TestCaseData> Cases()
    {
        if (!PublishedSuites.ArePresent)
            yield break;
        foreach (var test in ReadManifest())
            yield return new TestCaseData(test).SetName($"RFC 7208 {test.GetProperty("id").GetString()}");
    }

    [Rfc(7208, "A")]
    [TestCaseSource(nameof(Cases))]
    public async Task The_examples_come_out_as_printed(JsonElement test)
    {
        var zone = ZoneDnsResolver.Load(PublishedSuites.PathOf($"{Folder}/{Text(test, "zone")}"));
        var result = await new SpfEvaluator(zone).CheckMailFromAsync(IPAddress.Parse(Text(test, "ip")!), Text(test, "helo")!, Text(test, "mail_from"));

        var expected = test.GetProperty("expect");
        Assert.That(result.Status.ToKeyword(), Is.EqualTo(Text(expected, "spf")!.Split('|')[0]), result.ReasonText);
        if (Text(expected, "spf_explanation") is { } explanation)
            Assert.That(result.Explanation, Is.EqualTo(explanation));
    }

    [Test]
    public void The_examples_are_there_as_a_whole()
    {
        PublishedSuites.PathOf(Folder);
        Assert.That(ReadManifest().Count(), Is.EqualTo(CasesInManifest));
    }

    private static IEnumerable<TestCaseData> Macros()
    {
        if (!PublishedSuites.ArePresent)
            yield break;
        using var examples = JsonDocument.Parse(File.ReadAllText(PublishedSuites.PathOf($"{Folder}/rfc7208-a/macro-expansion.json")));
        var sender = Text(examples.RootElement, "sender")!;
        foreach (var example in examples.RootElement.GetProperty("cases").EnumerateArray())
        {
            var macro = Text(example, "macro")!;
            var address = Text(example, "ip")!;
            yield return new TestCaseData(sender, macro, address, Text(example, "expansion")).SetName($"RFC 7208 §7.4 {macro} for {address}");
        }
    }

    [Rfc(7208, "7.4")]
    [TestCaseSource(nameof(Macros))]
    public async Task Macros_expand_as_printed(string sender, string macro, string address, string expansion)
    {
        var domain = sender.Split('@')[1];
        var zone = ZoneDnsResolver.Parse($"{domain}. TXT \"v=spf1 -all exp=exp.example.com\"\nexp.example.com. TXT \"{macro}\"");
        var result = await new SpfEvaluator(zone).CheckMailFromAsync(IPAddress.Parse(address), "mx.example.org", sender);
        // The digits of an IPv6 address are printed in lower case there and in upper case in the openspf suite: DNS does not mind.
        Assert.That(result.Explanation, Is.EqualTo(expansion).IgnoreCase);
    }

    private static IEnumerable<JsonElement> ReadManifest()
    {
        foreach (var line in File.ReadLines(PublishedSuites.PathOf($"{Folder}/manifest.jsonl")))
        {
            var test = JsonDocument.Parse(line).RootElement;
            if (Text(test, "kind") == "spf")
                yield return test;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
