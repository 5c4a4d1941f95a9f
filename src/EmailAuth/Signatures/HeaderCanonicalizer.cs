using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>Canonicalizes one header field (RFC 6376 §3.4.1, §3.4.2).</summary>
internal static class HeaderCanonicalizer
{
    /// <summary>Writes the canonical field and its CRLF.</summary>
    /// <param name="algorithm">The header half of <c>c=</c>.</param>
    /// <param name="field">The whole field; its CRLF may be missing where the message ends in it.</param>
    /// <param name="nameLength">The length of its name.</param>
    /// <param name="colon">Where its colon is.</param>
    /// <param name="output">At least two octets longer than the field.</param>
    /// <returns>The octets written.</returns>
    public static int Write(CanonicalizationAlgorithm algorithm, ReadOnlySpan<byte> field, int nameLength, int colon, Span<byte> output)
    {
        var written = algorithm switch
        {
            CanonicalizationAlgorithm.Simple => WriteSimple(field, output),
            CanonicalizationAlgorithm.Relaxed => WriteRelaxed(field, nameLength, colon, output),
        };
        "\r\n"u8.CopyTo(output[written..]);
        return written + 2;
    }

    private static int WriteSimple(ReadOnlySpan<byte> field, Span<byte> output)
    {
        if (field.EndsWith("\r\n"u8))
            field = field[..^2];
        field.CopyTo(output);
        return field.Length;
    }

    private static int WriteRelaxed(ReadOnlySpan<byte> field, int nameLength, int colon, Span<byte> output)
    {
        for (var i = 0; i < nameLength; i++)
            output[i] = Octets.ToLower(field[i]);
        output[nameLength] = (byte)':';
        var written = nameLength + 1;

        var rest = field[(colon + 1)..];
        rest = rest[WhiteSpaceLength(rest, out _)..];
        while (true)
        {
            var at = WhiteSpaceScan.IndexOfChangeInField(rest);
            var unchanged = at < 0 ? rest : rest[..at];
            unchanged.CopyTo(output[written..]);
            written += unchanged.Length;
            if (at < 0)
                break;
            var length = WhiteSpaceLength(rest[at..], out var hasWsp);
            if (length == 0)
            {
                // A bare CR is an octet like any other.
                output[written++] = rest[at];
                length = 1;
            }
            else if (hasWsp)
            {
                output[written++] = (byte)' ';
            }
            rest = rest[(at + length)..];
        }
        // White space at the end has become one SP at the most, and a last line without CRLF may end in one, too.
        while (written > nameLength + 1 && output[written - 1] == ' ')
            written--;
        return written;
    }

    /// <summary>How long the run of SP, HTAB and CRLF is that the text begins with.</summary>
    private static int WhiteSpaceLength(ReadOnlySpan<byte> text, out bool hasWsp)
    {
        hasWsp = false;
        var at = 0;
        while (at < text.Length)
        {
            if (Octets.IsWsp(text[at]))
            {
                hasWsp = true;
                at++;
            }
            else if (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n')
            {
                at += 2;
            }
            else
            {
                break;
            }
        }
        return at;
    }
}
