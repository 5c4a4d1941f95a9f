using System.Collections.Immutable;
using EmailAuth.AuthResults;
using EmailAuth.Dns;

namespace EmailAuth.Arc;

/// <summary>Finds what a sealer claims of an author's domain in its ARC-Authentication-Results (RFC 8617 §4.1.1, RFC 8601 §2.7).</summary>
internal static class AuthorClaims
{
    /// <summary>The results by which the author's domain was authenticated; empty if there are none.</summary>
    public static ImmutableArray<MethodResult> Find(AuthenticationResults? results, DomainName author)
    {
        if (results is null)
            return [];
        var policy = ImmutableArray.CreateBuilder<MethodResult>();
        var identifiers = ImmutableArray.CreateBuilder<MethodResult>();
        foreach (var result in results.Results)
        {
            if (result.Method == "dmarc")
                policy.Add(result);
            else if (Names(result, author))
                identifiers.Add(result);
        }
        if (policy.Count == 0)
            return identifiers.DrainToImmutable();
        // What the sealer's own DMARC came to is its word. Where it speaks with two voices, none is heard.
        foreach (var result in policy)
        {
            if (result.Result != "pass" || !IsDomain(result.Find("header", "from"), author))
                return [];
        }
        return policy.DrainToImmutable();
    }

    /// <summary>
    /// Of a sealer that reports no DMARC: a domain that is exactly the author's was authenticated. Domains that are merely below the same
    /// Organizational Domain are left out, since DMARC's records would have to be asked for them.
    /// </summary>
    private static bool Names(MethodResult result, DomainName author) => result.Result == "pass" && result.Method switch
    {
        "dkim" => IsDomain(result.Find("header", "d") ?? DomainOf(result.Find("header", "i")), author),
        "spf" => IsDomain(DomainOf(result.Find("smtp", "mailfrom")), author),
        _ => false,
    };

    private static string? DomainOf(string? address) => address is null ? null : address[(address.LastIndexOf('@') + 1)..];

    private static bool IsDomain(string? text, DomainName domain) => text is not null && DomainName.TryParse(text, out var found) && found == domain;
}
