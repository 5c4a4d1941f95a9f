using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Dkim;

/// <summary>How signatures are judged. Immutable; values are checked when they are set.</summary>
public sealed record DkimVerifierOptions
{
    /// <summary>The defaults.</summary>
    public static DkimVerifierOptions Default { get; } = new();

    /// <summary>How many signatures are looked at.</summary>
    public DkimLimits Limits { get; init => field = NotNull(value); } = DkimLimits.Default;

    /// <summary>How much arithmetic the signatures of one message may cause.</summary>
    public SignatureLimits SignatureLimits { get; init => field = NotNull(value); } = SignatureLimits.Default;

    /// <summary>How large a header block may be.</summary>
    public MessageLimits MessageLimits { get; init => field = NotNull(value); } = MessageLimits.Default;

    /// <summary>How much one message may ask of DNS.</summary>
    public DnsLimits DnsLimits { get; init => field = NotNull(value); } = DnsLimits.Default;

    /// <summary>The shortest RSA key that counts, in bits. 1,024, which RFC 8301 §3.2 demands and every verifier must accept; at most 4,096.</summary>
    public int MinimumRsaKeyBits
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1024);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 4096);
            field = value;
        }
    } = 1024;

    /// <summary>Whether a signature that covers only the first octets of the body (<c>l=</c>) may pass. It must not: anybody may add to such a message (RFC 6376 §8.2). Off.</summary>
    public bool AcceptPartialBody { get; init; }

    /// <summary>
    /// Whether a message with a bare CR or LF in its header block may pass. Programs differ in the fields they see in such a message. Off;
    /// see <see cref="EmailMessage.NormalizingLineEndings"/> for messages stored with LF.
    /// </summary>
    public bool AcceptBareLineEnds { get; init; }

    /// <summary>How far clocks may differ when <c>t=</c> and <c>x=</c> are compared with the time of receipt. 300 s; at most a day.</summary>
    public TimeSpan ClockDrift
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(300);

    /// <summary>Tells the time of receipt.</summary>
    public TimeProvider TimeProvider { get; init => field = NotNull(value); } = TimeProvider.System;

    internal bool HasDefaultLimits =>
        Limits == DkimLimits.Default && SignatureLimits == SignatureLimits.Default && MessageLimits == MessageLimits.Default && DnsLimits == DnsLimits.Default;

    /// <summary>Names met lately, shared with the other rooms; null for some of its own.</summary>
    internal DomainNames? Names { get; init; }

    /// <summary>Values of <c>h=</c> met lately; null for some of its own.</summary>
    internal KeptOctets? SignedFieldTexts { get; init; }

    /// <summary>Takes what each signature is compared with; null where nobody wants to know.</summary>
    internal SignatureTrace? Trace { get; init; }

    private static T NotNull<T>(T value)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }
}
