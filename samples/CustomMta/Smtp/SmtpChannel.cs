using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using CustomMta.Settings;

namespace CustomMta.Smtp;

/// <summary>
/// The connection as SMTP sees it: command lines, the octets of messages, replies. It keeps the limits of length and time, so that who uses it
/// never waits for ever; what breaks one ends the conversation (<see cref="ConversationEndException"/>).
/// </summary>
/// <param name="transport">The connection.</param>
/// <param name="options">The limits.</param>
/// <param name="timeIsOver">The connection has lasted long enough.</param>
/// <param name="closing">The server wants to shut down: no command is waited for, a message under way may still come.</param>
internal sealed class SmtpChannel(IDuplexPipe transport, MtaOptions options, CancellationToken timeIsOver, CancellationToken closing)
{
    // RFC 5321 §4.5.3.1.4 has 512 octets, and the extensions add to it (RFC 1870, RFC 6152, RFC 6531 §3.4).
    private const int LongestCommand = 1024;
    private const int MostSkipped = 64 << 10;
    private const int FlushFrom = 4096;

    private static readonly Encoding StrictUtf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);

    private readonly PipeReader _input = transport.Input;
    private readonly PipeWriter _output = transport.Output;

    /// <summary>
    /// The next command without its CRLF; null where it is none: too long, not UTF-8, or with a control character in it. Replies go out when there is no
    /// further command to read, in one piece (RFC 2920 §3.1).
    /// </summary>
    public async ValueTask<string?> ReadCommandAsync()
    {
        var skipped = 0L;
        while (true)
        {
            if (!_input.TryRead(out var read))
            {
                await FlushAsync();
                read = await WaitAsync(options.CommandTimeLimit, closing);
            }
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } lineFeed)
            {
                var line = buffer.Slice(0, lineFeed);
                var command = TakeLine(line, out var endsInCrLf);
                _input.AdvanceTo(buffer.GetPosition(1, lineFeed));
                // What one server takes for a line end another one does not: with such a client nothing that follows is sure.
                if (!endsInCrLf)
                    throw new ConversationEndException(Reply.LineEnds);
                return skipped > 0 ? null : command;
            }
            if (read.IsCompleted)
                throw new ConversationEndException(null);
            if (buffer.Length <= LongestCommand)
            {
                _input.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }
            // An endless line is thrown away as it comes, but not for ever; its last octet stays, as it may be the CR.
            skipped += buffer.Length - 1;
            if (skipped > MostSkipped)
                throw new ConversationEndException(Reply.TooMuch);
            _input.AdvanceTo(buffer.GetPosition(buffer.Length - 1), buffer.End);
        }
    }

    private static string? TakeLine(in ReadOnlySequence<byte> line, out bool endsInCrLf)
    {
        endsInCrLf = false;
        if (line.IsEmpty || line.Slice(line.Length - 1).FirstSpan[0] != '\r')
            return null;
        var text = line.Slice(0, line.Length - 1);
        endsInCrLf = text.PositionOf((byte)'\r') is null;
        if (!endsInCrLf || text.Length > LongestCommand - 2)
            return null;
        try
        {
            var command = StrictUtf8.GetString(text);
            return command.Any(char.IsControl) ? null : command;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Whether the client has sent more already, without waiting for a reply.</summary>
    public bool HasMore()
    {
        if (!_input.TryRead(out var read))
            return false;
        var hasMore = !read.Buffer.IsEmpty;
        _input.AdvanceTo(read.Buffer.Start);
        return hasMore;
    }

    /// <summary>Reads a message as it comes behind DATA, to its end.</summary>
    public async ValueTask ReadDataAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken messageTimeIsOver)
    {
        var decoder = new DotDecoder();
        var decoded = ArrayPool<byte>.Shared.Rent(16 << 10);
        try
        {
            while (!decoder.IsAtEnd)
            {
                var buffer = await ReadMessageAsync(messageTimeIsOver);
                var consumed = buffer.Start;
                foreach (var segment in buffer)
                {
                    for (var rest = segment; !rest.IsEmpty && !decoder.IsAtEnd;)
                    {
                        var (length, written) = decoder.Decode(rest.Span[..Math.Min(rest.Length, decoded.Length - 1)], decoded);
                        if (written > 0)
                            await write(decoded.AsMemory(0, written), messageTimeIsOver);
                        rest = rest[length..];
                        consumed = buffer.GetPosition(length, consumed);
                    }
                }
                _input.AdvanceTo(consumed);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    /// <summary>Reads that many octets behind BDAT (RFC 3030 §2).</summary>
    public async ValueTask ReadChunkAsync(long length, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken messageTimeIsOver)
    {
        while (length > 0)
        {
            var buffer = await ReadMessageAsync(messageTimeIsOver);
            buffer = buffer.Slice(0, Math.Min(length, buffer.Length));
            foreach (var segment in buffer)
                await write(segment, messageTimeIsOver);
            length -= buffer.Length;
            _input.AdvanceTo(buffer.End);
        }
    }

    private async ValueTask<ReadOnlySequence<byte>> ReadMessageAsync(CancellationToken messageTimeIsOver)
    {
        if (!_input.TryRead(out var read))
        {
            await FlushAsync();
            read = await WaitAsync(options.BlockTimeLimit, messageTimeIsOver);
        }
        if (read.Buffer.IsEmpty && read.IsCompleted)
            throw new ConversationEndException(null);
        return read.Buffer;
    }

    /// <summary>Writes a reply; it goes out with the next wait.</summary>
    public async ValueTask ReplyAsync(Reply reply) => await WriteAsync(reply.ToString());

    /// <summary>Writes the reply to EHLO: the server's name, then its extensions (RFC 5321 §4.1.1.1).</summary>
    public async ValueTask ReplyAsync(string name, params string[] extensions)
    {
        string[] lines = [name, .. extensions];
        await WriteAsync(string.Concat(lines.Select((line, index) => $"250{(index < lines.Length - 1 ? '-' : ' ')}{line}\r\n")));
    }

    private async ValueTask WriteAsync(string text)
    {
        Encoding.ASCII.GetBytes(text, _output);
        // A client that sends commands and reads no reply must not fill the memory with replies.
        if (_output.UnflushedBytes >= FlushFrom)
            await FlushAsync();
    }

    public async ValueTask FlushAsync()
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(timeIsOver);
        wait.CancelAfter(options.CommandTimeLimit);
        try
        {
            var flush = await _output.FlushAsync(wait.Token);
            if (flush.IsCompleted)
                throw new ConversationEndException(null);
        }
        catch (OperationCanceledException)
        {
            // It reads no replies, so it need not be told.
            throw new ConversationEndException(null);
        }
    }

    private async ValueTask<ReadResult> WaitAsync(TimeSpan limit, CancellationToken endsEarly)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(timeIsOver, endsEarly);
        wait.CancelAfter(limit);
        try
        {
            return await _input.ReadAsync(wait.Token);
        }
        catch (OperationCanceledException)
        {
            throw new ConversationEndException(closing.IsCancellationRequested && endsEarly == closing ? Reply.ShuttingDown : Reply.TimeIsOver);
        }
    }
}
