using System.IO.Pipelines;
using System.Text;

namespace EmailAuth.Message;

/// <summary>
/// A message that is pushed in pieces while it is verified, as an SMTP server or a milter gets it: header fields, then the body. Begin the
/// verification of <see cref="Message"/>, write, complete, and await the verification.
/// </summary>
/// <remarks>
/// A write waits while 64 KiB are unread, so memory stays bounded; it never waits for a verification that has ended. One caller at a time.
/// </remarks>
/// <example><code>
/// var writer = new MessageWriter();
/// var verification = authenticator.VerifyAsync(writer.Message, session).AsTask();
/// await writer.WriteTextFieldAsync("From", " ann@example.com");
/// await writer.WriteBodyAsync(chunk);
/// writer.Complete();
/// var result = await verification;
/// </code></example>
public sealed class MessageWriter
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10, useSynchronizationContext: false));
    private Part _part;

    private enum Part
    {
        NotBegun,
        Fields,
        Body,
        Raw,
        Complete,
    }

    /// <summary>Prepares to take a message.</summary>
    public MessageWriter() => Message = EmailMessage.FromOwnPipe(_pipe.Reader);

    /// <summary>The message; it can be verified or signed once.</summary>
    public EmailMessage Message { get; }

    /// <summary>Writes the next octets of the message, header and body as they come over the wire (dots at the start of lines undoubled, RFC 5321 §4.5.2).</summary>
    /// <param name="octets">The octets; they may be reused when the call has ended.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">Fields or body were written by the other methods, or the message is complete.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken = default)
    {
        Enter(Part.Raw, _part is Part.NotBegun or Part.Raw);
        return FlushAsync(_pipe.Writer.WriteAsync(octets, cancellationToken));
    }

    /// <summary>Writes one header field: the name, a colon, the value, and a CRLF.</summary>
    /// <param name="name">The name as it came.</param>
    /// <param name="value">
    /// What stands behind the colon, the white space at its start included (a milter gets it with SMFIP_HDR_LEADSPC), without the last line end.
    /// Folds may end in LF, as milters get them.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The name is empty or holds a colon or a line end, which no parser of messages gives.</exception>
    /// <exception cref="InvalidOperationException">The body was begun, or the message is complete.</exception>
    public ValueTask WriteFieldAsync(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default)
    {
        if (name.IsEmpty || name.Span.IndexOfAny((byte)':', (byte)'\r', (byte)'\n') >= 0)
            throw new ArgumentException("A field name is not empty and holds no colon and no line end.", nameof(name));
        Enter(Part.Fields, _part is Part.NotBegun or Part.Fields);
        var writer = _pipe.Writer;
        Put(name.Span);
        Put(":"u8);
        PutFolded(value.Span);
        Put("\r\n"u8);
        return FlushAsync(writer.FlushAsync(cancellationToken));
    }

    /// <summary>Writes one header field from text, as UTF-8.</summary>
    /// <inheritdoc cref="WriteFieldAsync"/>
    public ValueTask WriteTextFieldAsync(string name, string value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        return WriteFieldAsync(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value), cancellationToken);
    }

    /// <summary>Writes the next octets of the body; the first call ends the header.</summary>
    /// <param name="octets">The octets, with CRLF for line ends; they may be reused when the call has ended.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">Octets were written by <see cref="WriteAsync"/>, or the message is complete.</exception>
    public ValueTask WriteBodyAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken = default)
    {
        var isFirst = _part != Part.Body;
        Enter(Part.Body, _part is Part.NotBegun or Part.Fields or Part.Body);
        if (isFirst)
            Put("\r\n"u8);
        return FlushAsync(_pipe.Writer.WriteAsync(octets, cancellationToken));
    }

    /// <summary>Ends the message.</summary>
    /// <exception cref="InvalidOperationException">It was complete already.</exception>
    public void Complete()
    {
        Enter(Part.Complete, _part != Part.Complete);
        _pipe.Writer.Complete();
    }

    /// <summary>Gives the message up, for example since the connection broke: the verification throws this exception.</summary>
    /// <param name="error">Why.</param>
    public void Abort(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        _part = Part.Complete;
        _pipe.Writer.Complete(error);
    }

    private void Enter(Part part, bool isAllowed)
    {
        if (!isAllowed)
            throw new InvalidOperationException($"The message is at its {_part} part, so this cannot be written any more. The order is fields, body, completion; or raw octets and completion.");
        _part = part;
    }

    // Octets that are small; the flush behind them waits where there are too many.
    private void Put(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_pipe.Writer.GetSpan(octets.Length));
        _pipe.Writer.Advance(octets.Length);
    }

    /// <summary>RFC 5322 §2.2.3: a fold is CRLF and white space.</summary>
    private void PutFolded(ReadOnlySpan<byte> value)
    {
        while (value.IndexOf((byte)'\n') is >= 0 and var at)
        {
            var line = value[..at];
            Put(line.EndsWith("\r"u8) ? line[..^1] : line);
            Put("\r\n"u8);
            value = value[(at + 1)..];
        }
        Put(value);
    }

    private static async ValueTask FlushAsync(ValueTask<FlushResult> flush) => await flush.ConfigureAwait(false);
}
