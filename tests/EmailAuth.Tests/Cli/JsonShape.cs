using System.Text.Json;

namespace EmailAuth.Tests.Cli;

/// <summary>Compares a JSON document with the contract's: each member named there must be there, of the same kind or null. More may be there.</summary>
internal static class JsonShape
{
    public static void AssertHas(JsonElement actual, string contract) => AssertHas(actual, JsonDocument.Parse(contract).RootElement, "$");

    private static void AssertHas(JsonElement actual, JsonElement contract, string path)
    {
        if (contract.ValueKind == JsonValueKind.Null || actual.ValueKind == JsonValueKind.Null)
            return;
        Assert.That(Kind(actual), Is.EqualTo(Kind(contract)), path);
        if (contract.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in contract.EnumerateObject())
            {
                Assert.That(actual.TryGetProperty(member.Name, out var value), Is.True, $"{path}.{member.Name} is missing");
                AssertHas(value, member.Value, $"{path}.{member.Name}");
            }
        }
        else if (contract.ValueKind == JsonValueKind.Array && contract.GetArrayLength() > 0)
        {
            foreach (var element in actual.EnumerateArray())
                AssertHas(element, contract[0], path + "[]");
        }
    }

    private static string Kind(JsonElement element) => element.ValueKind is JsonValueKind.True or JsonValueKind.False ? "boolean" : element.ValueKind.ToString();
}
