using System.Buffers;
using EmailAuth.Syntax;

namespace EmailAuth.Message;

/// <summary>One header field (RFC 5322 §2.2) as octets: read from a message, or made to be put before one. Immutable.</summary>
public sealed class HeaderField
{
    private readonly ReadOnlyMemory<byte> _octets;
    private readonly int _nameLength;
    private readonly int _colon;

    internal HeaderField(ReadOnlyMemory<byte> octets, int nameLength, int colon)
    {
        _octets = octets;
        _nameLength = nameLength;
        _colon = colon;
    }

    /// <summary>A field made by this library: the value is already folded and has no CRLF at its end.</summary>
    internal HeaderField(string name, string foldedValue)
        : this(System.Text.Encoding.UTF8.GetBytes($"{name}: {foldedValue}\r\n"), name.Length, name.Length)
    {
    }

    /// <summary>The name as written.</summary>
    public string Name => Octets.ToText(_octets.Span[.._nameLength]);

    /// <summary>The value without folds (each CRLF before white space removed, RFC 5322 §2.2.3) and without white space at its ends.</summary>
    public string Value => Octets.ToText(RawValue.Span.TrimFws()).Replace("\r\n", "", StringComparison.Ordinal);

    /// <summary>The octets behind the colon, folds and the final CRLF included.</summary>
    public ReadOnlyMemory<byte> RawValue => _octets[(_colon + 1)..];

    /// <summary>The whole field with its CRLF, as it is transmitted and hashed.</summary>
    public ReadOnlyMemory<byte> RawOctets => _octets;

    /// <summary>Writes the whole field with its CRLF.</summary>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(_octets.Span);
    }

    /// <summary>The whole field, folds kept, without the final CRLF.</summary>
    public override string ToString() => Octets.ToText(_octets.Span.TrimEnd("\r\n"u8));
}
