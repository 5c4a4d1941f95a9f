using System.Collections.Immutable;
using System.Text;

namespace CustomMta.Mail;

/// <summary>The message as it is stored: the server's fields, then what came without the forged fields and without Return-Path, octet for octet.</summary>
internal static class StoredMessage
{
    /// <summary>Writes it.</summary>
    /// <param name="fields">What the server puts before the message.</param>
    /// <param name="forged">The fields to leave out, counted from the top, last first.</param>
    /// <param name="maxHeader">The most octets that a header section has which was judged.</param>
    /// <param name="spool">What came.</param>
    /// <param name="target">Takes the stored form.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteAsync(ReadOnlyMemory<byte> fields, ImmutableArray<int> forged, int maxHeader, Stream spool, Stream target, CancellationToken cancellationToken)
    {
        await target.WriteAsync(fields, cancellationToken);
        spool.Position = 0;
        var octets = new byte[Math.Min(spool.Length, maxHeader)];
        await spool.ReadExactlyAsync(octets, cancellationToken);
        int start = 0, written = 0, left = forged.Length;
        for (var index = 0; FieldLength(octets.AsSpan(start)) is > 0 and var length; index++)
        {
            var isForged = left > 0 && forged[left - 1] == index;
            if (isForged || IsReturnPath(octets.AsSpan(start, length)))
            {
                await target.WriteAsync(octets.AsMemory(written..start), cancellationToken);
                written = start + length;
            }
            left -= isForged ? 1 : 0;
            start += length;
        }
        spool.Position = written;
        await spool.CopyToAsync(target, cancellationToken);
    }

    /// <summary>RFC 5322 §2.2.3: a field ends with the first CRLF that no white space follows; none is left where the empty line stands, or nothing.</summary>
    private static int FieldLength(ReadOnlySpan<byte> octets)
    {
        if (octets.StartsWith("\r\n"u8))
            return 0;
        var length = 0;
        while (octets[length..].IndexOf("\r\n"u8) is >= 0 and var lineEnd)
        {
            length += lineEnd + 2;
            if (length == octets.Length || octets[length] is not ((byte)' ' or (byte)'\t'))
                return length;
        }
        return octets.Length;
    }

    /// <summary>RFC 5321 §4.4: at final delivery those that came may be removed; two of them would leave it to the reader which one is the server's.</summary>
    private static bool IsReturnPath(ReadOnlySpan<byte> field) =>
        field.IndexOf((byte)':') is > 0 and var colon && Ascii.EqualsIgnoreCase(field[..colon].TrimEnd(" \t"u8), "Return-Path"u8);
}
