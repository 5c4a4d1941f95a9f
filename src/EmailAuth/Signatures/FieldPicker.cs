using System.Numerics;
using System.Runtime.InteropServices;
using EmailAuth.Message;

namespace EmailAuth.Signatures;

/// <summary>
/// Finds the fields that <c>h=</c> names (RFC 6376 §5.4.2): a name picks the lowest field of that name that was not picked yet. The work grows with the
/// number of fields and with that of names, not with their product.
/// </summary>
internal readonly ref struct FieldPicker
{
    private const ulong LowerCase = 0x2020202020202020, Spread = 0x9E3779B97F4A7C15;

    private readonly HeaderBlock _header;

    // Fields are counted from 1 here; 0 ends a chain. A chain leads upwards through the fields whose names fall together.
    private readonly Span<int> _chains;
    private readonly Span<int> _above;

    /// <param name="header">The fields.</param>
    /// <param name="own">The signature's own field, which its <c>h=</c> never means (§3.5 h=); -1 when it is yet to be made.</param>
    /// <param name="room">Room for <see cref="RoomFor"/> numbers, all of them zero.</param>
    public FieldPicker(HeaderBlock header, int own, Span<int> room)
    {
        _header = header;
        var fields = header.Fields;
        _above = room[..fields.Length];
        _chains = room.Slice(fields.Length, ChainsFor(fields.Length));
        for (var i = 0; i < fields.Length; i++)
        {
            if (i == own || fields[i].NameLength == 0)
                continue;
            ref var chain = ref ChainOf(header.Name(fields[i]));
            _above[i] = chain;
            chain = i + 1;
        }
    }

    public static int RoomFor(int fields) => fields + ChainsFor(fields);

    private static int ChainsFor(int fields) => (int)BitOperations.RoundUpToPowerOf2((uint)fields + 1);

    /// <summary>The index of the field that the name picks; -1 if there is none left.</summary>
    public int Pick(ReadOnlySpan<byte> name)
    {
        ref var link = ref ChainOf(name);
        while (link != 0)
        {
            var index = link - 1;
            if (_header.IsNamed(_header.Fields[index], name))
            {
                link = _above[index];
                return index;
            }
            link = ref _above[index];
        }
        return -1;
    }

    private ref int ChainOf(ReadOnlySpan<byte> name) => ref _chains[(int)(Hash(name) & (uint)(_chains.Length - 1))];

    /// <summary>The same for names that differ in case only. Length and ends tell nearly all names apart.</summary>
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        ulong first = 0, last = 0;
        if (name.Length >= sizeof(ulong))
        {
            first = MemoryMarshal.Read<ulong>(name);
            last = MemoryMarshal.Read<ulong>(name[^sizeof(ulong)..]);
        }
        else
        {
            foreach (var octet in name)
                first = first << 8 | octet;
        }
        var hash = ((first | LowerCase) * Spread + (last | LowerCase)) * Spread + (uint)name.Length;
        return (uint)(hash >> 32);
    }
}
