using System.Text.Json;
using EmailAuth.AuthResults;
using EmailAuth.Message;
using EmailAuth.Tests;

namespace EmailAuth.Conformance;

/// <summary>The examples of RFC 8601 appendix B: kind "authres" of rfc-examples/manifest.jsonl.</summary>
[Rfc(8601, "B")]
public class AuthResultsVectors
{
    private static IEnumerable<TestCaseData> Cases()
    {
        if (!PublishedSuites.ArePresent)
            return [new TestCaseData(null, null).SetName("The examples of RFC 8601 appendix B")];
        return File.ReadLines(PublishedSuites.PathOf("rfc-examples/manifest.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(entry => entry.GetProperty("kind").GetString() == "authres")
            .Select(entry => new TestCaseData(
                entry.GetProperty("message").GetString(),
                entry.GetProperty("expect").GetProperty("authentication_results").GetRawText()).SetName(entry.GetProperty("id").GetString()!));
    }

    [TestCaseSource(nameof(Cases))]
    public async Task The_fields_of_the_message_read_as_the_manifest_says(string? message, string? expected)
    {
        using var reader = EmailMessage.FromBytes(await File.ReadAllBytesAsync(PublishedSuites.PathOf("rfc-examples/" + message))).Open();
        var header = await reader.ReadHeaderAsync(MessageLimits.Default, default);
        var read = AuthenticationResults.ReadAll(header, AuthenticationResultsLimits.Default);
        using var fields = JsonDocument.Parse(expected!);
        Assert.That(read, Has.Length.EqualTo(fields.RootElement.GetArrayLength()));
        foreach (var (field, (_, results, problem)) in fields.RootElement.EnumerateArray().Zip(read))
        {
            Assert.That(problem, Is.Null);
            Assert.That(Show(results!), Is.EqualTo(Show(field)));
        }
    }

    private static string Show(AuthenticationResults results) => results.AuthservId + string.Concat(results.Results.Select(result =>
        $"\n{result.Method} {result.MethodVersion} {result.Result} [{result.Reason}] ({result.Comment})"
        + string.Concat(result.Properties.Select(property => $" {property.Type}.{property.Name}={property.Value}"))));

    private static string Show(JsonElement field) => Text(field, "authserv_id") + string.Concat(field.GetProperty("results").EnumerateArray().Select(result =>
        $"\n{Text(result, "method")} {Text(result, "method_version")} {Text(result, "result")} [{Text(result, "reason")}] ({Text(result, "comment")})"
        + string.Concat(result.GetProperty("properties").EnumerateArray().Select(property => $" {Text(property, "ptype")}.{Text(property, "property")}={Text(property, "value")}"))));

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.ToString() : "";
}
