using System.Globalization;
using System.Text;

namespace EmailAuth.Dns;

/// <summary>One record of a master file.</summary>
internal readonly record struct ZoneEntry(DomainName Owner, TimeSpan TimeToLive, ushort TypeCode, DnsRecord? Data, int Line);

/// <summary>
/// Reads a master file (RFC 1035 §5): $ORIGIN, $TTL (RFC 2308 §4), relative and absolute names, "@", comments, parentheses,
/// quoted strings, \X and \DDD, the unknown form TYPEnn \# (RFC 3597 §5). Every error names the line and what was expected.
/// </summary>
internal sealed class ZoneFileReader
{
    private readonly string _fileName;
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private DomainName _origin = DomainName.Root;
    private DomainName? _owner;
    private TimeSpan? _defaultTimeToLive;
    private TimeSpan? _lastTimeToLive;

    /// <param name="text">The file; each character is one octet (Latin-1).</param>
    /// <param name="fileName">For messages.</param>
    public ZoneFileReader(string text, string fileName)
    {
        _text = text;
        _fileName = fileName;
        // A byte order mark, as some editors write it: one character, or three where the octets were read as Latin-1.
        _at = text.StartsWith('\uFEFF') ? 1 : text.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? 3 : 0;
    }

    private readonly record struct Token(string Text, bool IsQuoted, int Line);

    public IEnumerable<ZoneEntry> Read()
    {
        while (TryReadEntry(out var startsBlank))
        {
            if (_tokens.Count == 0)
                continue;
            var first = _tokens[0];
            if (!startsBlank && !first.IsQuoted && first.Text.StartsWith('$'))
                ReadDirective(first);
            else
                yield return ReadRecord(startsBlank);
        }
    }

    // ---- Lines into tokens ----

    /// <summary>Collects the tokens of one entry, over several lines where parentheses join them.</summary>
    private bool TryReadEntry(out bool startsBlank)
    {
        _tokens.Clear();
        startsBlank = _at < _text.Length && _text[_at] is ' ' or '\t';
        if (_at >= _text.Length)
            return false;
        var openLine = 0;
        while (_at < _text.Length)
        {
            var character = _text[_at];
            switch (character)
            {
                case '\n':
                    _at++;
                    _line++;
                    if (openLine == 0)
                        return true;
                    break;
                case ' ' or '\t' or '\r':
                    _at++;
                    break;
                case ';':
                    while (_at < _text.Length && _text[_at] != '\n')
                        _at++;
                    break;
                case '(' when openLine > 0:
                    throw Error(_line, "a parenthesis inside a parenthesis; expected one pair around the parts of a record");
                case '(':
                    openLine = _line;
                    _at++;
                    break;
                case ')' when openLine == 0:
                    throw Error(_line, "a closing parenthesis without an opening one");
                case ')':
                    openLine = 0;
                    _at++;
                    break;
                case '"':
                    _tokens.Add(ReadQuoted());
                    break;
                default:
                    _tokens.Add(ReadWord());
                    break;
            }
        }
        if (openLine > 0)
            throw Error(openLine, "the parenthesis is never closed; expected \")\"");
        return true;
    }

    private Token ReadQuoted()
    {
        var line = _line;
        var text = new StringBuilder();
        _at++;
        while (_at < _text.Length && _text[_at] != '\n')
        {
            if (_text[_at] == '"')
            {
                _at++;
                return new Token(text.ToString(), true, line);
            }
            text.Append(_text[_at] == '\\' ? ReadEscape() : _text[_at++]);
        }
        throw Error(line, "the quoted string is not closed on its line; expected \"");
    }

    /// <summary>A word keeps its escapes: only the reader of a name or of a string knows what a dot behind a backslash is.</summary>
    private Token ReadWord()
    {
        var start = _at;
        while (_at < _text.Length && _text[_at] is not (' ' or '\t' or '\r' or '\n' or ';' or '(' or ')' or '"'))
            _at += _text[_at] == '\\' && _at + 1 < _text.Length && _text[_at + 1] != '\n' ? 2 : 1;
        return new Token(_text[start.._at], false, _line);
    }

    private char ReadEscape()
    {
        _at++;
        if (_at >= _text.Length || _text[_at] == '\n')
            throw Error(_line, "a backslash at the end of a line; expected \\X or \\DDD");
        if (!char.IsAsciiDigit(_text[_at]))
            return _text[_at++];
        if (_at + 2 >= _text.Length || !TryDecimalOctet(_text.AsSpan(_at, 3), out var octet))
            throw Error(_line, "a backslash and digits; expected exactly three digits from \\000 to \\255");
        _at += 3;
        return octet;
    }

    private static bool TryDecimalOctet(ReadOnlySpan<char> digits, out char octet)
    {
        octet = '\0';
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
                return false;
        }
        var value = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0';
        octet = (char)value;
        return value <= 255;
    }

    private string Unescape(Token token)
    {
        foreach (var character in token.Text)
        {
            if (character > byte.MaxValue)
                throw Error(token.Line, $"the character \"{character}\" is no octet; expected ASCII, \\DDD for another octet, or an A-label (xn--…) for a domain");
        }
        if (token.IsQuoted || !token.Text.Contains('\\', StringComparison.Ordinal))
            return token.Text;
        var text = new StringBuilder();
        for (var i = 0; i < token.Text.Length; i++)
        {
            if (token.Text[i] != '\\')
            {
                text.Append(token.Text[i]);
                continue;
            }
            if (i + 1 == token.Text.Length)
                throw Error(token.Line, "a backslash at the end of a word; expected \\X or \\DDD");
            if (!char.IsAsciiDigit(token.Text[i + 1]))
            {
                text.Append(token.Text[++i]);
                continue;
            }
            if (i + 3 >= token.Text.Length || !TryDecimalOctet(token.Text.AsSpan(i + 1, 3), out var octet))
                throw Error(token.Line, $"\"{token.Text}\" has a backslash and digits; expected exactly three digits from \\000 to \\255");
            text.Append(octet);
            i += 3;
        }
        return text.ToString();
    }

    // ---- Directives and records ----

    private void ReadDirective(Token directive)
    {
        if (directive.Text.Equals("$ORIGIN", StringComparison.OrdinalIgnoreCase))
        {
            Expect(2, "$ORIGIN and a domain name");
            _origin = ReadName(_tokens[1]);
        }
        else if (directive.Text.Equals("$TTL", StringComparison.OrdinalIgnoreCase))
        {
            Expect(2, "$TTL and a time in seconds");
            if (!TryReadTimeToLive(_tokens[1].Text, out var timeToLive))
                throw Error(_tokens[1].Line, $"\"{_tokens[1].Text}\" is not a time to live; expected seconds from 0 to 2147483647, or 1h, 2d …");
            _defaultTimeToLive = timeToLive;
        }
        else if (directive.Text.Equals("$INCLUDE", StringComparison.OrdinalIgnoreCase))
        {
            throw Error(directive.Line, "$INCLUDE is not supported; expected all records in one file, or several files named one by one");
        }
        else
        {
            throw Error(directive.Line, $"\"{directive.Text}\" is not a known directive; expected $ORIGIN or $TTL");
        }

        void Expect(int count, string what)
        {
            if (_tokens.Count != count)
                throw Error(directive.Line, $"{_tokens.Count} words; expected {what}");
        }
    }

    private ZoneEntry ReadRecord(bool startsBlank)
    {
        var next = 0;
        var line = _tokens[0].Line;
        if (!startsBlank)
            _owner = ReadName(_tokens[next++]);
        var owner = _owner ?? throw Error(line, "the first record begins with white space; expected the name that it belongs to");

        // RFC 1035 §5.1: [TTL] [class] type or [class] [TTL] type.
        TimeSpan? timeToLive = null;
        var hasClass = false;
        while (next < _tokens.Count && !_tokens[next].IsQuoted)
        {
            var word = _tokens[next].Text;
            if (!hasClass && word.Equals("IN", StringComparison.OrdinalIgnoreCase))
                hasClass = true;
            else if (!hasClass && (word.Equals("CH", StringComparison.OrdinalIgnoreCase) || word.Equals("HS", StringComparison.OrdinalIgnoreCase)))
                throw Error(_tokens[next].Line, $"class {word}; expected IN");
            else if (timeToLive is null && char.IsAsciiDigit(word[0]) && TryReadTimeToLive(word, out var read))
                timeToLive = read;
            else
                break;
            next++;
        }
        timeToLive ??= _defaultTimeToLive ?? _lastTimeToLive ?? TimeSpan.FromHours(1);
        _lastTimeToLive = timeToLive;

        if (next >= _tokens.Count)
            throw Error(line, $"the record of \"{owner}\" has no type; expected A, AAAA, CNAME, MX, NS, PTR, SOA, SPF, TLSA, TXT or TYPEnn");
        var type = _tokens[next++];
        if (type.IsQuoted || !TryReadType(type.Text, out var typeCode))
            throw Error(type.Line, $"\"{type.Text}\" is not a record type known here; expected A, AAAA, CNAME, MX, NS, PTR, SOA, SPF, TLSA, TXT or TYPEnn");
        return new ZoneEntry(owner, timeToLive.Value, typeCode, ReadData(typeCode, _tokens[next..], type), line);
    }

    private const ushort SpfTypeCode = 99;

    private static bool TryReadType(string word, out ushort typeCode)
    {
        typeCode = 0;
        if (word.Equals("SPF", StringComparison.OrdinalIgnoreCase))
        {
            typeCode = SpfTypeCode;
            return true;
        }
        if (word.StartsWith("TYPE", StringComparison.OrdinalIgnoreCase))
            return ushort.TryParse(word.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out typeCode) && typeCode > 0;
        foreach (var known in Enum.GetValues<DnsRecordType>())
        {
            if (known != DnsRecordType.None && word.Equals(known.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                typeCode = (ushort)known;
                return true;
            }
        }
        return false;
    }

    private DnsRecord? ReadData(ushort typeCode, List<Token> data, Token type)
    {
        if (data.Count > 0 && !data[0].IsQuoted && data[0].Text == "\\#")
            return ReadUnknownForm(typeCode, data);
        switch (typeCode)
        {
            case SpfTypeCode:
                // RFC 7208 §3.1: not asked any more. It counts as "a record of another type".
                ReadStrings(data, type);
                return null;
            case (ushort)DnsRecordType.TXT:
                return new TxtRecord(ReadStrings(data, type));
            case (ushort)DnsRecordType.A:
                Expect(1, "an IPv4 address");
                return IpOf(data[0], ipv6: false);
            case (ushort)DnsRecordType.AAAA:
                Expect(1, "an IPv6 address");
                return IpOf(data[0], ipv6: true);
            case (ushort)DnsRecordType.CNAME:
                Expect(1, "a domain name");
                return new CnameRecord(ReadName(data[0]));
            case (ushort)DnsRecordType.NS:
                Expect(1, "a domain name");
                return new NsRecord(ReadName(data[0]));
            case (ushort)DnsRecordType.PTR:
                Expect(1, "a domain name");
                return new PtrRecord(ReadName(data[0]));
            case (ushort)DnsRecordType.MX:
                Expect(2, "a preference and a domain name, such as: 10 mail.example.com.");
                return new MxRecord((int)ReadNumber(data[0], ushort.MaxValue), ReadName(data[1]));
            case (ushort)DnsRecordType.SOA:
                Expect(7, "seven parts: primary server, mailbox, serial, refresh, retry, expire, minimum");
                for (var i = 3; i < 6; i++)
                    ReadTime(data[i]);
                return new SoaRecord(ReadName(data[0]), (uint)ReadNumber(data[2], uint.MaxValue), ReadTime(data[6]));
            case (ushort)DnsRecordType.TLSA:
                if (data.Count < 4)
                    Expect(4, "usage, selector, matching type and hexadecimal data");
                return new TlsaRecord((byte)ReadNumber(data[0], 255), (byte)ReadNumber(data[1], 255), (byte)ReadNumber(data[2], 255), ReadHex(data, 3));
            default:
                throw Error(type.Line, $"the data of {type.Text} is not known here; expected the form of RFC 3597: \\# length hexadecimal");
        }

        void Expect(int count, string what)
        {
            if (data.Count != count)
                throw Error(type.Line, $"{data.Count} words after {type.Text}; expected {what}");
        }
    }

    private byte[] ReadStrings(List<Token> data, Token type)
    {
        if (data.Count == 0)
            throw Error(type.Line, $"nothing after {type.Text}; expected at least one string, such as \"v=spf1 -all\"");
        var octets = new List<byte>();
        foreach (var token in data)
        {
            var text = Unescape(token);
            if (text.Length > 255)
                throw Error(token.Line, $"a string of {text.Length} octets; expected at most 255, a longer text as several strings");
            foreach (var character in text)
                octets.Add((byte)character);
        }
        return [.. octets];
    }

    private AddressRecord IpOf(Token token, bool ipv6)
    {
        var form = ipv6 ? "an IPv6 address, such as 2001:db8::1" : "an IPv4 address, such as 192.0.2.1";
        if (token.IsQuoted || !Syntax.IpAddressText.TryParse(token.Text, out var address)
            || ipv6 != (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6))
        {
            throw Error(token.Line, $"\"{token.Text}\" is not {form}");
        }
        return new AddressRecord(address);
    }

    private DnsRecord? ReadUnknownForm(ushort typeCode, List<Token> data)
    {
        var line = data[0].Line;
        if (data.Count < 2)
            throw Error(line, "nothing after \\#; expected the length in octets and the data in hexadecimal");
        var length = (int)ReadNumber(data[1], ushort.MaxValue);
        var octets = ReadHex(data, 2);
        if (octets.Length != length)
            throw Error(line, $"the length says {length} octets, the data has {octets.Length}");
        if (!Enum.IsDefined((DnsRecordType)typeCode))
            return null;
        return WireData.TryRead((DnsRecordType)typeCode, octets, out var record)
            ? record
            : throw Error(line, $"the {length} octets are not the data of a {(DnsRecordType)typeCode} record");
    }

    private byte[] ReadHex(List<Token> data, int from)
    {
        var hex = new StringBuilder();
        for (var i = from; i < data.Count; i++)
            hex.Append(data[i].Text);
        var digits = hex.ToString();
        if (digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit))
            throw Error(data[0].Line, $"\"{digits}\" is not hexadecimal data; expected two hexadecimal digits an octet");
        return Convert.FromHexString(digits);
    }

    private long ReadNumber(Token token, long most)
    {
        if (token.IsQuoted || !ulong.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > (ulong)most)
            throw Error(token.Line, $"\"{token.Text}\" is not a number from 0 to {most}");
        return (long)number;
    }

    private TimeSpan ReadTime(Token token) =>
        TryReadTimeToLive(token.Text, out var time)
            ? time
            : throw Error(token.Line, $"\"{token.Text}\" is not a time; expected seconds, or 1h, 2d …");

    /// <summary>Seconds, or numbers with the units s, m, h, d, w.</summary>
    private static bool TryReadTimeToLive(string word, out TimeSpan timeToLive)
    {
        timeToLive = TimeSpan.Zero;
        long total = 0, number = 0;
        var digits = false;
        foreach (var character in word)
        {
            if (char.IsAsciiDigit(character))
            {
                number = number * 10 + character - '0';
                digits = true;
            }
            else
            {
                var unit = Syntax.Octets.ToLower(character) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
                if (unit == 0 || !digits)
                    return false;
                total += number * unit;
                number = 0;
                digits = false;
            }
            if (number > int.MaxValue || total > int.MaxValue)
                return false;
        }
        total += number;
        timeToLive = TimeSpan.FromSeconds(total);
        return word.Length > 0 && total <= int.MaxValue && (digits || total > 0 || number > 0);
    }

    private DomainName ReadName(Token token)
    {
        if (token.IsQuoted)
            throw Error(token.Line, $"\"{token.Text}\" stands in quotes; expected a domain name without them");
        if (token.Text == "@")
            return _origin;
        if (token.Text == ".")
            return DomainName.Root;
        // "\." is a dot inside a label: only mailboxes in SOA and RP records have one, and no name here is read from them.
        var text = Unescape(token);
        var isAbsolute = token.Text.EndsWith('.') && !token.Text.EndsWith("\\.", StringComparison.Ordinal);
        var whole = isAbsolute || _origin.LabelCount == 0 ? text : $"{text}.{_origin}";
        var octets = whole.Length <= DomainName.MaxLength + 1 ? Encoding.Latin1.GetBytes(whole) : [];
        return DomainName.TryParseQueryName(octets, out var name)
            ? name
            : throw Error(token.Line, $"\"{token.Text}\" is not a domain name; expected labels of 1 to 63 octets, at most 253 in all");
    }

    private ZoneFileException Error(int line, string problem) => new(_fileName, line, problem);
}
