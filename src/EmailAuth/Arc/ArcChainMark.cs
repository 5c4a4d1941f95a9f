namespace EmailAuth.Arc;

/// <summary>
/// What tells one chain from another: how many fields it has, its highest instance, and the newest seal's signature, which covers all others. A
/// sealer compares the chain that was validated with the one that it is about to extend.
/// </summary>
internal readonly struct ArcChainMark
{
    private readonly byte[]? _newestSeal;

    private ArcChainMark(int fieldCount, int instance, byte[]? newestSeal)
    {
        FieldCount = fieldCount;
        Instance = instance;
        _newestSeal = newestSeal;
    }

    public int FieldCount { get; }

    public int Instance { get; }

    public static ArcChainMark Of(ArcChain chain) =>
        new(chain.FieldCount, chain.Instance, chain.Instance == 0 ? null : chain[chain.Instance]?.Seal?.Tags?.SignatureOctets);

    public bool IsSame(ArcChainMark other) =>
        FieldCount == other.FieldCount && Instance == other.Instance && _newestSeal.AsSpan().SequenceEqual(other._newestSeal);
}
