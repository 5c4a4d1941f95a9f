using System.Diagnostics.CodeAnalysis;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>Reads macro-string, domain-spec and explain-string (RFC 7208 §7.1).</summary>
internal ref struct SpfMacroReader
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly int _offset;
    private readonly bool _isExplanation;
    private readonly List<SpfMacro> _parts = [];
    private int _at;
    private int _literalStart;

    private SpfMacroReader(ReadOnlySpan<byte> text, int offset, bool isExplanation)
    {
        _text = text;
        _offset = offset;
        _isExplanation = isExplanation;
    }

    private Diagnostic? _error;

    /// <summary>domain-spec = macro-string domain-end.</summary>
    /// <param name="text">The whole domain-spec.</param>
    /// <param name="offset">Where it begins in the record.</param>
    /// <param name="spec">What was read, or null.</param>
    /// <param name="error">What was wrong, or null.</param>
    public static bool TryReadDomainSpec(ReadOnlySpan<byte> text, int offset, [NotNullWhen(true)] out SpfMacroString? spec, [NotNullWhen(false)] out Diagnostic? error)
    {
        spec = null;
        if (text.IsEmpty)
        {
            error = Error(offset, "a domain name is expected here, such as mail.example.com", "§7.1");
            return false;
        }
        var reader = new SpfMacroReader(text, offset, isExplanation: false);
        if (!reader.TryReadParts(out error) || !reader.EndsAsDomain(out error))
            return false;
        spec = new SpfMacroString([.. reader._parts]);
        return true;
    }

    /// <summary>macro-string, as the value of a modifier that has no meaning here: read only to find its errors.</summary>
    public static bool TryReadMacroString(ReadOnlySpan<byte> text, int offset, [NotNullWhen(false)] out Diagnostic? error) =>
        new SpfMacroReader(text, offset, isExplanation: true).TryReadParts(out error);

    /// <summary>explain-string = *( macro-string / SP ).</summary>
    public static bool TryReadExplanation(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SpfMacroString? spec)
    {
        var reader = new SpfMacroReader(text, 0, isExplanation: true);
        spec = null;
        foreach (var octet in text)
        {
            if (octet is < 0x20 or > 0x7E)
                return false;
        }
        if (!reader.TryReadParts(out _))
            return false;
        spec = new SpfMacroString([.. reader._parts]);
        return true;
    }

    private bool TryReadParts([NotNullWhen(false)] out Diagnostic? error)
    {
        if (_text.Length > SpfMacroString.MaxLength)
            _error = Error(_offset, $"this is longer than the {SpfMacroString.MaxLength} octets that are read of one term", "§11.1");
        while (_error is null && _at < _text.Length)
        {
            if (_text[_at] == '%')
                ReadExpand();
            else
                _at++;
        }
        AddLiteral(_at);
        error = _error;
        return error is null;
    }

    /// <summary>macro-expand = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-".</summary>
    private void ReadExpand()
    {
        AddLiteral(_at);
        switch (_at + 1 < _text.Length ? _text[_at + 1] : 0)
        {
            case '%':
                AddEscape("%"u8);
                break;
            case '_':
                AddEscape(" "u8);
                break;
            case '-':
                AddEscape("%20"u8);
                break;
            case '{':
                ReadMacro();
                break;
            default:
                _error = Error(_offset + _at, "\"%\" stands alone; a macro is written as %{d}, and a percent sign as %%", "§7.3");
                break;
        }
        _literalStart = _at;
    }

    private void ReadMacro()
    {
        var start = _offset + _at;
        _at += 2;
        var letter = _at < _text.Length ? _text[_at++] : (byte)0;
        var lower = Octets.ToLower(letter);
        if (!"slodiphcrtv"u8.Contains(lower))
        {
            _error = Error(start, "there is no such macro; the letters are s, l, o, d, i, p, v and h, and in explanations also c, r and t", "§7.1");
            return;
        }
        if (!_isExplanation && lower is (byte)'c' or (byte)'r' or (byte)'t' && !_isExplanation)
        {
            _error = Error(start, "the macros c, r and t are for explanation texts only", "§7.2");
            return;
        }
        if (!TryReadPartCount(start, out var partCount))
            return;
        var isReversed = _at < _text.Length && Octets.ToLower(_text[_at]) == 'r';
        if (isReversed)
            _at++;
        byte delimiters = 0;
        for (byte bit; _at < _text.Length && (bit = SpfMacro.DelimiterBit(_text[_at])) != 0; _at++)
            delimiters |= bit;
        if (_at == _text.Length || _text[_at] != '}')
        {
            _error = Error(start, "the macro is not well formed: after the letter come digits, \"r\", delimiters out of . - + , / _ = and then \"}\"", "§7.1");
            return;
        }
        _at++;
        if (delimiters == 0 && (isReversed || partCount > 0))
            delimiters = SpfMacro.DefaultDelimiter;
        _parts.Add(new SpfMacro
        {
            Letter = lower,
            IsEscaped = letter != lower,
            IsReversed = isReversed,
            PartCount = partCount,
            Delimiters = delimiters,
        });
    }

    /// <summary>RFC 7208 §7.3: "the value MUST be nonzero", and at least 127 must be understood.</summary>
    private bool TryReadPartCount(int start, out byte count)
    {
        count = 0;
        var digits = _at;
        var number = 0;
        while (_at < _text.Length && Octets.IsDigit(_text[_at]))
        {
            if (_at - digits == 3)
                number = int.MaxValue;
            if (number <= 128)
                number = number * 10 + (_text[_at] - '0');
            _at++;
        }
        if (_at > digits && number is 0 or > 128)
        {
            _error = Error(start, "the number in a macro says how many labels to keep: it must be 1 to 128", "§7.3");
            return false;
        }
        count = (byte)number;
        return true;
    }

    private void AddEscape(ReadOnlySpan<byte> octets)
    {
        _parts.Add(new SpfMacro { Literal = octets.ToArray() });
        _at += 2;
    }

    private readonly void AddLiteral(int end)
    {
        if (end > _literalStart)
            _parts.Add(new SpfMacro { Literal = _text[_literalStart..end].ToArray() });
    }

    /// <summary>domain-end = ( "." toplabel [ "." ] ) / macro-expand.</summary>
    private readonly bool EndsAsDomain([NotNullWhen(false)] out Diagnostic? error)
    {
        error = null;
        if (_literalStart == _text.Length)
            return true;
        var tail = _text[_literalStart..];
        if (tail[^1] == '.')
            tail = tail[..^1];
        var dot = tail.LastIndexOf((byte)'.');
        if (dot >= 0 && IsTopLabel(tail[(dot + 1)..]))
            return true;
        var isAddress = IpAddressText.TryParse(_text, out _);
        error = Error(_offset, (isAddress, dot < 0) switch
        {
            (true, _) => $"\"{Octets.ToPrintable(_text)}\" is an IP address where a domain name is expected; addresses stand behind ip4: and ip6:",
            (_, true) => $"\"{Octets.ToPrintable(_text)}\" is a single label; a fully qualified name is expected, such as mail.example.com",
            _ => $"\"{Octets.ToPrintable(_text)}\" does not end in a top-level domain or a macro, as mail.example.com or %{{d}} would",
        }, "§7.1");
        return false;
    }

    /// <summary>toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum ).</summary>
    private static bool IsTopLabel(ReadOnlySpan<byte> label)
    {
        if (label.IsEmpty || label[0] == '-' || label[^1] == '-')
            return false;
        var isNumber = true;
        foreach (var octet in label)
        {
            if (!Octets.IsAlphanumeric(octet) && octet != '-')
                return false;
            isNumber &= Octets.IsDigit(octet);
        }
        return !isNumber;
    }

    private static Diagnostic Error(int position, string text, string section) =>
        new(DiagnosticSeverity.Error, position, text, $"RFC 7208 {section}");
}
