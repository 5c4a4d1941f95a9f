using System.Collections.Immutable;

namespace EmailAuth.AuthResults;

/// <summary>resinfo of RFC 8601 §2.2: what one authentication method came to.</summary>
/// <param name="Method">The method, such as <c>spf</c>, <c>dkim</c>, <c>arc</c>, <c>dmarc</c> or <c>auth</c> (RFC 8601 §2.7).</param>
/// <param name="Result">Its result, such as <c>pass</c>.</param>
public sealed record MethodResult(string Method, string Result)
{
    /// <summary>The version of the method's specification; null where the field names none, which means 1 (RFC 8601 §2.6).</summary>
    public string? MethodVersion { get; init; }

    /// <summary>The reasonspec: why this is the result; null if not given.</summary>
    public string? Reason { get; init; }

    /// <summary>The text of the first comment beside the result; null if there is none. For people only.</summary>
    public string? Comment { get; init; }

    /// <summary>The properties evaluated, in the order of the field.</summary>
    public ImmutableArray<AuthenticationResultsProperty> Properties { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The value of the first property of that type and name, or null. Keywords ignore the case of ASCII letters.</summary>
    public string? Find(string type, string name)
    {
        foreach (var property in Properties)
        {
            if (property.Type.Equals(type, StringComparison.OrdinalIgnoreCase) && property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }
        return null;
    }
}
