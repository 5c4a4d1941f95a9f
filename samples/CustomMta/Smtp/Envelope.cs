using System.Net;
using CustomMta.Mail;
using EmailAuth;
using EmailAuth.Dns;

namespace CustomMta.Smtp;

/// <summary>What the client said about itself and the message.</summary>
/// <param name="Connection">The id of the connection, for the log.</param>
/// <param name="Client">The address of the client.</param>
/// <param name="Helo">The argument of HELO or EHLO.</param>
/// <param name="IsExtended">EHLO, not HELO.</param>
/// <param name="IsUtf8">The message is internationalized (RFC 6531).</param>
/// <param name="MailFrom">The reverse-path; empty for the null one.</param>
internal sealed record Envelope(string Connection, IPAddress Client, string Helo, bool IsExtended, bool IsUtf8, string MailFrom)
{
    /// <summary>The recipients, as they were written.</summary>
    public List<string> Recipients { get; } = [];

    /// <summary>For the library. The recipient's domain matters to trusted sealers only, and is told where there is one for all.</summary>
    public SmtpSession ToSession()
    {
        var domains = Recipients.Select(LocalMailboxes.DomainOf).Distinct(StringComparer.OrdinalIgnoreCase).Take(2).ToList();
        return new SmtpSession(Client, Helo, MailFrom)
        {
            RecipientDomain = domains is [var domain] && DomainName.TryParse(domain, out var name) ? name : null,
        };
    }
}
