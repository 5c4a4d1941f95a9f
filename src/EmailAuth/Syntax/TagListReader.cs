namespace EmailAuth.Syntax;

/// <summary>Why a tag list could not be read on.</summary>
internal enum TagListError
{
    None,

    /// <summary>A tag has no name, or its name does not begin with a letter or holds another octet than letters, digits and "_".</summary>
    BadName,

    /// <summary>A tag name is not followed by "=".</summary>
    NoEqualsSign,
}

/// <summary>
/// Reads a tag=value list (RFC 6376 §3.2) tag by tag, without a copy. It splits and trims only; what a value may hold,
/// and whether a tag may come twice, is for the one who asks.
/// </summary>
/// <example><code>
/// var tags = new TagListReader(text);
/// while (tags.MoveNext()) { … tags.Name, tags.Value … }
/// if (tags.Error != TagListError.None) { … tags.ErrorPosition … }
/// </code></example>
internal ref struct TagListReader(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _next;
    private bool _any;

    /// <summary>The tag's name as written; RFC 6376 compares it with regard to case.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The tag's value without white space at its ends; folds inside are kept.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public int NamePosition { get; private set; }

    public int ValuePosition { get; private set; }

    public TagListError Error { get; private set; }

    public int ErrorPosition { get; private set; }

    /// <summary>Steps to the next tag. False at the end and at an error: see <see cref="Error"/>.</summary>
    public bool MoveNext()
    {
        if (Error != TagListError.None || _next >= _text.Length)
            return false;

        var start = _next;
        var semicolon = _text[start..].IndexOf((byte)';');
        var end = semicolon < 0 ? _text.Length : start + semicolon;
        _next = semicolon < 0 ? _text.Length : end + 1;

        while (start < end && Octets.IsFws(_text[start]))
            start++;
        // One semicolon may end the list; what follows it is then white space only. Anywhere else a tag must stand.
        if (start == end && semicolon < 0 && _any)
            return false;

        var nameEnd = start;
        while (nameEnd < end && (Octets.IsAlphanumeric(_text[nameEnd]) || _text[nameEnd] == '_'))
            nameEnd++;
        if (nameEnd == start || !Octets.IsAlpha(_text[start]))
            return Fail(TagListError.BadName, start);

        var equals = nameEnd;
        while (equals < end && Octets.IsFws(_text[equals]))
            equals++;
        if (equals == end || _text[equals] != '=')
            return Fail(equals == end || equals > nameEnd ? TagListError.NoEqualsSign : TagListError.BadName, equals);

        var valueStart = equals + 1;
        while (valueStart < end && Octets.IsFws(_text[valueStart]))
            valueStart++;
        var valueEnd = end;
        while (valueEnd > valueStart && Octets.IsFws(_text[valueEnd - 1]))
            valueEnd--;

        Name = _text[start..nameEnd];
        Value = _text[valueStart..valueEnd];
        NamePosition = start;
        ValuePosition = valueStart;
        _any = true;
        return true;
    }

    private bool Fail(TagListError error, int position)
    {
        Error = error;
        ErrorPosition = position;
        return false;
    }
}
