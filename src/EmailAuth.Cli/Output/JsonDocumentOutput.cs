using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EmailAuth.Cli.Output;

/// <summary>
/// One JSON document on its way out. Whatever would do something on a terminal instead of being seen, such as turning the direction of writing, leaves as an
/// escape: every value is the same when it is parsed.
/// </summary>
internal sealed class JsonDocumentOutput : IDisposable
{
    private readonly ArrayBufferWriter<byte> _octets = new(16 << 10);
    private readonly Stream _output;

    public JsonDocumentOutput(Stream output, JsonWriterOptions options)
    {
        _output = output;
        Writer = new Utf8JsonWriter(_octets, options);
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>Sends what was written so far.</summary>
    public void Flush()
    {
        Writer.Flush();
        WriteSeen(_octets.WrittenSpan);
        _octets.ResetWrittenCount();
    }

    /// <summary>Sends the rest, and a line end.</summary>
    public void End()
    {
        Flush();
        _output.Write("\n"u8);
    }

    public void Dispose() => Writer.Dispose();

    /// <summary>Outside of strings a document is ASCII, so that each other character may be written as an escape. The writer escapes controls itself.</summary>
    private void WriteSeen(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (text[at..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F) is >= 0 and var ascii)
        {
            at += ascii;
            Rune.DecodeFromUtf8(text[at..], out var rune, out var length);
            if (!PlainText.IsSeen(Rune.GetUnicodeCategory(rune)))
            {
                _output.Write(text[..at]);
                _output.Write(Escape(rune));
                text = text[(at + length)..];
                at = 0;
            }
            else
            {
                at += length;
            }
        }
        _output.Write(text);
    }

    private static byte[] Escape(Rune rune)
    {
        Span<char> units = stackalloc char[2];
        var escape = new StringBuilder();
        foreach (var unit in units[..rune.EncodeToUtf16(units)])
            escape.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
        return Encoding.UTF8.GetBytes(escape.ToString());
    }
}
