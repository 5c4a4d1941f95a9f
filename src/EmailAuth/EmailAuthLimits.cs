using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>
/// All limits of the verification of one message, in one place (<see cref="EmailAuthenticatorOptions.Limits"/>): one record for each room. Every value is
/// checked against its ceiling when it is set, every hit has a reason of its own in the result, and is counted (<see cref="EmailAuthMetrics"/>).
/// </summary>
/// <remarks>
/// What is not here because it is not about one message: what a cache keeps
/// <see cref="DnsCacheOptions"/>, and how long one question may take <see cref="DnsClientOptions"/>. Constants of these records are limits that nobody can
/// change, for what is read once and serves all messages, as DNS records do.
/// </remarks>
public sealed record EmailAuthLimits
{
    /// <summary>The defaults.</summary>
    public static EmailAuthLimits Default { get; } = new();

    /// <summary>How large a header block may be.</summary>
    public MessageLimits Message { get; init => field = NotNull(value); } = MessageLimits.Default;

    /// <summary>How much the message may ask of DNS.</summary>
    public DnsLimits Dns { get; init => field = NotNull(value); } = DnsLimits.Default;

    /// <summary>How much one SPF check may cost.</summary>
    public SpfLimits Spf { get; init => field = NotNull(value); } = SpfLimits.Default;

    /// <summary>How much arithmetic the signatures may cause, DKIM's and ARC's together.</summary>
    public SignatureLimits Signatures { get; init => field = NotNull(value); } = SignatureLimits.Default;

    /// <summary>How many DKIM signatures are looked at.</summary>
    public DkimLimits Dkim { get; init => field = NotNull(value); } = DkimLimits.Default;

    /// <summary>How much of an ARC chain is looked at.</summary>
    public ArcLimits Arc { get; init => field = NotNull(value); } = ArcLimits.Default;

    /// <summary>How much DMARC may read and ask.</summary>
    public DmarcLimits Dmarc { get; init => field = NotNull(value); } = DmarcLimits.Default;

    /// <summary>How much of Authentication-Results fields is read, and how long the one that is written becomes.</summary>
    public AuthenticationResultsLimits AuthenticationResults { get; init => field = NotNull(value); } = AuthenticationResultsLimits.Default;

    private static T NotNull<T>(T value)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }
}
