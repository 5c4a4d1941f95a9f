using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using EmailAuth.Message;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>
/// The Received-SPF header field (RFC 7208 §9.1): a result with what is needed to find it again. It is made of a result or read from a message;
/// one that is read says only what its writer said. Immutable.
/// </summary>
/// <remarks>
/// What comes from the peer and from zones is put so that it stays inside its value: quoted, without controls, and cut at 320 octets with "..." at
/// the end. Reading a field that was written here gives the same values.
/// </remarks>
public sealed class ReceivedSpfField
{
    /// <summary>The name of the field.</summary>
    public const string FieldName = "Received-SPF";

    internal ReceivedSpfField(SpfStatus result)
    {
        Result = result;
    }

    /// <summary>The result.</summary>
    public SpfStatus Result { get; }

    /// <summary>The words in parentheses behind the result, for people; null if there are none.</summary>
    public string? Comment { get; internal init; }

    /// <summary>"client-ip": the address of the SMTP client; null if it is not told.</summary>
    public string? ClientIp { get; internal init; }

    /// <summary>"envelope-from": the reverse-path; null if it is not told, as where the HELO identity was checked.</summary>
    public string? EnvelopeFrom { get; internal init; }

    /// <summary>"helo": the name given with HELO or EHLO; null if it is not told.</summary>
    public string? Helo { get; internal init; }

    /// <summary>"identity": <c>mailfrom</c>, <c>helo</c> or another word; null if it is not told.</summary>
    public string? Identity { get; internal init; }

    /// <summary>"mechanism": the one that matched, or <c>default</c> if none did; null if it is not told.</summary>
    public string? Mechanism { get; internal init; }

    /// <summary>"problem": what an error was; null if it is not told.</summary>
    public string? Problem { get; internal init; }

    /// <summary>"receiver": the host that checked; null if it is not told.</summary>
    public string? Receiver { get; internal init; }

    /// <summary>Further keys with their values, in their order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> OtherValues { get; internal init; } = [];

    /// <summary>Puts a result into the form of a field.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="receiver">The name of the host that checked.</param>
    public static ReceivedSpfField Of(SpfResult result, string receiver)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(receiver);
        var isError = result.Status is SpfStatus.TempError or SpfStatus.PermError;
        return new ReceivedSpfField(result.Status)
        {
            Comment = ReceivedSpfWriter.Clean($"{receiver}: {result.ReasonText}", isAsciiOnly: true),
            ClientIp = result.ClientAddress is { } address ? new SpfClient(address).ToReadable() : null,
            EnvelopeFrom = result.Scope == SpfScope.MailFrom ? ReceivedSpfWriter.Clean(result.Identity, isAsciiOnly: false) : null,
            Helo = ReceivedSpfWriter.Clean(result.Helo, isAsciiOnly: true),
            Identity = result.Scope == SpfScope.MailFrom ? "mailfrom" : "helo",
            Mechanism = result.Reason switch
            {
                SpfReason.MechanismMatched => ReceivedSpfWriter.Clean(result.Mechanism!, isAsciiOnly: true),
                // RFC 7208 §9.1: "if no mechanisms matched, substitute the word default".
                SpfReason.NoMechanismMatched => "default",
                _ => null,
            },
            Problem = isError ? ReceivedSpfWriter.Clean(result.ReasonText, isAsciiOnly: true) : null,
            Receiver = ReceivedSpfWriter.Clean(receiver, isAsciiOnly: true),
        };
    }

    /// <summary>Reads a field. Unlike the grammar, and like the RFC's own examples, it lets a value without quotes hold ":" and "@".</summary>
    /// <param name="field">A header field; its name is compared without regard to case.</param>
    /// <param name="read">What it says, or null.</param>
    /// <returns>False for another field, and for one that is malformed, says a thing twice or is longer than 16 KiB.</returns>
    public static bool TryParse(HeaderField field, [NotNullWhen(true)] out ReceivedSpfField? read)
    {
        ArgumentNullException.ThrowIfNull(field);
        read = null;
        return string.Equals(field.Name, FieldName, StringComparison.OrdinalIgnoreCase)
            && new ReceivedSpfReader(field.RawValue.Span.TrimFws()).TryRead(out read);
    }

    /// <summary>The field as it stands in a message, folded at 78 characters where that can be, to be put above all others (RFC 7208 §9.1).</summary>
    public HeaderField ToHeaderField() => new(FieldName, ReceivedSpfWriter.Write(this));

    /// <summary>The keys of the RFC that are told, in the order in which they are written, and then the others.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Values()
    {
        if (ClientIp is not null)
            yield return new("client-ip", ClientIp);
        if (EnvelopeFrom is not null)
            yield return new("envelope-from", EnvelopeFrom);
        if (Helo is not null)
            yield return new("helo", Helo);
        if (Identity is not null)
            yield return new("identity", Identity);
        if (Mechanism is not null)
            yield return new("mechanism", Mechanism);
        if (Problem is not null)
            yield return new("problem", Problem);
        if (Receiver is not null)
            yield return new("receiver", Receiver);
        foreach (var other in OtherValues)
            yield return other;
    }

    /// <summary>The field's value on one line.</summary>
    public override string ToString() => ToHeaderField().Value;
}
