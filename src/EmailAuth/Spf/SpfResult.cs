using System.Collections.Immutable;
using System.Net;
using EmailAuth.Dns;

namespace EmailAuth.Spf;

/// <summary>What one check of one identity found (RFC 7208 §2.6, §4.2). Made by <see cref="SpfEvaluator"/> only; immutable.</summary>
public sealed class SpfResult
{
    private string? _reasonText;

    internal SpfResult(SpfStatus status, SpfReason reason)
    {
        Status = status;
        Reason = reason;
    }

    /// <summary>The result.</summary>
    public SpfStatus Status { get; }

    /// <summary>The rule that decided.</summary>
    public SpfReason Reason { get; }

    /// <summary>Why, as one sentence for people, without a full stop. It may quote the peer's and the zones' text, as printable ASCII only.</summary>
    public string ReasonText => _reasonText ??= SpfReasonText.Of(this);

    /// <summary>Which identity was checked. <see cref="SpfScope.Helo"/> also for a null reverse-path (RFC 7208 §2.4).</summary>
    public SpfScope Scope => Sender.Scope;

    /// <summary>The identity's domain; null where it names none that can be checked.</summary>
    public DomainName? Domain => Sender.Domain;

    /// <summary>
    /// The identity, &lt;sender&gt; in RFC 7208 §4.1: the reverse-path without angle brackets, or <c>postmaster</c> at the HELO name.
    /// The peer's text as it came: escape it before you show it.
    /// </summary>
    public string Identity => Sender.Text;

    /// <summary>The HELO name as the peer gave it: escape it before you show it.</summary>
    public string Helo { get; internal init; } = "";

    /// <summary>The client's address; an IPv4-mapped one as IPv4. Null where nothing was checked.</summary>
    public IPAddress? ClientAddress { get; internal init; }

    /// <summary>
    /// The directive that matched, as it was written in the outermost record (the one redirected to, after a redirect): where an included record
    /// matched, it is the "include". Null unless <see cref="Reason"/> is <see cref="SpfReason.MechanismMatched"/>.
    /// </summary>
    public string? Mechanism { get; internal init; }

    /// <summary>
    /// The terms that led to the match, as written: redirects that were followed and includes that matched, from the outermost record inwards, and
    /// at the end the directive that matched the client. Empty unless <see cref="Reason"/> is <see cref="SpfReason.MechanismMatched"/>.
    /// </summary>
    public ImmutableArray<string> IncludePath { get; internal init; } = [];

    /// <summary>
    /// How many leading bits of the client's address were compared: 24 for <c>ip4:192.0.2.0/24</c>, 0 for "all". A short prefix authorizes a large
    /// part of the net. Null where no address was compared ("exists", "ptr") or nothing matched.
    /// </summary>
    public int? MatchedPrefixLength { get; internal init; }

    /// <summary>
    /// The words of the domain's owner on a fail (RFC 7208 §6.2): printable ASCII, one line, at most 512 characters. They are a third party's
    /// (§11.5.2): say so where you show them. Null if there are none.
    /// </summary>
    public string? Explanation { get; internal init; }

    /// <summary>Terms that caused DNS look-ups (RFC 7208 §4.6.4), at most ten.</summary>
    public int DnsLookups { get; internal init; }

    /// <summary>Look-ups that found nothing (RFC 7208 §4.6.4).</summary>
    public int VoidLookups { get; internal init; }

    /// <summary>DNS queries of any kind, those for an explanation included.</summary>
    public int DnsQueries { get; internal init; }

    /// <summary>
    /// How long the result holds: the shortest time to live of the answers it is made of (RFC 7208 §7.3). Zero for transient results, and where
    /// nobody said.
    /// </summary>
    public TimeSpan TimeToLive { get; internal init; }

    /// <summary>
    /// Whether a term with "%{s}", "%{l}", "%{o}" or "%{h}" was evaluated, so that the result holds for this identity and HELO name only, not for the
    /// domain and address alone (RFC 7208 §7.3).
    /// </summary>
    public bool DependsOnSender { get; internal init; }

    /// <summary>Whether a later check may say something else: the result is <see cref="SpfStatus.TempError"/>.</summary>
    public bool IsTransient => Status == SpfStatus.TempError;

    /// <summary>The identity, taken apart.</summary>
    internal SpfIdentity Sender { get; init; }

    /// <summary>What an error was, where <see cref="SpfReasonText"/> cannot tell from the rest.</summary>
    internal string? Problem { get; init; }

    /// <summary>The result where there is no client address to check.</summary>
    internal static SpfResult NotChecked(string helo, string? mailFrom)
    {
        var sender = SpfIdentity.OfMailFrom(mailFrom, helo);
        return new SpfResult(SpfStatus.None, SpfReason.NotChecked) { Sender = sender, Helo = helo };
    }

    /// <summary>For people: the result, the domain and why.</summary>
    public override string ToString() => $"{Status.ToKeyword()} ({ReasonText})";
}
