namespace EmailAuth.Syntax;

/// <summary>
/// Octets met lately, so that those that come again need no copy of their own. Of bounded size, as each value has one place and takes it from whichever is there.
/// Safe to use from many threads at once.
/// </summary>
internal sealed class KeptOctets
{
    private const int Places = 256, Longest = 512;

    private readonly byte[]?[] _kept = new byte[]?[Places];

    /// <summary>The same octets in an array that nobody changes.</summary>
    public byte[] Keep(ReadOnlySpan<byte> octets)
    {
        if (octets.Length > Longest)
            return octets.ToArray();
        // Nobody outside can choose who takes whose place: the hash has a seed of the process's own.
        var hash = new HashCode();
        hash.AddBytes(octets);
        ref var place = ref _kept[hash.ToHashCode() & (Places - 1)];
        if (Volatile.Read(ref place) is { } known && octets.SequenceEqual(known))
            return known;
        var copy = octets.ToArray();
        Volatile.Write(ref place, copy);
        return copy;
    }
}
