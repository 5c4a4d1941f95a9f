using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EmailAuth.Dns;

/// <summary>
/// A domain name, validated once (RFC 1035 §2.3.4: labels of 1 to 63 octets, at most 253 octets as text), without a final dot,
/// its ASCII letters folded to lower case. Equal names are equal octets. Immutable.
/// </summary>
public sealed class DomainName : IEquatable<DomainName>
{
    /// <summary>The most octets a name may have as text, without the final dot.</summary>
    public const int MaxLength = 253;

    /// <summary>The most octets a label may have.</summary>
    public const int MaxLabelLength = 63;

    /// <summary>The root: no labels. Written ".".</summary>
    public static readonly DomainName Root = new([], 0, isHostName: false);

    private readonly byte[] _octets;
    private readonly int _hash;
    private string? _text;

    private DomainName(byte[] octets, int labelCount, bool isHostName)
    {
        _octets = octets;
        LabelCount = labelCount;
        IsHostName = isHostName;
        _hash = HashOf(octets);
    }

    /// <summary>The folded octets, labels separated by dots; empty for the root.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>How many labels there are; 0 for the root.</summary>
    public int LabelCount { get; }

    /// <summary>
    /// Whether every octet is a letter, digit, hyphen or underscore. Other names can be asked for (SPF macros make them,
    /// RFC 7208 §7.3), but never stand for a person's or a host's domain.
    /// </summary>
    public bool IsHostName { get; }

    /// <summary>The name without its first label; null for the root.</summary>
    public DomainName? Parent => LabelCount == 0 ? null : TakeLast(LabelCount - 1);

    /// <summary>
    /// Reads a domain as people write it: letters, digits, hyphens and underscores; U-labels become A-labels (RFC 5890); one final dot is dropped.
    /// </summary>
    /// <param name="text">The domain.</param>
    /// <param name="name">The name, or null.</param>
    /// <returns>False for anything else: an empty label, one over 63 octets, a name over 253, any other octet.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out DomainName? name)
    {
        name = null;
        // No valid domain is longer: a U-label has at most as many characters as its A-label has octets, each of one or two units here.
        if (text.Length > (MaxLength + 1) * 2)
            return false;
        Span<byte> utf8 = stackalloc byte[(MaxLength + 1) * 6];
        if (!Encoding.UTF8.TryGetBytes(text, utf8, out var length))
            return false;
        return TryParse(utf8[..length], out name);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out DomainName?)"/>
    /// <param name="utf8">The domain in ASCII or UTF-8.</param>
    /// <param name="name">The name, or null.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out DomainName? name)
    {
        if (System.Text.Ascii.IsValid(utf8))
            return TryParseQueryName(utf8, out name) && (name.IsHostName || Refuse(out name));
        return TryParseInternational(utf8, out name);
    }

    /// <summary>Reads a domain that the program's own author wrote.</summary>
    /// <exception cref="FormatException">The text is no domain name.</exception>
    public static DomainName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var name)
            ? name
            : throw new FormatException($"\"{text}\" is not a domain name. Right would be labels of 1 to 63 letters, digits, hyphens or underscores, separated by dots, at most 253 in all.");
    }

    /// <summary>
    /// Reads a name that may hold any visible ASCII octet or a space, as an SPF macro can make it: a question can be asked for it, but it is
    /// not thereby a host name (<see cref="IsHostName"/>). One final dot is dropped.
    /// </summary>
    internal static bool TryParseQueryName(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out DomainName? name)
    {
        name = null;
        if (!octets.IsEmpty && octets[^1] == '.')
            octets = octets[..^1];
        if (octets.IsEmpty || octets.Length > MaxLength)
            return false;

        int labels = 1, labelStart = 0;
        var isHostName = true;
        for (var i = 0; i < octets.Length; i++)
        {
            var octet = octets[i];
            if (octet == '.')
            {
                if (i == labelStart || i - labelStart > MaxLabelLength)
                    return false;
                labels++;
                labelStart = i + 1;
            }
            else if (octet != ' ' && !Syntax.Octets.IsVisible(octet))
            {
                return false;
            }
            else if (!Syntax.Octets.IsAlphanumeric(octet) && octet is not ((byte)'-' or (byte)'_'))
            {
                isHostName = false;
            }
        }
        if (labelStart == octets.Length || octets.Length - labelStart > MaxLabelLength)
            return false;

        var folded = new byte[octets.Length];
        for (var i = 0; i < octets.Length; i++)
            folded[i] = Syntax.Octets.ToLower(octets[i]);
        name = new DomainName(folded, labels, isHostName);
        return true;
    }

    private static bool Refuse(out DomainName? name)
    {
        name = null;
        return false;
    }

    private static bool TryParseInternational(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out DomainName? name)
    {
        name = null;
        if (utf8.Length > MaxLength * 4)
            return false;
        Span<byte> ascii = stackalloc byte[MaxLength + MaxLabelLength + 1];
        Span<Rune> label = stackalloc Rune[MaxLabelLength + 1];
        int written = 0, runes = 0;
        var isAscii = true;
        while (true)
        {
            var rune = new Rune('.');
            var atEnd = utf8.IsEmpty;
            if (!atEnd)
            {
                if (Rune.DecodeFromUtf8(utf8, out rune, out var consumed) != System.Buffers.OperationStatus.Done)
                    return false;
                utf8 = utf8[consumed..];
            }
            if (rune.Value != '.')
            {
                if (runes > MaxLabelLength - 1)
                    return false;
                isAscii &= rune.IsAscii;
                label[runes++] = rune.IsAscii ? new Rune(Syntax.Octets.ToLower((char)rune.Value)) : rune;
                continue;
            }
            // A label is complete. An empty one is refused by the reader of the whole, but for a final dot.
            if (written > MaxLength)
                return false;
            if (isAscii)
            {
                for (var i = 0; i < runes; i++)
                    ascii[written++] = (byte)label[i].Value;
            }
            else
            {
                if (!InternationalLabel.TryEncode(label[..runes], ascii[written..], out var encoded))
                    return false;
                written += encoded;
            }
            if (atEnd)
                break;
            if (written > MaxLength)
                return false;
            ascii[written++] = (byte)'.';
            runes = 0;
            isAscii = true;
        }
        return TryParseQueryName(ascii[..written], out name) && (name.IsHostName || Refuse(out name));
    }

    /// <summary>Whether this is the other name or lies below it, compared by whole labels. Everything lies below the root.</summary>
    public bool IsAtOrBelow(DomainName other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.LabelCount == 0)
            return true;
        var cut = _octets.Length - other._octets.Length;
        return cut >= 0
            && (cut == 0 || _octets[cut - 1] == '.')
            && _octets.AsSpan(cut).SequenceEqual(other._octets);
    }

    /// <summary>The last <paramref name="count"/> labels: <c>TakeLast(2)</c> of <c>a.b.example.com</c> is <c>example.com</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many labels.</exception>
    public DomainName TakeLast(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, LabelCount);
        if (count == LabelCount)
            return this;
        if (count == 0)
            return Root;
        var octets = LastLabels(count).ToArray();
        return new DomainName(octets, count, IsHostName || AllHostOctets(octets));
    }

    /// <summary>The octets of <see cref="TakeLast"/>, for 1 or more labels that are there.</summary>
    internal ReadOnlySpan<byte> LastLabels(int count)
    {
        var at = _octets.Length;
        for (var i = 0; i < count && at >= 0; i++)
            at = _octets.AsSpan(0, at).LastIndexOf((byte)'.');
        return _octets.AsSpan(at + 1);
    }

    /// <summary>The hash code of the name with these octets.</summary>
    internal static int HashOf(ReadOnlySpan<byte> octets)
    {
        var hash = new HashCode();
        hash.AddBytes(octets);
        return hash.ToHashCode();
    }

    /// <summary>This name with labels put before it, as <c>_dmarc</c> or <c>selector._domainkey</c>. False if the whole is no name.</summary>
    internal bool TryPrepend(ReadOnlySpan<byte> labels, [NotNullWhen(true)] out DomainName? name)
    {
        name = null;
        if (labels.Length + 1 + _octets.Length > MaxLength)
            return false;
        Span<byte> whole = stackalloc byte[MaxLength + 1];
        labels.CopyTo(whole);
        whole[labels.Length] = (byte)'.';
        _octets.CopyTo(whole[(labels.Length + 1)..]);
        return TryParseQueryName(whole[..(labels.Length + 1 + _octets.Length)], out name);
    }

    private static bool AllHostOctets(ReadOnlySpan<byte> octets)
    {
        foreach (var octet in octets)
        {
            if (!Syntax.Octets.IsAlphanumeric(octet) && octet is not ((byte)'-' or (byte)'_' or (byte)'.'))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] DomainName? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && _octets.AsSpan().SequenceEqual(other._octets));

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as DomainName);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>Whether two names are equal, or both null.</summary>
    public static bool operator ==(DomainName? left, DomainName? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two names differ.</summary>
    public static bool operator !=(DomainName? left, DomainName? right) => !(left == right);

    /// <summary>The name without a final dot, in lower case; "." for the root.</summary>
    public override string ToString() => _text ??= _octets.Length == 0 ? "." : Encoding.Latin1.GetString(_octets);
}
