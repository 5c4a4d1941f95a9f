using System.Diagnostics.CodeAnalysis;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>Where reports are to be sent: one URI of a <c>rua</c> or <c>ruf</c> tag (RFC 9989 §4.6, §4.8). Immutable.</summary>
public sealed class DmarcUri
{
    private DmarcUri(string text, string scheme, string? mailbox, DomainName? host)
    {
        Text = text;
        Scheme = scheme;
        Mailbox = mailbox;
        Host = host;
    }

    /// <summary>The URI as published, without the obsolete size limit behind "!".</summary>
    public string Text { get; }

    /// <summary>The scheme in lower case; <c>mailto</c> is the one that every report generator serves.</summary>
    public string Scheme { get; }

    /// <summary>The address of a <c>mailto:</c> URI, decoded, without what may follow behind "?"; null for other schemes.</summary>
    public string? Mailbox { get; }

    /// <summary>The destination host of RFC 9990 §3: of the address, or of the authority; null if there is none or it is an IP address.</summary>
    public DomainName? Host { get; }

    /// <summary>The URI as published.</summary>
    public override string ToString() => Text;

    /// <summary>
    /// Reads dmarc-uri or obs-dmarc-uri. False for what RFC 3986 does not allow, for a comma or "!" that is not percent-encoded, and for
    /// a <c>mailto:</c> that is not exactly one address (RFC 6068 would allow several: then only the last one's host would be checked).
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out DmarcUri? uri, out bool hasObsoleteSize)
    {
        uri = null;
        hasObsoleteSize = false;
        if (text.IndexOf((byte)'!') is >= 0 and var size)
        {
            // RFC 9989 §4.8: obs-dmarc-report-size = "!" 1*DIGIT [ "k" / "m" / "g" / "t" ]; to be ignored.
            if (!IsObsoleteSize(text[(size + 1)..]))
                return false;
            text = text[..size];
            hasObsoleteSize = true;
        }
        var colon = text.IndexOf((byte)':');
        if (colon < 1 || !IsScheme(text[..colon]) || !AreUriOctets(text[(colon + 1)..]))
            return false;

        var scheme = string.Create(colon, text, static (lower, octets) => { for (var i = 0; i < lower.Length; i++) lower[i] = (char)Octets.ToLower(octets[i]); });
        var rest = text[(colon + 1)..];
        if (scheme == "mailto")
        {
            if (!TryReadAddress(rest, out var mailbox, out var domain))
                return false;
            uri = new DmarcUri(Octets.ToText(text), scheme, mailbox, domain);
            return true;
        }
        uri = new DmarcUri(Octets.ToText(text), scheme, null, HostOf(rest));
        return true;
    }

    private static bool IsObsoleteSize(ReadOnlySpan<byte> size)
    {
        if (!size.IsEmpty && Octets.ToLower(size[^1]) is (byte)'k' or (byte)'m' or (byte)'g' or (byte)'t')
            size = size[..^1];
        return Octets.TryParseNumber(size, out _);
    }

    /// <summary>RFC 3986 §3.1: scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ).</summary>
    private static bool IsScheme(ReadOnlySpan<byte> scheme)
    {
        foreach (var octet in scheme)
        {
            if (!Octets.IsAlphanumeric(octet) && octet is not ((byte)'+' or (byte)'-' or (byte)'.'))
                return false;
        }
        return Octets.IsAlpha(scheme[0]);
    }

    /// <summary>RFC 3986 §2: unreserved, gen-delims, sub-delims but for the comma, and "%" with two hexadecimal digits.</summary>
    private static bool AreUriOctets(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length || Octets.HexValue(text[i + 1]) < 0 || Octets.HexValue(text[i + 2]) < 0)
                    return false;
                i += 2;
            }
            else if (!Octets.IsAlphanumeric(text[i]) && !"-._~:/?#[]@$&'()*+;="u8.Contains(text[i]))
            {
                return false;
            }
        }
        return !text.IsEmpty;
    }

    private static bool TryReadAddress(ReadOnlySpan<byte> rest, [NotNullWhen(true)] out string? mailbox, [NotNullWhen(true)] out DomainName? domain)
    {
        mailbox = null;
        domain = null;
        var query = rest.IndexOf((byte)'?');
        var address = PercentDecoded(query < 0 ? rest : rest[..query]);
        var reader = new MailboxListReader(address);
        // The whole text is the addr-spec: no display name, no comment, no second address.
        if (!reader.MoveNext() || reader.IsAddressLiteral || reader.LocalPart.Length + 1 + reader.Domain.Length != address.Length
            || !DomainName.TryParse(reader.Domain, out domain))
        {
            return false;
        }
        mailbox = Octets.ToText(address);
        return true;
    }

    private static byte[] PercentDecoded(ReadOnlySpan<byte> text)
    {
        var decoded = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                decoded.Add((byte)(Octets.HexValue(text[i + 1]) << 4 | Octets.HexValue(text[i + 2])));
                i += 2;
            }
            else
            {
                decoded.Add(text[i]);
            }
        }
        return [.. decoded];
    }

    /// <summary>RFC 3986 §3.2: "//" [ userinfo "@" ] host [ ":" port ].</summary>
    private static DomainName? HostOf(ReadOnlySpan<byte> rest)
    {
        if (!rest.StartsWith("//"u8))
            return null;
        rest = rest[2..];
        var end = rest.IndexOfAny("/?#"u8);
        var authority = end < 0 ? rest : rest[..end];
        authority = authority[(authority.LastIndexOf((byte)'@') + 1)..];
        var port = authority.LastIndexOf((byte)':');
        if (port >= 0)
            authority = authority[..port];
        return DomainName.TryParse(authority, out var host) && !IpAddressText.TryParseIpv4(authority, out _) ? host : null;
    }
}
