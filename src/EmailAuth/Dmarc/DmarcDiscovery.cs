using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EmailAuth.Dmarc;

/// <summary>The search for the policies of one message's author domains, under way.</summary>
internal sealed class DmarcDiscovery
{
    private readonly PublicSuffixList? _suffixes;
    private readonly CancellationToken _cancellationToken;
    private StrongBox<ImmutableArray<AuthenticatedIdentifier>>? _candidates;

    public DmarcDiscovery(AuthorDomains authors, DmarcLookups lookups, PublicSuffixList? suffixes, CancellationToken cancellationToken)
    {
        Authors = authors;
        Lookups = lookups;
        _suffixes = suffixes;
        _cancellationToken = cancellationToken;
        Policies = DiscoverAsync().Preserve();
    }

    public AuthorDomains Authors { get; }

    public DmarcLookups Lookups { get; }

    /// <summary>One policy an author domain, in their order.</summary>
    public ValueTask<ImmutableArray<PolicyDiscovery>> Policies { get; }

    private async ValueTask<ImmutableArray<PolicyDiscovery>> DiscoverAsync()
    {
        // RFC 9989 §11.5: an author domain may be there to hide the policy of another (M9). Each is asked for its own record before any walk begins, and
        // has its part of the queries, so that no other's depth uses up what it needs.
        if (Authors.Domains.Length > 1)
            await AskForOwnRecordsAsync().ConfigureAwait(false);

        // One after the other: the walks share what they find, and the names asked have an order.
        var policies = new PolicyDiscovery[Authors.Domains.Length];
        for (var i = 0; i < policies.Length; i++)
        {
            Lookups.Divide(policies.Length - i);
            var discovery = PolicyDiscovery.DiscoverAsync(Authors.Domains[i], Lookups, _suffixes, Authors.Problem is null, _cancellationToken);
            if (!discovery.IsCompleted && i == 0)
                LookAhead();
            policies[i] = await discovery.ConfigureAwait(false);
        }
        var found = ImmutableCollectionsMarshal.AsImmutableArray(policies);
        if (Volatile.Read(ref _candidates) is { } candidates)
            LookAhead(candidates.Value, found);
        return found;
    }

    private async ValueTask AskForOwnRecordsAsync()
    {
        var isAhead = false;
        foreach (var domain in Authors.Domains)
        {
            var records = Lookups.RecordsOfAsync(domain, _cancellationToken);
            if (!records.IsCompleted && !isAhead)
            {
                isAhead = true;
                LookAhead();
            }
            _ = await records.ConfigureAwait(false);
        }
    }

    private void LookAhead()
    {
        foreach (var domain in Authors.Domains)
            Lookups.AskAhead(domain, _cancellationToken);
        foreach (var domain in Authors.Domains)
            PolicyDiscovery.LookAhead(domain, Lookups, _suffixes, _cancellationToken);
    }

    /// <summary>
    /// Asks ahead for the walks that comparing these identifiers may need, as soon as the policies are known: it is not known yet whether the
    /// identifiers will be authenticated.
    /// </summary>
    public void LookAhead(ImmutableArray<AuthenticatedIdentifier> candidates)
    {
        if (!Lookups.LooksAhead)
            return;
        Volatile.Write(ref _candidates, new StrongBox<ImmutableArray<AuthenticatedIdentifier>>(candidates));
        if (Policies.IsCompletedSuccessfully)
            LookAhead(candidates, Policies.Result);
    }

    private void LookAhead(ImmutableArray<AuthenticatedIdentifier> candidates, ImmutableArray<PolicyDiscovery> policies)
    {
        foreach (var policy in policies)
        {
            if (policy.Record is not { IsUsable: true } record)
                continue;
            foreach (var candidate in candidates)
            {
                if (IdentifierAlignment.NeedsWalk(candidate, policy, record, _suffixes))
                    DmarcTreeWalk.LookAhead(candidate.Domain, Lookups, _cancellationToken);
            }
        }
    }
}
