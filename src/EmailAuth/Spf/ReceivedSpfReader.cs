using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>Reads the value of a Received-SPF field (RFC 7208 §9.1).</summary>
internal ref struct ReceivedSpfReader(ReadOnlySpan<byte> value)
{
    private const int LongestField = 16 << 10;
    private const int MostValues = 64;

    private static readonly SearchValues<byte> NameOctets = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."u8);
    private static readonly SearchValues<byte> BareOctets = SearchValues.Create("!#$%&'*+-./0123456789:=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~<>"u8);

    private readonly int _length = value.Length;
    private SyntaxReader _reader = new(value);

    /// <summary>[CFWS] result FWS [comment FWS] [ key-value-list ].</summary>
    public bool TryRead([NotNullWhen(true)] out ReceivedSpfField? field)
    {
        field = null;
        if (_length > LongestField || !_reader.TrySkipCfws() || ReadResult() is not { } result)
            return false;
        var start = _reader.Position;
        if (!_reader.TrySkipCfws())
            return false;
        var comment = FirstComment(_reader.Slice(start, _reader.Position).TrimFws());
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var others = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        while (!_reader.AtEnd)
        {
            if (!TryReadPair(out var key, out var text) || !values.TryAdd(key, text) || values.Count > MostValues)
                return false;
            if (!IsKnown(key))
                others.Add(new(key, text));
        }
        field = new ReceivedSpfField(result)
        {
            Comment = comment,
            ClientIp = values.GetValueOrDefault("client-ip"),
            EnvelopeFrom = values.GetValueOrDefault("envelope-from"),
            Helo = values.GetValueOrDefault("helo"),
            Identity = values.GetValueOrDefault("identity"),
            Mechanism = values.GetValueOrDefault("mechanism"),
            Problem = values.GetValueOrDefault("problem"),
            Receiver = values.GetValueOrDefault("receiver"),
            OtherValues = others.DrainToImmutable(),
        };
        return true;
    }

    private SpfStatus? ReadResult()
    {
        var word = _reader.TakeWhile(NameOctets);
        for (var status = SpfStatus.None; status <= SpfStatus.PermError; status++)
        {
            var keyword = status.ToKeyword();
            if (word.Length == keyword.Length && System.Text.Ascii.EqualsIgnoreCase(word, keyword))
                return status;
        }
        return null;
    }

    private static bool IsKnown(string key)
    {
        foreach (var known in (ReadOnlySpan<string>)["client-ip", "envelope-from", "helo", "identity", "mechanism", "problem", "receiver"])
        {
            if (string.Equals(key, known, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    /// <summary>key [CFWS] "=" ( dot-atom / quoted-string ), and the ";" behind it.</summary>
    private bool TryReadPair([NotNullWhen(true)] out string? key, [NotNullWhen(true)] out string? text)
    {
        text = null;
        key = Octets.ToText(_reader.TakeWhile(NameOctets));
        if (key.Length == 0 || !_reader.TrySkipCfws() || !_reader.TryTake((byte)'=') || !_reader.TrySkipCfws())
            return false;
        if (_reader.Peek != '"')
            text = Octets.ToText(_reader.TakeWhile(BareOctets));
        else if (!TryReadQuotedString(out text))
            return false;
        return _reader.TrySkipCfws()
            && (_reader.AtEnd || (_reader.TryTake((byte)';') && _reader.TrySkipCfws()));
    }

    private bool TryReadQuotedString([NotNullWhen(true)] out string? text)
    {
        text = null;
        _reader.TryTake((byte)'"');
        var start = _reader.Position;
        while (!_reader.AtEnd)
        {
            switch (_reader.Peek)
            {
                case '"':
                    text = Unescape(_reader.Slice(start, _reader.Position));
                    _reader.Position++;
                    return true;
                case '\\':
                    // RFC 5322 §3.2.1: a backslash makes no line break part of a value.
                    _reader.Position++;
                    if (_reader.Peek is '\r' or '\n' or 0 or -1)
                        return false;
                    _reader.Position++;
                    break;
                case 0:
                    return false;
                default:
                    _reader.Position++;
                    break;
            }
        }
        return false;
    }

    /// <summary>The text of a comment, its own parentheses left out; null if there is no comment.</summary>
    private static string? FirstComment(ReadOnlySpan<byte> text)
    {
        if (text is not [(byte)'(', ..])
            return null;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '(')
                depth++;
            else if (text[i] == ')' && --depth == 0)
                return Unescape(text[1..i]);
        }
        return null;
    }

    /// <summary>Without the backslashes of quoted pairs and without the CRLF of folds (RFC 5322 §3.2.1, §2.2.3).</summary>
    private static string Unescape(ReadOnlySpan<byte> text)
    {
        var plain = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                plain[length++] = text[++i];
            else if (text[i] is not ((byte)'\r' or (byte)'\n'))
                plain[length++] = text[i];
        }
        return Octets.ToText(plain.AsSpan(0, length));
    }
}
