using System.Collections.Immutable;
using EmailAuth.Message;

namespace EmailAuth.Signatures;

/// <summary>One canonicalization of a body, and every hash that is taken of it (RFC 6376 §3.7 step 1).</summary>
internal sealed class BodyHasher : IBodyConsumer, IDisposable
{
    private readonly BodyCanonicalizer _canonicalizer;
    private readonly HashFunctions _functions;
    private BodyHash? _hashes;
    private long _hashed;

    public BodyHasher(CanonicalizationAlgorithm algorithm, HashFunctions functions)
    {
        _canonicalizer = BodyCanonicalizer.Create(algorithm, this);
        _functions = functions;
    }

    public BodyHash? Find(long? limit)
    {
        for (var hash = _hashes; hash is not null; hash = hash.Next)
        {
            if (hash.Limit == limit)
                return hash;
        }
        return null;
    }

    public BodyHash Add(long? limit) => _hashes = new BodyHash(limit, _hashes, _functions);

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

    public void Keep(CanonicalizationAlgorithm algorithm, ImmutableArray<KeptBodyHash>.Builder kept)
    {
        for (var hash = _hashes; hash is not null; hash = hash.Next)
            kept.Add(new KeptBodyHash(algorithm, hash.Limit, hash.BodyLength, hash.Digest.ToArray()));
    }

    public bool Fill(CanonicalizationAlgorithm algorithm, ImmutableArray<KeptBodyHash> kept)
    {
        var isComplete = true;
        for (var hash = _hashes; hash is not null; hash = hash.Next)
        {
            KeptBodyHash? found = null;
            foreach (var one in kept)
            {
                if (one.Algorithm == algorithm && (found is null || one.Limit == hash.Limit))
                    found = one;
            }
            var isFound = found is not null && found.Limit == hash.Limit;
            // The length of the body is the same whichever part of it was hashed.
            hash.Set(isFound ? found!.Digest : [], found?.BodyLength ?? 0);
            isComplete &= isFound;
        }
        return isComplete;
    }

    public void Dispose()
    {
        _canonicalizer.Dispose();
        for (var hash = _hashes; hash is not null; hash = hash.Next)
            hash.Release();
    }
}
