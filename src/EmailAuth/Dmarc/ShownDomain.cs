using System.Buffers;
using System.Buffers.Text;
using System.Text;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>How programs differ in what they make of a domain that is no good.</summary>
[Flags]
internal enum ShownReading
{
    /// <summary>A comment is white space, and an encoded word is part of what stands around it.</summary>
    Plain = 0,

    /// <summary>Comments leave nothing where they were.</summary>
    CommentsJoin = 1,

    /// <summary>The domain is over behind the first encoded word.</summary>
    EndsAtWord = 2,
}

/// <summary>
/// The domain behind an "@" that programs show to people where they forgive more than the grammar: with comments and white space in it (RFC 5322 §4.4,
/// obs-domain), in quotes or brackets, as encoded words (RFC 2047), or in characters that IDNA maps (UTS 46). What it finds serves to choose the strictest
/// policy, never to pass.
/// </summary>
internal static class ShownDomain
{
    // RFC 2047 §2: an encoded word has at most 75 characters; more are tolerated.
    public const int LongestEncodedWord = 256;

    /// <summary>The text with NUL in the place of comments, so that every other octet stays where it is. Linear, however deep they nest.</summary>
    /// <param name="text">The value of a field.</param>
    /// <param name="knowsQuotes">Whether parentheses within quoted strings are none.</param>
    public static ReadOnlySpan<byte> WithoutComments(ReadOnlySpan<byte> text, bool knowsQuotes)
    {
        if (!text.Contains((byte)'('))
            return text;
        var open = new Stack<int>();
        var comments = new Stack<(int Start, int End)>();
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case (byte)'(':
                    open.Push(at);
                    break;
                case (byte)')' when open.TryPop(out var start):
                    while (comments.TryPeek(out var inner) && inner.Start > start)
                        comments.Pop();
                    comments.Push((start, at));
                    break;
                case (byte)'\\' when open.Count > 0:
                    at++;
                    break;
                case (byte)'"' when knowsQuotes && open.Count == 0:
                    var end = EndOfQuotes(text, at);
                    knowsQuotes = end >= 0;
                    at = Math.Max(at, end);
                    break;
            }
        }
        var shown = text.ToArray();
        foreach (var (start, end) in comments)
            shown.AsSpan(start, end + 1 - start).Clear();
        // What is never closed hides nothing.
        foreach (var start in open)
            shown[start] = 0;
        return shown;
    }

    private static int EndOfQuotes(ReadOnlySpan<byte> text, int at)
    {
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\')
                at++;
        }
        return at < text.Length ? at : -1;
    }

    /// <summary>Reads the domain at the start of a text without comments: white space may stand around its dots, and quotes, brackets and backslashes anywhere.</summary>
    /// <param name="text">What stands behind the "@".</param>
    /// <param name="reading">How it is read.</param>
    /// <param name="room">Gets the domain in UTF-8, without a dot at either end.</param>
    /// <param name="written">How many octets it has.</param>
    /// <param name="before">The beginning of the domain, which an encoded word before the text held; the "@" was in that word.</param>
    /// <returns>How many octets of the text were read; none behind the next "@".</returns>
    public static int Read(ReadOnlySpan<byte> text, ShownReading reading, Span<byte> room, out int written, ReadOnlySpan<byte> before = default)
    {
        var name = new Name(room, reading.HasFlag(ShownReading.CommentsJoin));
        Span<byte> word = stackalloc byte[LongestEncodedWord];
        var at = 0;
        if (!name.TakeAll(before))
            text = default;
        while (at < text.Length)
        {
            var octet = text[at];
            int length;
            bool goesOn;
            if (octet == '=' && TryDecode(text[at..], word, out length, out var decoded))
            {
                goesOn = name.TakeAll(word[..decoded]);
                if (reading.HasFlag(ShownReading.EndsAtWord))
                {
                    at += length;
                    break;
                }
            }
            else
            {
                goesOn = name.Take(text[at..], out length);
            }
            if (!goesOn)
                break;
            at += length;
        }
        written = name.Length;
        return at;
    }

    /// <summary>The encoded word at the start, in US-ASCII, UTF-8 or what shares their letters.</summary>
    /// <param name="text">Begins with it.</param>
    /// <param name="word">Room for <see cref="LongestEncodedWord"/> octets.</param>
    /// <param name="length">How many octets of the text it takes.</param>
    /// <param name="decoded">How many octets it stands for.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> word, out int length, out int decoded)
    {
        length = decoded = 0;
        text = text[..Math.Min(text.Length, LongestEncodedWord)];
        if (!text.StartsWith("=?"u8) || text[2..].IndexOf((byte)'?') is not (>= 0 and var charset))
            return false;
        var start = 2 + charset + 3;
        if (start > text.Length || text[start - 1] != '?' || text[start..].IndexOf("?="u8) is not (>= 0 and var end))
            return false;
        length = start + end + 2;
        var encoded = text.Slice(start, end);
        switch ((char)Octets.ToLower(text[start - 2]))
        {
            case 'b':
                return Base64.DecodeFromUtf8(encoded, word, out _, out decoded) == OperationStatus.Done;
            case 'q':
                for (var at = 0; at < encoded.Length; at++)
                {
                    var octet = encoded[at];
                    if (octet == '=' && at + 2 < encoded.Length && Octets.HexValue(encoded[at + 1]) is >= 0 and var high && Octets.HexValue(encoded[at + 2]) is >= 0 and var low)
                    {
                        octet = (byte)((high << 4) | low);
                        at += 2;
                    }
                    word[decoded++] = octet == '_' ? (byte)' ' : octet;
                }
                return true;
            default:
                return false;
        }
    }

    /// <summary>A domain in the making.</summary>
    private ref struct Name(Span<byte> room, bool joins)
    {
        private readonly Span<byte> _room = room;
        private bool _hasGap;
        private bool _endsInDot;
        private int _length;

        public readonly int Length => _length;

        /// <summary>Takes all characters. False where the domain is over before their end.</summary>
        public bool TakeAll(scoped ReadOnlySpan<byte> text)
        {
            var goesOn = true;
            while (goesOn && !text.IsEmpty)
            {
                goesOn = Take(text, out var taken);
                text = text[taken..];
            }
            return goesOn;
        }

        /// <summary>Takes the next character, whatever it stands for. False where the domain is over.</summary>
        public bool Take(scoped ReadOnlySpan<byte> text, out int length)
        {
            length = 1;
            var octet = text[0];
            if (octet < 0x80)
                return Take(new Rune(octet));
            var isWhole = Rune.DecodeFromUtf8(text, out var rune, out length) == OperationStatus.Done;
            // An octet that is no character is not shown.
            return !isWhole || ShownCharacter.Map(rune) is not { Value: not 0 } shown || Take(shown);
        }

        private bool Take(Rune rune)
        {
            switch (rune.Value)
            {
                case '.' when _endsInDot:
                    return false;
                case '.':
                    _endsInDot = _length > 0;
                    _hasGap = false;
                    return true;
                // Octets that quote or enclose: who takes them for quotes, or drops them, shows the rest.
                case '"' or '[' or ']' or '\\':
                    return true;
                case 0 when joins:
                    return true;
                case <= ' ' or 0x7F:
                    _hasGap = true;
                    return true;
            }
            if (rune.IsAscii ? !Octets.IsAlphanumeric((byte)rune.Value) && rune.Value is not ('-' or '_') : Rune.IsWhiteSpace(rune))
            {
                _hasGap = true;
                return !rune.IsAscii;
            }
            if (_hasGap && _length > 0 && !_endsInDot)
                return false;
            _hasGap = false;
            Span<byte> octets = stackalloc byte[5];
            octets[0] = (byte)'.';
            var count = rune.EncodeToUtf8(octets[1..]);
            var added = _endsInDot ? octets[..(count + 1)] : octets.Slice(1, count);
            _endsInDot = false;
            if (!added.TryCopyTo(_room[_length..]))
                return false;
            _length += added.Length;
            return true;
        }
    }
}
