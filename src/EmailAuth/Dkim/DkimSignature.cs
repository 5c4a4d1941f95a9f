using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Dkim;

/// <summary>The value of a DKIM-Signature field, read by RFC 6376 §3.5. Immutable. That it can be read does not say that it is good.</summary>
public sealed class DkimSignature
{
    /// <summary>Octets of a decoded <c>i=</c>: an address (RFC 5321 §4.5.3.1).</summary>
    private const int MaxIdentityLength = 320;

    private DkimSignature(SignatureTags tags, byte[]? identity, DomainName identityDomain)
    {
        Tags = tags;
        IdentityOctets = identity;
        IdentityDomain = identityDomain;
    }

    internal SignatureTags Tags { get; }

    /// <summary>i= decoded; null if it is absent.</summary>
    internal byte[]? IdentityOctets { get; }

    /// <summary>The Signing Domain Identifier, <c>d=</c>.</summary>
    public DomainName Domain => Tags.Domain;

    /// <summary>The selector, <c>s=</c>.</summary>
    public DomainName Selector => Tags.Selector;

    /// <summary>Where the key is published: <c>s._domainkey.d</c> (§3.6.2.1).</summary>
    public DomainName KeyName => Tags.KeyName;

    /// <summary>The Agent or User Identifier, <c>i=</c>: an address, its local part possibly empty; <c>@d</c> if the tag is absent.</summary>
    public string Identity => IdentityOctets is { } octets ? Octets.ToText(octets) : $"@{Domain}";

    /// <summary>The domain of <c>i=</c>, which is that of <c>d=</c> or below it.</summary>
    public DomainName IdentityDomain { get; }

    /// <summary>The algorithm, <c>a=</c>.</summary>
    public SignatureAlgorithm Algorithm => Tags.Algorithm;

    /// <summary>How the header was canonicalized, <c>c=</c>.</summary>
    public CanonicalizationAlgorithm HeaderCanonicalization => Tags.HeaderCanonicalization;

    /// <summary>How the body was canonicalized, <c>c=</c>.</summary>
    public CanonicalizationAlgorithm BodyCanonicalization => Tags.BodyCanonicalization;

    /// <summary>The names in <c>h=</c>, in order.</summary>
    public ImmutableArray<string> SignedFields => Tags.SignedFields.ToTexts();

    /// <summary>The octets of the canonical body that are signed, <c>l=</c>; null for all.</summary>
    public long? BodyLength => Tags.BodyLength;

    /// <summary>When it was signed, <c>t=</c>; the largest time there is for a number beyond it; null if absent.</summary>
    public DateTimeOffset? Timestamp => UnixTime.ToTime(Tags.Timestamp);

    /// <summary>When it expires, <c>x=</c>; the largest time there is for a number beyond it; null if absent.</summary>
    public DateTimeOffset? Expiration => UnixTime.ToTime(Tags.Expiration);

    /// <summary>Reads the value of a DKIM-Signature field.</summary>
    /// <param name="value">The value, with or without folds; each character up to U+007F stands for its octet, others for their UTF-8.</param>
    /// <param name="signature">The signature, or null.</param>
    /// <returns>False if a verifier would end in permerror because of it; <see cref="Lint"/> tells why.</returns>
    public static bool TryParse(string value, [NotNullWhen(true)] out DkimSignature? signature)
    {
        ArgumentNullException.ThrowIfNull(value);
        return TryRead(Encoding.UTF8.GetBytes(value), out signature, out _);
    }

    /// <summary>Checks the value of a DKIM-Signature field without asking for its key.</summary>
    /// <param name="value">The value, with or without folds.</param>
    public static LintReport Lint(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return DkimSignatureLint.Check(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Reads a value; <paramref name="value"/> is kept by what is read.</summary>
    internal static bool TryRead(ReadOnlyMemory<byte> value, [NotNullWhen(true)] out DkimSignature? signature, out SignatureDefect defect, DomainNames? names = null)
    {
        signature = null;
        Span<TagSlice> room = stackalloc TagSlice[SignatureLimits.MaxTags];
        if (!SignatureTags.TryReadList(value.Span, room, out var table, out defect)
            || !TryReadVersion(table, out defect)
            || !SignatureTags.TryRead(value, table, SignatureKind.Message, out var tags, out defect, names)
            || !TryReadIdentity(table, tags.Domain, names, out var identity, out var identityDomain, out defect))
            return false;
        signature = new DkimSignature(tags, identity, identityDomain);
        return true;
    }

    /// <summary>All that is wrong in a list of tags that could be read; a verifier ends at the first.</summary>
    internal static ImmutableArray<SignatureDefect> FindDefects(ReadOnlyMemory<byte> value, in TagTable table)
    {
        var found = ImmutableArray.CreateBuilder<SignatureDefect>();
        if (!TryReadVersion(table, out var defect))
            found.Add(defect);
        found.AddRange(SignatureTags.FindDefects(value, table, SignatureKind.Message));
        // Where d= is missing or wrong nobody can tell whether i= belongs to it.
        var domain = SignatureTags.NameIn(table, "d"u8) ?? DomainName.Root;
        if (!TryReadIdentity(table, domain, null, out _, out _, out defect))
            found.Add(defect);
        return found.DrainToImmutable();
    }

    private static bool TryReadVersion(in TagTable table, out SignatureDefect defect)
    {
        defect = default;
        if (!table.TryFind("v"u8, out var tag))
        {
            defect = SignatureTags.Missing("v");
            return false;
        }
        if (table.Value(tag).SequenceEqual("1"u8))
            return true;
        defect = new(SignatureRule.Version, tag.ValuePosition, $"the version is \"{Octets.ToPrintable(table.Value(tag))}\"; 1 was expected");
        return false;
    }

    private static bool TryReadIdentity(in TagTable table, DomainName domain, DomainNames? names, out byte[]? identity, out DomainName identityDomain, out SignatureDefect defect)
    {
        identity = null;
        identityDomain = domain;
        defect = default;
        if (!table.TryFind("i"u8, out var tag))
            return true;
        if (!TrySplitIdentity(table.Value(tag), out identity, out var found, names))
        {
            defect = new(SignatureRule.Identity, tag.ValuePosition, $"\"{Octets.ToPrintable(table.Value(tag))}\" in i= is no identity; a domain behind \"@\" was expected, and a local part may stand before it");
            return false;
        }
        identityDomain = found;
        if (found.IsAtOrBelow(domain))
            return true;
        defect = new(SignatureRule.IdentityOutsideDomain, tag.ValuePosition, $"the domain {found} in i= is neither {domain} (d=) nor below it");
        return false;
    }

    /// <summary>Decodes <c>i=</c> and reads the domain behind its last "@".</summary>
    internal static bool TrySplitIdentity(ReadOnlySpan<byte> value, out byte[] identity, [NotNullWhen(true)] out DomainName? domain, DomainNames? names = null)
    {
        domain = null;
        return QuotedPrintableText.TryDecode(value, MaxIdentityLength, out identity)
            && Array.LastIndexOf(identity, (byte)'@') is >= 0 and var at
            && IsLocalPart(identity.AsSpan(0, at))
            && IsDomain(identity.AsSpan(at + 1), names, out domain);
    }

    // RFC 6376 §3.5 makes the local part opaque, but its syntax is that of an address: an "@" stands in quotes only, so that nobody takes what
    // follows the first one for the domain.
    private static bool IsLocalPart(ReadOnlySpan<byte> text) =>
        text is [(byte)'"', .., (byte)'"'] || !text.Contains((byte)'@');

    private static bool IsDomain(ReadOnlySpan<byte> text, DomainNames? names, [NotNullWhen(true)] out DomainName? domain)
    {
        domain = null;
        return !text.IsEmpty && text[^1] != '.' && (names is null ? DomainName.TryParse(text, out domain) : names.TryParse(text, out domain));
    }
}
