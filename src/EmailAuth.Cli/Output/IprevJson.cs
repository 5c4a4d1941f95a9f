using System.Text.Json;
using EmailAuth.Iprev;

namespace EmailAuth.Cli.Output;

/// <summary>The <c>iprev</c> object.</summary>
internal static class IprevJson
{
    /// <summary>The members of the object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, IprevResult iprev)
    {
        json.WriteString("result", iprev.Status.ToKeyword());
        json.WriteString("name", iprev.Name?.ToString());
        json.WriteString("reason", iprev.Status == IprevStatus.Pass ? null : iprev.ReasonText);
        json.WriteName("reasonCode", iprev.Reason.ToString());
        json.WriteStrings("namesTried", [.. iprev.NamesTried.Select(static name => name.ToString())]);
        json.WriteNumber("dnsQueries", iprev.DnsQueries);
    }
}
