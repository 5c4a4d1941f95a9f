using System.Globalization;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Dkim;

/// <summary>Writes DKIM-Signature values for one set of options (RFC 6376 §3.5): the options checked once, always in the same form.</summary>
internal sealed class SignatureTemplate
{
    private readonly DkimSignerOptions _options;
    private readonly DomainName _selector;
    private readonly SigningFields _fields = new();

    public SignatureTemplate(DkimSignerOptions options)
    {
        _options = options;
        ArgumentNullException.ThrowIfNull(options.Domain);
        ArgumentNullException.ThrowIfNull(options.Key);
        ArgumentNullException.ThrowIfNull(options.MessageLimits);
        ArgumentNullException.ThrowIfNull(options.TimeProvider);
        if (SigningRules.FindFault(options.Domain, options.Selector, options.Key, options.AllowShortRsaKey, out _selector) is { } fault)
            throw Refused(fault);
        if (options.SignedFields.IsDefault || options.OversignedFields.IsDefault || options.AuthorDomains is { IsDefault: true })
            throw Refused("SignedFields, OversignedFields or AuthorDomains is an array that was never made; an empty one is [].");
        CheckIdentity(options);
        if (options.ExpiresAfter is { } life && (life < TimeSpan.FromSeconds(1) || life > TimeSpan.FromDays(3650)))
            throw Refused($"ExpiresAfter is {life}; from one second to ten years are possible.");
        AddFields(options);
    }

    private static void CheckIdentity(DkimSignerOptions options)
    {
        if (options.Identity is not { } identity)
            return;
        var at = identity.LastIndexOf('@');
        if (at < 0 || identity.EndsWith('.') || !DomainName.TryParse(identity.AsSpan(at + 1), out var domain) || !domain.IsAtOrBelow(options.Domain))
            throw Refused($"The identity must be an address at {options.Domain} or below it, such as \"@{options.Domain}\".");
        var octets = Encoding.UTF8.GetBytes(identity);
        if (octets.Length > 320 || octets.AsSpan().IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0 || octets.AsSpan().Contains((byte)0x7F))
            throw Refused("The identity has more than 320 octets or holds a control character.");
    }

    private void AddFields(DkimSignerOptions options)
    {
        foreach (var name in options.OversignedFields)
            AddField(name, isOversigned: true);
        foreach (var name in options.SignedFields)
            AddField(name, isOversigned: false);
        // RFC 6376 §5.4: "The From header field MUST be signed".
        AddField("From", isOversigned: true);
    }

    private void AddField(string name, bool isOversigned)
    {
        if (!_fields.TryAdd(name, isOversigned))
            throw Refused($"\"{name}\" is no field name.");
    }

#pragma warning disable CA2208 // The argument is the signer's.
    private static ArgumentException Refused(string text) => new(text, "options");
#pragma warning restore CA2208

    /// <summary>The value of <c>h=</c> for this message: each name as often as its field stands, and once more if oversigned.</summary>
    public string NamesFor(HeaderBlock header)
    {
        var names = _fields.NamesFor(header, out var count);
        return count <= SignatureLimits.MaxSignedFields
            ? names
            : throw new DkimSigningException(DkimSigningRefusal.TooLong, $"There are {count} fields to sign; verifiers look for at most {SignatureLimits.MaxSignedFields}.");
    }

    /// <summary>The folded value up to <c>b=</c>, which is last so that nothing has to be cut out for the hash.</summary>
    public string Write(HeaderBlock header, string names, ReadOnlySpan<byte> bodyHash, DateTimeOffset now)
    {
        var value = new FoldedValue("DKIM-Signature: ".Length);
        value.Append("v=1;");
        value.Append($"a={_options.Key.Algorithm.ToText()};");
        value.Append($"c={NameOf(_options.HeaderCanonicalization)}/{NameOf(_options.BodyCanonicalization)};");
        value.Append($"d={_options.Domain};");
        value.Append($"s={_selector};");
        if (_options.Identity is { } identity)
        {
            var encoded = new StringBuilder("i=");
            QuotedPrintableText.AppendEncoded(encoded, Encoding.UTF8.GetBytes(identity));
            value.Append(encoded.Append(';').ToString());
        }
        var seconds = now.ToUnixTimeSeconds();
        if (_options.IncludesTimestamp)
            value.Append(string.Create(CultureInfo.InvariantCulture, $"t={seconds};"));
        if (_options.ExpiresAfter is { } life)
            value.Append(string.Create(CultureInfo.InvariantCulture, $"x={seconds + (long)life.TotalSeconds};"));
        value.AppendList("h=", names, ':', isEncoded: false);
        if (_options.CopiesFields)
            value.AppendList("z=", CopiesOf(header, names), '|', isEncoded: true);
        value.Append($"bh={Convert.ToBase64String(bodyHash)};");
        value.Append("b=");
        return value.ToString();
    }

    /// <summary>The whole folded value.</summary>
    public static string Complete(string unsigned, ReadOnlySpan<byte> signature)
    {
        var value = new FoldedValue(unsigned);
        value.AppendBroken(Convert.ToBase64String(signature));
        var complete = value.ToString();
        return complete.Length <= SignatureLimits.MaxValueLength
            ? complete
            : throw new DkimSigningException(DkimSigningRefusal.TooLong, $"The signature field would have {complete.Length} octets; verifiers read at most {SignatureLimits.MaxValueLength}.");
    }

    /// <summary>RFC 6376 §3.5 z=: name, colon and value of each signed field, everything encoded that might be changed.</summary>
    private static string CopiesOf(HeaderBlock header, string names)
    {
        var copies = new StringBuilder();
        SignedFieldList.TryRead(Encoding.UTF8.GetBytes(names), SignatureLimits.MaxSignedFields, out var list, out _);
        foreach (ref readonly var field in header.Fields)
        {
            if (field.NameLength == 0 || !list.Contains(header.Name(field)))
                continue;
            copies.Append(copies.Length == 0 ? "" : "|").Append(Encoding.Latin1.GetString(header.Name(field))).Append(':');
            var text = header.Value(field);
            QuotedPrintableText.AppendEncoded(copies, text.EndsWith("\r\n"u8) ? text[..^2] : text, alsoEncoded: '|');
        }
        return copies.ToString();
    }

    private static string NameOf(CanonicalizationAlgorithm algorithm) => algorithm switch
    {
        CanonicalizationAlgorithm.Simple => "simple",
        CanonicalizationAlgorithm.Relaxed => "relaxed",
    };
}
