using System.Collections.Immutable;
using System.Text.Json;
using EmailAuth.Dkim;

namespace EmailAuth.Cli.Output;

/// <summary>The <c>dkim</c> object.</summary>
internal static class DkimJson
{
    /// <summary>The members of the object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, DkimStatus best, ImmutableArray<DkimResult> signatures)
    {
        json.WriteString("result", best.ToKeyword());
        json.WriteStartArray("signatures");
        foreach (var signature in signatures)
        {
            json.WriteStartObject();
            WriteMembers(json, signature);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteMembers(Utf8JsonWriter json, DkimResult signature)
    {
        json.WriteString("result", signature.Status.ToKeyword());
        json.WriteString("domain", signature.Domain?.ToString());
        json.WriteString("selector", signature.Selector);
        json.WriteString("algorithm", signature.Algorithm);
        json.WriteString("identity", signature.Identity);
        json.WriteNumberOrNull("keyBits", signature.KeyBits);
        json.WriteBoolean("bodyLengthLimited", signature.IsBodyLengthLimited);
        json.WriteBoolean("testing", signature.IsTesting);
        json.WriteString("reason", signature.Status == DkimStatus.Pass ? null : signature.ReasonText);
        json.WriteName("reasonCode", signature.Reason.ToString());
        json.WriteNumber("field", signature.FieldIndex);
        json.WriteBooleanOrNull("bodyHashMatches", signature.BodyHashMatches);
        json.WriteBooleanOrNull("headerHashMatches", signature.HeaderHashMatches);
        json.WriteBoolean("multipleKeys", signature.HasMultipleKeys);
        json.WriteNumberOrNull("bodyLength", signature.BodyLength);
        json.WriteNumberOrNull("timestamp", signature.Timestamp?.ToUnixTimeSeconds());
        json.WriteNumberOrNull("expiration", signature.Expiration?.ToUnixTimeSeconds());
        json.WriteStrings("signedFields", signature.SignedFields);
        json.WriteStrings("unsignedDuplicates", signature.UnsignedDuplicates);
    }
}
