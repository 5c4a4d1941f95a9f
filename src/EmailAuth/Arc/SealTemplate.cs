using System.Globalization;
using System.Text;
using EmailAuth.AuthResults;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Arc;

/// <summary>
/// Writes the fields of a set for one set of options (RFC 8617 §4.1): the options checked once, the tags always in the order of their
/// names, in which published test vectors have them.
/// </summary>
internal sealed class SealTemplate
{
    private readonly ArcSealerOptions _options;
    private readonly DomainName _selector;
    private readonly SigningFields _fields = new();

    public SealTemplate(ArcSealerOptions options)
    {
        _options = options;
        ArgumentNullException.ThrowIfNull(options.Domain);
        ArgumentNullException.ThrowIfNull(options.Key);
        ArgumentNullException.ThrowIfNull(options.MessageLimits);
        ArgumentNullException.ThrowIfNull(options.TimeProvider);
        if (SigningRules.FindFault(options.Domain, options.Selector, options.Key, options.AllowShortRsaKey, out _selector) is { } fault)
            throw Refused(fault);
        // Checks the authserv-id.
        if (options.AuthservId is { } authservId)
            _ = new AuthenticationResults(authservId, []);
        AddFields(options);
    }

    private void AddFields(ArcSealerOptions options)
    {
        foreach (var name in options.OversignedFields.IsDefault ? [] : options.OversignedFields)
            AddField(name, isOversigned: true);
        foreach (var name in options.SignedFields.IsDefault ? [] : options.SignedFields)
            AddField(name, isOversigned: false);
        // RFC 6376 §5.4: "The From header field MUST be signed".
        AddField("From", isOversigned: true);
        // RFC 8617 §4.1.2: these four MUST NOT be signed.
        foreach (var name in (ReadOnlySpan<string>)[ArcFields.AuthenticationResults, ArcFields.MessageSignature, ArcFields.Seal, AuthenticationResults.FieldName])
        {
            if (_fields.Contains(Encoding.UTF8.GetBytes(name)))
                throw Refused($"A message signature must not cover {name} (RFC 8617 §4.1.2).");
        }
    }

    private void AddField(string name, bool isOversigned)
    {
        if (!_fields.TryAdd(name, isOversigned))
            throw Refused($"\"{name}\" is no field name.");
    }

#pragma warning disable CA2208 // The argument is the sealer's.
    private static ArgumentException Refused(string text) => new(text, "options");
#pragma warning restore CA2208

    /// <summary>The value of <c>h=</c> for this message.</summary>
    public string NamesFor(HeaderBlock header)
    {
        var names = _fields.NamesFor(header, out var count);
        return count <= SignatureLimits.MaxSignedFields
            ? names
            : throw new ArcSealingException(ArcSealingRefusal.TooLong, $"There are {count} fields to sign; validators look for at most {SignatureLimits.MaxSignedFields}.");
    }

    /// <summary>RFC 8617 §4.1.1.</summary>
    public HeaderField WriteResults(AuthenticationResults results, int instance)
    {
        if (_options.AuthservId is { } authservId)
            results = new AuthenticationResults(authservId, results.Results);
        var value = Encoding.UTF8.GetString(results.ToHeaderField(_options.AllowUtf8).RawValue.Span[..^2]);
        return new HeaderField(ArcFields.AuthenticationResults, string.Create(CultureInfo.InvariantCulture, $"i={instance};{value}"));
    }

    /// <summary>RFC 8617 §4.1.2.</summary>
    public UnsignedField WriteMessageSignature(string names, ReadOnlySpan<byte> bodyHash, int instance, long time)
    {
        var behind = new FoldedValue($"{Behind}bh={Convert.ToBase64String(bodyHash)};");
        behind.Append("c=relaxed/relaxed;");
        behind.Append($"d={_options.Domain};");
        behind.AppendList("h=", names, ':', isEncoded: false);
        AppendEnd(behind, instance, time);
        return new UnsignedField(ArcFields.MessageSignature, Before, behind.ToString(), _options.BreaksSignatures);
    }

    /// <summary>RFC 8617 §4.1.3.</summary>
    public UnsignedField WriteSeal(ArcStatus status, int instance, long time)
    {
        var behind = new FoldedValue($"{Behind}cv={status.ToKeyword()};");
        behind.Append($"d={_options.Domain};");
        AppendEnd(behind, instance, time);
        return new UnsignedField(ArcFields.Seal, Before, behind.ToString(), _options.BreaksSignatures);
    }

    // A line of its own for what follows the signature, so that its fold is one white space however long the signature is.
    private const string Behind = ";\r\n ";

    private string Before => $"a={_options.Key.Algorithm.ToText()}; b=";

    private void AppendEnd(FoldedValue value, int instance, long time)
    {
        value.Append(string.Create(CultureInfo.InvariantCulture, $"i={instance};"));
        value.Append($"s={_selector};");
        value.Append(string.Create(CultureInfo.InvariantCulture, $"t={time}"));
    }
}
