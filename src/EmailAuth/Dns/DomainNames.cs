using System.Diagnostics.CodeAnalysis;

namespace EmailAuth.Dns;

/// <summary>
/// Names met lately: one that comes again is looked up and not made anew, and what it was turned into, such as its text, is still there. Of bounded
/// size, as each name has one place and takes it from whichever is there. Safe to use from many threads at once.
/// </summary>
internal sealed class DomainNames
{
    private const int Places = 1024;

    // Nobody outside can choose who takes whose place: the hash has a seed of the process's own.
    private readonly DomainName?[] _names = new DomainName?[Places];

    /// <inheritdoc cref="DomainName.TryParse(ReadOnlySpan{byte}, out DomainName?)"/>
    public bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out DomainName? name)
    {
        name = Find(utf8, DomainName.HashOf(utf8));
        if (name is { IsHostName: true })
            return true;
        if (!DomainName.TryParse(utf8, out name))
            return false;
        Keep(name);
        return true;
    }

    /// <inheritdoc cref="DomainName.TryParse(ReadOnlySpan{char}, out DomainName?)"/>
    public bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out DomainName? name)
    {
        Span<byte> octets = stackalloc byte[DomainName.MaxLength + 1];
        return text.Length <= octets.Length && System.Text.Ascii.FromUtf16(text, octets, out var length) == System.Buffers.OperationStatus.Done
            ? TryParse(octets[..length], out name)
            : DomainName.TryParse(text, out name);
    }

    /// <inheritdoc cref="DomainName.TryPrepend"/>
    public bool TryPrepend(ReadOnlySpan<byte> labels, DomainName domain, [NotNullWhen(true)] out DomainName? name)
    {
        name = null;
        var length = labels.Length + 1 + domain.Octets.Length;
        if (length > DomainName.MaxLength)
            return false;
        Span<byte> whole = stackalloc byte[DomainName.MaxLength];
        labels.CopyTo(whole);
        whole[labels.Length] = (byte)'.';
        domain.Octets.CopyTo(whole[(labels.Length + 1)..]);
        whole = whole[..length];
        name = Find(whole, DomainName.HashOf(whole));
        if (name is not null)
            return true;
        if (!DomainName.TryParseQueryName(whole, out name))
            return false;
        Keep(name);
        return true;
    }

    /// <inheritdoc cref="DomainName.TakeLast"/>
    public DomainName TakeLast(DomainName domain, int count)
    {
        if (count == domain.LabelCount || count == 0)
            return domain.TakeLast(count);
        var octets = domain.LastLabels(count);
        if (Find(octets, DomainName.HashOf(octets)) is { } known)
            return known;
        var name = domain.TakeLast(count);
        Keep(name);
        return name;
    }

    private DomainName? Find(ReadOnlySpan<byte> octets, int hash) =>
        Volatile.Read(ref PlaceOf(hash)) is { } name && name.Octets.SequenceEqual(octets) ? name : null;

    private void Keep(DomainName name) => Volatile.Write(ref PlaceOf(name.GetHashCode()), name);

    private ref DomainName? PlaceOf(int hash) => ref _names[hash & (Places - 1)];
}
