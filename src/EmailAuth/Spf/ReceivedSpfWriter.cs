using System.Text;

namespace EmailAuth.Spf;

/// <summary>Writes a Received-SPF field (RFC 7208 §9.1) so that no value can leave its place.</summary>
internal static class ReceivedSpfWriter
{
    private const int LongestValue = 320;
    private const string CutMark = "...";

    /// <summary>RFC 5322 §2.1.1: lines should have no more than 78 characters.</summary>
    private const int LongestLine = 78;

    /// <summary>
    /// Text as a field can carry it: without controls; characters outside ASCII as "?", or kept where RFC 6532 §3.2 lets them stand;
    /// cut at 320 octets.
    /// </summary>
    public static string Clean(string text, bool isAsciiOnly)
    {
        var clean = new StringBuilder();
        var octets = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune))
                continue;
            var kept = rune.IsAscii || (!isAsciiOnly && rune != Rune.ReplacementChar) ? rune : new Rune('?');
            octets += kept.Utf8SequenceLength;
            if (octets > LongestValue)
                return Shorten(clean);
            clean.Append(kept);
        }
        return clean.ToString();
    }

    private static string Shorten(StringBuilder clean)
    {
        var octets = Encoding.UTF8.GetByteCount(clean.ToString());
        while (octets > LongestValue - CutMark.Length)
        {
            Rune.DecodeLastFromUtf16(clean.ToString(), out var last, out var characters);
            clean.Length -= characters;
            octets -= last.Utf8SequenceLength;
        }
        return clean.Append(CutMark).ToString();
    }

    /// <summary>
    /// result FWS [comment FWS] [key-value-list], with CRLF and a space where a line would get too long. Values that were read from another's field
    /// are cleaned here too.
    /// </summary>
    public static string Write(ReceivedSpfField field)
    {
        var line = new Folder(ReceivedSpfField.FieldName.Length + 2);
        line.Add(field.Result.ToKeyword());
        if (field.Comment is { } comment)
        {
            // A comment may be folded between its words.
            foreach (var word in $"({Escape(Clean(comment, isAsciiOnly: false), "()\\")})".Split(' '))
                line.Add(word);
        }
        foreach (var (key, text) in field.Values())
        {
            var value = Clean(text, isAsciiOnly: false);
            line.Add($"{key}={(IsDotAtom(value) ? value : $"\"{Escape(value, "\"\\")}\"")};");
        }
        return line.ToString().TrimEnd(';');
    }

    private static string Escape(string text, string special)
    {
        var escaped = new StringBuilder();
        foreach (var character in text)
        {
            if (special.Contains(character, StringComparison.Ordinal))
                escaped.Append('\\');
            escaped.Append(character);
        }
        return escaped.ToString();
    }

    /// <summary>RFC 5322 §3.2.3.</summary>
    private static bool IsDotAtom(string text)
    {
        if (text.Length == 0 || text[0] == '.' || text[^1] == '.' || text.Contains("..", StringComparison.Ordinal))
            return false;
        foreach (var character in text)
        {
            if (character != '.' && !char.IsAsciiLetterOrDigit(character) && !"!#$%&'*+-/=?^_`{|}~".Contains(character, StringComparison.Ordinal))
                return false;
        }
        return true;
    }

    /// <summary>Puts words one behind the other and breaks the line before one that would make it too long.</summary>
    private sealed class Folder(int column)
    {
        private readonly StringBuilder _text = new();
        private int _column = column;

        public void Add(string word)
        {
            if (_text.Length > 0)
            {
                // A line of white space only is no fold (RFC 5322 §3.2.2).
                var breaks = word.Length > 0 && _column + 1 + word.Length > LongestLine;
                _text.Append(breaks ? "\r\n " : " ");
                _column = breaks ? 1 : _column + 1;
            }
            _text.Append(word);
            _column += word.Length;
        }

        public override string ToString() => _text.ToString();
    }
}
