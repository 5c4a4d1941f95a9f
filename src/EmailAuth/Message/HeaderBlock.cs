using System.Collections.Immutable;
using EmailAuth.Syntax;

namespace EmailAuth.Message;

/// <summary>Where one field lies in its header block.</summary>
/// <param name="Start">The first octet of the field.</param>
/// <param name="NameLength">The length of its name without white space behind it; 0 if this is no field (no colon, no name, an octet that no name may hold).</param>
/// <param name="Colon">The colon; <paramref name="Start"/> - 1 if there is none.</param>
/// <param name="End">Behind the field's CRLF.</param>
internal readonly record struct FieldSlice(int Start, int NameLength, int Colon, int End);

/// <summary>
/// The header section of a message (RFC 5322 §2.1): its octets as they came, and where its fields lie. Only CRLF without white space
/// behind it ends a field.
/// </summary>
internal sealed class HeaderBlock
{
    private readonly ReadOnlyMemory<byte> _octets;
    private readonly FieldSlice[] _fields;

    private HeaderBlock(ReadOnlyMemory<byte> octets, FieldSlice[] fields, bool hasBareLineEnd, MessageDefect defect)
    {
        _octets = octets;
        _fields = fields;
        HasBareLineEnd = hasBareLineEnd;
        Defect = defect;
    }

    /// <summary>The header section without the empty line behind it.</summary>
    public ReadOnlySpan<byte> Octets => _octets.Span;

    /// <summary>The fields from top to bottom, those that are none (<see cref="FieldSlice.NameLength"/> 0) included.</summary>
    public ReadOnlySpan<FieldSlice> Fields => _fields;

    /// <summary>A CR without LF, or an LF without CR, stands somewhere: another program may see other fields (D13).</summary>
    public bool HasBareLineEnd { get; }

    public MessageDefect Defect { get; }

    public ReadOnlySpan<byte> Name(in FieldSlice field) => Octets.Slice(field.Start, field.NameLength);

    /// <summary>The octets behind the colon, the final CRLF included.</summary>
    public ReadOnlySpan<byte> Value(in FieldSlice field) => Octets[(field.Colon + 1)..field.End];

    /// <summary>The same as memory.</summary>
    public ReadOnlyMemory<byte> ValueMemory(in FieldSlice field) => _octets[(field.Colon + 1)..field.End];

    /// <summary>The whole field with its CRLF.</summary>
    public ReadOnlySpan<byte> Whole(in FieldSlice field) => Octets[field.Start..field.End];

    public bool IsNamed(in FieldSlice field, ReadOnlySpan<byte> name) =>
        field.NameLength == name.Length && Name(field).EqualsIgnoreCase(name);

    /// <summary>
    /// Whether this is no field, since white space or an octet that no name may hold stands in its name, but would be one of that name for a program that is
    /// careless of them.
    /// </summary>
    public bool IsDisguisedAs(in FieldSlice field, ReadOnlySpan<byte> name) =>
        field.NameLength == 0 && field.Colon > field.Start && Octets[field.Start..field.Colon].EqualsVisibly(name);

    public HeaderField FieldAt(int index)
    {
        var field = _fields[index];
        return new HeaderField(_octets[field.Start..field.End], field.NameLength, field.Colon - field.Start);
    }

    /// <summary>The indices of the fields with that name, top first.</summary>
    public ImmutableArray<int> IndicesOf(ReadOnlySpan<byte> name)
    {
        var indices = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < _fields.Length; i++)
        {
            if (IsNamed(_fields[i], name))
                indices.Add(i);
        }
        return indices.DrainToImmutable();
    }

    /// <summary>
    /// A header section that was not split, since it breaks a limit: it has no <see cref="Fields"/>, and of <see cref="Octets"/> only the beginning,
    /// as far as the limit for the whole goes.
    /// </summary>
    public static HeaderBlock Defective(MessageDefect defect, ReadOnlyMemory<byte> octets, MessageLimits limits)
    {
        LimitHits.Count(defect switch
        {
            MessageDefect.None => null,
            MessageDefect.HeaderBlockTooLong => "Message.MaxHeaderBytes",
            MessageDefect.TooManyFields => "Message.MaxHeaderFields",
            MessageDefect.FieldTooLong => "Message.MaxFieldBytes",
            MessageDefect.FieldNameTooLong => "Message.MaxFieldNameBytes",
        });
        return new(octets[..Math.Min(octets.Length, limits.MaxHeaderBytes)], [], false, defect);
    }

    /// <summary>Splits a header section. <paramref name="octets"/> is kept, not copied.</summary>
    public static HeaderBlock Parse(ReadOnlyMemory<byte> octets, MessageLimits limits)
    {
        var text = octets.Span;
        if (text.Length > limits.MaxHeaderBytes)
            return Defective(MessageDefect.HeaderBlockTooLong, octets, limits);

        // Room for the fields of nearly every message; a larger one costs an array or two.
        Span<FieldSlice> fields = stackalloc FieldSlice[64];
        var count = 0;
        var hasBareLineEnd = false;
        var start = 0;
        while (start < text.Length)
        {
            var end = FindEnd(text, start, ref hasBareLineEnd);
            if (count == limits.MaxHeaderFields)
                return Defective(MessageDefect.TooManyFields, octets, limits);
            if (end - start > limits.MaxFieldBytes)
                return Defective(MessageDefect.FieldTooLong, octets, limits);
            var field = Locate(text, start, end);
            if (field.NameLength > limits.MaxFieldNameBytes)
                return Defective(MessageDefect.FieldNameTooLong, octets, limits);
            if (count == fields.Length)
            {
                var more = new FieldSlice[count * 2];
                fields.CopyTo(more);
                fields = more;
            }
            fields[count++] = field;
            start = end;
        }
        return new HeaderBlock(octets, fields[..count].ToArray(), hasBareLineEnd, MessageDefect.None);
    }

    /// <summary>Behind the first CRLF that no white space follows.</summary>
    private static int FindEnd(ReadOnlySpan<byte> text, int start, ref bool hasBareLineEnd)
    {
        var at = start;
        while (at < text.Length)
        {
            var next = text[at..].IndexOfAny((byte)'\r', (byte)'\n');
            if (next < 0)
                return text.Length;
            at += next;
            if (text[at] == '\n' || at + 1 == text.Length || text[at + 1] != '\n')
            {
                hasBareLineEnd = true;
                at++;
                continue;
            }
            at += 2;
            if (at == text.Length || !Syntax.Octets.IsWsp(text[at]))
                return at;
        }
        return text.Length;
    }

    private static FieldSlice Locate(ReadOnlySpan<byte> text, int start, int end)
    {
        var colon = text[start..end].IndexOf((byte)':');
        if (colon < 0)
            return new FieldSlice(start, 0, start - 1, end);
        // RFC 5322 §4.5: an obsolete field name may have white space before its colon.
        var name = text.Slice(start, colon);
        var length = name.TrimEnd(" \t"u8).Length;
        foreach (var octet in name[..length])
        {
            if (!Syntax.Octets.IsVisible(octet))
            {
                length = 0;
                break;
            }
        }
        return new FieldSlice(start, length, start + colon, end);
    }
}
