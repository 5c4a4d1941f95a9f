using System.Collections.Immutable;
using System.Net;
using EmailAuth.Dns;

namespace EmailAuth.Iprev;

/// <summary>What the reverse name of a client's address says (RFC 8601 §3). Made by <see cref="IprevEvaluator"/> only; immutable.</summary>
public sealed class IprevResult
{
    internal IprevResult(IPAddress clientAddress, IprevStatus status, IprevReason reason, string reasonText)
    {
        ClientAddress = clientAddress;
        Status = status;
        Reason = reason;
        ReasonText = reasonText;
    }

    /// <summary>The result.</summary>
    public IprevStatus Status { get; }

    /// <summary>The rule that decided.</summary>
    public IprevReason Reason { get; }

    /// <summary>Why, as one sentence for people, without a full stop.</summary>
    public string ReasonText { get; }

    /// <summary>The address that was checked; an IPv4-mapped one as IPv4.</summary>
    public IPAddress ClientAddress { get; }

    /// <summary>The first of <see cref="NamesTried"/> that has the address; null unless the result is <see cref="IprevStatus.Pass"/>.</summary>
    public DomainName? Name { get; internal init; }

    /// <summary>The names of the address whose addresses were asked for, at most ten, in the order of the answer.</summary>
    public ImmutableArray<DomainName> NamesTried { get; internal init; } = [];

    /// <summary>DNS questions asked.</summary>
    public int DnsQueries { get; internal init; }

    /// <summary>Whether a later check may say something else.</summary>
    public bool IsTransient => Status == IprevStatus.TempError;

    /// <summary>For people: the result and why.</summary>
    public override string ToString() => $"{Status.ToKeyword()} ({ReasonText})";
}
