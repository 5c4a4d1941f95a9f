namespace EmailAuth.Tests.Dkim;

/// <summary>Gives one octet a read.</summary>
internal sealed class OneByteStream(byte[] octets) : MemoryStream(octets)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
}
