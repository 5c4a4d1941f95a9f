using System.Collections.Immutable;
using EmailAuth.Message;

namespace CustomMta.Mail;

/// <summary>The message as it is stored: the server's fields, then what came without the forged fields, octet for octet.</summary>
internal static class StoredMessage
{
    /// <summary>Writes it.</summary>
    /// <param name="fields">What the server puts before the message.</param>
    /// <param name="forged">The fields to leave out, counted from the top, last first.</param>
    /// <param name="spool">What came.</param>
    /// <param name="target">Takes the stored form.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteAsync(ReadOnlyMemory<byte> fields, ImmutableArray<int> forged, Stream spool, Stream target, CancellationToken cancellationToken)
    {
        await target.WriteAsync(fields, cancellationToken);
        spool.Position = 0;
        if (!forged.IsEmpty)
            await WriteHeaderAsync(forged, spool, target, cancellationToken);
        await spool.CopyToAsync(target, cancellationToken);
    }

    /// <summary>Writes the header section without those fields, and leaves the spool where the rest begins. It was judged, so it is no longer than the limit.</summary>
    private static async Task WriteHeaderAsync(ImmutableArray<int> forged, Stream spool, Stream target, CancellationToken cancellationToken)
    {
        var octets = new byte[Math.Min(spool.Length, MessageLimits.Default.MaxHeaderBytes)];
        await spool.ReadExactlyAsync(octets, cancellationToken);
        var start = 0;
        for (var index = 0; index <= forged[0]; index++)
        {
            var length = FieldLength(octets.AsSpan(start));
            if (!forged.Contains(index))
                await target.WriteAsync(octets.AsMemory(start, length), cancellationToken);
            start += length;
        }
        spool.Position = start;
    }

    /// <summary>RFC 5322 §2.2.3: a field ends with the first CRLF that no white space follows.</summary>
    private static int FieldLength(ReadOnlySpan<byte> octets)
    {
        var length = 0;
        while (octets[length..].IndexOf("\r\n"u8) is >= 0 and var lineEnd)
        {
            length += lineEnd + 2;
            if (length == octets.Length || octets[length] is not ((byte)' ' or (byte)'\t'))
                return length;
        }
        return octets.Length;
    }
}
