namespace CustomMta.Smtp;

/// <summary>
/// Takes the dots away that a sender put before lines that begin with one, and finds the end of the message (RFC 5321 §4.5.2). The end is CRLF . CRLF and
/// nothing else: where two servers differ on a dot between bare line ends, one message becomes two for the second of them, and the
/// second one is signed by nobody.
/// </summary>
internal struct DotDecoder
{
    private State _state;

    private enum State
    {
        LineStart,
        Dot,
        DotAndReturn,
        Text,
        Return,
        End,
    }

    public readonly bool IsAtEnd => _state == State.End;

    /// <summary>Decodes what came.</summary>
    /// <param name="input">The octets.</param>
    /// <param name="output">Where the message's own octets go: one more than <paramref name="input"/>, since a CR may have been held back.</param>
    /// <returns>How many octets were read, which is all of them but for those behind the end, and how many were written.</returns>
    public (int Read, int Written) Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int read = 0, written = 0;
        while (read < input.Length && _state != State.End)
        {
            var octet = input[read];
            switch (_state)
            {
                case State.LineStart when octet == '.':
                    _state = State.Dot;
                    read++;
                    break;
                case State.Dot when octet == '\r':
                    _state = State.DotAndReturn;
                    read++;
                    break;
                case State.DotAndReturn when octet == '\n':
                    _state = State.End;
                    read++;
                    break;
                case State.DotAndReturn:
                    // A CR alone: no line end, so the dot was one of two and the CR is text.
                    output[written++] = (byte)'\r';
                    _state = State.Return;
                    break;
                case State.Return when octet == '\n':
                    output[written++] = octet;
                    _state = State.LineStart;
                    read++;
                    break;
                case State.LineStart or State.Dot or State.Return or State.Text:
                    // As far as the next CR, which may be the beginning of a line end.
                    var length = input[read..].IndexOf((byte)'\r') + 1;
                    _state = length > 0 ? State.Return : State.Text;
                    var run = length > 0 ? input.Slice(read, length) : input[read..];
                    run.CopyTo(output[written..]);
                    written += run.Length;
                    read += run.Length;
                    break;
            }
        }
        return (read, written);
    }
}
