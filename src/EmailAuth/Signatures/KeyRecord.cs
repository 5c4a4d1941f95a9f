using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>The rule that makes a text no key record, or its key no key to verify with (RFC 6376 §3.6.1, §6.1.2).</summary>
internal enum KeyRule
{
    None,

    /// <summary>§3.6.1: no tag list, or a value that its tag cannot have.</summary>
    Syntax,

    /// <summary>§3.2: a tag twice.</summary>
    DuplicateTag,

    /// <summary>Longer than the limit, or more tags.</summary>
    TooLong,

    /// <summary>§3.6.1 v=: not DKIM1, or not first.</summary>
    Version,

    /// <summary>§3.6.1 p=: not there.</summary>
    NoKeyData,

    /// <summary>§6.1.2 step 7: p= is empty.</summary>
    Revoked,

    /// <summary>§6.1.2 step 8: k= is unknown.</summary>
    UnknownType,

    /// <summary>§6.1.2 step 8: what p= holds is no key of that kind.</summary>
    KeyData,
}

/// <summary>
/// A key record (RFC 6376 §3.6.1), read once and with its key ready to verify. Immutable; it is kept beside the DNS answer that it came in.
/// </summary>
internal sealed class KeyRecord
{
    private KeyRecord(KeyRule rule, int position, string text)
    {
        Rule = rule;
        Position = position;
        Text = text;
    }

    /// <summary>What is wrong; <see cref="KeyRule.None"/> if <see cref="Key"/> is there.</summary>
    public KeyRule Rule { get; private set; }

    /// <summary>Where it is wrong.</summary>
    public int Position { get; private set; }

    /// <summary>What is wrong, for people.</summary>
    public string Text { get; private set; }

    /// <summary>Whether the text is a key record at all, its key good or bad (§6.1.2 step 5). Others at the same name are ignored.</summary>
    public bool IsKeyRecord => Rule is KeyRule.None or KeyRule.Revoked or KeyRule.UnknownType or KeyRule.KeyData;

    /// <summary>k=.</summary>
    public KeyType Type { get; private set; } = KeyType.Rsa;

    /// <summary>The key, or null.</summary>
    public PublicKey? Key { get; private set; }

    /// <summary>h= is absent or names sha256.</summary>
    public bool AllowsSha256 { get; private set; } = true;

    /// <summary>s= is absent or names <c>email</c> or <c>*</c>.</summary>
    public bool ServesEmail { get; private set; } = true;

    /// <summary>t= has the flag y.</summary>
    public bool IsTesting { get; private set; }

    /// <summary>t= has the flag s: i= must be exactly d=.</summary>
    public bool IsStrict { get; private set; }

    public static KeyRecord Read(ReadOnlySpan<byte> text)
    {
        if (text.Length > SignatureLimits.MaxKeyRecordOctets)
            return new KeyRecord(KeyRule.TooLong, SignatureLimits.MaxKeyRecordOctets, $"the key record has {text.Length} octets, more than {SignatureLimits.MaxKeyRecordOctets}");
        Span<TagSlice> room = stackalloc TagSlice[SignatureLimits.MaxTags];
        var error = TagTable.Read(text, room, out var table, out var position, out var explanation);
        var rule = error switch
        {
            TagTableError.None => KeyRule.None,
            TagTableError.Syntax or TagTableError.ControlOctet => KeyRule.Syntax,
            TagTableError.Duplicate => KeyRule.DuplicateTag,
            TagTableError.TooMany => KeyRule.TooLong,
        };
        var record = new KeyRecord(rule, position, explanation);
        if (rule == KeyRule.None)
            record.Read(table);
        return record;
    }

    private void Read(in TagTable table)
    {
        // RFC 6376 §3.6.1 v=: "This tag MUST be the first tag in the record", and "DKIM1" is compared as a string.
        if (table.TryFind("v"u8, out var version) && (version.NamePosition != table.Tags[0].NamePosition || !table.Value(version).SequenceEqual("DKIM1"u8)))
        {
            Fail(KeyRule.Version, version.NamePosition, version.NamePosition != table.Tags[0].NamePosition
                ? "v= must be the first tag of a key record"
                : $"the version is \"{Octets.ToPrintable(table.Value(version))}\"; DKIM1 in capitals and without quotes was expected");
            return;
        }
        if (!table.TryFind("p"u8, out var data))
        {
            Fail(KeyRule.NoKeyData, 0, "the tag p= is not there: this is no key record");
            return;
        }
        AllowsSha256 = !table.TryFind("h"u8, out var hashes) || Lists(table.Value(hashes), "sha256"u8);
        ServesEmail = !table.TryFind("s"u8, out var services) || Lists(table.Value(services), "email"u8) || Lists(table.Value(services), "*"u8);
        if (table.TryFind("t"u8, out var flags))
        {
            IsTesting = Lists(table.Value(flags), "y"u8);
            IsStrict = Lists(table.Value(flags), "s"u8);
        }
        if (table.TryFind("k"u8, out var type))
            Type = FindType(table.Value(type));

        if (data.ValueLength == 0)
            Fail(KeyRule.Revoked, data.ValuePosition, "p= is empty: the owner has revoked this key");
        else if (Type == KeyType.Unknown)
            Fail(KeyRule.UnknownType, type.ValuePosition, $"the key type \"{Octets.ToPrintable(table.Value(type))}\" is unknown; known are rsa and ed25519");
        else
            ReadKey(table.Value(data), data.ValuePosition);
    }

    private void ReadKey(ReadOnlySpan<byte> data, int position)
    {
        if (!Base64Text.TryDecode(data, SignatureLimits.MaxKeyDataLength, out var octets))
        {
            Fail(KeyRule.KeyData, position, data.Length > SignatureLimits.MaxKeyDataLength
                ? $"p= has {data.Length} octets, more than {SignatureLimits.MaxKeyDataLength}"
                : "p= is no base64 text");
            return;
        }
        var error = KeyDataError.None;
        if (Type == KeyType.Rsa)
        {
            error = RsaPublicKey.TryRead(octets, out var key);
            Key = key;
        }
        else
        {
            error = Ed25519PublicKey.TryRead(octets, out var key);
            Key = key;
        }
        if (error != KeyDataError.None)
            Fail(KeyRule.KeyData, position, Explain(error, octets.Length));
    }

    private string Explain(KeyDataError error, int length) => error switch
    {
        KeyDataError.None => "",
        KeyDataError.Malformed when Type == KeyType.Ed25519 => $"p= holds {length} octets; an Ed25519 key has 32",
        KeyDataError.Malformed => "p= is no RSA public key in DER; a SubjectPublicKeyInfo was expected",
        KeyDataError.TooLong => $"the RSA key is longer than {RsaPublicKey.MaxBits} bits",
        KeyDataError.Exponent => "the RSA exponent is even, below 3 or not below 2^33; 65537 is usual",
        KeyDataError.Modulus => "the RSA modulus is zero or even: no such key exists",
        KeyDataError.Wrapped => "p= holds an Ed25519 key in a SubjectPublicKeyInfo; right would be the last 32 of its octets alone",
        KeyDataError.Point => "p= is no Ed25519 point in canonical form, or one of small order",
    };

    private void Fail(KeyRule rule, int position, string text)
    {
        Rule = rule;
        Position = position;
        Text = text;
    }

    private static KeyType FindType(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("rsa"u8) ? KeyType.Rsa
        : name.SequenceEqual("ed25519"u8) ? KeyType.Ed25519
        : KeyType.Unknown;

    /// <summary>Whether a colon-separated list has the word.</summary>
    internal static bool Lists(ReadOnlySpan<byte> list, ReadOnlySpan<byte> word)
    {
        while (true)
        {
            var colon = list.IndexOf((byte)':');
            if ((colon < 0 ? list : list[..colon]).TrimFws().SequenceEqual(word))
                return true;
            if (colon < 0)
                return false;
            list = list[(colon + 1)..];
        }
    }
}
