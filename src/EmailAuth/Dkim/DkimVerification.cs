using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Dkim;

/// <summary>The verification of one message under way: what its header block tells is done, the body and the keys are yet to come.</summary>
internal sealed class DkimVerification
{
    private static ReadOnlySpan<byte> FieldName => "DKIM-Signature"u8;

    private readonly DkimVerifierOptions _options;
    private readonly ImmutableArray<string> _repeatedFields;
    private readonly HeaderBlock _header;
    private readonly BodyHashPlan _plan;
    private PendingSignature[] _signatures = [];

    /// <summary>One DKIM-Signature field: decided already, or waiting for key and body.</summary>
    private struct PendingSignature
    {
        public int FieldIndex;
        public DkimSignature? Signature;
        public DkimResult? Decided;
        public Digest HeaderDigest;
        public BodyHash? BodyHash;

        /// <summary>What was found at the key's name; null as long as that is waited for.</summary>
        public KeyQueryResult? Keys;

        // A task, so that the query goes on by itself.
        public Task<KeyQueryResult>? Waiting;
    }

    public DkimVerification(
        DkimVerifierOptions options, HeaderBlock header, BodyHashPlan plan, IDnsResolver resolver, ReadOnlySpan<DomainName> authorDomains, CancellationToken cancellationToken)
    {
        _options = options;
        _header = header;
        _plan = plan;
        _repeatedFields = SingleFields.RepeatedIn(header);
        if (header.Defect != MessageDefect.None)
        {
            _signatures = [new PendingSignature
            {
                FieldIndex = -1,
                Decided = new DkimResult(DkimStatus.PermError, DkimReason.HeaderNotRead, $"the header block was not read: {header.Defect}", -1),
            }];
            return;
        }
        ReadSignatures(header);
        ChooseVerified(authorDomains);
        foreach (ref var signature in _signatures.AsSpan())
        {
            if (signature.Decided is null)
                Start(ref signature, resolver, cancellationToken);
        }
    }

    private void ReadSignatures(HeaderBlock header)
    {
        var fields = header.Fields;
        var count = 0;
        foreach (ref readonly var field in fields)
            count += header.IsNamed(field, FieldName) ? 1 : 0;
        if (count == 0)
            return;
        _signatures = new PendingSignature[count];
        var now = _options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();
        var next = 0;
        for (var i = 0; next < count; i++)
        {
            if (header.IsNamed(fields[i], FieldName))
                Read(ref _signatures[next], next++, header.ValueMemory(fields[i]), i, now);
        }
    }

    private void Read(ref PendingSignature pending, int number, ReadOnlyMemory<byte> value, int index, long now)
    {
        pending.FieldIndex = index;
        // Counted before any work is done for them.
        if (number >= _options.Limits.MaxSignaturesRead)
            pending.Decided = new DkimResult(DkimStatus.Neutral, DkimReason.TooManySignatures, $"only the first {_options.Limits.MaxSignaturesRead} signatures are read", index);
        else if (!DkimSignature.TryRead(value, out pending.Signature, out var defect, _options.Names))
            pending.Decided = UnreadableSignature.ToResult(value.Span, defect, index);
        else
            pending.Decided = JudgeWithoutKey(pending.Signature, index, now);
    }

    /// <summary>What needs neither key nor body.</summary>
    private DkimResult? JudgeWithoutKey(DkimSignature signature, int index, long now)
    {
        var drift = (long)_options.ClockDrift.TotalSeconds;
        // RFC 8301 §3.1: "rsa-sha1 MUST NOT be used for signing or verifying."
        if (signature.Algorithm == SignatureAlgorithm.RsaSha1)
            return new DkimResult(DkimStatus.Policy, DkimReason.Sha1, "rsa-sha1 no longer counts; rsa-sha256 would", index, signature);
        if (signature.Tags.Expiration is { } expiration && expiration < now - drift)
            return new DkimResult(DkimStatus.PermError, DkimReason.Expired, $"the signature expired at {expiration} (x=), {now - expiration} s ago", index, signature);
        if (signature.Tags.Timestamp is { } timestamp && timestamp > now + drift)
            return new DkimResult(DkimStatus.Neutral, DkimReason.FutureTimestamp, $"the signature says that it was made at {timestamp} (t=), {timestamp - now} s in the future", index, signature);
        return null;
    }

    /// <summary>Leaves as many signatures as may be verified: first those whose domain may align with an author domain, then the others.</summary>
    private void ChooseVerified(ReadOnlySpan<DomainName> authorDomains)
    {
        var candidates = 0;
        foreach (ref readonly var signature in _signatures.AsSpan())
            candidates += signature.Decided is null ? 1 : 0;
        var most = _options.Limits.MaxSignaturesVerified;
        if (candidates <= most)
            return;

        var aligned = 0;
        foreach (ref readonly var signature in _signatures.AsSpan())
            aligned += signature.Decided is null && MayAlign(signature.Signature!.Domain, authorDomains) ? 1 : 0;
        var alignedLeft = Math.Min(aligned, most);
        var othersLeft = most - alignedLeft;
        foreach (ref var signature in _signatures.AsSpan())
        {
            if (signature.Decided is not null)
                continue;
            ref var left = ref MayAlign(signature.Signature!.Domain, authorDomains) ? ref alignedLeft : ref othersLeft;
            if (left-- <= 0)
            {
                signature.Decided = new DkimResult(
                    DkimStatus.Neutral, DkimReason.TooManySignatures, $"only {most} signatures are verified, those of the author's domain first", signature.FieldIndex, signature.Signature!);
            }
        }
    }

    // Whether they really do is for DMARC to say.
    private static bool MayAlign(DomainName domain, ReadOnlySpan<DomainName> authorDomains)
    {
        foreach (var author in authorDomains)
        {
            if (domain.IsAtOrBelow(author) || author.IsAtOrBelow(domain))
                return true;
        }
        return false;
    }

    private void Start(ref PendingSignature pending, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        var tags = pending.Signature!.Tags;
        AskForKeys(ref pending, tags.KeyName, resolver, cancellationToken);
        // Where there are too many partial hashes, the hash of the whole body at least tells its length.
        pending.BodyHash = _plan.Add(tags.BodyCanonicalization, tags.BodyLength) ?? _plan.Add(tags.BodyCanonicalization);

        if (_options.Trace?.TryGetKept(pending.FieldIndex, pending.HeaderDigest) == true)
            return;
        var hasher = new HeaderHasher(tags.HeaderCanonicalization);
        hasher.AddFields(_header, tags.SignedFields, pending.FieldIndex);
        hasher.AddSignatureField(_header, pending.FieldIndex, tags);
        hasher.GetDigest(pending.HeaderDigest);
        hasher.Dispose();
    }

    /// <summary>Asks for the keys of that name, unless a signature above has done so.</summary>
    private void AskForKeys(ref PendingSignature pending, DomainName name, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        foreach (ref readonly var other in _signatures.AsSpan())
        {
            if ((other.Keys is not null || other.Waiting is not null) && other.Signature!.KeyName.Equals(name))
            {
                (pending.Keys, pending.Waiting) = (other.Keys, other.Waiting);
                return;
            }
        }
        var query = KeyQuery.StartAsync(resolver, name, cancellationToken);
        if (query.IsCompletedSuccessfully)
            pending.Keys = query.Result;
        else
            pending.Waiting = query.AsTask();
    }

    /// <summary>The domains of the signatures that keys were asked for.</summary>
    public IEnumerable<DomainName> DomainsUnderWay
    {
        get
        {
            foreach (var signature in _signatures)
            {
                if (signature.Decided is null)
                    yield return signature.Signature!.Domain;
            }
        }
    }

    /// <summary>The results, in the order of the fields, when the body has been read and the plan finished. Waits for keys that are not here yet.</summary>
    public ValueTask<ImmutableArray<DkimResult>> CompleteAsync()
    {
        foreach (ref readonly var signature in _signatures.AsSpan())
        {
            if (signature is { Keys: null, Waiting: not null })
                return WaitAsync();
        }
        return new ValueTask<ImmutableArray<DkimResult>>(Judge());
    }

    private async ValueTask<ImmutableArray<DkimResult>> WaitAsync()
    {
        for (var i = 0; i < _signatures.Length; i++)
        {
            if (_signatures[i] is { Keys: null, Waiting: { } waiting })
                _signatures[i].Keys = await waiting.ConfigureAwait(false);
        }
        return Judge();
    }

    private ImmutableArray<DkimResult> Judge()
    {
        var results = new DkimResult[_signatures.Length];
        for (var i = 0; i < results.Length; i++)
        {
            ref var pending = ref _signatures[i];
            results[i] = pending.Decided ?? new SignatureJudge(
                _options, _header, _plan, _repeatedFields, pending.FieldIndex, pending.Signature!, pending.HeaderDigest, pending.BodyHash!).Judge(pending.Keys!);
            pending.Signature?.Tags.LetGo(_options.SignedFieldTexts);
            LimitHits.Count(LimitHit(results[i].Reason, isRead: pending.Signature is not null));
            if (_options.Trace is { } trace && pending.BodyHash is { } bodyHash)
                trace.Evidence[pending.FieldIndex] = EvidenceOf(pending, bodyHash);
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(results);
    }

    /// <summary>The limit that decided, as it is counted; the use of keys is counted in the plan.</summary>
    private static string? LimitHit(DkimReason reason, bool isRead) => reason switch
    {
        DkimReason.TooManySignatures => isRead ? "Dkim.MaxSignaturesVerified" : "Dkim.MaxSignaturesRead",
        DkimReason.SignatureTooLong => "Signatures.MaxValueLength",
        DkimReason.TooManyTags => "Signatures.MaxTags",
        DkimReason.TooManySignedFields => "Signatures.MaxSignedFields",
        DkimReason.TooManyKeyRecords => "Signatures.MaxKeyRecords",
        DkimReason.KeyTooLong => "Signatures.MaxKeyRecordOctets",
        _ => null,
    };

    private static SignatureEvidence EvidenceOf(in PendingSignature pending, BodyHash bodyHash) => new(pending.Signature!.KeyName, ((ReadOnlySpan<byte>)pending.HeaderDigest).ToArray())
    {
        StatedBodyHash = pending.Signature!.Tags.BodyHash.ToArray(),
        BodyHash = bodyHash.Digest.ToArray(),
        BodyLength = bodyHash.BodyLength,
    };
}
