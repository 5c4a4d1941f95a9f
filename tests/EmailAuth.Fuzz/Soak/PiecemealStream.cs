namespace EmailAuth.Fuzz.Soak;

/// <summary>Gives a few octets at a time, and may break before the end.</summary>
internal sealed class PiecemealStream(byte[] octets, int piece, bool breaks) : MemoryStream(octets)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (breaks && Position > Length / 2)
            throw new IOException("connection reset");
        if (Position % 7 == 0)
            await Task.Yield();
        return await base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
