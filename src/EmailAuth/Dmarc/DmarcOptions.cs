using EmailAuth.Dns;

namespace EmailAuth.Dmarc;

/// <summary>How DMARC is evaluated. The defaults are RFC 9989.</summary>
public sealed record DmarcOptions
{
    /// <summary>The defaults.</summary>
    public static DmarcOptions Default { get; } = new();

    /// <summary>How much may be read and asked.</summary>
    public DmarcLimits Limits { get; init => field = NotNull(value); } = DmarcLimits.Default;

    /// <summary>
    /// Whether a From field with several mailboxes, of one domain or of several, makes the result permerror with the strictest of the policies found, as
    /// RFC 9989 §11.5 allows. Off: each domain is evaluated, and all must pass.
    /// </summary>
    public bool RefuseSeveralAuthors { get; init; }

    /// <summary>
    /// A list that tells Organizational Domains, which makes the evaluation follow RFC 7489 §3.2 and §6.6.3; null, the default, for the
    /// DNS tree walk of RFC 9989 §4.10. The result tells which of the two was used (<see cref="DmarcResult.DiscoveryMethod"/>).
    /// </summary>
    public PublicSuffixList? PublicSuffixes { get; init; }

    /// <summary>
    /// Returns a number from 0 to 99, each as likely as the others, and makes the <c>pct</c> tag count (RFC 7489 §6.6.4): a failing message
    /// whose number is not below <c>pct</c> gets the policy one step lower. Null, the default, ignores the tag as RFC 9989 appendix A.6 says.
    /// It must be safe to call from many threads at once.
    /// </summary>
    public Func<int>? Sampling { get; init; }

    /// <summary>Bounds for an evaluator that is used alone; within the verification of a message, that message's bounds hold.</summary>
    public DnsLimits DnsLimits { get; init => field = NotNull(value); } = DnsLimits.Default;

    /// <summary>The clock of <see cref="DnsLimits"/>.</summary>
    public TimeProvider TimeProvider { get; init => field = NotNull(value); } = TimeProvider.System;

    internal bool HasDefaultLimits => Limits == DmarcLimits.Default && DnsLimits == DnsLimits.Default;

    /// <summary>Names met lately, shared with the other rooms; null for some of its own.</summary>
    internal DomainNames? Names { get; init; }

    /// <summary>Takes what is asked and found; null where nobody wants to know.</summary>
    internal DmarcTrace? Trace { get; init; }

    private static T NotNull<T>(T value)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }
}
