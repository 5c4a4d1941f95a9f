using System.Text;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>
/// The identity that is checked, &lt;sender&gt; in RFC 7208 §4.1, taken apart once. An identity without a usable domain is "none" (§4.3);
/// <see cref="Defect"/> then says why.
/// </summary>
internal readonly struct SpfIdentity
{
    private const string Postmaster = "postmaster";

    private readonly string _text;
    private readonly int _at;

    private SpfIdentity(SpfScope scope, string text, int at, DomainName? domain, SpfReason defect)
    {
        Scope = scope;
        _text = text;
        _at = at;
        Domain = domain;
        Defect = defect;
    }

    public SpfScope Scope { get; }

    /// <summary>The mailbox: local-part, "@", domain. What the peer sent where it is no mailbox.</summary>
    public string Text => Scope == SpfScope.Helo ? $"{Postmaster}@{_text}" : _text ?? "";

    /// <summary>Null if the identity names no domain that can be asked for.</summary>
    public DomainName? Domain { get; }

    /// <summary>Why there is no domain; <see cref="SpfReason.NotChecked"/> if there is one.</summary>
    public SpfReason Defect { get; }

    public ReadOnlySpan<char> LocalPart => Scope == SpfScope.Helo ? Postmaster : _text.AsSpan(0, Math.Max(_at, 0));

    private ReadOnlySpan<char> DomainText => _text.AsSpan(_at + 1);

    /// <summary>RFC 7208 §2.3: the name given with HELO, which must be in A-labels (RFC 8616 §4).</summary>
    public static SpfIdentity OfHelo(string helo, DomainNames? names = null)
    {
        var domain = Ascii.IsValid(helo) ? ReadDomain(helo, names) : null;
        return new SpfIdentity(SpfScope.Helo, helo, -1, domain, domain is null ? SpfReason.DomainMalformed : SpfReason.NotChecked);
    }

    /// <summary>RFC 7208 §2.4: the reverse-path; where it is null, postmaster at the HELO name.</summary>
    public static SpfIdentity OfMailFrom(string? mailFrom, string helo, DomainNames? names = null)
    {
        var path = mailFrom ?? "";
        if (path.Length >= 2 && path[0] == '<' && path[^1] == '>')
            path = path[1..^1];
        if (path.Length == 0)
            return OfHelo(helo, names);

        var at = path.LastIndexOf('@');
        if (at < 0 || !IsLocalPart(path.AsSpan(0, at)))
            return new SpfIdentity(SpfScope.MailFrom, path, -1, null, SpfReason.SenderMalformed);
        var domain = ReadDomain(path.AsSpan(at + 1), names);
        // RFC 7208 §4.3: "If the <sender> has no local-part, substitute the string postmaster".
        if (at == 0)
        {
            path = Postmaster + path;
            at = Postmaster.Length;
        }
        return new SpfIdentity(SpfScope.MailFrom, path, at, domain, domain is null ? SpfReason.DomainMalformed : SpfReason.NotChecked);
    }

    /// <summary>RFC 7208 §4.3: a well-formed multi-label domain name. An IPv4 address is none, for all its dots.</summary>
    private static DomainName? ReadDomain(ReadOnlySpan<char> text, DomainNames? names) =>
        (names is null ? DomainName.TryParse(text, out var name) : names.TryParse(text, out name)) && name.LabelCount > 1 && !IpAddressText.TryParseIpv4(name.Octets, out _) ? name : null;

    /// <summary>
    /// RFC 5321 §4.1.2 dot-string or quoted-string, or nothing; between the two, spaces and dots may stand anywhere, as some senders put
    /// them. What RFC 5322 §3.2.3 calls specials ends a mailbox or begins another thing, so that nobody can say where the domain is.
    /// </summary>
    private static bool IsLocalPart(ReadOnlySpan<char> text)
    {
        if (text.Length > SpfLimits.MaxLocalPartLength || Encoding.UTF8.GetByteCount(text) > SpfLimits.MaxLocalPartLength)
            return false;
        if (text.Length > 0 && text[0] == '"')
            return IsQuotedString(text);
        foreach (var character in text)
        {
            if (character < ' ' || character == '\x7F' || "()<>[]:;@\\,\"".Contains(character, StringComparison.Ordinal))
                return false;
        }
        return true;
    }

    private static bool IsQuotedString(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] < ' ' || text[i] == '\x7F')
                return false;
            if (text[i] == '"')
                return i == text.Length - 1;
            if (text[i] == '\\' && (++i == text.Length || text[i] < ' ' || text[i] == '\x7F'))
                return false;
        }
        return false;
    }

    /// <summary>The "l" macro: the local-part as it was written, quotes included.</summary>
    public int WriteLocalPart(Span<byte> output) => Encoding.UTF8.GetBytes(LocalPart, output);

    /// <summary>The "o" macro: the domain as it was written if that is ASCII, else in A-labels (RFC 8616 §4).</summary>
    public int WriteDomain(Span<byte> output)
    {
        var text = DomainText;
        if (Ascii.IsValid(text))
            return Encoding.UTF8.GetBytes(text.EndsWith('.') ? text[..^1] : text, output);
        Domain!.Octets.CopyTo(output);
        return Domain.Octets.Length;
    }

    /// <summary>The "s" macro.</summary>
    public int WriteSender(Span<byte> output)
    {
        var length = WriteLocalPart(output);
        output[length++] = (byte)'@';
        return length + WriteDomain(output[length..]);
    }
}
