namespace EmailAuth.Dkim;

/// <summary>Why a message was not signed.</summary>
public enum DkimSigningRefusal
{
    /// <summary>No reason: never in an exception.</summary>
    None = 0,

    /// <summary>The header block breaks a limit.</summary>
    HeaderNotRead,

    /// <summary>A CR without LF or an LF without CR: other programs would see another message (RFC 5322 §2.3).</summary>
    BareLineEnd,

    /// <summary>There is no From field, which a signature must cover (RFC 6376 §5.4).</summary>
    NoFrom,

    /// <summary>There are two From fields or more (RFC 5322 §3.6).</summary>
    SeveralFrom,

    /// <summary>From cannot be read, so nobody can tell whether the key may sign for it.</summary>
    UnreadableFrom,

    /// <summary>From has a domain that this key does not sign for.</summary>
    AuthorDomain,

    /// <summary>The signature would be longer than verifiers read.</summary>
    TooLong,

    /// <summary>The key service returned something that is no signature of its algorithm and length.</summary>
    KeyService,

    /// <summary>The signature does not verify with the key record that is published.</summary>
    NotVerified,
}

/// <summary>A message was not signed. <see cref="Refusal"/> tells the rule, the message what was wrong and what would be right; neither shows anything of a key.</summary>
public sealed class DkimSigningException : Exception
{
    internal DkimSigningException(DkimSigningRefusal refusal, string message, DkimResult? verification = null)
        : base(message)
    {
        Refusal = refusal;
        Verification = verification;
    }

    /// <summary>The rule.</summary>
    public DkimSigningRefusal Refusal { get; }

    /// <summary>For <see cref="DkimSigningRefusal.NotVerified"/>, what a verifier says of the signature; null otherwise.</summary>
    public DkimResult? Verification { get; }
}
