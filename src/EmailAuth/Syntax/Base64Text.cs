using System.Buffers;
using System.Buffers.Text;

namespace EmailAuth.Syntax;

/// <summary>base64string of RFC 6376 §2.10: base64 in which folding white space may stand anywhere.</summary>
internal static class Base64Text
{
    private const int RoomOnStack = 1024;

    /// <summary>
    /// Removes SP, HTAB, CR and LF, then decodes strictly: full groups of four, padding only at the end.
    /// False if anything else is there, or if the text is longer than <paramref name="longest"/> octets.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, int longest, out byte[] octets)
    {
        octets = [];
        if (text.Length > longest)
            return false;
        Span<byte> room = text.Length <= RoomOnStack ? stackalloc byte[RoomOnStack] : new byte[text.Length];
        if (!TryMeasure(text, room, out var compact, out var length))
            return false;
        var decoded = new byte[length];
        if (!TryDecode(compact, decoded))
            return false;
        octets = decoded;
        return true;
    }

    /// <summary>The same into room that is there. Of what does not fit there is told how long it is, and nothing is kept.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, int longest, Span<byte> decoded, out int length)
    {
        length = 0;
        if (text.Length > Math.Min(longest, RoomOnStack))
        {
            var isRead = TryDecode(text, longest, out var octets);
            length = octets.Length;
            if (length <= decoded.Length)
                octets.CopyTo(decoded);
            return isRead;
        }
        Span<byte> room = stackalloc byte[RoomOnStack], all = stackalloc byte[RoomOnStack];
        if (!TryMeasure(text, room, out var compact, out var measured) || !TryDecode(compact, all[..measured]))
            return false;
        length = measured;
        if (length <= decoded.Length)
            all[..length].CopyTo(decoded);
        return true;
    }

    private static bool TryMeasure(ReadOnlySpan<byte> text, Span<byte> room, out ReadOnlySpan<byte> compact, out int length)
    {
        compact = Compact(text, room);
        var padding = compact.EndsWith("=="u8) ? 2 : compact.EndsWith("="u8) ? 1 : 0;
        length = compact.Length / 4 * 3 - padding;
        return compact.Length % 4 == 0;
    }

    // It forgives nothing but white space, and of that none is left; it refuses bits other than zero that the padding leaves over, too
    // (RFC 4648 §3.5), so that one value has one text.
    private static bool TryDecode(ReadOnlySpan<byte> compact, Span<byte> decoded) =>
        Base64.DecodeFromUtf8(compact, decoded, out _, out var written) == OperationStatus.Done && written == decoded.Length;

    private static ReadOnlySpan<byte> Compact(ReadOnlySpan<byte> text, Span<byte> room)
    {
        var length = 0;
        while (text.IndexOfAny(" \t\r\n"u8) is >= 0 and var at)
        {
            text[..at].CopyTo(room[length..]);
            length += at;
            text = text[(at + 1)..];
        }
        text.CopyTo(room[length..]);
        return room[..(length + text.Length)];
    }
}
