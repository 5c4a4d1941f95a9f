using System.Buffers;
using System.IO.Pipelines;

namespace EmailAuth.Message;

/// <summary>
/// A message as octets (RFC 5322), still arriving or in memory: the only way for a message's bytes into this library. The header section
/// is read first; the body is read once, in pieces, and never kept.
/// </summary>
/// <remarks>
/// A message over memory can be verified any number of times. One over a <see cref="Stream"/> or <see cref="PipeReader"/> is used up by the first call.
/// Lines end in CRLF (RFC 5322 §2.3); other line ends are hashed as they are. See <see cref="NormalizingLineEndings"/>.
/// </remarks>
public sealed class EmailMessage
{
    private readonly Func<MessageReader> _open;
    private readonly bool _isReusable;
    private int _used;

    private EmailMessage(Func<MessageReader> open, bool isReusable)
    {
        _open = open;
        _isReusable = isReusable;
    }

    /// <summary>A message in memory. The bytes must not change while it is in use.</summary>
    public static EmailMessage FromBytes(ReadOnlyMemory<byte> message) =>
        new(() => new MemoryMessageReader(new ReadOnlySequence<byte>(message)), isReusable: true);

    /// <summary>A message in memory, in pieces. The bytes must not change while it is in use.</summary>
    public static EmailMessage FromSequence(ReadOnlySequence<byte> message) =>
        new(() => new MemoryMessageReader(message), isReusable: true);

    /// <summary>A message from a stream, from its current position to its end. The stream is not closed; its errors reach the caller of the verification.</summary>
    public static EmailMessage FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
            throw new ArgumentException("The stream cannot be read.", nameof(stream));
        return new EmailMessage(() => new StreamMessageReader(stream), isReusable: false);
    }

    /// <summary>A message from a pipe, which may still be filled: all that comes until the writer completes. The reader is not completed.</summary>
    public static EmailMessage FromPipe(PipeReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return new EmailMessage(() => new PipeMessageReader(reader), isReusable: false);
    }

    /// <summary>
    /// The same message with each LF that no CR precedes read as CRLF, as Unix programs store mail (D13). Signatures are made over CRLF,
    /// so a stored message verifies only so. A CR that no LF follows stays what it is.
    /// </summary>
    public EmailMessage NormalizingLineEndings() =>
        new(() => new LineEndingReader(Open()), _isReusable);

    /// <summary>Begins to read.</summary>
    /// <exception cref="InvalidOperationException">The message came from a stream or pipe and has been read already.</exception>
    internal MessageReader Open()
    {
        if (Interlocked.Exchange(ref _used, 1) == 1 && !_isReusable)
            throw new InvalidOperationException("This message came from a stream or pipe and has been read already. Make a new EmailMessage, or one over memory, to read it again.");
        return _open();
    }
}
