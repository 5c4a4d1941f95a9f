namespace EmailAuth.Arc;

/// <summary>Why a message was not sealed.</summary>
public enum ArcSealingRefusal
{
    /// <summary>No reason: never in an exception.</summary>
    None = 0,

    /// <summary>The header block breaks a limit.</summary>
    HeaderNotRead,

    /// <summary>A CR without LF or an LF without CR in the header block: other programs would see other fields (RFC 5322 §2.3).</summary>
    BareLineEnd,

    /// <summary>
    /// The chain on the message is not the one that was validated: it is another message, or a set was added since. One validation allows
    /// one set (RFC 8617 §5.1 step 4C).
    /// </summary>
    ChainNotValidated,

    /// <summary>A field would be longer, or cover more fields, than validators read.</summary>
    TooLong,

    /// <summary>The key service returned something that is no signature of its algorithm and length.</summary>
    KeyService,
}

/// <summary>A message was not sealed. <see cref="Refusal"/> tells the rule, the message what was wrong and what would be right; neither shows anything of a key.</summary>
public sealed class ArcSealingException : Exception
{
    internal ArcSealingException(ArcSealingRefusal refusal, string message)
        : base(message) => Refusal = refusal;

    /// <summary>The rule.</summary>
    public ArcSealingRefusal Refusal { get; }
}
