using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Spf;

namespace EmailAuth.Hosting;

/// <summary>
/// How messages are judged: what an operator sets. What has no key here, such as <see cref="EmailAuthenticatorOptions.ShadowPolicies"/>, is for code: a host that registers its own <see cref="EmailAuthenticatorOptions"/> decides
/// on everything.
/// </summary>
public sealed class EmailAuthVerificationOptions
{
    /// <inheritdoc cref="EmailAuthenticatorOptions.CheckHelo"/>
    public bool? CheckHelo { get; set; }

    /// <inheritdoc cref="EmailAuthenticatorOptions.CheckReverseName"/>
    public bool? CheckReverseName { get; set; }

    /// <inheritdoc cref="EmailAuthenticatorOptions.KeepEvidence"/>
    public bool? KeepEvidence { get; set; }

    /// <inheritdoc cref="EmailAuthenticatorOptions.TimeLimit"/>
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>The shortest RSA key that counts for DKIM and ARC; see <see cref="DkimVerifierOptions.MinimumRsaKeyBits"/>.</summary>
    public int? MinimumRsaKeyBits { get; set; }

    /// <inheritdoc cref="SpfOptions.ReceiverName"/>
    public string? ReceiverName { get; set; }

    /// <summary>
    /// A public suffix list, such as /usr/share/publicsuffix/public_suffix_list.dat, which makes DMARC follow RFC 7489; null, the default, for the tree walk of
    /// RFC 9989. See <see cref="DmarcOptions.PublicSuffixes"/>.
    /// </summary>
    public string? PublicSuffixListFile { get; set; }

    /// <summary>The sealers whose word may count where DMARC fails (<see cref="Arc.TrustedSealers"/>). None.</summary>
    public IList<TrustedSealerOptions> TrustedSealers { get; } = [];
}
