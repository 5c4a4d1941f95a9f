using System.Buffers;
using System.Security.Cryptography;
using EmailAuth.Message;

namespace EmailAuth.Signatures;

/// <summary>
/// Computes the hash of the header fields that a signature covers (RFC 6376 §3.7 step 2), from their octets as they came. Canonical text is
/// gathered in a pooled buffer; dispose of it.
/// </summary>
internal ref struct HeaderHasher(CanonicalizationAlgorithm algorithm)
{
    private const int RoomOnStack = 128;

    private byte[] _canonical = ArrayPool<byte>.Shared.Rent(4096);
    private int _length;

    /// <summary>The canonical octets so far.</summary>
    public readonly ReadOnlySpan<byte> Canonical => _canonical.AsSpan(0, _length);

    /// <summary>
    /// Adds the fields that <c>h=</c> names. A name picks the lowest field of that name that was not picked yet (RFC 6376 §5.4.2);
    /// a name that finds none adds nothing (§5.4).
    /// </summary>
    /// <param name="header">The fields.</param>
    /// <param name="names">The names in <c>h=</c>.</param>
    /// <param name="own">The signature's own field, which its <c>h=</c> never means (§3.5 h=); -1 when it is yet to be made.</param>
    public void AddFields(HeaderBlock header, SignedFieldList names, int own)
    {
        var needed = FieldPicker.RoomFor(header.Fields.Length);
        var picker = new FieldPicker(header, own, needed <= RoomOnStack ? stackalloc int[RoomOnStack] : new int[needed]);
        foreach (var name in names)
        {
            if (picker.Pick(name) is >= 0 and var field)
                AddField(header, field);
        }
    }

    /// <summary>Adds one field.</summary>
    public void AddField(HeaderBlock header, int index)
    {
        ref readonly var field = ref header.Fields[index];
        AddField(header.Whole(field), field.NameLength, field.Colon - field.Start);
    }

    public void AddField(ReadOnlySpan<byte> field, int nameLength, int colon)
    {
        Grow(field.Length + 2);
        _length += HeaderCanonicalizer.Write(algorithm, field, nameLength, colon, _canonical.AsSpan(_length));
    }

    /// <summary>Adds the signature's own field from the message.</summary>
    public void AddSignatureField(HeaderBlock header, int index, SignatureTags tags)
    {
        ref readonly var field = ref header.Fields[index];
        var colon = field.Colon - field.Start;
        AddSignatureField(header.Whole(field), field.NameLength, colon, colon + 1 + tags.SignatureStart, colon + 1 + tags.SignatureEnd);
    }

    /// <summary>Adds the signature's own field last: the value of <c>b=</c> taken for empty, and no CRLF behind it (RFC 6376 §3.7).</summary>
    /// <param name="field">The whole field.</param>
    /// <param name="nameLength">The length of its name.</param>
    /// <param name="colon">Where its colon is.</param>
    /// <param name="signatureStart">Behind the "=" of <c>b=</c>.</param>
    /// <param name="signatureEnd">The semicolon behind <c>b=</c>, or the field's end.</param>
    public void AddSignatureField(ReadOnlySpan<byte> field, int nameLength, int colon, int signatureStart, int signatureEnd)
    {
        var unsigned = ArrayPool<byte>.Shared.Rent(field.Length);
        field[..signatureStart].CopyTo(unsigned);
        field[signatureEnd..].CopyTo(unsigned.AsSpan(signatureStart));
        AddField(unsigned.AsSpan(0, field.Length - (signatureEnd - signatureStart)), nameLength, colon);
        _length -= 2;
        ArrayPool<byte>.Shared.Return(unsigned);
    }

    /// <summary>How many canonical octets there are, to come back to with <see cref="Rewind"/>.</summary>
    public readonly int Length => _length;

    /// <summary>Drops what was added since there were that many octets.</summary>
    public void Rewind(int length) => _length = length;

    /// <summary>SHA-256 of what was added.</summary>
    public readonly void GetDigest(scoped Span<byte> digest) => SHA256.HashData(Canonical, digest);

    private void Grow(int room)
    {
        if (_canonical.Length - _length >= room)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_canonical.Length * 2, _length + room));
        Canonical.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_canonical);
        _canonical = larger;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_canonical);
        _canonical = [];
    }
}
