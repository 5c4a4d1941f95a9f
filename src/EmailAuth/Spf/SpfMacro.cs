using System.Globalization;
using System.Text;
using EmailAuth.Dns;

namespace EmailAuth.Spf;

// RFC 7208 §7.2, §7.3: what a macro letter stands for, and what its transformers make of it.

/// <summary>What the macros of one record stand for at one moment.</summary>
internal readonly ref struct SpfMacroValues
{
    /// <summary>Room for the longest value, a sender with the longest local-part and domain, before it is URL-escaped.</summary>
    public const int LongestValue = SpfLimits.MaxLocalPartLength + 1 + DomainName.MaxLength + 1;

    /// <summary>&lt;sender&gt;: the same during the whole evaluation.</summary>
    public required SpfIdentity Sender { get; init; }

    /// <summary>&lt;domain&gt;: the one whose record is being evaluated.</summary>
    public required DomainName Domain { get; init; }

    public required SpfClient Client { get; init; }

    public required string Helo { get; init; }

    /// <summary>The validated domain name of the client; null stands for "unknown".</summary>
    public DomainName? ValidatedName { get; init; }

    public required SpfOptions Options { get; init; }

    /// <summary>Writes the value of a letter. False if there is none that could be used.</summary>
    public bool TryWrite(byte letter, Span<byte> output, out int length)
    {
        switch (letter)
        {
            case (byte)'s':
                length = Sender.WriteSender(output);
                return true;
            case (byte)'l':
                length = Sender.WriteLocalPart(output);
                return true;
            case (byte)'o':
                length = Sender.WriteDomain(output);
                return true;
            case (byte)'d':
                return Copy(Domain.Octets, output, out length);
            case (byte)'i':
                length = Client.WriteDotted(output);
                return true;
            case (byte)'p':
                return Copy(ValidatedName is { } name ? name.Octets : "unknown"u8, output, out length);
            case (byte)'v':
                return Copy(Client.IsIpv4 ? "in-addr"u8 : "ip6"u8, output, out length);
            case (byte)'h':
                length = 0;
                return Helo.Length <= SpfLimits.MaxHeloLength && Encoding.UTF8.TryGetBytes(Helo, output, out length);
            case (byte)'c':
                length = Client.WriteReadable(output);
                return true;
            case (byte)'r':
                return Encoding.UTF8.TryGetBytes(Options.ReceiverName, output, out length);
            default:
                return Options.TimeProvider.GetUtcNow().ToUnixTimeSeconds().TryFormat(output, out length, default, CultureInfo.InvariantCulture);
        }
    }

    private static bool Copy(ReadOnlySpan<byte> value, Span<byte> output, out int length)
    {
        value.CopyTo(output);
        length = value.Length;
        return true;
    }
}

/// <summary>One "%{…}" (RFC 7208 §7.1), or a run of literal octets.</summary>
internal readonly record struct SpfMacro
{
    private const string DelimiterOctets = ".-+,/_=";

    /// <summary>The literal octets; null for a macro.</summary>
    public byte[]? Literal { get; init; }

    /// <summary>The letter in lower case.</summary>
    public byte Letter { get; init; }

    /// <summary>Whether the letter was written in upper case: the value is URL-escaped.</summary>
    public bool IsEscaped { get; init; }

    /// <summary>"r": the parts in reverse order.</summary>
    public bool IsReversed { get; init; }

    /// <summary>How many right-hand parts to use; 0 for all.</summary>
    public byte PartCount { get; init; }

    /// <summary>One bit for each octet in <see cref="DelimiterOctets"/>; 0 if the value was given no transformer at all.</summary>
    public byte Delimiters { get; init; }

    public static byte DefaultDelimiter => 1;

    /// <summary>The bit of a delimiter, 0 for an octet that is none.</summary>
    public static byte DelimiterBit(int octet)
    {
        var index = octet is > 0 and < 0x80 ? DelimiterOctets.IndexOf((char)octet, StringComparison.Ordinal) : -1;
        return index < 0 ? (byte)0 : (byte)(1 << index);
    }

    /// <summary>Writes the macro's value, transformed but not yet escaped. False if it has none that could be used.</summary>
    public bool TryExpand(in SpfMacroValues values, Span<byte> output, out int length)
    {
        if (Delimiters == 0)
            return values.TryWrite(Letter, output, out length);
        Span<byte> value = stackalloc byte[SpfMacroValues.LongestValue];
        if (!values.TryWrite(Letter, value, out length))
            return false;
        length = IsReversed ? WriteReversed(value[..length], output) : WriteRightHand(value[..length], output);
        return true;
    }

    /// <summary>
    /// RFC 7208 §7.3: "no special treatment is given to leading, trailing, or consecutive delimiters", so parts may be empty;
    /// they are rejoined with dots.
    /// </summary>
    private int WriteRightHand(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var start = 0;
        var parts = 0;
        for (var i = value.Length - 1; i >= 0 && PartCount > 0; i--)
        {
            if (IsDelimiter(value[i]) && ++parts == PartCount)
            {
                start = i + 1;
                break;
            }
        }
        for (var i = start; i < value.Length; i++)
            output[i - start] = IsDelimiter(value[i]) ? (byte)'.' : value[i];
        return value.Length - start;
    }

    /// <summary>Reversal comes first, so the right-hand parts of the reversed value are the left-hand parts of the value.</summary>
    private int WriteReversed(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var parts = 0;
        for (var i = 0; i < value.Length && PartCount > 0; i++)
        {
            if (IsDelimiter(value[i]) && ++parts == PartCount)
                value = value[..i];
        }
        var written = 0;
        var end = value.Length;
        for (var i = value.Length - 1; i >= -1; i--)
        {
            if (i >= 0 && !IsDelimiter(value[i]))
                continue;
            value[(i + 1)..end].CopyTo(output[written..]);
            written += end - (i + 1);
            if (i >= 0)
                output[written++] = (byte)'.';
            end = i;
        }
        return written;
    }

    private bool IsDelimiter(byte octet) => (Delimiters & DelimiterBit(octet)) != 0;
}
