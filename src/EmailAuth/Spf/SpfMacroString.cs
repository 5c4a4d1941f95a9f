using System.Diagnostics.CodeAnalysis;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>
/// A macro-string (RFC 7208 §7.1), split into literals and macros once. A domain-spec without macros is a domain name already.
/// Immutable.
/// </summary>
internal sealed class SpfMacroString
{
    /// <summary>The most octets of a macro-string that are read; a domain name has at most 253.</summary>
    public const int MaxLength = 1024;

    // RFC 7208 §7.3: only the right end of a name is kept. 253 octets, a final dot, and one more to see that something was cut.
    private const int NameRoom = DomainName.MaxLength + 3;

    private readonly SpfMacro[] _parts;

    public SpfMacroString(SpfMacro[] parts)
    {
        _parts = parts;
        foreach (var part in parts)
        {
            IsLiteral &= part.Literal is not null;
            UsesValidatedName |= part.Letter == 'p';
            UsesLocalPart |= part.Letter is (byte)'s' or (byte)'l';
            UsesSender |= part.Letter is (byte)'s' or (byte)'l' or (byte)'o' or (byte)'h';
        }
        if (IsLiteral && TryExpandName(default, out var name))
            LiteralName = name;
    }

    /// <summary>Whether there are no macros, "%%", "%_" and "%-" apart.</summary>
    public bool IsLiteral { get; } = true;

    /// <summary>The domain name, where there are no macros; null also if it would be none.</summary>
    public DomainName? LiteralName { get; }

    /// <summary>Whether "%{p}" is in it, so that the client's names must be known first.</summary>
    public bool UsesValidatedName { get; }

    /// <summary>Whether "%{s}" or "%{l}" is in it (RFC 8616 §4).</summary>
    public bool UsesLocalPart { get; }

    /// <summary>Whether "%{s}", "%{l}", "%{o}" or "%{h}" is in it (RFC 7208 §7.3: such a result is this sender's only).</summary>
    public bool UsesSender { get; }

    /// <summary>
    /// Expands to a domain name to ask for. False if what comes out is none: an empty label, one over 63 octets, an octet that is neither
    /// visible ASCII nor a space (RFC 7208 §4.8).
    /// </summary>
    public bool TryExpandName(in SpfMacroValues values, [NotNullWhen(true)] out DomainName? name)
    {
        name = null;
        // Written from the right, since it is the left side that is cut.
        Span<byte> whole = stackalloc byte[NameRoom];
        Span<byte> value = stackalloc byte[SpfMacroValues.LongestValue];
        var start = NameRoom;
        for (var i = _parts.Length - 1; i >= 0 && start > 0; i--)
        {
            var part = _parts[i];
            scoped ReadOnlySpan<byte> octets = part.Literal;
            if (part.Literal is null)
            {
                if (!part.TryExpand(values, value, out var length))
                    return false;
                octets = value[..length];
            }
            for (var at = octets.Length - 1; at >= 0 && start > 0; at--)
            {
                if (!part.IsEscaped || IsUnreserved(octets[at]))
                    whole[--start] = octets[at];
                else
                    start = PrependEscaped(octets[at], whole, start);
            }
        }
        return TryCut(whole[start..], out var cut) && DomainName.TryParseQueryName(cut, out name);
    }

    /// <summary>
    /// RFC 7208 §7.3: "the left side is truncated to fit, by removing successive domain labels (and their following dots)".
    /// </summary>
    private static bool TryCut(ReadOnlySpan<byte> whole, out ReadOnlySpan<byte> cut)
    {
        cut = whole;
        var length = whole is [.., (byte)'.'] ? whole.Length - 1 : whole.Length;
        if (length <= DomainName.MaxLength)
            return true;
        var least = length - DomainName.MaxLength;
        var dot = whole[(least - 1)..length].IndexOf((byte)'.');
        if (dot < 0)
            return false;
        cut = whole[(least + dot)..];
        return true;
    }

    private static int PrependEscaped(byte octet, Span<byte> whole, int start)
    {
        ReadOnlySpan<byte> digits = "0123456789ABCDEF"u8;
        if (start > 0)
            whole[--start] = digits[octet & 15];
        if (start > 0)
            whole[--start] = digits[octet >> 4];
        if (start > 0)
            whole[--start] = (byte)'%';
        return start;
    }

    /// <summary>
    /// Expands to a text for people (RFC 7208 §6.2): null if it would be longer than <see cref="SpfLimits.MaxExplanationLength"/> or hold
    /// anything but printable ASCII.
    /// </summary>
    public string? ExpandText(in SpfMacroValues values)
    {
        var text = new StringBuilder();
        Span<byte> value = stackalloc byte[SpfMacroValues.LongestValue];
        foreach (var part in _parts)
        {
            scoped ReadOnlySpan<byte> octets = part.Literal;
            if (part.Literal is null)
            {
                if (!part.TryExpand(values, value, out var length))
                    return null;
                octets = value[..length];
            }
            foreach (var octet in octets)
            {
                if (part.IsEscaped && !IsUnreserved(octet))
                    text.Append('%').Append("0123456789ABCDEF"[octet >> 4]).Append("0123456789ABCDEF"[octet & 15]);
                else if (octet is >= 0x20 and <= 0x7E)
                    text.Append((char)octet);
                else
                    return null;
            }
            if (text.Length > SpfLimits.MaxExplanationLength)
                return null;
        }
        return text.ToString();
    }

    /// <summary>RFC 3986 §2.3.</summary>
    private static bool IsUnreserved(byte octet) =>
        Octets.IsAlphanumeric(octet) || octet is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';
}
