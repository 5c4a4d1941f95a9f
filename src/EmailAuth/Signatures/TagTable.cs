using System.Buffers;
using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>Where one tag lies in its list.</summary>
internal readonly record struct TagSlice(int NamePosition, int NameLength, int ValuePosition, int ValueLength);

/// <summary>Why a tag list is none, or none that may be used (RFC 6376 §3.2).</summary>
internal enum TagTableError
{
    None,
    Syntax,
    ControlOctet,
    Duplicate,
    TooMany,
}

/// <summary>The tags of one list (RFC 6376 §3.2), each name once, found by name.</summary>
internal readonly ref struct TagTable
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly ReadOnlySpan<TagSlice> _tags;

    private TagTable(ReadOnlySpan<byte> text, ReadOnlySpan<TagSlice> tags)
    {
        _text = text;
        _tags = tags;
    }

    public ReadOnlySpan<TagSlice> Tags => _tags;

    public ReadOnlySpan<byte> Name(in TagSlice tag) => _text.Slice(tag.NamePosition, tag.NameLength);

    public ReadOnlySpan<byte> Value(in TagSlice tag) => _text.Slice(tag.ValuePosition, tag.ValueLength);

    /// <summary>Finds a tag; names are compared with regard to case.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out TagSlice tag)
    {
        foreach (ref readonly var candidate in _tags)
        {
            if (candidate.NameLength == name.Length && Name(candidate).SequenceEqual(name))
            {
                tag = candidate;
                return true;
            }
        }
        tag = default;
        return false;
    }

    /// <summary>Reads a whole list.</summary>
    /// <param name="text">The list.</param>
    /// <param name="room">Room for the tags; with less than <see cref="SignatureLimits.MaxTags"/>, fewer are allowed.</param>
    /// <param name="table">The tags read, those before an error included.</param>
    /// <param name="position">Where the error is.</param>
    /// <param name="explanation">What is wrong, for people.</param>
    public static TagTableError Read(ReadOnlySpan<byte> text, Span<TagSlice> room, out TagTable table, out int position, out string explanation)
    {
        var count = 0;
        var error = TagTableError.None;
        position = 0;
        explanation = "";
        var reader = new TagListReader(text);
        while (error == TagTableError.None && reader.MoveNext())
        {
            var read = new TagTable(text, room[..count]);
            position = reader.NamePosition;
            if (read.TryFind(reader.Name, out var first))
            {
                error = TagTableError.Duplicate;
                explanation = $"the tag \"{Octets.ToPrintable(reader.Name)}\" stands at {first.NamePosition} and again at {position}; each tag may stand once";
            }
            else if (count == room.Length)
            {
                error = TagTableError.TooMany;
                explanation = $"there are more than {room.Length} tags";
            }
            else
            {
                room[count++] = new TagSlice(reader.NamePosition, reader.Name.Length, reader.ValuePosition, reader.Value.Length);
            }
        }
        if (error == TagTableError.None && reader.Error != TagListError.None)
        {
            error = TagTableError.Syntax;
            position = reader.ErrorPosition;
            explanation = reader.Error switch
            {
                TagListError.None => "",
                TagListError.BadName => $"at {position} a tag name was expected: a letter, then letters, digits or \"_\"",
                TagListError.NoEqualsSign => $"at {position} \"=\" was expected after the tag name",
            };
        }
        table = new TagTable(text, room[..count]);
        if (error == TagTableError.None && IndexOfControlOctet(text) is >= 0 and var control)
        {
            error = TagTableError.ControlOctet;
            position = control;
            explanation = $"at {position} stands the control octet 0x{text[control]:X2}, which no value may hold";
        }
        return error;
    }

    /// <summary>RFC 6376 §3.2: values are visible characters and folding white space; RFC 8616 §4 adds UTF-8.</summary>
    private static int IndexOfControlOctet(ReadOnlySpan<byte> text) => text.IndexOfAny(ControlOctets);

    private static readonly SearchValues<byte> ControlOctets = SearchValues.Create(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127);
}
