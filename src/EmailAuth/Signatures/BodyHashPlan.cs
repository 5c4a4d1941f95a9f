using System.Collections.Immutable;
using EmailAuth.Message;
using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>
/// The body hashes that the signatures of one message need, each distinct one once (RFC 6376 §3.7): all are computed in one pass over the
/// body, which is read as it comes and never kept.
/// </summary>
/// <remarks>
/// A hash is named by canonicalization and length (<c>l=</c>); the hash function is SHA-256, the only one that RFC 8301 §3.1 leaves. So whole
/// bodies need two hashes at the most, however many signatures there are; those with a length are given to the first that ask. All signatures of a
/// message share one plan, so that it also counts what else they share: the use of keys.
/// </remarks>
/// <param name="limits">How many hashes, and how often keys are used; null for the defaults.</param>
/// <param name="functions">Hash functions kept from message to message; null for new ones.</param>
internal sealed class BodyHashPlan(SignatureLimits? limits = null, HashFunctions? functions = null) : IBodyConsumer, IDisposable
{
    /// <summary>A block that stays in the first-level cache while it is scanned and hashed.</summary>
    private const int BlockLength = 16 << 10;

    // Both of the whole body are always to be had.
    private const int WholeHashes = 2;

    private readonly SignatureLimits _limits = limits ?? SignatureLimits.Default;
    private readonly HashFunctions _functions = functions ?? new HashFunctions();
    private BodyHasher? _simple;
    private BodyHasher? _relaxed;
    private int _partialHashes;
    private int _verifications;
    private bool _isFinished;

    /// <summary>Whether nobody needs the body.</summary>
    public bool IsEmpty => _simple is null && _relaxed is null;

    /// <summary>Asks for a hash, before the first piece of the body. Null if there are too many distinct ones with a length.</summary>
    /// <param name="algorithm">The body half of <c>c=</c>.</param>
    /// <param name="length">How many octets of the canonical body to hash (<c>l=</c>); null for all.</param>
    public BodyHash? Add(CanonicalizationAlgorithm algorithm, long? length = null)
    {
        ref var hasher = ref algorithm == CanonicalizationAlgorithm.Simple ? ref _simple : ref _relaxed;
        if (hasher?.Find(length) is { } known)
            return known;
        if (length is not null && _partialHashes++ >= _limits.MaxBodyHashes - WholeHashes)
        {
            LimitHits.Count("Signatures.MaxBodyHashes");
            return null;
        }
        hasher ??= new BodyHasher(algorithm, _functions);
        return hasher.Add(length);
    }

    /// <summary>Asks for one use of a key. False if the message has had all that it may.</summary>
    public bool TryCountVerification()
    {
        if (Interlocked.Increment(ref _verifications) <= _limits.MaxVerifications)
            return true;
        LimitHits.Count("Signatures.MaxVerifications");
        return false;
    }

    public void Append(ReadOnlySpan<byte> piece)
    {
        if (_relaxed is null)
        {
            // It is looked at at its end only, so that nothing is gained by taking it in parts.
            _simple?.AppendPiece(piece);
            return;
        }
        while (!piece.IsEmpty)
        {
            var block = piece[..Math.Min(piece.Length, BlockLength)];
            _simple?.AppendPiece(block);
            _relaxed?.AppendPiece(block);
            piece = piece[block.Length..];
        }
    }

    /// <summary>Ends the body. The first call counts, so that each room may call it.</summary>
    public void Finish()
    {
        if (_isFinished)
            return;
        _isFinished = true;
        _simple?.Finish();
        _relaxed?.Finish();
    }

    /// <summary>The hashes, to keep them when the body is gone. When the plan is finished.</summary>
    public ImmutableArray<KeptBodyHash> Keep()
    {
        var kept = ImmutableArray.CreateBuilder<KeptBodyHash>();
        _simple?.Keep(CanonicalizationAlgorithm.Simple, kept);
        _relaxed?.Keep(CanonicalizationAlgorithm.Relaxed, kept);
        return kept.DrainToImmutable();
    }

    /// <summary>Ends the plan with hashes that were kept, in place of the body. False if one is not among them: it then matches nothing.</summary>
    public bool Fill(ImmutableArray<KeptBodyHash> kept)
    {
        _isFinished = true;
        var isComplete = _simple?.Fill(CanonicalizationAlgorithm.Simple, kept) ?? true;
        return (_relaxed?.Fill(CanonicalizationAlgorithm.Relaxed, kept) ?? true) && isComplete;
    }

    public void Dispose()
    {
        _simple?.Dispose();
        _relaxed?.Dispose();
    }
}
