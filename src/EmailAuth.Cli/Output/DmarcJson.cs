using System.Text.Json;
using EmailAuth.Dmarc;

namespace EmailAuth.Cli.Output;

/// <summary>The <c>dmarc</c> object.</summary>
internal static class DmarcJson
{
    /// <summary>The members of the object that is open.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="dmarc">What was found.</param>
    /// <param name="isDiscovery">Nothing was authenticated and nothing judged: there is a policy, but no result.</param>
    /// <param name="caveat">What to bear in mind beside the reason, if anything.</param>
    public static void WriteMembers(Utf8JsonWriter json, DmarcResult dmarc, bool isDiscovery = false, string? caveat = null)
    {
        json.WriteString("result", isDiscovery ? null : dmarc.Status.ToKeyword());
        json.WriteString("fromDomain", dmarc.FromDomain?.ToString());
        json.WriteString("organizationalDomain", dmarc.OrganizationalDomain?.ToString());
        json.WriteString("policyDomain", dmarc.PolicyDomain?.ToString());
        json.WriteString("policy", dmarc.Policy?.ToKeyword());
        json.WriteString("disposition", (isDiscovery ? DmarcPolicy.None : dmarc.Disposition).ToKeyword());
        json.WriteBoolean("spfAligned", dmarc.SpfAligned);
        json.WriteBoolean("dkimAligned", dmarc.DkimAligned);
        json.WriteBoolean("testing", dmarc.IsTesting);
        json.WriteString("reason", dmarc.Status == DmarcStatus.Pass || (isDiscovery && dmarc.Status == DmarcStatus.Fail) ? null : caveat is null ? dmarc.ReasonText : $"{dmarc.ReasonText}; {caveat}");
        json.WriteName("reasonCode", dmarc.Reason.ToString());
        json.WriteString("policyTag", dmarc.PolicyTag is { } tag ? Name(tag) : null);
        json.WriteString("appliedPolicy", dmarc.AppliedPolicy?.ToKeyword());
        json.WriteString("discoveryMethod", dmarc.DiscoveryMethod switch
        {
            DiscoveryMethod.TreeWalk => "treewalk",
            DiscoveryMethod.PublicSuffixList => "psl",
        });
        json.WriteStartArray("identifiers");
        foreach (var alignment in dmarc.Identifiers)
            Write(json, alignment);
        json.WriteEndArray();
        json.WriteStartArray("authorDomains");
        foreach (var author in dmarc.AuthorDomains)
        {
            json.WriteStartObject();
            json.WriteString("domain", author.Domain.ToString());
            json.WriteString("result", isDiscovery ? null : author.Status.ToKeyword());
            json.WriteString("policy", author.Policy?.ToKeyword());
            json.WriteString("disposition", (isDiscovery ? DmarcPolicy.None : author.Disposition).ToKeyword());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Name(PolicyTag tag) => tag switch
    {
        PolicyTag.P => "p",
        PolicyTag.Sp => "sp",
        PolicyTag.Np => "np",
    };

    private static void Write(Utf8JsonWriter json, IdentifierAlignment alignment)
    {
        json.WriteStartObject();
        json.WriteName("method", alignment.Identifier.Method.ToString());
        json.WriteString("domain", alignment.Identifier.Domain.ToString());
        json.WriteName("outcome", alignment.Identifier.Outcome.ToString());
        json.WriteName("alignment", alignment.Outcome.ToString());
        json.WriteName("mode", alignment.Mode.ToString());
        json.WriteString("reason", alignment.Text);
        json.WriteEndObject();
    }
}
