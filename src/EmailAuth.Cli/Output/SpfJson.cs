using System.Text.Json;
using EmailAuth.Spf;

namespace EmailAuth.Cli.Output;

/// <summary>The <c>spf</c> object.</summary>
internal static class SpfJson
{
    /// <summary>The members of the object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, SpfResult spf, SpfResult? helo)
    {
        WriteMembers(json, spf);
        if (helo is null)
        {
            json.WriteNull("helo");
            return;
        }
        json.WriteStartObject("helo");
        WriteMembers(json, helo);
        json.WriteNull("helo");
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, SpfResult spf)
    {
        json.WriteString("result", spf.Status.ToKeyword());
        json.WriteString("domain", spf.Domain?.ToString());
        json.WriteString("scope", Scope(spf.Scope));
        json.WriteString("mechanism", spf.Mechanism);
        json.WriteString("explanation", spf.Explanation);
        json.WriteString("reason", spf.ReasonText);
        json.WriteName("reasonCode", spf.Reason.ToString());
        json.WriteNumber("dnsLookups", spf.DnsLookups);
        json.WriteNumber("voidLookups", spf.VoidLookups);
        json.WriteNumber("dnsQueries", spf.DnsQueries);
        json.WriteStrings("includePath", spf.IncludePath);
        json.WriteNumberOrNull("matchedPrefixLength", spf.MatchedPrefixLength);
    }

    private static string Scope(SpfScope scope) => scope switch
    {
        SpfScope.MailFrom => "mfrom",
        SpfScope.Helo => "helo",
    };
}
