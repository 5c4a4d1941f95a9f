using System.Collections.Immutable;
using EmailAuth.AuthResults;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Arc;

/// <summary>The validation of one message's chain under way: its structure is judged, the body and the keys are yet to come (RFC 8617 §5.2).</summary>
internal sealed class ArcValidation
{
    private readonly ArcOptions _options;
    private readonly HeaderBlock _header;
    private readonly BodyHashPlan _plan;
    private readonly ArcChain _chain;
    private PendingKey? _keys;
    private readonly PendingSet[] _sets;
    private ArcResult? _decided;

    /// <summary>The two signatures of a set, waiting for keys and body or judged already.</summary>
    private struct PendingSet
    {
        public PendingKey? SealKey;
        public PendingKey? MessageSignatureKey;
        public BodyHash? BodyHash;
        public ArcSignatureResult? Seal;
        public ArcSignatureResult? MessageSignature;
    }

    public ArcValidation(ArcOptions options, HeaderBlock header, BodyHashPlan plan, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        _options = options;
        _header = header;
        _plan = plan;
        _chain = ArcChain.Read(header, options);
        _sets = _chain.Instance == 0 ? [] : new PendingSet[_chain.Instance];
        if (_chain.Decided.Reason != ArcReason.None)
            _decided = Result(_chain.Decided.Reason == ArcReason.NoChain ? ArcStatus.None : ArcStatus.Fail, _chain.Decided.Reason, _chain.Decided.Text);
        else if (!TryFindFault())
            AskForKeys(resolver, cancellationToken);
    }

    private int Newest => _chain.Instance;

    private ArcSet SetAt(int instance) => _chain[instance]!;

    private ref PendingSet Pending(int instance) => ref _sets[instance - 1];

    /// <summary>Whether a signature that the chain needs fails whatever its key is, so that no key need be asked for.</summary>
    private bool TryFindFault()
    {
        var newest = SetAt(Newest).MessageSignature!;
        if (newest.Fault.Reason != ArcSignatureReason.NotVerified)
        {
            Pending(Newest).MessageSignature = Failed(newest);
            _decided = NewestFailed();
            return true;
        }
        for (var instance = Newest; instance >= 1; instance--)
        {
            var seal = SetAt(instance).Seal!;
            if (seal.Fault.Reason == ArcSignatureReason.NotVerified)
                continue;
            Pending(instance).Seal = Failed(seal);
            _decided = SealFailed(instance);
            return true;
        }
        return false;
    }

    private void AskForKeys(IDnsResolver resolver, CancellationToken cancellationToken)
    {
        Ask(Newest, resolver, cancellationToken);
        for (var instance = Newest; instance >= 1; instance--)
            Pending(instance).SealKey = PendingKey.Ask(ref _keys, resolver, SetAt(instance).Seal!.Tags!.KeyName, cancellationToken);

        // Step 5 is optional: what is older is looked at as far as the limit goes, and no further than to one that fails without its key.
        var left = _options.Limits.MaxSignaturesVerified - (Newest + 1);
        for (var instance = Newest - 1; instance >= 1 && left > 0; instance--, left--)
        {
            if (SetAt(instance).MessageSignature!.Fault.Reason != ArcSignatureReason.NotVerified)
                break;
            Ask(instance, resolver, cancellationToken);
        }
    }

    private void Ask(int instance, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        var tags = SetAt(instance).MessageSignature!.Tags!;
        ref var pending = ref Pending(instance);
        pending.MessageSignatureKey = PendingKey.Ask(ref _keys, resolver, tags.KeyName, cancellationToken);
        // A part of the body never counts (behaviour A2), so the hash of the whole is all that is needed, l= or not.
        pending.BodyHash = _plan.Add(tags.BodyCanonicalization);
    }

    /// <summary>The result, when the body has been read and the plan finished. Waits for keys that are not here yet.</summary>
    public ValueTask<ArcResult> CompleteAsync()
    {
        if (_decided is not null)
            return new ValueTask<ArcResult>(_decided);
        return _keys is null or { AreAllHere: true } ? new ValueTask<ArcResult>(Judge()) : WaitAsync();
    }

    private async ValueTask<ArcResult> WaitAsync()
    {
        // The newest message signature is asked first: where it fails, nobody waits for the other keys.
        await Pending(Newest).MessageSignatureKey!.ArriveAsync().ConfigureAwait(false);
        if (!VerifyMessageSignature(Newest))
            return NewestFailed();
        for (var key = _keys; key is not null; key = key.Next)
            await key.ArriveAsync().ConfigureAwait(false);
        return Judge();
    }

    /// <summary>Steps 4 to 7, with step 5 last: it decides nothing.</summary>
    private ArcResult Judge()
    {
        if (!VerifyMessageSignature(Newest))
            return NewestFailed();
        var failed = VerifySeals();
        return failed > 0 ? SealFailed(failed) : Passed(FindOldestPass());
    }

    private bool VerifyMessageSignature(int instance)
    {
        ref var pending = ref Pending(instance);
        if (pending.MessageSignature is null)
        {
            var signature = SetAt(instance).MessageSignature!;
            Span<byte> digest = stackalloc byte[SignatureAlgorithms.DigestLength];
            if (_options.Trace?.TryGetKept(signature.FieldIndex, digest) != true)
            {
                var hasher = new HeaderHasher(signature.Tags!.HeaderCanonicalization);
                hasher.AddFields(_header, signature.Tags.SignedFields, signature.FieldIndex);
                hasher.AddSignatureField(_header, signature.FieldIndex, signature.Tags);
                hasher.GetDigest(digest);
                hasher.Dispose();
            }
            pending.MessageSignature = new ArcSignatureJudge(signature, _plan, _options.MinimumRsaKeyBits, digest, pending.BodyHash).Judge(pending.MessageSignatureKey!.Result);
            if (_options.Trace is { } trace)
                trace.Evidence[signature.FieldIndex] = EvidenceOf(signature, digest, pending.BodyHash);
        }
        return pending.MessageSignature.Status == ArcSignatureStatus.Pass;
    }

    /// <summary>Verifies from the newest down; the instance of the first that fails, or 0.</summary>
    private int VerifySeals()
    {
        Span<int> ends = stackalloc int[Newest];
        Span<byte> digest = stackalloc byte[SignatureAlgorithms.DigestLength];
        var hasher = new SealHasher(_header);
        for (var instance = 1; instance <= Newest; instance++)
            ends[instance - 1] = hasher.AddSet(SetAt(instance));
        var failed = 0;
        for (var instance = Newest; instance >= 1 && failed == 0; instance--)
        {
            var seal = SetAt(instance).Seal!;
            if (_options.Trace?.TryGetKept(seal.FieldIndex, digest) != true)
                hasher.GetDigest(ends[instance - 1], seal, digest);
            ref var pending = ref Pending(instance);
            pending.Seal = new ArcSignatureJudge(seal, _plan, _options.MinimumRsaKeyBits, digest, body: null).Judge(pending.SealKey!.Result);
            if (_options.Trace is { } trace)
                trace.Evidence[seal.FieldIndex] = EvidenceOf(seal, digest, body: null);
            if (pending.Seal.Status != ArcSignatureStatus.Pass)
                failed = instance;
        }
        hasher.Dispose();
        return failed;
    }

    private static SignatureEvidence EvidenceOf(ArcSignature signature, ReadOnlySpan<byte> digest, BodyHash? body) => new(signature.Tags!.KeyName, digest.ToArray())
    {
        StatedBodyHash = body is null ? default : signature.Tags.BodyHash.ToArray(),
        BodyHash = body is null ? default : body.Digest.ToArray(),
        BodyLength = body?.BodyLength ?? 0,
    };

    /// <summary>RFC 8617 §5.2 step 5: the lowest instance down to which all message signatures verify; 0 if that is 1.</summary>
    private int FindOldestPass()
    {
        var oldest = Newest;
        while (oldest > 1 && Pending(oldest - 1).MessageSignatureKey is not null && VerifyMessageSignature(oldest - 1))
            oldest--;
        var next = oldest - 1;
        if (next >= 1 && Pending(next).MessageSignature is null && SetAt(next).MessageSignature!.Fault.Reason != ArcSignatureReason.NotVerified)
            Pending(next).MessageSignature = Failed(SetAt(next).MessageSignature!);
        return oldest == 1 ? 0 : oldest;
    }

    private static ArcSignatureResult Failed(ArcSignature signature) =>
        new(signature, ArcSignatureStatus.Fail, signature.Fault.Reason, signature.Fault.Text);

    private ArcResult NewestFailed() => SignatureFailed(ArcReason.MessageSignature, Newest, Pending(Newest).MessageSignature!, "newest message signature, of set");

    private ArcResult SealFailed(int instance) => SignatureFailed(ArcReason.Seal, instance, Pending(instance).Seal!, "seal of set");

    // RFC 8617 §5.2.1: "All errors, including DNS failures, become unrecoverable and are considered permanent."
    private ArcResult SignatureFailed(ArcReason reason, int instance, ArcSignatureResult signature, string what) =>
        Result(ArcStatus.Fail, reason, $"the {what} {instance} ({signature.Domain?.ToString() ?? "no domain"}), fails: {signature.ReasonText}",
            isTransient: signature.Reason == ArcSignatureReason.KeyUnavailable);

    private ArcResult Passed(int oldestPass) => Result(ArcStatus.Pass, ArcReason.Verified, "the newest message signature and every seal verify", oldestPass: oldestPass);

    private ArcResult Result(ArcStatus status, ArcReason reason, string text, bool isTransient = false, int? oldestPass = null)
    {
        var isPass = status == ArcStatus.Pass;
        var sets = ImmutableArray.CreateBuilder<ArcSetResult>(_sets.Length);
        for (var instance = 1; instance <= _sets.Length; instance++)
        {
            if (_chain[instance] is { } set)
                sets.Add(ResultOf(set, readsClaims: isPass));
        }
        LimitHits.Count(reason == ArcReason.TooManySets ? "Arc.MaxSets" : null);
        return new ArcResult(status, reason, text, _chain, sets.DrainToImmutable())
        {
            OldestPass = oldestPass,
            IsTransient = isTransient,
            CoversFrom = isPass && CoversFrom(),
        };
    }

    private ArcSetResult ResultOf(ArcSet set, bool readsClaims)
    {
        var pending = Pending(set.Instance);
        AuthenticationResults? claims = null;
        string? problem = null;
        // RFC 8617 §3.4: "The accuracy or syntax of the authres-payload field does not affect the validity of the ARC Chain itself."
        if (readsClaims)
            AuthenticationResults.TryRead(_header.Value(_header.Fields[set.AuthenticationResults])[set.Payload..], out claims, out problem, _options.AuthenticationResultsLimits);
        LimitHits.Count(LimitHit(pending.Seal));
        LimitHits.Count(LimitHit(pending.MessageSignature));
        return new ArcSetResult(
            set, pending.Seal ?? ArcSignatureResult.NotVerified(set.Seal), pending.MessageSignature ?? ArcSignatureResult.NotVerified(set.MessageSignature))
        {
            AuthenticationResults = claims,
            AuthenticationResultsProblem = problem,
        };
    }

    /// <summary>The limit that decided, as it is counted; the use of keys is counted in the plan.</summary>
    private static string? LimitHit(ArcSignatureResult? signature) => signature?.Reason switch
    {
        ArcSignatureReason.TooLong => "Signatures.MaxValueLength",
        ArcSignatureReason.TooManyTags => "Signatures.MaxTags",
        ArcSignatureReason.TooManySignedFields => "Signatures.MaxSignedFields",
        ArcSignatureReason.TooManyKeyRecords => "Signatures.MaxKeyRecords",
        ArcSignatureReason.KeyTooLong => "Signatures.MaxKeyRecordOctets",
        _ => null,
    };

    private bool CoversFrom()
    {
        var covered = SetAt(Newest).MessageSignature!.Tags!.SignedFields.CountOf("From"u8);
        return covered > 0 && covered >= _header.IndicesOf("From"u8).Length;
    }
}
