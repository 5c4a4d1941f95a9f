using System.Collections.Immutable;
using EmailAuth.Message;
using MimeKit;

namespace EmailAuth.MimeKit;

/// <summary>
/// A received message twice: as the octets that came, for verification and for passing them on, and as MimeKit reads them. The octets decide; what is
/// done to <see cref="Message"/> does not change them.
/// </summary>
/// <example><code>
/// var received = await ReceivedMimeMessage.LoadAsync(stream);
/// var result = await authenticator.VerifyAsync(received.ToEmailMessage(), session);
/// Console.WriteLine($"{received.Message.Subject}: {result.Dmarc.Status}");
/// await received.WriteToAsync(mailbox, [result.ToAuthenticationResults("mx.example.net")]);
/// </code></example>
public sealed class ReceivedMimeMessage
{
    /// <summary>The most octets of a message unless a caller says otherwise: 64 MiB.</summary>
    public const int DefaultMaxOctets = 64 << 20;

    private ReceivedMimeMessage(ReadOnlyMemory<byte> octets, MimeMessage message)
    {
        Octets = octets;
        Message = message;
    }

    /// <summary>The octets as they came.</summary>
    public ReadOnlyMemory<byte> Octets { get; }

    /// <summary>The message as MimeKit reads it. Its content lies in <see cref="Octets"/>.</summary>
    public MimeMessage Message { get; }

    /// <summary>
    /// Whether MimeKit writes the message as it was received. Where it does not, or was changed, whoever relays what MimeKit writes breaks signatures:
    /// use <see cref="WriteToAsync"/>. Writes the message once to find out.
    /// </summary>
    public bool IsWrittenAsReceived() => Octets.Span.SequenceEqual(MimeOctets.Of(Message, MimeOctets.AsLoaded));

    /// <summary>The message for <see cref="EmailAuthenticator.VerifyAsync"/>, on the octets as they came.</summary>
    public EmailMessage ToEmailMessage() => EmailMessage.FromBytes(Octets);

    /// <summary>Reads a message from memory.</summary>
    /// <param name="octets">The octets; they must not change from now on.</param>
    /// <exception cref="MimeOctetsException">MimeKit cannot parse them.</exception>
    public static ReceivedMimeMessage Load(ReadOnlyMemory<byte> octets)
    {
        // MimeKit keeps the stream; it shares the octets where they are an array.
        var stream = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(octets, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(octets.ToArray(), writable: false);
        try
        {
            return new ReceivedMimeMessage(octets, MimeMessage.Load(stream, persistent: true));
        }
        catch (FormatException exception)
        {
            throw new MimeOctetsException(MimeOctetsFault.NotParsed, $"MimeKit cannot parse the message: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a message from a stream, to its end.</summary>
    /// <param name="stream">The stream; it is not closed.</param>
    /// <param name="maxOctets">The most octets to take.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="MimeOctetsException">There are more octets, or MimeKit cannot parse them.</exception>
    public static async Task<ReceivedMimeMessage> LoadAsync(Stream stream, int maxOctets = DefaultMaxOctets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxOctets);
        using var octets = new MemoryStream();
        var piece = new byte[32 << 10];
        int read;
        while ((read = await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (octets.Length + read > maxOctets)
                throw new MimeOctetsException(MimeOctetsFault.TooLarge, $"The message has more than {maxOctets} octets.");
            octets.Write(piece, 0, read);
        }
        return Load(octets.ToArray());
    }

    /// <summary>Writes fields and then the message, octet by octet as it was received.</summary>
    /// <param name="destination">Takes the octets; not flushed or closed.</param>
    /// <param name="fieldsOnTop">Fields to put above, such as Authentication-Results, in their order.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task WriteToAsync(Stream destination, ImmutableArray<HeaderField> fieldsOnTop, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        foreach (var field in fieldsOnTop.IsDefault ? [] : fieldsOnTop)
            await destination.WriteAsync(field.RawOctets, cancellationToken).ConfigureAwait(false);
        await destination.WriteAsync(Octets, cancellationToken).ConfigureAwait(false);
    }
}
