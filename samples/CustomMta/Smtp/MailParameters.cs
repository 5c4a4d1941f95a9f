using System.Globalization;

namespace CustomMta.Smtp;

/// <summary>The parameters of MAIL that this server announces: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531).</summary>
internal readonly record struct MailParameters(long Size, bool IsUtf8)
{
    /// <summary>Reads them; a reply where they cannot be used.</summary>
    public static Reply? Read(string text, bool isExtended, long maxSize, out MailParameters parameters)
    {
        parameters = default;
        // RFC 5321 §4.1.1.11: without EHLO nothing was offered.
        if (text.Length > 0 && !isExtended)
            return new Reply(555, "5.5.4", "Parameters need EHLO");
        foreach (var parameter in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            var (key, value) = equals < 0 ? (parameter, "") : (parameter[..equals], parameter[(equals + 1)..]);
            switch (key.ToUpperInvariant())
            {
                case "SIZE":
                    // RFC 1870 §3: up to 20 digits, which may be more than any number here.
                    if (value.Length is 0 or > 20 || value.AsSpan().ContainsAnyExceptInRange('0', '9'))
                        return Reply.BadSyntax;
                    if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size > maxSize)
                        return Reply.TooLarge;
                    parameters = parameters with { Size = size };
                    break;
                case "BODY" when value.ToUpperInvariant() is "7BIT" or "8BITMIME":
                    break;
                case "SMTPUTF8" when equals < 0:
                    parameters = parameters with { IsUtf8 = true };
                    break;
                default:
                    return new Reply(555, "5.5.4", "A parameter that was not offered, or a value that it cannot have");
            }
        }
        return null;
    }
}
