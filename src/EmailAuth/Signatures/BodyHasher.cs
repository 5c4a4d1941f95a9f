using EmailAuth.Message;

namespace EmailAuth.Signatures;

/// <summary>One canonicalization of a body, and every hash that is taken of it (RFC 6376 §3.7 step 1).</summary>
internal sealed class BodyHasher : IBodyConsumer, IDisposable
{
    private readonly BodyCanonicalizer _canonicalizer;
    private BodyHash? _hashes;
    private long _hashed;

    public BodyHasher(CanonicalizationAlgorithm algorithm) => _canonicalizer = BodyCanonicalizer.Create(algorithm, this);

    public BodyHash? Find(long? limit)
    {
        for (var hash = _hashes; hash is not null; hash = hash.Next)
        {
            if (hash.Limit == limit)
                return hash;
        }
        return null;
    }

    public BodyHash Add(long? limit) => _hashes = new BodyHash(limit, _hashes);

    /// <summary>Takes a piece of the body as it came.</summary>
    public void AppendPiece(ReadOnlySpan<byte> piece) => _canonicalizer.Append(piece);

    /// <summary>Takes octets of the canonical body.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        for (var hash = _hashes; hash is not null; hash = hash.Next)
            hash.Append(piece, _hashed);
        _hashed += piece.Length;
    }

    /// <summary>Ends the body.</summary>
    public void Finish()
    {
        var last = _canonicalizer.Finish();
        for (var hash = _hashes; hash is not null; hash = hash.Next)
            hash.Finish(last, _hashed);
    }

    public void Dispose()
    {
        _canonicalizer.Dispose();
        for (var hash = _hashes; hash is not null; hash = hash.Next)
            hash.Release();
    }
}
