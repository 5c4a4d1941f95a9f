using System.Collections.Immutable;
using System.Net;
using EmailAuth.Dns;

namespace EmailAuth.Arc;

/// <summary>A sealer whose word the operator takes, everywhere or within a scope. Immutable.</summary>
/// <param name="Domain">The domain of its seals, <c>d=</c> of ARC-Seal; exactly this one, not what lies below it.</param>
public sealed record TrustedSealer(DomainName Domain)
{
    /// <summary>The domain of its seals.</summary>
    public DomainName Domain { get; init => field = value ?? throw new ArgumentNullException(nameof(Domain)); } = Domain ?? throw new ArgumentNullException(nameof(Domain));

    /// <summary>The recipient domains for whose mail it is trusted; empty for all.</summary>
    public ImmutableArray<DomainName> RecipientDomains { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The networks from which the message must have come, such as those of the sealer's servers; empty for all.</summary>
    public ImmutableArray<IPNetwork> Sources { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Whether the scope allows a message. What is not known is outside every scope that asks for it.</summary>
    internal bool IsInScope(DomainName? recipientDomain, IPAddress? source) =>
        (RecipientDomains.IsEmpty || (recipientDomain is not null && RecipientDomains.Contains(recipientDomain)))
        && (Sources.IsEmpty || (source is not null && Contains(source)));

    private bool Contains(IPAddress source)
    {
        // An IPv4 address may come as one of IPv6 (RFC 4291 §2.5.5.2).
        var address = source.IsIPv4MappedToIPv6 ? source.MapToIPv4() : source;
        foreach (var network in Sources)
        {
            if (network.Contains(address))
                return true;
        }
        return false;
    }
}
