namespace EmailAuth.Tests.Message;

/// <summary>A head, then the same part again and again up to a length: a message that is never in memory as a whole.</summary>
internal sealed class RepeatedStream(byte[] head, byte[] part, long length) : Stream
{
    /// <summary>How many octets were given.</summary>
    public long Given { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Given;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, length - Given);
        for (var i = 0; i < count;)
        {
            var source = Given < head.Length ? head.AsSpan((int)Given) : part.AsSpan((int)((Given - head.Length) % part.Length));
            var next = source[..Math.Min(source.Length, count - i)];
            next.CopyTo(buffer[i..]);
            i += next.Length;
            Given += next.Length;
        }
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
