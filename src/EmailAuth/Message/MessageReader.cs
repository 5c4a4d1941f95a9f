using System.Buffers;
using System.IO.Pipelines;

namespace EmailAuth.Message;

/// <summary>Takes the body of a message, piece by piece. A piece is valid during the call only.</summary>
internal interface IBodyConsumer
{
    void Append(ReadOnlySpan<byte> piece);
}

/// <summary>
/// Reads one message once: first <see cref="ReadHeaderAsync"/>, then <see cref="ReadBodyAsync"/>.
/// What a source must do is give pieces; the split between header and body (RFC 5322 §2.1) is made here for all.
/// </summary>
internal abstract class MessageReader : IDisposable
{
    private ReadOnlyMemory<byte> _rest;

    /// <summary>The next piece, valid until the next call; empty at the end of the message.</summary>
    public abstract ValueTask<ReadOnlyMemory<byte>> ReadPieceAsync(CancellationToken cancellationToken);

    /// <summary>Whether pieces stay valid after the next one is read, so that a header section inside one need not be copied.</summary>
    public virtual bool PiecesLast => false;

    public virtual async ValueTask<HeaderBlock> ReadHeaderAsync(MessageLimits limits, CancellationToken cancellationToken)
    {
        var piece = await ReadPieceAsync(cancellationToken).ConfigureAwait(false);
        if (PiecesLast && HeaderEnd(piece.Span, 0) is var (end, bodyStart))
        {
            _rest = piece[bodyStart..];
            return HeaderBlock.Parse(piece[..end], limits);
        }

        // The section is gathered until its end shows; the last three octets are looked at again, as a CRLF CRLF may be split.
        var gathered = new ArrayBufferWriter<byte>(Math.Max(piece.Length, 4096));
        while (!piece.IsEmpty)
        {
            var from = Math.Max(0, gathered.WrittenCount - 3);
            var before = gathered.WrittenCount;
            // Octets past the limit need no keeping: one is enough to tell.
            var room = limits.MaxHeaderBytes + 5 - before;
            gathered.Write(piece.Span[..Math.Min(piece.Length, room)]);
            if (HeaderEnd(gathered.WrittenSpan, from) is var (gatheredEnd, gatheredBody))
            {
                _rest = piece[(gatheredBody - before)..];
                return HeaderBlock.Parse(gathered.WrittenMemory[..gatheredEnd], limits);
            }
            if (piece.Length >= room)
                return HeaderBlock.Defective(MessageDefect.HeaderBlockTooLong, gathered.WrittenMemory, limits);
            piece = await ReadPieceAsync(cancellationToken).ConfigureAwait(false);
        }
        // No empty line: all of it is the header section, and the body is empty.
        return HeaderBlock.Parse(gathered.WrittenMemory, limits);
    }

    public virtual async ValueTask ReadBodyAsync(IBodyConsumer consumer, CancellationToken cancellationToken)
    {
        if (!_rest.IsEmpty)
            consumer.Append(_rest.Span);
        _rest = default;
        while (true)
        {
            var piece = await ReadPieceAsync(cancellationToken).ConfigureAwait(false);
            if (piece.IsEmpty)
                return;
            consumer.Append(piece.Span);
        }
    }

    /// <summary>Where the header section ends and where the body starts, looking from <paramref name="from"/> on; null if not in sight.</summary>
    private static (int End, int BodyStart)? HeaderEnd(ReadOnlySpan<byte> octets, int from)
    {
        if (from == 0 && octets.StartsWith("\r\n"u8))
            return (0, 2);
        var at = octets[from..].IndexOf("\r\n\r\n"u8);
        return at < 0 ? null : (from + at + 2, from + at + 4);
    }

    public abstract void Dispose();
}

/// <summary>Reads from memory: each segment is a piece.</summary>
internal sealed class MemoryMessageReader(ReadOnlySequence<byte> message) : MessageReader
{
    private SequencePosition _next = message.Start;

    public override bool PiecesLast => true;

    public override ValueTask<ReadOnlyMemory<byte>> ReadPieceAsync(CancellationToken cancellationToken)
    {
        while (message.TryGet(ref _next, out var piece))
        {
            if (!piece.IsEmpty)
                return new ValueTask<ReadOnlyMemory<byte>>(piece);
        }
        return default;
    }

    public override void Dispose()
    {
        // Memory has no owner here.
    }
}

/// <summary>Reads from a stream through one pooled buffer.</summary>
internal sealed class StreamMessageReader(Stream stream, bool ownsStream = false) : MessageReader
{
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(64 << 10);

    public override async ValueTask<ReadOnlyMemory<byte>> ReadPieceAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        var length = await stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
        return _buffer.AsMemory(0, length);
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
        if (ownsStream)
            stream.Dispose();
    }
}

/// <summary>Reads from a pipe: each segment of what is there is a piece, and is released when the next one is asked for.</summary>
internal sealed class PipeMessageReader(PipeReader reader, bool ownsPipe = false) : MessageReader
{
    private ReadOnlySequence<byte> _segments;
    private SequencePosition? _consumed;

    public override async ValueTask<ReadOnlyMemory<byte>> ReadPieceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!_segments.IsEmpty)
            {
                var piece = _segments.First;
                _segments = _segments.Slice(piece.Length);
                if (!piece.IsEmpty)
                    return piece;
                continue;
            }
            Release();
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            _segments = result.Buffer;
            _consumed = result.Buffer.End;
            if (result.Buffer.IsEmpty && (result.IsCompleted || result.IsCanceled))
            {
                Release();
                return result.IsCanceled && !result.IsCompleted
                    ? throw new OperationCanceledException("The pipe's pending read was cancelled before the message was complete.")
                    : default;
            }
        }
    }

    public override void Dispose()
    {
        Release();
        if (ownsPipe)
            reader.Complete();
    }

    private void Release()
    {
        if (_consumed is { } position)
            reader.AdvanceTo(position);
        _consumed = null;
        _segments = default;
    }
}

/// <summary>Reads another reader's pieces with each bare LF as CRLF, a part of bounded size at a time.</summary>
internal sealed class LineEndingReader(MessageReader inner) : MessageReader
{
    private const int LargestPart = 64 << 10;

    private readonly ArrayBufferWriter<byte> _converted = new();
    private ReadOnlyMemory<byte> _unread;
    private bool _endedInCarriageReturn;

    public override async ValueTask<ReadOnlyMemory<byte>> ReadPieceAsync(CancellationToken cancellationToken)
    {
        if (_unread.IsEmpty)
            _unread = await inner.ReadPieceAsync(cancellationToken).ConfigureAwait(false);
        if (_unread.IsEmpty)
            return default;
        var part = _unread[..Math.Min(_unread.Length, LargestPart)];
        _unread = _unread[part.Length..];
        Convert(part.Span);
        return _converted.WrittenMemory;
    }

    private void Convert(ReadOnlySpan<byte> part)
    {
        _converted.ResetWrittenCount();
        var rest = part;
        while (!rest.IsEmpty)
        {
            var lineFeed = rest.IndexOf((byte)'\n');
            if (lineFeed < 0)
            {
                _converted.Write(rest);
                break;
            }
            var hasCarriageReturn = lineFeed > 0 ? rest[lineFeed - 1] == '\r' : _endedInCarriageReturn;
            _converted.Write(rest[..lineFeed]);
            _converted.Write(hasCarriageReturn ? "\n"u8 : "\r\n"u8);
            _endedInCarriageReturn = false;
            rest = rest[(lineFeed + 1)..];
        }
        _endedInCarriageReturn = part[^1] == '\r';
    }

    public override void Dispose() => inner.Dispose();
}

/// <summary>Reads another reader's pieces and hands each on to a destination, too.</summary>
internal sealed class CopyingReader(MessageReader inner, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write) : MessageReader
{
    public override bool PiecesLast => inner.PiecesLast;

    public override async ValueTask<ReadOnlyMemory<byte>> ReadPieceAsync(CancellationToken cancellationToken)
    {
        var piece = await inner.ReadPieceAsync(cancellationToken).ConfigureAwait(false);
        if (!piece.IsEmpty)
            await write(piece, cancellationToken).ConfigureAwait(false);
        return piece;
    }

    public override void Dispose() => inner.Dispose();
}
