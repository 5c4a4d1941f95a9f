using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Arc;

/// <summary>
/// Computes what seals sign (RFC 8617 §5.1.1): the fields of all sets in the order of their instances, within a set AAR, AMS, AS, each in relaxed form, and
/// last the seal itself without its <c>b=</c> value. The sets are canonicalized once for all seals.
/// </summary>
internal ref struct SealHasher(HeaderBlock header)
{
    // RFC 8617 §4.1.3: "only "relaxed" header field canonicalization … is used".
    private HeaderHasher _hasher = new(CanonicalizationAlgorithm.Relaxed);

    /// <summary>Adds the next set.</summary>
    /// <returns>Where its seal begins.</returns>
    public int AddSet(ArcSet set)
    {
        _hasher.AddField(header, set.AuthenticationResults);
        _hasher.AddField(header, set.MessageSignature!.FieldIndex);
        var end = _hasher.Length;
        _hasher.AddField(header, set.Seal!.FieldIndex);
        return end;
    }

    /// <summary>Adds a field that is no field of the message.</summary>
    public void Add(HeaderField field) =>
        _hasher.AddField(field.RawOctets.Span, field.Name.Length, field.Name.Length);

    /// <summary>The digest that this seal of the message signs; what was added behind <paramref name="end"/> is gone then.</summary>
    public void GetDigest(int end, ArcSignature seal, scoped Span<byte> digest)
    {
        _hasher.Rewind(end);
        _hasher.AddSignatureField(header, seal.FieldIndex, seal.Tags!);
        _hasher.GetDigest(digest);
    }

    /// <summary>The digest that a seal signs which is yet to be signed.</summary>
    public void GetDigest(UnsignedField seal, scoped Span<byte> digest)
    {
        seal.AddTo(ref _hasher);
        _hasher.GetDigest(digest);
    }

    public void Dispose() => _hasher.Dispose();
}
