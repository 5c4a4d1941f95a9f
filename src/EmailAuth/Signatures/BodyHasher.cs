using System.Security.Cryptography;
using EmailAuth.Message;

namespace EmailAuth.Signatures;

/// <summary>The hash of a canonical body, or of its first octets. Read it when the plan is finished.</summary>
internal sealed class BodyHash(long? limit)
{
    private byte[] _digest = [];

    /// <summary>How many octets were to be hashed (<c>l=</c>); null for all.</summary>
    public long? Limit => limit;

    /// <summary>The octets of the canonical body, hashed or not.</summary>
    public long BodyLength { get; private set; }

    /// <summary>SHA-256 of what was to be hashed.</summary>
    public ReadOnlySpan<byte> Digest => _digest;

    public bool Matches(ReadOnlySpan<byte> expected) =>
        _digest.Length == expected.Length && _digest.Length > 0 && CryptographicOperations.FixedTimeEquals(_digest, expected);

    internal void Set(byte[] digest, long bodyLength)
    {
        _digest = digest;
        BodyLength = bodyLength;
    }
}

/// <summary>One canonicalization of a body, and every hash that is taken of it (RFC 6376 §3.7 step 1).</summary>
internal sealed class BodyHasher : IBodyConsumer, IDisposable
{
    private readonly BodyCanonicalizer _canonicalizer;
    private readonly List<(BodyHash Hash, IncrementalHash Function)> _hashes = new(1);
    private long _hashed;

    public BodyHasher(CanonicalizationAlgorithm algorithm) =>
        _canonicalizer = BodyCanonicalizer.Create(algorithm, new Sink(this));

    public BodyHash? Find(long? limit)
    {
        foreach (var (hash, _) in _hashes)
        {
            if (hash.Limit == limit)
                return hash;
        }
        return null;
    }

    public BodyHash Add(long? limit)
    {
        var hash = new BodyHash(limit);
        _hashes.Add((hash, IncrementalHash.CreateHash(HashAlgorithmName.SHA256)));
        return hash;
    }

    public void Append(ReadOnlySpan<byte> piece) => _canonicalizer.Append(piece);

    public void Finish()
    {
        _canonicalizer.Finish();
        foreach (var (hash, function) in _hashes)
            hash.Set(function.GetHashAndReset(), _canonicalizer.Length);
    }

    private void Hash(ReadOnlySpan<byte> canonical)
    {
        foreach (var (hash, function) in _hashes)
        {
            var wanted = hash.Limit is { } limit ? Math.Min(canonical.Length, Math.Max(0, limit - _hashed)) : canonical.Length;
            if (wanted > 0)
                function.AppendData(canonical[..(int)wanted]);
        }
        _hashed += canonical.Length;
    }

    public void Dispose()
    {
        _canonicalizer.Dispose();
        foreach (var (_, function) in _hashes)
            function.Dispose();
    }

    private sealed class Sink(BodyHasher hasher) : IBodyConsumer
    {
        public void Append(ReadOnlySpan<byte> piece) => hasher.Hash(piece);
    }
}
