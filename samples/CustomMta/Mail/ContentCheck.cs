using System.Globalization;
using CustomMta.Smtp;

namespace CustomMta.Mail;

/// <summary>
/// What no message may bring, however it was sent: more octets than SIZE says, a CR or LF alone, NUL, an endless line, a
/// first line that would be a part of the server's own field. A program that reads the stored file
/// takes a bare LF for a line end, and sees fields and parts that nobody judged.
/// </summary>
internal sealed class ContentCheck(long maxOctets, int maxLine)
{
    private long _octets;
    private int _line;
    private bool _endedInReturn;

    /// <summary>Looks at the next octets; a reply if they must not be.</summary>
    public Reply? Look(ReadOnlySpan<byte> octets)
    {
        // RFC 5322 §2.2.3: such a line continues a field, and the one before it will be the server's own.
        if (_octets == 0 && octets is [(byte)' ' or (byte)'\t', ..])
            return new Reply(550, "5.6.0", "The header section begins with white space");
        _octets += octets.Length;
        if (_octets > maxOctets)
            return Reply.TooLarge;
        while (!octets.IsEmpty)
        {
            if (_endedInReturn)
            {
                if (octets[0] != '\n')
                    return BareLineEnd;
                _endedInReturn = false;
                octets = octets[1..];
                continue;
            }
            var length = octets.IndexOfAny((byte)'\r', (byte)'\n', (byte)'\0');
            _line += length < 0 ? octets.Length : length;
            if (_line > maxLine)
                return new Reply(550, "5.6.0", string.Create(CultureInfo.InvariantCulture, $"A line is longer than {maxLine} octets"));
            if (length < 0)
                return null;
            if (octets[length] == '\n')
                return BareLineEnd;
            if (octets[length] == '\0')
                return new Reply(550, "5.6.0", "A NUL octet (RFC 2045 section 2.8)");
            (_endedInReturn, _line) = (true, 0);
            octets = octets[(length + 1)..];
        }
        return null;
    }

    /// <summary>Nothing more comes.</summary>
    public Reply? Finish() => _endedInReturn ? BareLineEnd : null;

    private static Reply BareLineEnd => new(550, "5.6.0", "A CR or LF alone (RFC 5321 section 2.3.8)");
}
