using System.Collections.Immutable;

namespace EmailAuth.Dmarc;

/// <summary>The search for the policies of one message's author domains, under way.</summary>
internal sealed class DmarcDiscovery
{
    public DmarcDiscovery(AuthorDomains authors, DmarcLookups lookups, PublicSuffixList? suffixes, CancellationToken cancellationToken)
    {
        Authors = authors;
        Lookups = lookups;
        Policies = DiscoverAsync(suffixes, cancellationToken).Preserve();
    }

    public AuthorDomains Authors { get; }

    public DmarcLookups Lookups { get; }

    /// <summary>One policy an author domain, in their order.</summary>
    public ValueTask<ImmutableArray<PolicyDiscovery>> Policies { get; }

    private async ValueTask<ImmutableArray<PolicyDiscovery>> DiscoverAsync(PublicSuffixList? suffixes, CancellationToken cancellationToken)
    {
        // One after the other: the walks share what they find, and the names asked have an order.
        var policies = ImmutableArray.CreateBuilder<PolicyDiscovery>(Authors.Domains.Length);
        foreach (var domain in Authors.Domains)
            policies.Add(await PolicyDiscovery.DiscoverAsync(domain, Lookups, suffixes, cancellationToken).ConfigureAwait(false));
        return policies.MoveToImmutable();
    }
}
