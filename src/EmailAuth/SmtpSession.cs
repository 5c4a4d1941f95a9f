using System.Net;
using EmailAuth.Dns;

namespace EmailAuth;

/// <summary>
/// What the SMTP conversation told (RFC 5321): all of it raw text from the peer, whatever it is. Nothing of it is judged when it is set.
/// </summary>
/// <param name="ClientAddress">The address of the connecting client; null where it is not known, which makes SPF <c>none</c>.</param>
/// <param name="Helo">The argument of HELO or EHLO; may be empty.</param>
/// <param name="MailFrom">The reverse-path with or without angle brackets; null or empty for the null reverse-path.</param>
public sealed record SmtpSession(IPAddress? ClientAddress, string Helo, string? MailFrom)
{
    /// <summary>The argument of HELO or EHLO; may be empty, never null.</summary>
    public string Helo { get; init => field = value ?? throw new ArgumentNullException(nameof(Helo)); } = Helo ?? throw new ArgumentNullException(nameof(Helo));

    /// <summary>The domain of the recipient, for trusted sealers that count for some recipients only; null where it does not matter.</summary>
    public DomainName? RecipientDomain { get; init; }
}
