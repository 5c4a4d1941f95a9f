using System.Text.Json;
using EmailAuth.Cli.Verbs;

namespace EmailAuth.Cli.Output;

/// <summary>The object of one verified file.</summary>
internal static class VerificationJson
{
    /// <summary>Writes the object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="verdict">What came of the file.</param>
    /// <param name="authservId">The name of the one who checks.</param>
    /// <param name="explains">Whether the steps are told.</param>
    /// <param name="more">Writes further members.</param>
    public static void Write(Utf8JsonWriter json, FileVerdict verdict, string authservId, bool explains = false, Action<Utf8JsonWriter>? more = null)
    {
        json.WriteStartObject();
        json.WriteString("file", verdict.File);
        if (verdict.Result is { } result)
        {
            WriteMembers(json, result, authservId);
            if (!result.Shadows.IsEmpty)
                ShadowOutput.Write(json, result.Shadows);
            if (explains)
                ExplanationOutput.Write(json, result);
            more?.Invoke(json);
        }
        else
        {
            json.WriteString("error", verdict.Problem);
        }
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, VerificationResult result, string authservId)
    {
        json.WriteStartObject("spf");
        SpfJson.WriteMembers(json, result.Spf, result.Helo);
        json.WriteEndObject();
        json.WriteStartObject("dkim");
        DkimJson.WriteMembers(json, result.DkimStatus, result.Dkim);
        json.WriteEndObject();
        json.WriteStartObject("arc");
        ArcJson.WriteMembers(json, result.Arc);
        json.WriteEndObject();
        json.WriteStartObject("dmarc");
        DmarcJson.WriteMembers(json, result.Dmarc, caveat: DmarcText.Caveat(result));
        json.WriteEndObject();
        if (result.Iprev is { } iprev)
        {
            json.WriteStartObject("iprev");
            IprevJson.WriteMembers(json, iprev);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("iprev");
        }
        json.WriteString("authenticationResults", result.ToAuthenticationResults(authservId).Value);
        json.WriteString("receivedSpf", result.ToReceivedSpf(authservId).Value);
        json.WriteNumber("dnsQueries", result.DnsQueries);
        json.WriteNumber("dnsQueriesAhead", result.DnsQueriesAhead);
        json.WriteNumber("dnsQueriesNotNeeded", result.DnsQueriesNotNeeded);
        json.WriteBoolean("transient", result.IsTransient);
        json.WriteName("messageDefect", result.MessageDefect.ToString());
        json.WriteStartArray("forgedAuthenticationResults");
        foreach (var field in result.ForgedAuthenticationResults(authservId))
            json.WriteNumberValue(field);
        json.WriteEndArray();
    }
}
