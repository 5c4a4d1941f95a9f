namespace EmailAuth.Signatures;

/// <summary>What the signatures of one message were compared with, kept where somebody wants to know why; by the index of the signature's field.</summary>
internal sealed class SignatureTrace
{
    public Dictionary<int, SignatureEvidence> Evidence { get; } = [];

    /// <summary>
    /// Where the octets of the header section are not those that were signed, since what is private was taken out of them: what the signatures covered had
    /// these hashes. Null for a message as it came.
    /// </summary>
    public IReadOnlyDictionary<int, byte[]>? KeptDigests { get; init; }

    /// <summary>Takes the hash of what a signature covers from what was kept of the message as it came.</summary>
    public bool TryGetKept(int fieldIndex, Span<byte> digest)
    {
        if (KeptDigests?.GetValueOrDefault(fieldIndex) is not { } kept)
            return false;
        kept.CopyTo(digest);
        return true;
    }
}
