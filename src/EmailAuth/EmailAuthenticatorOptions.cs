using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>How an <see cref="EmailAuthenticator"/> judges. Each part is checked when it is set; the defaults follow the RFCs.</summary>
public sealed record EmailAuthenticatorOptions
{
    /// <summary>SPF: its limits, and what <c>%{r}</c> expands to.</summary>
    public SpfOptions Spf { get; init; } = new();

    /// <summary>DKIM: its limits, key sizes, clock drift.</summary>
    public DkimVerifierOptions Dkim { get; init; } = new();

    /// <summary>ARC: its limits and key sizes.</summary>
    public ArcOptions Arc { get; init; } = new();

    /// <summary>
    /// The sealers whose word may count where DMARC fails (<see cref="VerificationResult.ArcOverride"/>). None unless the operator names some:
    /// a chain that passes says who sealed, not that he can be believed.
    /// </summary>
    public TrustedSealers TrustedSealers { get; init; } = TrustedSealers.None;

    /// <summary>DMARC: its limits and mode.</summary>
    public DmarcOptions Dmarc { get; init; } = new();

    /// <summary>How large a header block may be.</summary>
    public MessageLimits Message { get; init; } = MessageLimits.Default;

    /// <summary>How much one message may ask of DNS.</summary>
    public DnsLimits Dns { get; init; } = DnsLimits.Default;

    /// <summary>Whether the HELO identity is checked beside MAIL FROM (RFC 7208 §2.3). It never decides about DMARC.</summary>
    public bool CheckHelo { get; init; } = true;

    /// <summary>The clock, for time limits and for signatures that expire.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Is told every verdict, for example to log it; null, the default, for nobody. See also <see cref="EmailAuthMetrics"/>.</summary>
    public IVerdictObserver? Observer { get; init; }
}
