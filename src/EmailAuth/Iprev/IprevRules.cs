using EmailAuth.Syntax;

namespace EmailAuth.Iprev;

/// <summary>Where the rules of iprev stand: one line for each reason.</summary>
internal static class IprevRules
{
    public static RuleReference Of(IprevReason reason) => reason switch
    {
        IprevReason.NotConfirmed => new("RFC 8601 §3"),
        IprevReason.Confirmed => new("RFC 8601 §3"),
        IprevReason.NoReverseName => new("RFC 8601 §2.7.3"),
        IprevReason.MalformedReverseName => new("RFC 1123 §2.1"),
        IprevReason.ReverseLookupFailed => new("RFC 8601 §2.7.3", "N1"),
        IprevReason.ForwardLookupFailed => new("RFC 8601 §2.7.3", "N1"),
    };
}
