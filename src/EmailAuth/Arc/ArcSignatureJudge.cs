using EmailAuth.Signatures;

namespace EmailAuth.Arc;

/// <summary>Judges one signature of a chain when its key is here (RFC 6376 §6.1.2, §6.1.3).</summary>
/// <param name="signature">A signature without a fault of its own.</param>
/// <param name="plan">Counts the use of keys.</param>
/// <param name="minimumRsaBits">The shortest RSA key that counts.</param>
/// <param name="digest">The hash of the fields that it covers.</param>
/// <param name="body">Of a message signature the hash of the whole body.</param>
internal readonly ref struct ArcSignatureJudge(ArcSignature signature, BodyHashPlan plan, int minimumRsaBits, ReadOnlySpan<byte> digest, BodyHash? body)
{
    private readonly ReadOnlySpan<byte> _digest = digest;

    private SignatureTags Tags => signature.Tags!;

    public ArcSignatureResult Judge(KeyQueryResult query)
    {
        var (fault, text) = KeyFaults.Find(query, Tags.KeyName);
        if (fault != KeyFault.None)
            return new ArcSignatureResult(signature, ArcSignatureStatus.Fail, ReasonOf(fault), text);
        // RFC 6376 §6.1.2 step 4: "try the next key record, if any".
        ArcSignatureResult? first = null;
        foreach (var key in query.Keys)
        {
            var result = JudgeWith(key, query.HasMultipleKeys);
            if (result.Status == ArcSignatureStatus.Pass)
                return result;
            first ??= result;
        }
        return first!;
    }

    private ArcSignatureResult JudgeWith(KeyRecord record, bool hasMultipleKeys)
    {
        var (reason, text) = FindFault(record);
        // RFC 6376 §3.6.1 t=y asks that such a signature counts no less and no more than none: here a bad one fails either way. t=s is about an
        // identity (i=) that ARC does not have.
        return new ArcSignatureResult(signature, reason == ArcSignatureReason.Verified ? ArcSignatureStatus.Pass : ArcSignatureStatus.Fail, reason, text)
        {
            KeyBits = record.Key?.Bits,
            IsTesting = record.IsTesting,
            HasMultipleKeys = hasMultipleKeys,
        };
    }

    private (ArcSignatureReason Reason, string Text) FindFault(KeyRecord record)
    {
        var (fault, text) = KeyFaults.Find(record, Tags.KeyName, Tags.Algorithm, minimumRsaBits);
        if (fault != KeyFault.None)
            return (ReasonOf(fault), text);
        if (body is not null && FindBodyFault(body) is { Reason: not ArcSignatureReason.Verified } bodyFault)
            return bodyFault;
        if (!plan.TryCountVerification())
            return (ArcSignatureReason.TooManyVerifications, "the signatures of this message have used up the public-key operations that one message may cause");
        return record.Key!.Verify(_digest, Tags.SignatureOctets)
            ? (ArcSignatureReason.Verified, "the signature matches")
            : (ArcSignatureReason.SignatureMismatch, "the signature does not match: a field that it covers was changed, or the key is another one");
    }

    private (ArcSignatureReason Reason, string Text) FindBodyFault(BodyHash hash)
    {
        // RFC 6376 §3.5 l=: "MUST NOT be larger than the actual number of octets in the canonicalized message body".
        if (Tags.BodyLength > hash.BodyLength)
            return (ArcSignatureReason.BodyShorterThanSigned, $"{Tags.BodyLength} octets of the body are signed (l=), but it has {hash.BodyLength}");
        if (Tags.BodyLength < hash.BodyLength)
            return (ArcSignatureReason.PartialBody, $"only {Tags.BodyLength} of the body's {hash.BodyLength} octets are signed (l=): anybody may have added the rest");
        return hash.Matches(Tags.BodyHash)
            ? (ArcSignatureReason.Verified, "")
            : (ArcSignatureReason.BodyHash, "the body was changed after sealing: its hash is not that in bh=");
    }

    private static ArcSignatureReason ReasonOf(KeyFault fault) => fault switch
    {
        KeyFault.None => ArcSignatureReason.Verified,
        KeyFault.Unavailable => ArcSignatureReason.KeyUnavailable,
        KeyFault.NoKey => ArcSignatureReason.NoKey,
        KeyFault.TooManyRecords => ArcSignatureReason.TooManyKeyRecords,
        KeyFault.Syntax => ArcSignatureReason.KeySyntax,
        KeyFault.DuplicateTag => ArcSignatureReason.KeyDuplicateTag,
        KeyFault.TooLong => ArcSignatureReason.KeyTooLong,
        KeyFault.Version => ArcSignatureReason.KeyVersion,
        KeyFault.Service => ArcSignatureReason.KeyService,
        KeyFault.Hash => ArcSignatureReason.KeyHash,
        KeyFault.Revoked => ArcSignatureReason.KeyRevoked,
        KeyFault.Type => ArcSignatureReason.KeyType,
        KeyFault.Data => ArcSignatureReason.KeyData,
        KeyFault.Weak => ArcSignatureReason.WeakKey,
    };
}
