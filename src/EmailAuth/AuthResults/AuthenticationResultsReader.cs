using System.Buffers;
using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.AuthResults;

/// <summary>Reads the value of one Authentication-Results field (RFC 8601 §2.2) in one pass, without recursion.</summary>
internal ref struct AuthenticationResultsReader(ReadOnlySpan<byte> value, AuthenticationResultsLimits limits)
{
    private const string ControlOrComment = "a comment that does not end, nests too deep or holds a control character";

    // RFC 2045 §5.1: a token holds anything visible but tspecials.
    private static readonly SearchValues<byte> TokenOctets = SearchValues.Create(Visible(without: "()<>@,;:\\\"/[]?="));

    // Values that should have been quoted are common, such as header.b=a/b+c==; only what could end or hide something is refused.
    private static readonly SearchValues<byte> UnquotedOctets = SearchValues.Create(Visible(without: "();\\\""));

    private static readonly SearchValues<byte> KeywordOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    private readonly int _length = value.Length;
    private SyntaxReader _reader = new(value.TrimFws());
    private string? _comment;

    /// <summary>
    /// Is told where keywords stand, the version, and domains and IP addresses: authserv-id, values, and what follows the "@" of values. A field that cannot be
    /// read to its end has told some of it.
    /// </summary>
    public TakenOctets? Taken { get; init; }

    /// <summary>Reads it all. The answer is null, or why it cannot be read.</summary>
    public string? Read(out string authservId, out ImmutableArray<MethodResult> results)
    {
        results = [];
        authservId = "";
        if (_length > limits.MaxFieldBytes)
            return OverLimit(nameof(limits.MaxFieldBytes), $"the field is longer than {limits.MaxFieldBytes} octets");
        if (ReadBeginning(out authservId, out var version) is { } problem)
            return problem;
        if (version is not (null or "1"))
            return $"version {version} of the field is not known; this is version 1 (RFC 8601 §2.6)";
        return ReadResults(out results);
    }

    /// <summary>
    /// Reads <c>[CFWS] authserv-id [CFWS authres-version] [CFWS]</c>, behind which a semicolon or the end must stand.
    /// The version is null where none is given, and "1" however many zeros stand before it.
    /// </summary>
    public string? ReadBeginning(out string authservId, out string? version)
    {
        authservId = "";
        version = null;
        if (!TrySkipCfws())
            return At(ControlOrComment);
        var start = _reader.Position;
        if (_reader.Peek == '"')
        {
            if (!QuotedText.TryRead(ref _reader, out authservId))
                return At("a quoted string that does not end or holds a control character");
        }
        else
        {
            authservId = Octets.ToText(_reader.TakeWhile(TokenOctets));
        }
        if (authservId.Length == 0)
            return At("there is no authserv-id, the name of the service that checked");
        if (!IsPrintable(authservId))
            return At("the authserv-id holds a control character or a line separator");
        if (Taken is not null && IsDomainOrAddress(authservId))
            Taken.Take(_reader.Slice(start, _reader.Position));

        var before = _reader.Position;
        if (!TrySkipCfws())
            return At(ControlOrComment);
        if (_reader.Position > before && _reader.TakeWhile(Digits) is { IsEmpty: false } digits)
        {
            Taken?.Take(digits);
            digits = digits.TrimStart((byte)'0');
            version = digits.IsEmpty ? "0" : Octets.ToPrintable(digits, 10);
            if (!TrySkipCfws())
                return At(ControlOrComment);
        }
        return _reader.AtEnd || _reader.Peek == ';' ? null : At("after the authserv-id only a version and \";\" may stand");
    }

    /// <summary>Nothing would be left of the name of such a service when it is written again.</summary>
    private static bool IsPrintable(string name)
    {
        foreach (var character in name)
        {
            if (char.IsControl(character) || character is '\u2028' or '\u2029')
                return false;
        }
        return true;
    }

    private static string OverLimit(string limit, string problem)
    {
        LimitHits.Count("AuthenticationResults." + limit);
        return problem;
    }

    private string? ReadResults(out ImmutableArray<MethodResult> results)
    {
        results = [];
        var read = ImmutableArray.CreateBuilder<MethodResult>();
        var isNone = false;
        while (_reader.TryTake((byte)';'))
        {
            if (!TrySkipCfws())
                return At(ControlOrComment);
            // Empty results, such as behind the last semicolon, are common and say nothing.
            if (_reader.AtEnd || _reader.Peek == ';')
                continue;
            if (read.Count == limits.MaxResults)
                return OverLimit(nameof(limits.MaxResults), $"there are more than {limits.MaxResults} results");
            if (ReadResult(out var result) is { } problem)
                return problem;
            if (result is null)
                isNone = true;
            else
                read.Add(result);
        }
        if (!_reader.AtEnd)
            return At("expected \";\" or the end");
        if (isNone && read.Count > 0)
            return "\"none\" stands beside results";
        results = read.DrainToImmutable();
        return null;
    }

    /// <summary>resinfo without its semicolon; <paramref name="result"/> is null for no-result.</summary>
    private string? ReadResult(out MethodResult? result)
    {
        result = null;
        var method = ReadKeyword();
        if (method.Length == 0)
            return At("expected the name of a method");
        if (!TrySkipCfws())
            return At(ControlOrComment);
        if (method == "none" && (_reader.AtEnd || _reader.Peek == ';'))
            return null;

        string? version = null;
        if (_reader.TryTake((byte)'/'))
        {
            if (!TrySkipCfws())
                return At(ControlOrComment);
            version = Octets.ToPrintable(_reader.TakeWhile(Digits), 64);
            if (version.Length is 0 or > 64)
                return At("expected the version of the method, a number");
            if (!TrySkipCfws())
                return At(ControlOrComment);
        }
        if (!_reader.TryTake((byte)'='))
            return At("expected \"=\" and a result");
        if (!TrySkipCfws())
            return At(ControlOrComment);
        var word = ReadKeyword();
        if (word.Length == 0)
            return At("expected a result, such as \"pass\"");

        _comment = null;
        if (ReadProperties(out var reason, out var properties) is { } problem)
            return problem;
        result = new MethodResult(method, word) { MethodVersion = version, Reason = reason, Comment = _comment, Properties = properties };
        return null;
    }

    /// <summary>[ CFWS reasonspec ] *( CFWS propspec ) up to a semicolon or the end.</summary>
    private string? ReadProperties(out string? reason, out ImmutableArray<AuthenticationResultsProperty> properties)
    {
        reason = null;
        properties = [];
        var read = ImmutableArray.CreateBuilder<AuthenticationResultsProperty>();
        var skipped = 0;
        while (true)
        {
            var before = _reader.Position;
            if (!TrySkipCfws(keepsComment: true))
                return At(ControlOrComment);
            if (_reader.AtEnd || _reader.Peek == ';')
                break;
            if (_reader.Position == before)
                return At("expected white space before the next property");

            before = _reader.Position;
            var type = ReadKeyword(takes: false);
            if (type.Length == 0)
                return At("expected a property, such as \"smtp.mailfrom=\"");
            var typeText = _reader.Slice(before, _reader.Position);
            if (!TrySkipCfws())
                return At(ControlOrComment);
            var name = "";
            if (_reader.TryTake((byte)'.'))
            {
                if (!TrySkipCfws())
                    return At(ControlOrComment);
                name = ReadKeyword();
                if (name.Length == 0 || !TrySkipCfws())
                    return At("expected the name of a property behind its type");
            }
            if (!_reader.TryTake((byte)'='))
                return At("expected \"=\" and a value");
            if (ReadPropertyValue(out var text, out var part) is { } problem)
                return problem;

            if (read.Count + skipped == limits.MaxProperties)
                return OverLimit(nameof(limits.MaxProperties), $"a result has more than {limits.MaxProperties} properties");
            if (name.Length > 0)
                read.Add(new AuthenticationResultsProperty(type, name, text));
            else if (type == "reason")
                reason ??= text;
            else
                skipped++;
            if (name.Length > 0 || type == "reason")
                Taken?.Take(typeText);
            if (name.Length > 0)
                TakeValue(name, text, part);
        }
        properties = read.DrainToImmutable();
        return null;
    }

    /// <summary>pvalue = [CFWS] ( value / [ [ local-part ] "@" ] domain-name ); a quoted local-part keeps its quotes.</summary>
    /// <param name="text">The value.</param>
    /// <param name="part">The octets that it ends in: all, or those behind an "@" that stands alone.</param>
    private string? ReadPropertyValue(out string text, out ReadOnlySpan<byte> part)
    {
        text = "";
        part = default;
        if (!TrySkipCfws())
            return At(ControlOrComment);
        var start = _reader.Position;
        if (_reader.Peek == '"')
        {
            if (!QuotedText.TryRead(ref _reader, out text))
                return At("a quoted string that does not end or holds a control character");
            part = _reader.Slice(start + 1, _reader.Position - 1);
            if (_reader.Peek != '@')
                return null;
            text = Unfolded(_reader.Slice(start, _reader.Position));
        }
        else
        {
            part = _reader.TakeWhile(UnquotedOctets);
            text = Octets.ToText(part);
        }

        // RFC 5322 §3.4.1: CFWS may stand on both sides of the "@". No other item begins with "@".
        var end = _reader.Position;
        if (!TrySkipCfws())
            return At(ControlOrComment);
        var isCut = text.EndsWith('@');
        if (!isCut && !_reader.TryTake((byte)'@'))
        {
            _reader.Position = end;
            return null;
        }
        if (!isCut && !TrySkipCfws())
            return At(ControlOrComment);
        part = _reader.TakeWhile(TokenOctets);
        text = $"{text}{(isCut ? "" : "@")}{Octets.ToText(part)}";
        return null;
    }

    private readonly void TakeValue(string name, string text, ReadOnlySpan<byte> part)
    {
        var at = text.LastIndexOf('@');
        var end = text.AsSpan(at + 1);
        // Without "@" it is a domain where one is expected only: the name of a login (RFC 8601 §2.7.4) may look like one.
        if (Taken is not null && (at >= 0 || name is "d" or "i" or "from" or "mailfrom" or "helo" ? IsDomainOrAddress(end) : IpAddressText.TryParse(end, out _)))
            Taken.Take(part[(part.LastIndexOf((byte)'@') + 1)..]);
    }

    private static bool IsDomainOrAddress(ReadOnlySpan<char> text) =>
        (DomainName.TryParse(text, out var domain) && domain.LabelCount > 1) || IpAddressText.TryParse(text, out _);

    /// <summary>A keyword in lower case; empty if none comes next, or one that is longer than any that may be written.</summary>
    private string ReadKeyword(bool takes = true)
    {
        var keyword = _reader.TakeWhile(KeywordOctets);
        if (keyword.Length > AuthenticationResults.LongestKeyword)
            return "";
        if (takes)
            Taken?.Take(keyword);
        return string.Create(keyword.Length, keyword, static (characters, octets) =>
        {
            for (var i = 0; i < octets.Length; i++)
                characters[i] = (char)Octets.ToLower(octets[i]);
        });
    }

    private bool TrySkipCfws(bool keepsComment = false)
    {
        var start = _reader.Position;
        if (!_reader.TrySkipCfws())
            return false;
        if (keepsComment && _comment is null)
            _comment = QuotedText.FirstComment(_reader.Slice(start, _reader.Position));
        return true;
    }

    private static string Unfolded(ReadOnlySpan<byte> text) => Octets.ToText(text).Replace("\r\n", "", StringComparison.Ordinal);

    private readonly string At(string problem) => $"{problem} (at octet {_reader.Position})";

    private static byte[] Visible(string without)
    {
        var octets = new List<byte>();
        for (var octet = 0x21; octet <= 0xFF; octet++)
        {
            if (octet != 0x7F && !without.Contains((char)octet, StringComparison.Ordinal))
                octets.Add((byte)octet);
        }
        return [.. octets];
    }
}
