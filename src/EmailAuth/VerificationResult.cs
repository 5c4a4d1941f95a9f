using System.Collections.Immutable;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Iprev;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>
/// What was found about one message. It reports and never rejects: <see cref="DmarcResult.Disposition"/> says what the Domain Owner asks for,
/// and the receiver decides. Only <see cref="EmailAuthenticator"/> makes one.
/// </summary>
public sealed class VerificationResult
{
    private readonly SmtpSession _session;
    private readonly HeaderBlock _header;

    // The evidence, or where that is not kept the limits for fields that are made of this, which are a part of it: one place, so that evidence costs
    // nothing where it is off.
    private object _background = AuthenticationResultsLimits.Default;

    internal VerificationResult(
        SmtpSession session, HeaderBlock header, SpfResult spf, SpfResult? helo, ImmutableArray<DkimResult> dkim, ArcResult arc, DmarcResult dmarc, ArcOverrideResult? arcOverride, int dnsQueries, (int Asked, int NotNeeded) ahead)
    {
        _session = session;
        _header = header;
        Spf = spf;
        Helo = helo;
        Dkim = dkim;
        Arc = arc;
        Dmarc = dmarc;
        ArcOverride = arcOverride;
        DnsQueries = dnsQueries;
        (DnsQueriesAhead, DnsQueriesNotNeeded) = ahead;
    }

    /// <summary>For the fields that are made of this.</summary>
    internal AuthenticationResultsLimits AuthenticationResultsLimits
    {
        get => Evidence?.Options.Limits.AuthenticationResults ?? (AuthenticationResultsLimits)_background;
        init => _background = value;
    }

    /// <summary>What it was made of; null where that was not kept.</summary>
    internal VerdictEvidence? Evidence => _background as VerdictEvidence;

    internal HeaderBlock Header => _header;

    internal SmtpSession Session => _session;

    /// <summary>SPF for the MAIL FROM identity, which is postmaster@HELO where the reverse-path is null (RFC 7208 §2.4).</summary>
    public SpfResult Spf { get; }

    /// <summary>SPF for the HELO identity (RFC 7208 §2.3); null where it was not evaluated apart. It never decides about DMARC.</summary>
    public SpfResult? Helo { get; }

    /// <summary>One result for each DKIM-Signature field, in message order, top first; empty where there is none.</summary>
    public ImmutableArray<DkimResult> Dkim { get; }

    /// <summary>The Authenticated Received Chain (RFC 8617). A pass is cryptographic only; see <see cref="ArcOverride"/>.</summary>
    public ArcResult Arc { get; }

    /// <summary>DMARC (RFC 9989), from the results above that it may use.</summary>
    public DmarcResult Dmarc { get; }

    /// <summary>
    /// Where DMARC failed and the operator has named trusted sealers (<see cref="EmailAuthenticatorOptions.TrustedSealers"/>): whether their chain
    /// may override the failure, by whose word, through which sets and with which claims. Null otherwise.
    /// </summary>
    public ArcOverrideResult? ArcOverride { get; }

    /// <summary>
    /// Whether the client's address and its name lead to each other (RFC 8601 §3); null unless <see cref="EmailAuthenticatorOptions.CheckReverseName"/>
    /// asks for it and the address is known. It decides nothing else, neither DMARC nor <see cref="IsTransient"/>.
    /// </summary>
    public IprevResult? Iprev { get; internal init; }

    /// <summary>Why the header block could not be judged; every method that needs it then ends in permerror.</summary>
    public MessageDefect MessageDefect => _header.Defect;

    /// <summary>
    /// A DNS error or a used-up budget decided the DMARC result, or SPF or DKIM where there is no DMARC record to decide by:
    /// the receiver may ask the sender to try again (RFC 7372, 451).
    /// </summary>
    public bool IsTransient => Dmarc.Status switch
    {
        DmarcStatus.TempError => true,
        DmarcStatus.None => Spf.Status == SpfStatus.TempError || DkimStatus == DkimStatus.TempError,
        // Another author domain's policy may have been hidden.
        DmarcStatus.Pass or DmarcStatus.Fail or DmarcStatus.PermError => Dmarc.IsTransient,
    };

    /// <summary>DNS questions asked for this message, those that a cache answered included. Those of <see cref="Iprev"/> are counted there.</summary>
    public int DnsQueries { get; }

    /// <summary>
    /// DNS questions asked ahead of their turn and not answered at once (<see cref="Dns.DnsLimits.MaxQueriesAhead"/>): those whose turn came are among
    /// <see cref="DnsQueries"/> too. 0 where a cache had every answer. It is the one number, with the next, that depends on the time answers take.
    /// </summary>
    public int DnsQueriesAhead { get; }

    /// <summary>Those of <see cref="DnsQueriesAhead"/> whose turn did not come.</summary>
    public int DnsQueriesNotNeeded { get; }

    /// <summary>The best of the signatures: <c>none</c> where there is none, permerror where the header block could not be judged.</summary>
    public DkimStatus DkimStatus
    {
        get
        {
            var best = MessageDefect == MessageDefect.None ? DkimStatus.None : DkimStatus.PermError;
            foreach (var signature in Dkim)
            {
                if (Rank(signature.Status) > Rank(best))
                    best = signature.Status;
            }
            return best;
        }
    }

    /// <summary>
    /// The verdict and all that it was made of, to file it and to replay it later. Only where <see cref="EmailAuthenticatorOptions.KeepEvidence"/> is set,
    /// or where there are <see cref="EmailAuthenticatorOptions.ShadowPolicies"/>, which need the evidence, too.
    /// </summary>
    /// <param name="options">What to keep; null for all but the body.</param>
    /// <exception cref="InvalidOperationException">The evidence was not kept.</exception>
    public VerificationCapsule ToCapsule(CapsuleOptions? options = null)
    {
        if (Evidence is null)
            throw new InvalidOperationException("Nothing was kept that a capsule could be made of. Set EmailAuthenticatorOptions.KeepEvidence before the message is verified.");
        return options is { HashLocalParts: true }
            ? CapsulePrivacy.Hide(this, Evidence, new Pseudonyms(options.LocalPartKey.Span))
            : new VerificationCapsule(Evidence, VerdictMembers.Of(this));
    }

    /// <summary>What the <see cref="EmailAuthenticatorOptions.ShadowPolicies"/> make of the message, in their order; empty where there are none. They decide nothing.</summary>
    public ImmutableArray<ShadowVerdict> Shadows => Evidence?.Shadows ?? [];

    /// <summary>
    /// Why this is the verdict, as a tree of steps. It always works; without <see cref="EmailAuthenticatorOptions.KeepEvidence"/> it is made of the results alone and tells
    /// less, and says so.
    /// </summary>
    public Explanation Explain() => ExplanationBuilder.Explain(this);

    internal void Keep(VerdictEvidence evidence) => _background = evidence;

    /// <summary>RFC 6376 §6.1: a pass is enough; else what a retry could change, else what says most.</summary>
    private static int Rank(DkimStatus status) => status switch
    {
        DkimStatus.Pass => 6,
        DkimStatus.TempError => 5,
        DkimStatus.Policy => 4,
        DkimStatus.Fail => 3,
        DkimStatus.Neutral => 2,
        DkimStatus.PermError => 1,
        DkimStatus.None => 0,
    };

    /// <summary>The Authentication-Results field to put before the message (RFC 8601 §2.2).</summary>
    /// <param name="authservId">The name of the one who checked, such as <c>mx.example.net</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="authservId"/> is empty or has a control character.</exception>
    public HeaderField ToAuthenticationResults(string authservId) => AuthenticationResults.ToHeaderField(authservId, new AuthenticationResultsOf(this), AuthenticationResultsLimits);

    /// <summary>The Received-SPF field for the MAIL FROM identity (RFC 7208 §9.1).</summary>
    /// <param name="receiver">The name of the host that checked.</param>
    public HeaderField ToReceivedSpf(string receiver) => ReceivedSpfField.Of(Spf, receiver).ToHeaderField();

    /// <summary>What is written into <see cref="ToAuthenticationResults"/>, as data: what an ARC sealer seals (RFC 8617 §4.1.1).</summary>
    /// <inheritdoc cref="ToAuthenticationResults"/>
    public AuthenticationResults GetAuthenticationResults(string authservId) => AuthenticationResults.Of(authservId, new AuthenticationResultsOf(this));

    /// <summary>
    /// The Authentication-Results fields on the message that claim to be from this receiver, to be removed on arrival
    /// (RFC 8601 §5): indices into the header's fields from the top, last first, so that each removal leaves the others in place.
    /// </summary>
    /// <param name="authservId">The receiver's own name.</param>
    public ImmutableArray<int> ForgedAuthenticationResults(string authservId) => AuthenticationResults.ForgedFields(_header, authservId);
}
