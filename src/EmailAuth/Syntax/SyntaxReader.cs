using System.Buffers;

namespace EmailAuth.Syntax;

/// <summary>
/// A cursor over octets for hand-written parsers after ABNF (RFC 5234). It never throws on input and never recurses.
/// </summary>
internal ref struct SyntaxReader(ReadOnlySpan<byte> text)
{
    /// <summary>How deep comments may nest before the text counts as malformed.</summary>
    public const int DeepestComment = 16;

    private readonly ReadOnlySpan<byte> _text = text;

    /// <summary>The offset of the next octet from the start of the text.</summary>
    public int Position { get; set; }

    public readonly bool AtEnd => Position >= _text.Length;

    /// <summary>The next octet, or -1 at the end.</summary>
    public readonly int Peek => Position < _text.Length ? _text[Position] : -1;

    public readonly ReadOnlySpan<byte> Rest => _text[Position..];

    public readonly ReadOnlySpan<byte> Slice(int from, int to) => _text[from..to];

    /// <summary>Takes the octet if it is the next one.</summary>
    public bool TryTake(byte octet)
    {
        if (Peek != octet)
            return false;
        Position++;
        return true;
    }

    /// <summary>Takes the literal if it comes next; ABNF literals ignore the case of ASCII letters (RFC 5234 §2.3).</summary>
    public bool TryTake(ReadOnlySpan<byte> literal)
    {
        if (!Rest.StartsWithIgnoreCase(literal))
            return false;
        Position += literal.Length;
        return true;
    }

    /// <summary>Takes octets as long as they are among <paramref name="octets"/>; empty if the next one is not.</summary>
    public ReadOnlySpan<byte> TakeWhile(SearchValues<byte> octets)
    {
        var length = Rest.IndexOfAnyExcept(octets);
        return Take(length < 0 ? Rest.Length : length);
    }

    /// <summary>Takes octets up to the first among <paramref name="octets"/>, or to the end.</summary>
    public ReadOnlySpan<byte> TakeUntil(SearchValues<byte> octets)
    {
        var length = Rest.IndexOfAny(octets);
        return Take(length < 0 ? Rest.Length : length);
    }

    /// <summary>Takes that many octets; the caller knows that they are there.</summary>
    public ReadOnlySpan<byte> Take(int length)
    {
        var taken = _text.Slice(Position, length);
        Position += length;
        return taken;
    }

    /// <summary>Skips SP and HTAB.</summary>
    public void SkipWsp()
    {
        while (Position < _text.Length && Octets.IsWsp(_text[Position]))
            Position++;
    }

    /// <summary>
    /// Skips folding white space (RFC 5322 §3.2.2): SP, HTAB and CRLF that SP or HTAB follows.
    /// A bare CR or LF stays where it is, for the caller's grammar to refuse.
    /// </summary>
    public void SkipFws()
    {
        while (Position < _text.Length)
        {
            if (Octets.IsWsp(_text[Position]))
                Position++;
            else if (IsFold(Position))
                Position += 3;
            else
                return;
        }
    }

    /// <summary>
    /// Skips comments and folding white space (RFC 5322 §3.2.2).
    /// False if a comment does not close, nests deeper than <see cref="DeepestComment"/> or holds an octet that no comment may hold.
    /// </summary>
    public bool TrySkipCfws()
    {
        while (true)
        {
            SkipFws();
            if (Peek != '(')
                return true;
            if (!TrySkipComment())
                return false;
        }
    }

    private bool TrySkipComment()
    {
        var depth = 0;
        while (Position < _text.Length)
        {
            var octet = _text[Position];
            switch (octet)
            {
                case (byte)'(' when ++depth > DeepestComment:
                    return false;
                case (byte)'(':
                    Position++;
                    break;
                case (byte)')':
                    Position++;
                    if (--depth == 0)
                        return true;
                    break;
                case (byte)'\\' when Position + 1 < _text.Length && _text[Position + 1] is not (0 or (byte)'\r' or (byte)'\n'):
                    Position += 2;
                    break;
                case (byte)'\r' when IsFold(Position):
                    Position += 3;
                    break;
                case 0 or (byte)'\r' or (byte)'\n' or (byte)'\\':
                    return false;
                default:
                    Position++;
                    break;
            }
        }
        return false;
    }

    private readonly bool IsFold(int at) =>
        _text[at] == '\r' && at + 2 < _text.Length && _text[at + 1] == '\n' && Octets.IsWsp(_text[at + 2]);
}
