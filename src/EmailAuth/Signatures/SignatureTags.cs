using System.Diagnostics.CodeAnalysis;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>Which tags a field has of those that DKIM-Signature and the ARC fields share.</summary>
internal enum SignatureKind
{
    /// <summary>DKIM-Signature (RFC 6376 §3.5).</summary>
    Message,

    /// <summary>
    /// ARC-Message-Signature (RFC 8617 §4.1.2). Its <c>h=</c> may lack From, be empty and hold empty names, as its published test suite has it: what
    /// such a signature is good for is for the one who trusts the sealer to judge.
    /// </summary>
    ArcMessage,

    /// <summary>ARC-Seal (RFC 8617 §4.1.3): no <c>bh= c= h= l= q= x=</c>.</summary>
    Seal,
}

/// <summary>The tags that every kind of signature shares (RFC 6376 §3.5), read and checked. What differs is read by the rooms themselves.</summary>
internal sealed partial class SignatureTags
{
    private Digest _bodyHash;
    private byte _bodyHashLength;
    private long _bodyLength = Absent;
    private long _timestamp = Absent;
    private long _expiration = Absent;

    // Numbers in tags have no sign.
    private const long Absent = -1;

    public required SignatureAlgorithm Algorithm { get; init; }

    /// <summary>d= as an A-label domain.</summary>
    public required DomainName Domain { get; init; }

    /// <summary>s= as A-labels.</summary>
    public required DomainName Selector { get; init; }

    /// <summary>Where the key is: <c>s._domainkey.d</c> (§3.6.2.1).</summary>
    public required DomainName KeyName { get; init; }

    /// <summary>b= decoded.</summary>
    public required byte[] SignatureOctets { get; init; }

    /// <summary>Where the value of <c>b=</c> begins, all white space included: behind its "=".</summary>
    public required int SignatureStart { get; init; }

    /// <summary>Where it ends: at the semicolon, or at the end of the value.</summary>
    public required int SignatureEnd { get; init; }

    /// <summary>bh= decoded; empty for a seal.</summary>
    public ReadOnlySpan<byte> BodyHash => ((ReadOnlySpan<byte>)_bodyHash)[.._bodyHashLength];

    public CanonicalizationAlgorithm HeaderCanonicalization { get; private set; }

    public CanonicalizationAlgorithm BodyCanonicalization { get; private set; }

    public SignedFieldList SignedFields { get; private set; }

    /// <summary>l=, saturated at <see cref="long.MaxValue"/>.</summary>
    public long? BodyLength => OrNull(_bodyLength);

    /// <summary>t= in Unix seconds, saturated.</summary>
    public long? Timestamp => OrNull(_timestamp);

    /// <summary>x= in Unix seconds, saturated.</summary>
    public long? Expiration => OrNull(_expiration);

    /// <summary>Lets go of the text that was read, which is the message's.</summary>
    /// <param name="kept">Values of <c>h=</c> met lately, if there are any.</param>
    public void LetGo(KeptOctets? kept) => SignedFields = SignedFields.Copy(kept);

    private static long? OrNull(long number) => number == Absent ? null : number;

    /// <summary>Reads a value as a tag list.</summary>
    /// <param name="value">The value.</param>
    /// <param name="room">Room for <see cref="SignatureLimits.MaxTags"/> tags.</param>
    /// <param name="table">The tags read, those before a defect included.</param>
    /// <param name="defect">What is wrong, where the answer is false.</param>
    public static bool TryReadList(ReadOnlySpan<byte> value, Span<TagSlice> room, out TagTable table, out SignatureDefect defect)
    {
        table = default;
        if (value.Length > SignatureLimits.MaxValueLength)
        {
            defect = new(SignatureRule.TooLong, SignatureLimits.MaxValueLength, $"the value has {value.Length} octets, more than {SignatureLimits.MaxValueLength}");
            return false;
        }
        var rule = TagTable.Read(value, room, out table, out var position, out var explanation) switch
        {
            TagTableError.None => SignatureRule.None,
            TagTableError.Syntax or TagTableError.ControlOctet => SignatureRule.ListSyntax,
            TagTableError.Duplicate => SignatureRule.DuplicateTag,
            TagTableError.TooMany => SignatureRule.TooManyTags,
        };
        defect = rule == SignatureRule.None ? default : new(rule, position, explanation);
        return rule == SignatureRule.None;
    }

    /// <summary>Reads the shared tags from a list that was read already.</summary>
    /// <param name="value">The text that <paramref name="table"/> was read from; kept.</param>
    /// <param name="table">Its tags.</param>
    /// <param name="kind">Which field it is.</param>
    /// <param name="tags">The tags, or null.</param>
    /// <param name="defect">What is wrong, where <paramref name="tags"/> is null.</param>
    /// <param name="names">Names met lately, if there are any.</param>
    public static bool TryRead(ReadOnlyMemory<byte> value, in TagTable table, SignatureKind kind, [NotNullWhen(true)] out SignatureTags? tags, out SignatureDefect defect, DomainNames? names = null)
    {
        tags = null;
        if (!TryFindRequired(table, kind, out defect)
            || !TryReadAlgorithm(table, out var algorithm, out defect)
            || !TryReadName(table, "d"u8, SignatureRule.Domain, names, out var domain, out defect)
            || !TryReadName(table, "s"u8, SignatureRule.Selector, names, out var selector, out defect)
            || !TryReadSignature(table, out var signature, out defect))
            return false;
        if (!TryMakeKeyName(selector, domain, out var keyName, names))
        {
            table.TryFind("s"u8, out var at);
            defect = KeyNameTooLong(selector, domain, at);
            return false;
        }

        var text = value.Span;
        table.TryFind("b"u8, out var b);
        // RFC 6376 §3.5: the value is deleted with all white space around it.
        var start = text[..b.ValuePosition].LastIndexOf((byte)'=') + 1;
        var semicolon = text[start..].IndexOf((byte)';');

        var read = new SignatureTags
        {
            Algorithm = algorithm,
            Domain = domain,
            Selector = selector,
            KeyName = keyName,
            SignatureOctets = signature,
            SignatureStart = start,
            SignatureEnd = semicolon < 0 ? text.Length : start + semicolon,
        };
        if (!read.TryReadTimestamp(table, out defect) || (kind != SignatureKind.Seal && !read.TryReadMessageTags(value, table, kind, out defect)))
            return false;
        tags = read;
        return true;
    }

    private static SignatureDefect KeyNameTooLong(DomainName selector, DomainName domain, TagSlice at) =>
        new(SignatureRule.Selector, at.ValuePosition, $"the key's name \"{selector}._domainkey.{domain}\" is longer than {DomainName.MaxLength} octets");

    private static bool TryFindRequired(in TagTable table, SignatureKind kind, out SignatureDefect defect)
    {
        defect = default;
        // "a", "b", "bh", "d", "h", "s": in the order in which people read them.
        if (!table.TryFind("a"u8, out _))
            defect = Missing("a");
        else if (!table.TryFind("b"u8, out _))
            defect = Missing("b");
        else if (kind != SignatureKind.Seal && !table.TryFind("bh"u8, out _))
            defect = Missing("bh");
        else if (!table.TryFind("d"u8, out _))
            defect = Missing("d");
        else if (kind != SignatureKind.Seal && !table.TryFind("h"u8, out _))
            defect = Missing("h");
        else if (!table.TryFind("s"u8, out _))
            defect = Missing("s");
        return defect.Rule == SignatureRule.None;
    }

    /// <summary>The defect of a list that lacks a tag.</summary>
    public static SignatureDefect Missing(string tag) =>
        new(SignatureRule.MissingTag, 0, $"the tag \"{tag}=\" is not there, but every such field must have it");

    /// <summary>The domain name in a tag of a field that may have defects elsewhere, for people; null if there is none.</summary>
    public static DomainName? NameIn(in TagTable table, ReadOnlySpan<byte> tagName) =>
        table.TryFind(tagName, out var tag) && tag.ValueLength > 0 && DomainName.TryParse(table.Value(tag), out var name) ? name : null;

    private static bool TryReadAlgorithm(in TagTable table, out SignatureAlgorithm algorithm, out SignatureDefect defect)
    {
        table.TryFind("a"u8, out var tag);
        var found = SignatureAlgorithms.Find(table.Value(tag));
        algorithm = found ?? default;
        defect = found is null
            ? new(SignatureRule.Algorithm, tag.ValuePosition, $"the algorithm \"{Octets.ToPrintable(table.Value(tag))}\" is unknown; known are rsa-sha256 and ed25519-sha256, in lower case")
            : default;
        return found is not null;
    }

    private static bool TryReadName(in TagTable table, ReadOnlySpan<byte> tagName, SignatureRule rule, DomainNames? names, [NotNullWhen(true)] out DomainName? name, out SignatureDefect defect)
    {
        table.TryFind(tagName, out var tag);
        var value = table.Value(tag);
        defect = default;
        // RFC 6376 §3.5: the grammar has no final dot.
        if (!value.IsEmpty && value[^1] != '.' && (names is null ? DomainName.TryParse(value, out name) : names.TryParse(value, out name)))
            return true;
        name = null;
        defect = new(rule, tag.ValuePosition,
            $"\"{Octets.ToPrintable(value)}\" in {Octets.ToText(tagName)}= is no {(rule == SignatureRule.Domain ? "domain" : "selector")}; right would be labels of 1 to 63 letters, digits, hyphens or underscores, separated by dots");
        return false;
    }

    /// <summary>RFC 6376 §3.6.2.1: <c>selector._domainkey.domain</c>.</summary>
    public static bool TryMakeKeyName(DomainName selector, DomainName domain, [NotNullWhen(true)] out DomainName? keyName, DomainNames? names = null)
    {
        keyName = null;
        Span<byte> labels = stackalloc byte[DomainName.MaxLength + 12];
        selector.Octets.CopyTo(labels);
        "._domainkey"u8.CopyTo(labels[selector.Octets.Length..]);
        labels = labels[..(selector.Octets.Length + 11)];
        return names is null ? domain.TryPrepend(labels, out keyName) : names.TryPrepend(labels, domain, out keyName);
    }

    private static bool TryReadSignature(in TagTable table, out byte[] signature, out SignatureDefect defect)
    {
        table.TryFind("b"u8, out var tag);
        var value = table.Value(tag);
        defect = default;
        if (Base64Text.TryDecode(value, SignatureLimits.MaxValueLength, out signature) && signature.Length is > 0 and <= SignatureLimits.MaxSignatureOctets)
            return true;
        defect = new(SignatureRule.SignatureValue, tag.ValuePosition,
            value.IsEmpty ? "b= is empty: the field holds no signature"
            : signature.Length > SignatureLimits.MaxSignatureOctets ? $"b= holds {signature.Length} octets, more than the {SignatureLimits.MaxSignatureOctets} of the longest key that is accepted"
            : "b= is no base64 text");
        return false;
    }

    private bool TryReadTimestamp(in TagTable table, out SignatureDefect defect)
    {
        var isRead = TryReadNumber(table, "t"u8, SignatureRule.Timestamp, out var number, out defect);
        _timestamp = number ?? Absent;
        return isRead;
    }

    private static bool TryReadNumber(in TagTable table, ReadOnlySpan<byte> tagName, SignatureRule rule, out long? number, out SignatureDefect defect)
    {
        number = null;
        defect = default;
        if (!table.TryFind(tagName, out var tag))
            return true;
        if (Octets.TryParseNumber(table.Value(tag), out var read))
        {
            number = read;
            return true;
        }
        defect = new(rule, tag.ValuePosition, $"\"{Octets.ToPrintable(table.Value(tag))}\" in {Octets.ToText(tagName)}= is no number; digits only were expected");
        return false;
    }

    private bool TryReadMessageTags(ReadOnlyMemory<byte> value, in TagTable table, SignatureKind kind, out SignatureDefect defect)
    {
        if (!TryReadBodyHash(table, out defect)
            || !TryReadCanonicalization(table, out defect)
            || !TryReadSignedFields(value, table, kind, out defect)
            || !TryReadNumber(table, "l"u8, SignatureRule.BodyLength, out var length, out defect)
            || !TryReadNumber(table, "x"u8, SignatureRule.Expiration, out var expiration, out defect)
            || !TryReadQueryMethods(table, out defect))
            return false;
        _bodyLength = length ?? Absent;
        _expiration = expiration ?? Absent;
        return IsLaterThanTimestamp(table, expiration, out defect);
    }

    /// <summary>RFC 6376 §3.5 x=: "MUST be greater than the value of the 't=' tag if both are present". Saturated numbers cannot be told apart.</summary>
    private bool IsLaterThanTimestamp(in TagTable table, long? expiration, out SignatureDefect defect)
    {
        defect = default;
        if (!(expiration <= Timestamp) || expiration == long.MaxValue)
            return true;
        table.TryFind("x"u8, out var tag);
        defect = new(SignatureRule.ExpirationBeforeTimestamp, tag.ValuePosition, $"x={expiration} is not later than t={Timestamp}");
        return false;
    }

    private bool TryReadBodyHash(in TagTable table, out SignatureDefect defect)
    {
        defect = default;
        table.TryFind("bh"u8, out var tag);
        Span<byte> hash = stackalloc byte[SignatureAlgorithms.DigestLength];
        var isBase64 = Base64Text.TryDecode(table.Value(tag), SignatureLimits.MaxValueLength, hash, out var length);
        if (isBase64 && length == Algorithm.BodyHashLength())
        {
            hash[..length].CopyTo(_bodyHash);
            _bodyHashLength = (byte)length;
            return true;
        }
        defect = new(SignatureRule.BodyHash, tag.ValuePosition, isBase64
            ? $"bh= holds {length} octets, but a hash of {Algorithm.ToText()} has {Algorithm.BodyHashLength()}"
            : "bh= is no base64 text");
        return false;
    }

    private bool TryReadCanonicalization(in TagTable table, out SignatureDefect defect)
    {
        defect = default;
        if (!table.TryFind("c"u8, out var tag))
            return true;
        var value = table.Value(tag);
        var slash = value.IndexOf((byte)'/');
        var header = FindCanonicalization(slash < 0 ? value : value[..slash]);
        // RFC 6376 §3.5: "If only one algorithm is named, that algorithm is used for the header and 'simple' is used for the body."
        var body = slash < 0 ? CanonicalizationAlgorithm.Simple : FindCanonicalization(value[(slash + 1)..]);
        if (header is { } h && body is { } b)
        {
            HeaderCanonicalization = h;
            BodyCanonicalization = b;
            return true;
        }
        defect = new(SignatureRule.Canonicalization, tag.ValuePosition, $"the canonicalization \"{Octets.ToPrintable(value)}\" is unknown; known are simple and relaxed, as \"relaxed/simple\"");
        return false;
    }

    private static CanonicalizationAlgorithm? FindCanonicalization(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("relaxed"u8) ? CanonicalizationAlgorithm.Relaxed
        : name.SequenceEqual("simple"u8) ? CanonicalizationAlgorithm.Simple
        : null;

    private bool TryReadSignedFields(ReadOnlyMemory<byte> value, in TagTable table, SignatureKind kind, out SignatureDefect defect)
    {
        defect = default;
        table.TryFind("h"u8, out var tag);
        if (!SignedFieldList.TryRead(value.Slice(tag.ValuePosition, tag.ValueLength), SignatureLimits.MaxSignedFields, out var names, out var error, allowsEmpty: kind == SignatureKind.ArcMessage))
        {
            defect = error < 0
                ? new(SignatureRule.TooManySignedFields, tag.ValuePosition, $"h= names more than {SignatureLimits.MaxSignedFields} fields")
                : new(SignatureRule.SignedFields, tag.ValuePosition + error, $"at {tag.ValuePosition + error} in h= a field name was expected");
            return false;
        }
        SignedFields = names;
        // RFC 6376 §5.4: "The From header field MUST be signed (that is, included in the "h=" tag)".
        if (kind == SignatureKind.Message && !names.Contains("From"u8))
        {
            defect = new(SignatureRule.FromNotSigned, tag.ValuePosition, "h= does not name From, which every signature must cover");
            return false;
        }
        return true;
    }

    private static bool TryReadQueryMethods(in TagTable table, out SignatureDefect defect)
    {
        defect = default;
        if (!table.TryFind("q"u8, out var tag))
            return true;
        var rest = table.Value(tag);
        while (true)
        {
            var colon = rest.IndexOf((byte)':');
            if ((colon < 0 ? rest : rest[..colon]).TrimFws().SequenceEqual("dns/txt"u8))
                return true;
            if (colon < 0)
                break;
            rest = rest[(colon + 1)..];
        }
        defect = new(SignatureRule.QueryMethod, tag.ValuePosition, $"q= offers \"{Octets.ToPrintable(table.Value(tag))}\", but only dns/txt is known");
        return false;
    }
}
