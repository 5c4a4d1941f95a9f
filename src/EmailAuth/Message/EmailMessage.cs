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
    // Null where the message is in memory.
    private readonly Func<MessageReader>? _open;
    private readonly ReadOnlySequence<byte> _octets;
    private readonly bool _isReusable;
    private int _used;

    private EmailMessage(Func<MessageReader> open, bool isReusable)
    {
        _open = open;
        _isReusable = isReusable;
    }

    private EmailMessage(in ReadOnlySequence<byte> octets)
    {
        _octets = octets;
        _isReusable = true;
    }

    /// <summary>A message in memory. The bytes must not change while it is in use.</summary>
    public static EmailMessage FromBytes(ReadOnlyMemory<byte> message) => new(new ReadOnlySequence<byte>(message));

    /// <summary>A message in memory, in pieces. The bytes must not change while it is in use.</summary>
    public static EmailMessage FromSequence(ReadOnlySequence<byte> message) => new(message);

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

    /// <summary>A message in a file, opened each time it is read.</summary>
    /// <param name="path">The file. That it cannot be opened shows when the message is read.</param>
    public static EmailMessage FromFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new EmailMessage(
            () => new StreamMessageReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan | FileOptions.Asynchronous), ownsStream: true),
            isReusable: true);
    }

    /// <summary>What a <see cref="MessageWriter"/> is given; its pipe ends with the reading, so that nobody writes for ever into what nobody reads.</summary>
    internal static EmailMessage FromOwnPipe(PipeReader reader) => new(() => new PipeMessageReader(reader, ownsPipe: true), isReusable: false);

    /// <summary>
    /// The same message, copied on while it is read: a host that stores or relays the message needs no second pass and no buffer of it.
    /// A verification reads every message to its end, whatever it finds, so that the copy is complete when it returns; when it throws, the copy is not.
    /// </summary>
    /// <param name="destination">Takes the octets as they are read; not flushed or closed. What it throws reaches the caller of the verification.</param>
    public EmailMessage CopyingTo(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!destination.CanWrite)
            throw new ArgumentException("The stream cannot be written.", nameof(destination));
        return new EmailMessage(() => new CopyingReader(Open(), destination.WriteAsync), _isReusable);
    }

    /// <inheritdoc cref="CopyingTo(Stream)"/>
    /// <param name="destination">Takes the octets as they are read; not completed. When its reader is gone, what comes is dropped.</param>
    public EmailMessage CopyingTo(PipeWriter destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return new EmailMessage(() => new CopyingReader(Open(), WriteAsync), _isReusable);

        async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken) =>
            await destination.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
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
        return _open is null ? new MemoryMessageReader(_octets) : _open();
    }
}
