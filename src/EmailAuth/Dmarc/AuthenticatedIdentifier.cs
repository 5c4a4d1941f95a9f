using EmailAuth.Dns;

namespace EmailAuth.Dmarc;

/// <summary>The mechanism that checked an identifier (RFC 9989 §4.3).</summary>
public enum IdentifierMethod
{
    /// <summary>SPF, of the MAIL FROM identity (RFC 7208 §2.4).</summary>
    Spf,

    /// <summary>DKIM, of a signature's <c>d=</c>.</summary>
    Dkim,
}

/// <summary>How the check of an identifier ended, as far as DMARC distinguishes it.</summary>
public enum IdentifierOutcome
{
    /// <summary>The domain is not authenticated.</summary>
    Fail,

    /// <summary>A DNS error kept the check from ending.</summary>
    TempError,

    /// <summary>The domain is authenticated.</summary>
    Pass,
}

/// <summary>One domain that SPF or DKIM was asked about, and what came of it (RFC 9989 §3.2.1, §5.3.3): all that DMARC knows of those mechanisms.</summary>
/// <param name="Method">The mechanism.</param>
/// <param name="Domain">The SPF domain (RFC 9989 §3.2.4) or the DKIM signing domain (§3.2.3).</param>
/// <param name="Outcome">How the check ended.</param>
public sealed record AuthenticatedIdentifier(IdentifierMethod Method, DomainName Domain, IdentifierOutcome Outcome);
