using System.Buffers;
using System.Collections.Immutable;
using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>The field names of <c>h=</c>, in order (RFC 6376 §3.5). Made only of a value that was found to be well-formed.</summary>
internal readonly struct SignedFieldList
{
    private readonly ReadOnlyMemory<byte> _value;

    private SignedFieldList(ReadOnlyMemory<byte> value, int count)
    {
        _value = value;
        Count = count;
    }

    /// <summary>How many names were written, empty ones included.</summary>
    public int Count { get; }

    /// <summary>Reads <c>hdr-name *( [FWS] ":" [FWS] hdr-name )</c>. The value is kept, not copied.</summary>
    /// <param name="value">The value of the tag.</param>
    /// <param name="most">How many names there may be.</param>
    /// <param name="list">The names.</param>
    /// <param name="errorPosition">Where the value goes wrong, when <paramref name="list"/> stays empty; -1 if there are just too many names.</param>
    /// <param name="allowsEmpty">Whether names may be empty; they then mean no field.</param>
    public static bool TryRead(ReadOnlyMemory<byte> value, int most, out SignedFieldList list, out int errorPosition, bool allowsEmpty = false)
    {
        list = default;
        errorPosition = 0;
        var count = 0;
        var names = new Enumerator(value.Span, isEmpty: false, skipsEmpty: false);
        while (names.MoveNext())
        {
            if (++count > most)
            {
                errorPosition = -1;
                return false;
            }
            if (!IsFieldName(names.Current) && !(allowsEmpty && names.Current.IsEmpty))
            {
                errorPosition = names.Position;
                return false;
            }
        }
        list = new SignedFieldList(value, count);
        return true;
    }

    public bool Contains(ReadOnlySpan<byte> name) => CountOf(name) > 0;

    /// <summary>How often the name stands in the list.</summary>
    public int CountOf(ReadOnlySpan<byte> name)
    {
        var count = 0;
        foreach (var other in this)
        {
            if (other.EqualsIgnoreCase(name))
                count++;
        }
        return count;
    }

    /// <summary>The same list over memory of its own, or over that which it shares with others that say the same.</summary>
    public SignedFieldList Copy(KeptOctets? kept = null) => new(kept?.Keep(_value.Span) ?? _value.ToArray(), Count);

    public ImmutableArray<string> ToTexts()
    {
        var texts = ImmutableArray.CreateBuilder<string>(Count);
        foreach (var name in this)
            texts.Add(Octets.ToText(name));
        return texts.DrainToImmutable();
    }

    public Enumerator GetEnumerator() => new(_value.Span, isEmpty: Count == 0, skipsEmpty: true);

    // RFC 5322 §3.6.8 ftext: visible ASCII but the colon; RFC 6376 §2.10 takes the semicolon out.
    private static bool IsFieldName(ReadOnlySpan<byte> name) => !name.IsEmpty && !name.ContainsAnyExcept(FieldNameOctets);

    private static readonly SearchValues<byte> FieldNameOctets =
        SearchValues.Create("!\"#$%&'()*+,-./0123456789<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>Steps through the names without a copy.</summary>
    public ref struct Enumerator(ReadOnlySpan<byte> value, bool isEmpty, bool skipsEmpty)
    {
        private readonly ReadOnlySpan<byte> _value = value;
        private int _next = isEmpty ? value.Length + 1 : 0;

        public ReadOnlySpan<byte> Current { get; private set; }

        public int Position { get; private set; }

        public bool MoveNext()
        {
            while (_next <= _value.Length)
            {
                var rest = _value[_next..];
                var colon = rest.IndexOf((byte)':');
                var part = colon < 0 ? rest : rest[..colon];
                Position = _next;
                _next = colon < 0 ? _value.Length + 1 : _next + colon + 1;
                Current = part.TrimFws();
                if (!skipsEmpty || !Current.IsEmpty)
                    return true;
            }
            return false;
        }
    }
}
