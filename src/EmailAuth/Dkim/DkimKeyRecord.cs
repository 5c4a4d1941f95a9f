using System.Diagnostics.CodeAnalysis;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Dkim;

/// <summary>A key record as it stands at <c>selector._domainkey.domain</c> (RFC 6376 §3.6.1): read, made from a key, printed. Immutable.</summary>
public sealed class DkimKeyRecord
{
    /// <summary>The most octets that one string of a TXT record holds (RFC 1035 §3.3).</summary>
    private const int MaxStringLength = 255;

    private readonly string _text;

    private DkimKeyRecord(string text, KeyRecord record)
    {
        _text = text;
        Record = record;
    }

    internal KeyRecord Record { get; }

    /// <summary>The kind of key, <c>k=</c>.</summary>
    public KeyType KeyType => Record.Type;

    /// <summary>The length of the key in bits (256 for Ed25519); null where there is no key that can be used.</summary>
    public int? KeyBits => Record.Key?.Bits;

    /// <summary>Whether the key is revoked: <c>p=</c> is empty.</summary>
    public bool IsRevoked => Record.Rule == KeyRule.Revoked;

    /// <summary>Whether the owner is only testing, <c>t=y</c>.</summary>
    public bool IsTesting => Record.IsTesting;

    /// <summary>Whether the domain of <c>i=</c> must be that of <c>d=</c>, <c>t=s</c>.</summary>
    public bool IsStrict => Record.IsStrict;

    /// <summary>Whether the key may sign e-mail, <c>s=</c>.</summary>
    public bool ServesEmail => Record.ServesEmail;

    /// <summary>Whether the key may be used with SHA-256, <c>h=</c>.</summary>
    public bool AllowsSha256 => Record.AllowsSha256;

    /// <summary>Makes the record that belongs to a private key.</summary>
    /// <param name="key">The key; only its public half is used.</param>
    /// <param name="isTesting">Whether to say <c>t=y</c>.</param>
    /// <param name="isStrict">Whether to say <c>t=s</c>.</param>
    public static DkimKeyRecord FromKey(SigningKey key, bool isTesting = false, bool isStrict = false)
    {
        ArgumentNullException.ThrowIfNull(key);
        var flags = (isTesting, isStrict) switch
        {
            (true, true) => "t=y:s; ",
            (true, false) => "t=y; ",
            (false, true) => "t=s; ",
            (false, false) => "",
        };
        var type = key.Algorithm.KeyType() == KeyType.Rsa ? "rsa" : "ed25519";
        return Read($"v=DKIM1; k={type}; {flags}p={Convert.ToBase64String(key.PublicKeyData.Span)}");
    }

    /// <summary>Reads a record.</summary>
    /// <param name="text">The strings of the TXT record, joined.</param>
    /// <param name="record">The record, or null.</param>
    /// <returns>Whether a verifier would read it as a key record; its key may be revoked or of no use all the same. <see cref="Lint"/> tells why.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out DkimKeyRecord? record)
    {
        ArgumentNullException.ThrowIfNull(text);
        var read = Read(text);
        record = read.Record.IsKeyRecord ? read : null;
        return record is not null;
    }

    /// <summary>Checks a record without asking DNS.</summary>
    /// <param name="text">The strings of the TXT record, joined.</param>
    public static LintReport Lint(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return DkimKeyRecordLint.Check(Encoding.UTF8.GetBytes(text));
    }

    private static DkimKeyRecord Read(string text) => new(text, KeyRecord.Read(Encoding.UTF8.GetBytes(text)));

    /// <summary>The record in master-file form (RFC 1035 §5), its text in strings of at most 255 octets.</summary>
    /// <param name="domain">The domain, <c>d=</c>.</param>
    /// <param name="selector">The selector, <c>s=</c>.</param>
    /// <exception cref="ArgumentException">The selector is none, or the name would be too long.</exception>
    public string ToMasterFile(DomainName domain, string selector)
    {
        ArgumentNullException.ThrowIfNull(domain);
        if (!DomainName.TryParse(selector, out var parsed) || !SignatureTags.TryMakeKeyName(parsed, domain, out var name))
            throw new ArgumentException($"\"{selector}\" is no selector for {domain}. Right would be labels of letters, digits, hyphens or underscores, separated by dots.", nameof(selector));
        var file = new StringBuilder().Append(name).Append(". IN TXT (");
        var octets = Encoding.UTF8.GetBytes(_text);
        for (var at = 0; at < octets.Length; at += MaxStringLength)
        {
            file.Append(at == 0 ? " \"" : "\n    \"");
            foreach (var octet in octets.AsSpan(at, Math.Min(MaxStringLength, octets.Length - at)))
                AppendOctet(file, octet);
            file.Append('"');
        }
        return file.Append(" )").ToString();
    }

    // RFC 1035 §5.1: \X for what has a meaning of its own, \DDD for what is not printable.
    private static void AppendOctet(StringBuilder file, byte octet)
    {
        if (octet is (byte)'"' or (byte)'\\')
            file.Append('\\').Append((char)octet);
        else if (octet is >= 0x20 and <= 0x7E)
            file.Append((char)octet);
        else
            file.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\{octet:D3}");
    }

    /// <summary>The record's text.</summary>
    public override string ToString() => _text;
}
