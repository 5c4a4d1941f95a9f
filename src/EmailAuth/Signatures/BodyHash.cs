using System.Security.Cryptography;

namespace EmailAuth.Signatures;

/// <summary>The hash of a canonical body, or of its first octets. Read it when the plan is finished.</summary>
/// <param name="limit">How many octets are to be hashed (<c>l=</c>); null for all.</param>
/// <param name="next">Another hash of the same canonical body.</param>
internal sealed class BodyHash(long? limit, BodyHash? next)
{
    private Digest _digest;
    private bool _isTaken;
    private IncrementalHash? _function;

    /// <summary>How many octets were to be hashed (<c>l=</c>); null for all.</summary>
    public long? Limit => limit;

    public BodyHash? Next => next;

    /// <summary>The octets of the canonical body, hashed or not.</summary>
    public long BodyLength { get; private set; }

    /// <summary>SHA-256 of what was to be hashed.</summary>
    public ReadOnlySpan<byte> Digest => _isTaken ? _digest : default(ReadOnlySpan<byte>);

    public bool Matches(ReadOnlySpan<byte> expected) => _isTaken && CryptographicOperations.FixedTimeEquals(_digest, expected);

    /// <summary>Takes octets of the canonical body, the first of which stands at that place in it.</summary>
    internal void Append(ReadOnlySpan<byte> canonical, long at)
    {
        _function ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _function.AppendData(Part(canonical, at));
    }

    /// <summary>Takes the last octets. A body that comes as a whole here is hashed without the state that one in pieces needs.</summary>
    internal void Finish(ReadOnlySpan<byte> canonical, long at)
    {
        if (_function is null)
        {
            SHA256.HashData(Part(canonical, at), _digest);
        }
        else
        {
            _function.AppendData(Part(canonical, at));
            _function.GetHashAndReset(_digest);
        }
        _isTaken = true;
        BodyLength = at + canonical.Length;
    }

    /// <summary>Takes a hash that was kept; an empty one matches nothing.</summary>
    internal void Set(ReadOnlySpan<byte> digest, long bodyLength)
    {
        _isTaken = !digest.IsEmpty;
        digest.CopyTo(_digest);
        BodyLength = bodyLength;
    }

    private ReadOnlySpan<byte> Part(ReadOnlySpan<byte> canonical, long at) =>
        limit is { } most ? canonical[..(int)Math.Clamp(most - at, 0, canonical.Length)] : canonical;

    internal void Release() => _function?.Dispose();
}
