using System.Text;
using EmailAuth.Message;
using EmailAuth.Syntax;

namespace EmailAuth.Arc;

/// <summary>Which ARC field a field is.</summary>
internal enum ArcFieldKind
{
    None,
    AuthenticationResults,
    MessageSignature,
    Seal,
}

/// <summary>The three fields of ARC (RFC 8617 §4.1), and a check of the values of those that are signatures.</summary>
public static class ArcFields
{
    /// <summary>What a sealer found (§4.1.1), AAR for short.</summary>
    public const string AuthenticationResults = "ARC-Authentication-Results";

    /// <summary>A sealer's signature over the message (§4.1.2), AMS for short.</summary>
    public const string MessageSignature = "ARC-Message-Signature";

    /// <summary>A sealer's signature over all sets (§4.1.3), AS for short.</summary>
    public const string Seal = "ARC-Seal";

    /// <summary>Checks the value of an ARC-Seal field without asking for its key.</summary>
    /// <param name="value">The value, with or without folds; each character up to U+007F stands for its octet, others for their UTF-8.</param>
    public static LintReport LintSeal(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return ArcLint.CheckSeal(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Checks the value of an ARC-Message-Signature field without asking for its key.</summary>
    /// <inheritdoc cref="LintSeal"/>
    public static LintReport LintMessageSignature(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return ArcLint.CheckMessageSignature(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Which ARC field this is. Nearly every field is told apart by the length of its name.</summary>
    internal static ArcFieldKind KindOf(HeaderBlock header, in FieldSlice field) => field.NameLength switch
    {
        8 when header.IsNamed(field, "ARC-Seal"u8) => ArcFieldKind.Seal,
        21 when header.IsNamed(field, "ARC-Message-Signature"u8) => ArcFieldKind.MessageSignature,
        26 when header.IsNamed(field, "ARC-Authentication-Results"u8) => ArcFieldKind.AuthenticationResults,
        _ => ArcFieldKind.None,
    };
}
