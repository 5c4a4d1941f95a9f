using System.Text.Json;
using EmailAuth.Arc;

namespace EmailAuth.Cli.Output;

/// <summary>The <c>arc</c> object.</summary>
internal static class ArcJson
{
    /// <summary>The members of the object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, ArcResult arc)
    {
        json.WriteString("result", arc.Status.ToKeyword());
        json.WriteNumber("instance", arc.Instance);
        json.WriteNumberOrNull("oldestPass", arc.OldestPass);
        json.WriteStartArray("sets");
        foreach (var set in arc.Sets)
        {
            json.WriteStartObject();
            json.WriteNumber("instance", set.Instance);
            json.WriteString("sealDomain", set.SealDomain?.ToString());
            json.WriteString("selector", set.Selector);
            json.WriteString("chainValidation", set.ChainValidationText);
            json.WriteString("sealResult", set.SealResult.Status.ToKeyword());
            json.WriteString("messageSignatureResult", set.MessageSignatureResult.Status.ToKeyword());
            json.WriteString("sealReason", Reason(set.SealResult));
            json.WriteString("messageSignatureReason", Reason(set.MessageSignatureResult));
            json.WriteString("claims", set.AuthenticationResults?.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("reason", arc.Status == ArcStatus.Fail ? arc.ReasonText : null);
        json.WriteName("reasonCode", arc.Reason.ToString());
    }

    private static string? Reason(ArcSignatureResult signature) => signature.Status == ArcSignatureStatus.Pass ? null : signature.ReasonText;
}
