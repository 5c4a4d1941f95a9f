using System.Buffers;
using System.Buffers.Text;

namespace EmailAuth.Syntax;

/// <summary>base64string of RFC 6376 §2.10: base64 in which folding white space may stand anywhere.</summary>
internal static class Base64Text
{
    /// <summary>
    /// Removes SP, HTAB, CR and LF, then decodes strictly: full groups of four, padding only at the end.
    /// False if anything else is there, or if the text is longer than <paramref name="longest"/> octets.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, int longest, out byte[] octets)
    {
        octets = [];
        if (text.Length > longest)
            return false;

        Span<byte> compact = text.Length <= 1024 ? stackalloc byte[1024] : new byte[text.Length];
        var length = 0;
        foreach (var octet in text)
        {
            if (!Octets.IsFws(octet))
                compact[length++] = octet;
        }
        compact = compact[..length];

        // Base64.DecodeFromUtf8 forgives nothing but white space, and of that none is left.
        if (length % 4 != 0 || !Base64.IsValid(compact, out var decodedLength))
            return false;
        var decoded = new byte[decodedLength];
        if (Base64.DecodeFromUtf8(compact, decoded, out _, out var written) != OperationStatus.Done || written != decodedLength)
            return false;
        // RFC 4648 §3.5: bits that the padding leaves over must be zero, so that one value has one text.
        Span<byte> lastGroup = stackalloc byte[4];
        var tail = decoded.AsSpan(decodedLength - decodedLength % 3);
        if (!tail.IsEmpty && (Base64.EncodeToUtf8(tail, lastGroup, out _, out _) != OperationStatus.Done || !compact.EndsWith(lastGroup)))
            return false;
        octets = decoded;
        return true;
    }
}
