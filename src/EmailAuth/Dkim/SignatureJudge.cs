using System.Collections.Immutable;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Dkim;

/// <summary>Judges one signature when its key and the body are here (RFC 6376 §6.1.2, §6.1.3).</summary>
internal readonly ref struct SignatureJudge(
    DkimVerifierOptions options, HeaderBlock header, BodyHashPlan plan, ImmutableArray<string> repeatedFields, int fieldIndex, DkimSignature signature, ReadOnlySpan<byte> headerDigest,
    BodyHash bodyHash)
{
    private readonly ReadOnlySpan<byte> _headerDigest = headerDigest;

    public DkimResult Judge(KeyQueryResult query)
    {
        var (fault, explanation) = KeyFaults.Find(query, signature.KeyName);
        if (fault != KeyFault.None)
            return Result(fault == KeyFault.Unavailable ? DkimStatus.TempError : DkimStatus.PermError, ReasonOf(fault), explanation);

        // RFC 6376 §6.1.2 step 4: "try the next key record, if any".
        DkimResult? best = null;
        foreach (var key in query.Keys)
        {
            var result = JudgeWith(key, query.HasMultipleKeys);
            if (best is null || Rank(result) > Rank(best))
                best = result;
        }
        return best!;
    }

    /// <summary>What tells more of the message wins: a pass, then a key that matches the signature, then any that could be tried.</summary>
    private static int Rank(DkimResult result) =>
        result.Status == DkimStatus.Pass ? 3 : result.HeaderHashMatches == true ? 2 : result.HeaderHashMatches is not null ? 1 : 0;

    private DkimResult JudgeWith(KeyRecord record, bool hasMultipleKeys)
    {
        var (reason, text) = FindFault(record);
        var status = reason == DkimReason.WeakKey ? DkimStatus.Policy : DkimStatus.PermError;
        bool? headerMatches = null;
        bool? bodyMatches = null;
        if (reason == DkimReason.None && !plan.TryCountVerification())
        {
            (reason, text) = (DkimReason.TooManyVerifications, "the signatures of this message have used up the public-key operations that one message may cause");
        }
        else if (reason == DkimReason.None)
        {
            // Both are told, whatever the other says.
            headerMatches = record.Key!.Verify(_headerDigest, signature.Tags.SignatureOctets);
            bodyMatches = IsWholePartHashed ? bodyHash.Matches(signature.Tags.BodyHash) : null;
            (status, reason, text) = JudgeHashes(headerMatches.Value, bodyMatches);
        }
        // RFC 6376 §3.6.1 t=y: "MUST NOT treat messages from Signers in testing mode differently from unsigned email".
        if (record.IsTesting && status != DkimStatus.Pass && reason != DkimReason.KeyRevoked)
        {
            status = DkimStatus.Neutral;
            text += "; the key's owner is only testing (t=y)";
        }
        return new DkimResult(status, reason, text, fieldIndex, signature)
        {
            KeyBits = record.Key?.Bits,
            HeaderHashMatches = headerMatches,
            BodyHashMatches = bodyMatches,
            IsTesting = record.IsTesting,
            HasMultipleKeys = hasMultipleKeys,
            UnsignedDuplicates = SingleFields.NotCovered(repeatedFields, header, signature.Tags.SignedFields),
        };
    }

    /// <summary>Whether the hash that was taken is the one that <c>bh=</c> speaks of.</summary>
    private bool IsWholePartHashed => bodyHash.Limit == signature.BodyLength || signature.BodyLength == bodyHash.BodyLength;

    /// <summary>What forbids that this key verifies this signature.</summary>
    private (DkimReason Reason, string Text) FindFault(KeyRecord record)
    {
        var (fault, text) = KeyFaults.Find(record, signature.KeyName, signature.Algorithm, options.MinimumRsaKeyBits);
        if (fault is not (KeyFault.None or KeyFault.Weak))
            return (ReasonOf(fault), text);
        // RFC 6376 §3.6.1 t=s: "the 'i=' domain MUST NOT be a subdomain of 'd='".
        if (record.IsStrict && signature.IdentityDomain != signature.Domain)
            return (DkimReason.KeyStrictIdentity, $"the key has t=s, so the domain of i= must be {signature.Domain}, but is {signature.IdentityDomain}");
        return (ReasonOf(fault), text);
    }

    private (DkimStatus Status, DkimReason Reason, string Text) JudgeHashes(bool headerMatches, bool? bodyMatches)
    {
        var signedLength = signature.BodyLength;
        // RFC 6376 §3.5 l=: "MUST NOT be larger than the actual number of octets in the canonicalized message body".
        if (signedLength > bodyHash.BodyLength)
            return (DkimStatus.PermError, DkimReason.BodyShorterThanSigned, $"{signedLength} octets of the body are signed (l=), but it has {bodyHash.BodyLength}");
        if (bodyMatches == false)
            return (DkimStatus.Fail, DkimReason.BodyHash, headerMatches
                ? "the body was changed after signing: its hash is not that in bh="
                : "the body's hash is not that in bh=, and the signature does not match the header either");
        if (!headerMatches)
            return (DkimStatus.Fail, DkimReason.HeaderSignature, "the signature does not match: a signed header field was changed, or the key is another one");
        if (signedLength < bodyHash.BodyLength && (!options.AcceptPartialBody || bodyMatches is null))
            return (DkimStatus.Policy, DkimReason.PartialBody, $"only {signedLength} of the body's {bodyHash.BodyLength} octets are signed (l=): anybody may have added the rest");
        if (header.HasBareLineEnd && !options.AcceptBareLineEnds)
            return (DkimStatus.Policy, DkimReason.BareLineEnd, "a CR without LF, or an LF without CR, stands in the header block: programs differ in the fields they see");
        return (DkimStatus.Pass, DkimReason.Verified, "the signature matches body and header");
    }

    private DkimResult Result(DkimStatus status, DkimReason reason, string text) =>
        new(status, reason, text, fieldIndex, signature)
        {
            UnsignedDuplicates = SingleFields.NotCovered(repeatedFields, header, signature.Tags.SignedFields),
        };

    private static DkimReason ReasonOf(KeyFault fault) => fault switch
    {
        KeyFault.None => DkimReason.None,
        KeyFault.Unavailable => DkimReason.KeyUnavailable,
        KeyFault.NoKey => DkimReason.NoKey,
        KeyFault.TooManyRecords => DkimReason.TooManyKeyRecords,
        KeyFault.Syntax => DkimReason.KeySyntax,
        KeyFault.DuplicateTag => DkimReason.KeyDuplicateTag,
        KeyFault.TooLong => DkimReason.KeyTooLong,
        KeyFault.Version => DkimReason.KeyVersion,
        KeyFault.Service => DkimReason.KeyService,
        KeyFault.Hash => DkimReason.KeyHash,
        KeyFault.Revoked => DkimReason.KeyRevoked,
        KeyFault.Type => DkimReason.KeyType,
        KeyFault.Data => DkimReason.KeyData,
        KeyFault.Weak => DkimReason.WeakKey,
    };
}
