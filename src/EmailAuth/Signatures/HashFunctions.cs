using System.Security.Cryptography;

namespace EmailAuth.Signatures;

/// <summary>
/// SHA-256 in pieces, kept for the next message: each is a state in the platform's library, which costs more to make than a small message to hash. Only one whose
/// hash was taken comes back, and taking it clears it. Safe to use from many threads at once.
/// </summary>
internal sealed class HashFunctions
{
    private readonly IncrementalHash?[] _idle = new IncrementalHash?[Math.Min(Environment.ProcessorCount * 2, 64)];

    /// <summary>One that has hashed nothing.</summary>
    public IncrementalHash Take()
    {
        foreach (ref var place in _idle.AsSpan())
        {
            if (Volatile.Read(ref place) is not null && Interlocked.Exchange(ref place, null) is { } idle)
                return idle;
        }
        return IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    /// <summary>Takes the hash, and gives the function back.</summary>
    public void Finish(IncrementalHash function, Span<byte> digest)
    {
        function.GetHashAndReset(digest);
        foreach (ref var place in _idle.AsSpan())
        {
            if (Volatile.Read(ref place) is null && Interlocked.CompareExchange(ref place, function, null) is null)
                return;
        }
        function.Dispose();
    }
}
