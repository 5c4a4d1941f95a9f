using System.Security.Cryptography;

namespace EmailAuth.Signatures;

/// <summary>The hash of a canonical body, or of its first octets. Read it when the plan is finished.</summary>
/// <param name="limit">How many octets are to be hashed (<c>l=</c>); null for all.</param>
/// <param name="next">Another hash of the same canonical body.</param>
/// <param name="functions">Where a hash in pieces is begun.</param>
internal sealed class BodyHash(long? limit, BodyHash? next, HashFunctions functions)
{
    private readonly long _limit = limit ?? -1;
    private Digest _digest;
    private bool _isTaken;
    private IncrementalHash? _function;

    /// <summary>How many octets were to be hashed (<c>l=</c>); null for all.</summary>
    public long? Limit => _limit < 0 ? null : _limit;

    public BodyHash? Next => next;

    /// <summary>The octets of the canonical body, hashed or not.</summary>
    public long BodyLength { get; private set; }

    /// <summary>SHA-256 of what was to be hashed.</summary>
    public ReadOnlySpan<byte> Digest => _isTaken ? _digest : default(ReadOnlySpan<byte>);

    public bool Matches(ReadOnlySpan<byte> expected) => _isTaken && CryptographicOperations.FixedTimeEquals(_digest, expected);

    /// <summary>Takes octets of the canonical body, the first of which stands at that place in it.</summary>
    internal void Append(ReadOnlySpan<byte> canonical, long at)
    {
        _function ??= functions.Take();
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
            functions.Finish(_function, _digest);
            _function = null;
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
        _limit < 0 ? canonical : canonical[..(int)Math.Clamp(_limit - at, 0, canonical.Length)];

    /// <summary>Lets go of what was begun and will not be ended.</summary>
    internal void Release()
    {
        _function?.Dispose();
        _function = null;
    }
}
