using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>The rule that the tags of a signature break (RFC 6376 §3.5, §6.1.1).</summary>
internal enum SignatureRule
{
    None,

    /// <summary>§3.2: it is no tag list.</summary>
    ListSyntax,

    /// <summary>§3.2: a tag twice.</summary>
    DuplicateTag,

    /// <summary>More tags than the limit.</summary>
    TooManyTags,

    /// <summary>Longer than the limit.</summary>
    TooLong,

    /// <summary>§3.5: a required tag is not there.</summary>
    MissingTag,

    /// <summary>§3.5 v=.</summary>
    Version,

    /// <summary>§3.5 a=.</summary>
    Algorithm,

    /// <summary>§3.5 b=.</summary>
    SignatureValue,

    /// <summary>§3.5 bh=.</summary>
    BodyHash,

    /// <summary>§3.5 c=.</summary>
    Canonicalization,

    /// <summary>§3.5 d=.</summary>
    Domain,

    /// <summary>§3.5 s=.</summary>
    Selector,

    /// <summary>§3.5 h=.</summary>
    SignedFields,

    /// <summary>More names in h= than the limit.</summary>
    TooManySignedFields,

    /// <summary>§5.4: h= lacks From.</summary>
    FromNotSigned,

    /// <summary>§3.5 i=.</summary>
    Identity,

    /// <summary>§6.1.1: i= is neither at nor below d=.</summary>
    IdentityOutsideDomain,

    /// <summary>§3.5 l=.</summary>
    BodyLength,

    /// <summary>§3.5 q=.</summary>
    QueryMethod,

    /// <summary>§3.5 t=.</summary>
    Timestamp,

    /// <summary>§3.5 x=.</summary>
    Expiration,

    /// <summary>§3.5 x=: not later than t=.</summary>
    ExpirationBeforeTimestamp,
}

/// <summary>What is wrong with the tags of a signature.</summary>
/// <param name="Rule">The rule broken.</param>
/// <param name="Position">Where, in octets from the start of the value.</param>
/// <param name="Text">One sentence for people, without a capital letter or full stop.</param>
internal readonly record struct SignatureDefect(SignatureRule Rule, int Position, string Text)
{
    /// <summary>The same as lint says it.</summary>
    public Diagnostic ToDiagnostic() => new(DiagnosticSeverity.Error, Position, Text, SectionOf(Rule));

    private static string SectionOf(SignatureRule rule) => rule switch
    {
        SignatureRule.ListSyntax or SignatureRule.DuplicateTag or SignatureRule.TooManyTags or SignatureRule.TooLong => "RFC 6376 §3.2",
        SignatureRule.MissingTag or SignatureRule.Version or SignatureRule.IdentityOutsideDomain => "RFC 6376 §6.1.1",
        SignatureRule.Algorithm => "RFC 6376 §3.3",
        SignatureRule.Canonicalization => "RFC 6376 §3.4",
        SignatureRule.FromNotSigned => "RFC 6376 §5.4",
        SignatureRule.None or SignatureRule.SignatureValue or SignatureRule.BodyHash or SignatureRule.Domain or SignatureRule.Selector
            or SignatureRule.SignedFields or SignatureRule.TooManySignedFields or SignatureRule.Identity or SignatureRule.BodyLength
            or SignatureRule.QueryMethod or SignatureRule.Timestamp or SignatureRule.Expiration or SignatureRule.ExpirationBeforeTimestamp => "RFC 6376 §3.5",
    };
}
