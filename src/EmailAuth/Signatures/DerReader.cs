namespace EmailAuth.Signatures;

/// <summary>
/// Reads the few shapes of DER (X.690 §10) that keys come in. It never throws; lengths are definite and as short as they can be.
/// </summary>
internal ref struct DerReader(ReadOnlySpan<byte> octets)
{
    public const byte Integer = 0x02, BitString = 0x03, OctetString = 0x04, Null = 0x05, ObjectIdentifier = 0x06, Sequence = 0x30;

    private ReadOnlySpan<byte> _rest = octets;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Reads one element with this tag; its contents.</summary>
    public bool TryRead(byte tag, out ReadOnlySpan<byte> contents)
    {
        contents = default;
        if (_rest.Length < 2 || _rest[0] != tag)
            return false;
        int length = _rest[1];
        var start = 2;
        if (length >= 0x80)
        {
            var count = length & 0x7F;
            if (count is 0 or > 3 || _rest.Length < 2 + count)
                return false;
            length = 0;
            for (var i = 0; i < count; i++)
                length = length << 8 | _rest[start++];
            if (length < 0x80 || (count > 1 && length < 1 << (8 * (count - 1))))
                return false;
        }
        if (length > _rest.Length - start)
            return false;
        contents = _rest.Slice(start, length);
        _rest = _rest[(start + length)..];
        return true;
    }

    /// <summary>Reads an INTEGER that is positive or zero: its octets without a leading zero octet; empty for zero.</summary>
    public bool TryReadUnsigned(out ReadOnlySpan<byte> magnitude)
    {
        if (!TryRead(Integer, out magnitude) || magnitude.IsEmpty || magnitude[0] >= 0x80)
            return false;
        if (magnitude[0] == 0)
        {
            magnitude = magnitude[1..];
            // X.690 §8.3.2: as few octets as will do.
            return magnitude.IsEmpty || magnitude[0] >= 0x80;
        }
        return true;
    }
}
