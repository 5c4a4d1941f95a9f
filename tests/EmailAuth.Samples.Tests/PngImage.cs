using System.Buffers.Binary;
using System.IO.Compression;

namespace EmailAuth.Samples.Tests;

/// <summary>The pixels of a PNG with 8 bits a channel and without interlacing (ISO/IEC 15948).</summary>
internal sealed class PngImage
{
    private readonly byte[] _octets;
    private readonly int _channels;

    private PngImage(int width, int height, int channels, byte[] octets)
    {
        (Width, Height, _channels, _octets) = (width, height, channels, octets);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The pixel as 0xRRGGBB.</summary>
    public int this[int x, int y]
    {
        get
        {
            var at = ((y * Width) + x) * _channels;
            return _octets[at] << 16 | _octets[at + 1] << 8 | _octets[at + 2];
        }
    }

    public static PngImage Read(string path)
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        Assert.That(file[..8].SequenceEqual((byte[])[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), "a PNG");
        int width = 0, height = 0, channels = 0;
        using var packed = new MemoryStream();
        for (var rest = file[8..]; rest.Length > 12;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            var data = rest.Slice(8, length);
            if (rest.Slice(4, 4).SequenceEqual("IHDR"u8))
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]));
                channels = data[9] switch { 2 => 3, 6 => 4, var type => throw new NotSupportedException($"colour type {type}") };
                Assert.That((data[8], data[12]), Is.EqualTo((8, 0)), "bits and interlacing");
            }
            else if (rest.Slice(4, 4).SequenceEqual("IDAT"u8))
            {
                packed.Write(data);
            }
            rest = rest[(length + 12)..];
        }
        packed.Position = 0;
        using var unpacked = new ZLibStream(packed, CompressionMode.Decompress);
        var octets = new byte[width * height * channels];
        var line = new byte[width * channels];
        var filter = new byte[1];
        for (var y = 0; y < height; y++)
        {
            unpacked.ReadExactly(filter);
            unpacked.ReadExactly(line);
            Unfilter(filter[0], line, y == 0 ? new byte[line.Length] : octets.AsSpan((y - 1) * line.Length, line.Length), channels);
            line.CopyTo(octets, y * line.Length);
        }
        return new PngImage(width, height, channels, octets);
    }

    private static void Unfilter(byte filter, Span<byte> line, ReadOnlySpan<byte> above, int channels)
    {
        for (var i = 0; i < line.Length; i++)
        {
            var left = i < channels ? 0 : line[i - channels];
            var aboveLeft = i < channels ? 0 : above[i - channels];
            line[i] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                _ => Paeth(left, above[i], aboveLeft),
            });
        }
    }

    private static int Paeth(int left, int above, int aboveLeft)
    {
        var estimate = left + above - aboveLeft;
        var (toLeft, toAbove, toAboveLeft) = (Math.Abs(estimate - left), Math.Abs(estimate - above), Math.Abs(estimate - aboveLeft));
        return toLeft <= toAbove && toLeft <= toAboveLeft ? left : toAbove <= toAboveLeft ? above : aboveLeft;
    }
}
