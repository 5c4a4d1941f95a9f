using System.Buffers;
using System.Text;
using EmailAuth.Message;

namespace EmailAuth.AuthResults;

/// <summary>
/// A field's value in the making: pieces between which white space may stand, to be written on one line or folded (RFC 5322 §2.2.3). A piece
/// holds no CR and no LF; a space inside is content, before which a fold may stand all the same. It lies in pooled buffers: dispose of it.
/// </summary>
internal ref struct FoldableText()
{
    // RFC 5322 §2.1.1: 78 should not be passed, without CRLF.
    private const int LineLength = 78;

    private char[] _text = ArrayPool<char>.Shared.Rent(1024);
    private Piece[] _pieces = ArrayPool<Piece>.Shared.Rent(64);
    private int _length;
    private int _count;

    private readonly record struct Piece(int Start, bool StartsLine);

    /// <summary>How far the text goes, to come back to.</summary>
    public readonly record struct Mark(int Length, int Count);

    public readonly Mark Here => new(_length, _count);

    /// <summary>Drops what was written since.</summary>
    public void Return(Mark mark) => (_length, _count) = (mark.Length, mark.Count);

    /// <summary>Begins a piece.</summary>
    /// <param name="startsLine">Whether a new line begins here in any case.</param>
    public void Begin(bool startsLine = false)
    {
        if (_count == _pieces.Length)
            Grow(ref _pieces, _count, _count + 1);
        _pieces[_count++] = new Piece(_length, startsLine);
    }

    public void Append(scoped ReadOnlySpan<char> text)
    {
        if (text.Length > _text.Length - _length)
            Grow(ref _text, _length, _length + text.Length);
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
    }

    public void Append(char character) => Append([character]);

    /// <summary>The octets that the pieces begun since will take at the most.</summary>
    public readonly int OctetsSince(Mark mark)
    {
        var octets = 0;
        for (var i = mark.Count; i < _count; i++)
            octets += OctetsOf(Encoding.UTF8.GetByteCount(TextOf(i)));
        return octets;
    }

    /// <summary>A piece of that many octets with a semicolon and a fold. Inside there may be one more fold for every 38 octets at least.</summary>
    public static int OctetsOf(int piece) => piece + "\r\n ;".Length + (piece > 76 ? piece / 38 * 2 : 0);

    private readonly ReadOnlySpan<char> TextOf(int piece) =>
        _text.AsSpan(_pieces[piece].Start..(piece + 1 < _count ? _pieces[piece + 1].Start : _length));

    /// <summary>The value as one line.</summary>
    public readonly string Unfolded()
    {
        var line = new StringBuilder(_length + _count);
        for (var i = 0; i < _count; i++)
            line.Append(i > 0 ? " " : "").Append(TextOf(i));
        return line.ToString();
    }

    /// <summary>The value as a field of that name, folded.</summary>
    public readonly HeaderField ToHeaderField(string name)
    {
        // There may be a fold before every second character, and before every piece.
        var output = ArrayPool<char>.Shared.Rent(name.Length + _length * 2 + _count * 3 + ": \r\n".Length);
        name.CopyTo(output);
        ": ".CopyTo(output.AsSpan(name.Length));
        var column = name.Length + 2;
        var length = column;
        for (var i = 0; i < _count; i++)
        {
            var text = TextOf(i);
            if (i > 0)
            {
                if (_pieces[i].StartsLine || column + 1 + Encoding.UTF8.GetByteCount(text) > LineLength)
                {
                    Put("\r\n", output, ref length);
                    column = 0;
                }
                Put(" ", output, ref length);
                column++;
            }
            PutFolded(text, output, ref length, ref column);
        }
        Put("\r\n", output, ref length);
        var octets = new byte[Encoding.UTF8.GetByteCount(output, 0, length)];
        Encoding.UTF8.GetBytes(output.AsSpan(0, length), octets);
        ArrayPool<char>.Shared.Return(output);
        return new HeaderField(octets, name.Length, name.Length);
    }

    /// <summary>Folds inside a long piece before single spaces: unfolding gives them back, and no line consists of white space.</summary>
    private static void PutFolded(ReadOnlySpan<char> text, Span<char> output, ref int length, ref int column)
    {
        while (column + Encoding.UTF8.GetByteCount(text) > LineLength)
        {
            var next = NextFold(text, LineLength - column);
            if (next < 0)
                break;
            Put(text[..next], output, ref length);
            Put("\r\n", output, ref length);
            text = text[next..];
            column = 0;
        }
        Put(text, output, ref length);
        column += Encoding.UTF8.GetByteCount(text);
    }

    /// <summary>The last space within that many octets that stands alone; else the first one behind; -1 if there is none.</summary>
    private static int NextFold(ReadOnlySpan<char> text, int octets)
    {
        var found = -1;
        var used = 0;
        for (var i = 1; i < text.Length - 1; i++)
        {
            used += text[i - 1] < 0x80 ? 1 : 3;
            if (used > octets && found > 0)
                return found;
            if (text[i] == ' ' && text[i - 1] != ' ' && text[i + 1] != ' ')
                found = i;
        }
        return found;
    }

    private static void Put(ReadOnlySpan<char> text, Span<char> output, ref int length)
    {
        text.CopyTo(output[length..]);
        length += text.Length;
    }

    private static void Grow<T>(ref T[] buffer, int used, int needed)
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(buffer.Length * 2, needed));
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<T>.Shared.Return(buffer);
        buffer = larger;
    }

    public readonly void Dispose()
    {
        ArrayPool<char>.Shared.Return(_text);
        ArrayPool<Piece>.Shared.Return(_pieces);
    }
}
