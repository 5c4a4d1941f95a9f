namespace EmailAuth.Arc;

/// <summary>
/// What tells one chain from another: how many fields it has, its highest instance, and the newest seal's signature, which covers all others. A
/// sealer compares the chain that was validated with the one that it is about to extend.
/// </summary>
internal readonly struct ArcChainMark(int fieldCount, int instance, byte[]? newestSeal)
{
    private readonly byte[]? _newestSeal = newestSeal;

    public int FieldCount => fieldCount;

    public bool IsSame(ArcChainMark other) =>
        fieldCount == other.FieldCount && instance == other.Instance && _newestSeal.AsSpan().SequenceEqual(other._newestSeal);

    private int Instance => instance;
}
