using EmailAuth.Dns;

namespace EmailAuth.Spf;

/// <summary>How to check. Immutable; each value is judged when it is set.</summary>
public sealed record SpfOptions
{
    /// <summary>The defaults.</summary>
    public static SpfOptions Default { get; } = new();

    /// <summary>How much one check may cost.</summary>
    public SpfLimits Limits
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = SpfLimits.Default;

    /// <summary>
    /// Whether an address query counts as void (RFC 7208 §4.6.4) where the host exists and only has no address of the client's family,
    /// as hosts without IPv6 do for an IPv6 client. Off: it counts.
    /// </summary>
    public bool IgnoreVoidLookupsOfOtherFamily { get; init; }

    /// <summary>The name of the host that checks, for <c>%{r}</c> in explanations (RFC 7208 §7.3); <c>unknown</c> where it shall not be told.</summary>
    /// <exception cref="ArgumentException">The value is neither a domain name nor <c>unknown</c>.</exception>
    public string ReceiverName
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (!DomainName.TryParse(value, out var name))
                throw new ArgumentException($"\"{value}\" is not a domain name. Right would be the receiving host's own name, or \"unknown\".", nameof(value));
            field = name.ToString();
        }
    } = "unknown";

    /// <summary>The clock, for <see cref="SpfLimits.MaxTime"/> and <c>%{t}</c>.</summary>
    public TimeProvider TimeProvider
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = TimeProvider.System;

    /// <summary>Names met lately, shared with the other rooms; null for some of its own.</summary>
    internal DomainNames? Names { get; init; }

    /// <summary>Takes the steps of each check, in the order of the checks; null where nobody wants to know.</summary>
    internal List<SpfTrace>? Traces { get; init; }
}
