using System.Buffers;
using System.Text.Unicode;
using EmailAuth.Syntax;

namespace EmailAuth.Message;

/// <summary>
/// Reads the mailboxes of an originator field one by one: an address-list of RFC 5322 §3.4 (groups in From by RFC 6854) with the UTF-8 of
/// RFC 6532 §3.2. Works on octets, decodes nothing, allocates nothing, does not recurse, and stops at the first octet that the grammar refuses.
/// </summary>
/// <remarks>
/// Of the obsolete forms (RFC 5322 §4) only the dot in a display name is taken, as in <c>John Q. Public</c>: it cannot change which
/// address is meant. Routes, empty list elements and dots with white space around them are refused. One dot may end a domain (M14).
/// </remarks>
/// <example><code>
/// var mailboxes = new MailboxListReader(value);
/// while (mailboxes.MoveNext()) { … mailboxes.Domain … }
/// if (mailboxes.Problem is not null) { … mailboxes.ProblemPosition … }
/// </code></example>
internal ref struct MailboxListReader
{
    private static readonly SearchValues<byte> ForbiddenOctets = SearchValues.Create(
        "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0B\x0C\x0E\x0F\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F\x7F"u8);

    // RFC 5322 §3.2.3 atext; RFC 6532 §3.2 adds every character above US-ASCII, whose octets are known to be UTF-8 by then.
    private static readonly SearchValues<byte> Atext = SearchValues.Create(
        [.. "!#$%&'*+-/0123456789=?ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~"u8, .. AboveAscii()]);

    private enum Expecting
    {
        Address,
        FirstOfGroup,
        Separator,
        Nothing,
    }

    private SyntaxReader _reader;
    private Expecting _expecting;
    private bool _inGroup;

    /// <param name="value">The octets behind the field's colon; the final CRLF may be there or not.</param>
    public MailboxListReader(ReadOnlySpan<byte> value)
    {
        if (value.EndsWith("\r\n"u8))
            value = value[..^2];
        _reader = new SyntaxReader(value);
        if (value.IndexOfAny(ForbiddenOctets) is >= 0 and var at)
            Fail("printable characters and white space only", at);
        else if (!Utf8.IsValid(value))
            Fail("UTF-8 (RFC 6532 §3.1) where octets are above 127", value.IndexOfAnyInRange((byte)0x80, (byte)0xFF));
    }

    /// <summary>The octets of the local-part as written: a dot-atom, or a quoted-string with its quotes.</summary>
    public ReadOnlySpan<byte> LocalPart { get; private set; }

    /// <summary>The octets of the domain as written, without comments around it; for an address literal those between the brackets.</summary>
    public ReadOnlySpan<byte> Domain { get; private set; }

    /// <summary>Whether the domain was a domain-literal, such as <c>[192.0.2.1]</c>.</summary>
    public bool IsAddressLiteral { get; private set; }

    /// <summary>What the grammar expected where reading stopped; null if nothing was wrong.</summary>
    public string? Problem { get; private set; }

    /// <summary>Where reading stopped, counted from the start of the value.</summary>
    public int ProblemPosition { get; private set; }

    /// <summary>Steps to the next mailbox. False at the end and at the first mistake: see <see cref="Problem"/>.</summary>
    public bool MoveNext()
    {
        while (Problem is null && _expecting != Expecting.Nothing)
        {
            if (!_reader.TrySkipCfws())
                return Fail("a comment that is closed, at most 16 deep");
            switch (_expecting)
            {
                case Expecting.Separator:
                    ReadSeparator();
                    break;
                case Expecting.FirstOfGroup when _reader.TryTake((byte)';'):
                    _inGroup = false;
                    _expecting = Expecting.Separator;
                    break;
                default:
                    if (ReadAddress())
                        return true;
                    break;
            }
        }
        return false;
    }

    private void ReadSeparator()
    {
        if (_reader.TryTake((byte)','))
            _expecting = Expecting.Address;
        else if (_inGroup && _reader.TryTake((byte)';'))
            _inGroup = false;
        else if (_reader.AtEnd && !_inGroup)
            _expecting = Expecting.Nothing;
        else
            Fail(_inGroup ? "\",\" and a mailbox, or \";\" to end the group" : "\",\" and an address, or the end of the field");
    }

    /// <summary>address = mailbox / group. True once a mailbox has been read; false where a group was opened, or at a mistake.</summary>
    private bool ReadAddress()
    {
        var start = _reader.Position;
        if (_reader.Peek == '<')
            return ReadAngleAddress();
        if (!TryReadLocalPart())
            return false;
        if (!_reader.TrySkipCfws())
            return Fail("a comment that is closed, at most 16 deep");
        if (_reader.TryTake((byte)'@'))
            return ReadDomain() && Complete();

        // No "@": what was read is the beginning of a display-name.
        _reader.Position = start;
        if (!ReadPhrase())
            return false;
        if (_reader.Peek == '<')
            return ReadAngleAddress();
        if (_reader.Peek != ':' || _inGroup)
            return Fail("\"@\" behind a local-part, or \"<\" behind a display name");
        _reader.Position++;
        _inGroup = true;
        _expecting = Expecting.FirstOfGroup;
        return false;
    }

    /// <summary>angle-addr = [CFWS] "&lt;" addr-spec "&gt;" [CFWS]; never with a route (obs-route).</summary>
    private bool ReadAngleAddress()
    {
        _reader.Position++;
        if (!_reader.TrySkipCfws())
            return Fail("a comment that is closed, at most 16 deep");
        if (_reader.Peek == '@')
            return Fail("a local-part; a route before the address is obsolete (RFC 5322 §4.4)");
        if (!TryReadLocalPart())
            return false;
        if (!_reader.TrySkipCfws() || !_reader.TryTake((byte)'@'))
            return Fail("\"@\" behind the local-part");
        if (!ReadDomain())
            return false;
        if (!_reader.TrySkipCfws() || !_reader.TryTake((byte)'>'))
            return Fail("\">\" behind the domain");
        return Complete();
    }

    private bool Complete()
    {
        _expecting = Expecting.Separator;
        return true;
    }

    /// <summary>local-part = dot-atom / quoted-string, without the CFWS around it.</summary>
    private bool TryReadLocalPart()
    {
        var start = _reader.Position;
        if (_reader.Peek == '"' ? !ReadQuotedString() : !ReadDotAtomText("an address"))
            return false;
        LocalPart = _reader.Slice(start, _reader.Position);
        return true;
    }

    /// <summary>domain = dot-atom / domain-literal, without the CFWS behind it.</summary>
    private bool ReadDomain()
    {
        if (!_reader.TrySkipCfws())
            return Fail("a comment that is closed, at most 16 deep");
        IsAddressLiteral = _reader.Peek == '[';
        if (IsAddressLiteral)
            return ReadDomainLiteral();
        var start = _reader.Position;
        if (!ReadDotAtomText("a domain behind \"@\""))
            return false;
        _reader.TryTake((byte)'.');
        Domain = _reader.Slice(start, _reader.Position);
        return true;
    }

    /// <summary>dot-atom-text = 1*atext *("." 1*atext). A dot that no atext follows is left where it is.</summary>
    private bool ReadDotAtomText(string expected)
    {
        if (_reader.TakeWhile(Atext).IsEmpty)
            return Fail(expected);
        while (_reader.Peek == '.')
        {
            _reader.Position++;
            if (_reader.TakeWhile(Atext).IsEmpty)
            {
                _reader.Position--;
                return true;
            }
        }
        return true;
    }

    /// <summary>DQUOTE *([FWS] qcontent) [FWS] DQUOTE.</summary>
    private bool ReadQuotedString()
    {
        _reader.Position++;
        while (true)
        {
            _reader.SkipFws();
            switch (_reader.Peek)
            {
                case '"':
                    _reader.Position++;
                    return true;
                case '\\' when _reader.Rest.Length > 1 && _reader.Rest[1] is not ((byte)'\r' or (byte)'\n'):
                    _reader.Position += 2;
                    break;
                case -1 or '\r' or '\n' or '\\':
                    return Fail("a quoted string that is closed");
                default:
                    _reader.Position++;
                    break;
            }
        }
    }

    /// <summary>"[" *([FWS] dtext) [FWS] "]".</summary>
    private bool ReadDomainLiteral()
    {
        var start = ++_reader.Position;
        while (true)
        {
            _reader.SkipFws();
            switch (_reader.Peek)
            {
                case ']':
                    Domain = _reader.Slice(start, _reader.Position++);
                    return true;
                case -1 or '\r' or '\n' or '[' or '\\':
                    return Fail("an address literal that is closed by \"]\"");
                default:
                    _reader.Position++;
                    break;
            }
        }
    }

    /// <summary>phrase = 1*word / obs-phrase: words, behind the first one also dots.</summary>
    private bool ReadPhrase()
    {
        for (var words = 0; ; words++)
        {
            if (!_reader.TrySkipCfws())
                return Fail("a comment that is closed, at most 16 deep");
            if (_reader.Peek == '"')
            {
                if (!ReadQuotedString())
                    return false;
            }
            else if (_reader.TakeWhile(Atext).IsEmpty && (words == 0 || !_reader.TryTake((byte)'.')))
            {
                return words > 0 || Fail("a display name");
            }
        }
    }

    private bool Fail(string expected) => Fail(expected, _reader.Position);

    private bool Fail(string expected, int position)
    {
        Problem = expected;
        ProblemPosition = position;
        return false;
    }

    private static IEnumerable<byte> AboveAscii()
    {
        for (var octet = 0x80; octet <= 0xFF; octet++)
            yield return (byte)octet;
    }
}
