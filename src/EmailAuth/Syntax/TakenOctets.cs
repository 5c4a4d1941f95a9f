namespace EmailAuth.Syntax;

/// <summary>
/// The parts of a text that its readers took something from, and those that they looked at and refused. It is kept where somebody wants to know what of a
/// text matters.
/// </summary>
/// <param name="text">The text, of which every part is a slice.</param>
internal sealed class TakenOctets(ReadOnlyMemory<byte> text)
{
    private readonly List<(int Start, int Length)> _taken = [];
    private readonly List<(int Start, int Length)> _refused = [];
    private readonly List<(int Start, int Length)> _refusedShown = [];

    /// <summary>How many parts were taken.</summary>
    public int Count => _taken.Count;

    /// <summary>Parts that were refused as a domain that is to be asked for.</summary>
    public IReadOnlyList<(int Start, int Length)> RefusedDomains => _refused;

    /// <summary>Parts with more than a domain may hold, none of which is to become one that is shown.</summary>
    public IReadOnlyList<(int Start, int Length)> RefusedShown => _refusedShown;

    public void Take(ReadOnlySpan<byte> part) => Add(_taken, part);

    public void RefuseDomain(ReadOnlySpan<byte> part) => Add(_refused, part);

    public void RefuseShown(ReadOnlySpan<byte> part)
    {
        part = part.TrimFws();
        var length = 0;
        bool hasDot = false, hasTwoLabels = false;
        for (; length < part.Length; length++)
        {
            var octet = part[length];
            if (octet == '.')
                hasDot = true;
            else if (Octets.IsAlphanumeric(octet) || octet is (byte)'-' or (byte)'_')
                hasTwoLabels |= hasDot;
            else if (octet is not ((byte)'"' or (byte)'[' or (byte)']' or (byte)'\\'))
                break;
        }
        // A first label alone is refused as it is; with a second one it would be a domain once the rest is none.
        if (length < part.Length)
            Add(_refusedShown, hasTwoLabels ? part : part[length..]);
    }

    /// <summary>Where the part begins in the text.</summary>
    public int Start(ReadOnlySpan<byte> part) => text.Span.Overlaps(part, out var start) ? start : 0;

    /// <summary>Takes back all but the first so many.</summary>
    public void Forget(int count) => _taken.RemoveRange(count, _taken.Count - count);

    /// <summary>Writes the first so many parts to where they stand in the text.</summary>
    public void CopyTo(Span<byte> copy, int count)
    {
        foreach (var (start, length) in _taken[..count])
            text.Span.Slice(start, length).CopyTo(copy[start..]);
    }

    /// <summary>Of each octet of the text whether it was taken.</summary>
    public bool[] ToFlags()
    {
        var flags = new bool[text.Length];
        foreach (var (start, length) in _taken)
            flags.AsSpan(start, length).Fill(true);
        return flags;
    }

    private void Add(List<(int Start, int Length)> parts, ReadOnlySpan<byte> part)
    {
        if (text.Span.Overlaps(part, out var start))
            parts.Add((start, part.Length));
    }
}
