using System.Collections.Immutable;
using System.Net;
using EmailAuth.Dns;

namespace EmailAuth.Arc;

/// <summary>
/// The operator's list of trusted sealers, and what may follow from it (RFC 8617 §7.2.1): a message that fails DMARC may be treated by local policy
/// as if it had passed, where sealers that are trusted say that it passed when it came to them. Immutable.
/// </summary>
/// <remarks>
/// A chain that passes says only who handled the message and that each set is what its sealer wrote. Anybody can seal. So a claim counts only where
/// its sealer and every later one are on the list: a later one that is not could have written anything into the message it sealed.
/// </remarks>
public sealed class TrustedSealers
{
    /// <summary>Nobody is trusted: no chain changes anything. The default everywhere.</summary>
    public static TrustedSealers None { get; } = new([]);

    /// <summary>Takes a list.</summary>
    /// <param name="sealers">The sealers; a domain may stand several times, with different scopes.</param>
    public TrustedSealers(ImmutableArray<TrustedSealer> sealers)
    {
        Sealers = sealers.IsDefault ? [] : sealers;
        foreach (var sealer in Sealers)
            ArgumentNullException.ThrowIfNull(sealer, nameof(sealers));
    }

    /// <summary>The list.</summary>
    public ImmutableArray<TrustedSealer> Sealers { get; }

    /// <summary>
    /// Whether a failure of DMARC may be overridden. Pure: the answer follows from the arguments alone. DMARC's own verdict is not touched, and what becomes of the
    /// message is for the receiver to decide.
    /// </summary>
    /// <param name="chain">The chain, as validated on arrival.</param>
    /// <param name="authorDomain">The domain in From for which DMARC failed.</param>
    /// <param name="recipientDomain">The recipient's domain; null if it is not known, or if recipients differ in it.</param>
    /// <param name="source">The address of the SMTP client; null if it is not known.</param>
    public ArcOverrideResult Judge(ArcResult chain, DomainName authorDomain, DomainName? recipientDomain = null, IPAddress? source = null)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(authorDomain);
        if (Sealers.IsEmpty)
            return Refused(ArcOverrideReason.NobodyTrusted, "no sealer is trusted");
        if (chain.Status != ArcStatus.Pass)
            return Refused(ArcOverrideReason.ChainNotPassed, $"the chain's status is {chain.Status.ToKeyword()}");
        if (!chain.CoversFrom)
            return Refused(ArcOverrideReason.FromNotSigned, "the newest message signature does not cover every From field, so the author may have been changed after sealing");
        return Walk(chain, authorDomain, recipientDomain, source);
    }

    /// <summary>From the newest set down, as far as sealers are trusted, to the first that says that the author's domain was authenticated.</summary>
    private ArcOverrideResult Walk(ArcResult chain, DomainName authorDomain, DomainName? recipientDomain, IPAddress? source)
    {
        var instances = ImmutableArray.CreateBuilder<int>();
        for (var i = chain.Sets.Length - 1; i >= 0; i--)
        {
            var set = chain.Sets[i];
            if (FindDistrust(set.SealDomain!, recipientDomain, source) is { } reason)
            {
                return Refused(reason, reason == ArcOverrideReason.OutOfScope
                    ? $"{set.SealDomain}, which sealed set {set.Instance}, is not trusted for this recipient or source"
                    : $"{set.SealDomain}, which sealed set {set.Instance}, is not on the list");
            }
            instances.Add(set.Instance);
            if (AuthorClaims.Find(set.AuthenticationResults, authorDomain) is { IsEmpty: false } claims)
            {
                return new ArcOverrideResult(ArcOverrideReason.Claimed, $"{set.SealDomain} says in set {set.Instance} that {authorDomain} was authenticated")
                {
                    Sealer = set.SealDomain,
                    Instances = instances.ToImmutable(),
                    Claims = claims,
                };
            }
        }
        return Refused(ArcOverrideReason.NotClaimed, $"no sealer says that {authorDomain} was authenticated");
    }

    /// <summary>Null if the sealer is trusted.</summary>
    private ArcOverrideReason? FindDistrust(DomainName domain, DomainName? recipientDomain, IPAddress? source)
    {
        ArcOverrideReason? reason = ArcOverrideReason.SealerNotTrusted;
        foreach (var sealer in Sealers)
        {
            if (sealer.Domain != domain)
                continue;
            if (sealer.IsInScope(recipientDomain, source))
                return null;
            reason = ArcOverrideReason.OutOfScope;
        }
        return reason;
    }

    private static ArcOverrideResult Refused(ArcOverrideReason reason, string text) => new(reason, text);
}
