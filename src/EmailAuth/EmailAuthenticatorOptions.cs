using System.Collections.Immutable;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>How an <see cref="EmailAuthenticator"/> judges. Each part is checked when it is set; the defaults follow the RFCs.</summary>
public sealed record EmailAuthenticatorOptions
{
    /// <summary>Every limit, of all methods.</summary>
    public EmailAuthLimits Limits { get; init => field = NotNull(value); } = EmailAuthLimits.Default;

    /// <summary>SPF: what <c>%{r}</c> expands to. Its limits stand in <see cref="Limits"/>.</summary>
    public SpfOptions Spf { get; init => field = WithoutLimits(NotNull(value), value.Limits == SpfLimits.Default, nameof(Spf)); } = new();

    /// <summary>DKIM: key sizes, clock drift. Its limits stand in <see cref="Limits"/>.</summary>
    public DkimVerifierOptions Dkim { get; init => field = WithoutLimits(NotNull(value), value.HasDefaultLimits, nameof(Dkim)); } = new();

    /// <summary>ARC: key sizes, clock drift. Its limits stand in <see cref="Limits"/>.</summary>
    public ArcOptions Arc { get; init => field = WithoutLimits(NotNull(value), value.HasDefaultLimits, nameof(Arc)); } = new();

    /// <summary>
    /// The sealers whose word may count where DMARC fails (<see cref="VerificationResult.ArcOverride"/>). None unless the operator names some:
    /// a chain that passes says who sealed, not that he can be believed.
    /// </summary>
    public TrustedSealers TrustedSealers { get; init => field = NotNull(value); } = TrustedSealers.None;

    /// <summary>DMARC: its mode. Its limits stand in <see cref="Limits"/>.</summary>
    public DmarcOptions Dmarc { get; init => field = WithoutLimits(NotNull(value), value.HasDefaultLimits, nameof(Dmarc)); } = new();

    /// <summary>
    /// The deadline of a whole verdict, from the call on: what DNS has not answered by then is a temporary error that names the question, and all that
    /// is known stands. 45 s, below the time-outs of SMTP; at most 10 min. It bounds what EmailAuth waits for; the message's own stream is the
    /// caller's, with the caller's time-outs: where its last octet comes after the deadline, the verdict follows at once.
    /// <see cref="Dns.DnsLimits.MaxTimePerMessage"/> may end the questions earlier.
    /// </summary>
    public TimeSpan TimeLimit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(10));
            field = value;
        }
    } = TimeSpan.FromSeconds(45);

    /// <summary>Whether the HELO identity is checked beside MAIL FROM (RFC 7208 §2.3). It never decides about DMARC.</summary>
    public bool CheckHelo { get; init; } = true;

    /// <summary>
    /// Whether the client's address and its name must lead to each other, told as <see cref="VerificationResult.Iprev"/> (RFC 8601 §3). Off: it costs two
    /// look-ups that a mail server has mostly made already. It runs beside the other checks, with a budget of its own, and decides about none of them.
    /// </summary>
    public bool CheckReverseName { get; init; }

    /// <summary>The clock, for time limits and for signatures that expire.</summary>
    public TimeProvider TimeProvider { get; init => field = NotNull(value); } = TimeProvider.System;

    /// <summary>
    /// Whether results keep what led to them: the DNS answers, the terms and hashes compared, the header block. It is what <see cref="VerificationResult.Explain"/>
    /// needs to tell everything, and <see cref="VerificationResult.ToCapsule"/> to work at all. Off: it costs memory for each message, and nothing where it is off.
    /// </summary>
    public bool KeepEvidence { get; init; }

    /// <summary>
    /// Further ways to judge every message by, from the evidence of the verdict that counts and without a further DNS question;
    /// the results are in <see cref="VerificationResult.Shadows"/>. None by default. They cost about as much as the verdict itself does with every answer at hand.
    /// </summary>
    public ImmutableArray<ShadowPolicy> ShadowPolicies { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Is told every verdict, for example to log it; null, the default, for nobody. See also <see cref="EmailAuthMetrics"/>.</summary>
    public IVerdictObserver? Observer { get; init; }

    private static T NotNull<T>(T value)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }

    /// <summary>A part's own limits are for its use alone: here they would be a second truth beside <see cref="Limits"/>.</summary>
    private static T WithoutLimits<T>(T part, bool hasDefaultLimits, string name) =>
        hasDefaultLimits
            ? part
            : throw new ArgumentException($"{name} has limits of its own. Those of a whole verification stand in one place: set {nameof(EmailAuthenticatorOptions)}.{nameof(Limits)}.", name);
}
