using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>The mechanisms of SPF (RFC 7208 §5).</summary>
public enum SpfMechanism
{
    /// <summary>"all": matches always (§5.1).</summary>
    All,

    /// <summary>"include": matches if the record of another domain passes (§5.2).</summary>
    Include,

    /// <summary>"a": matches an address of a host (§5.3).</summary>
    A,

    /// <summary>"mx": matches an address of a mail exchange (§5.4).</summary>
    Mx,

    /// <summary>"ptr": matches a confirmed name of the client (§5.5; not to be used).</summary>
    Ptr,

    /// <summary>"ip4": matches an IPv4 network (§5.6).</summary>
    Ip4,

    /// <summary>"ip6": matches an IPv6 network (§5.6).</summary>
    Ip6,

    /// <summary>"exists": matches if a name has an address (§5.7).</summary>
    Exists,
}

/// <summary>One directive of a record: a qualifier and a mechanism (RFC 7208 §4.6.1), compiled. Immutable.</summary>
public sealed class SpfDirective
{
    private readonly ReadOnlyMemory<byte> _octets;
    private string? _text;

    internal SpfDirective(SpfMechanism mechanism, SpfStatus qualifier, ReadOnlyMemory<byte> octets, int position)
    {
        Mechanism = mechanism;
        Qualifier = qualifier;
        Position = position;
        _octets = octets;
    }

    /// <summary>The mechanism.</summary>
    public SpfMechanism Mechanism { get; }

    /// <summary>The result if the mechanism matches: pass for "+" or no qualifier, fail for "-", softfail for "~", neutral for "?" (RFC 7208 §4.6.2).</summary>
    public SpfStatus Qualifier { get; }

    /// <summary>The offset of the directive in its record, in octets.</summary>
    public int Position { get; }

    /// <summary>The directive as it was written, such as <c>-ip4:192.0.2.0/24</c>.</summary>
    public string Text => _text ??= Octets.ToText(_octets.Span);

    /// <summary>Whether the mechanism counts against the ten of RFC 7208 §4.6.4.</summary>
    public bool CausesDnsLookup => Mechanism is not (SpfMechanism.All or SpfMechanism.Ip4 or SpfMechanism.Ip6);

    /// <summary>The domain-spec behind the colon; null where there is none, so that the current domain is the target.</summary>
    internal SpfMacroString? DomainSpec { get; init; }

    /// <summary>"ip4", "ip6": the network. Zero for the others.</summary>
    internal UInt128 Network { get; init; }

    /// <summary>"ip4", "a", "mx": how many bits of an IPv4 address are compared.</summary>
    internal byte Ip4PrefixLength { get; init; } = 32;

    /// <summary>"ip6", "a", "mx": how many bits of an IPv6 address are compared.</summary>
    internal byte Ip6PrefixLength { get; init; } = 128;

    internal ReadOnlySpan<byte> OctetSpan => _octets.Span;

    /// <summary>The directive as it was written.</summary>
    public override string ToString() => Text;
}
