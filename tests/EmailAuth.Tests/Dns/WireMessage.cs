using System.Buffers.Binary;
using System.Text;
using EmailAuth.Dns;

namespace EmailAuth.Tests.Dns;

/// <summary>A question as it came over the wire.</summary>
internal sealed record WireQuery(byte[] Octets, ushort Id, ushort Flags, string Name, DnsRecordType Type, bool HasDnssecOk)
{
    /// <summary>The octets of the question section.</summary>
    public byte[] Question => Octets[12..(12 + Name.Length + (Name.Length == 0 ? 1 : 2) + 4)];

    public static WireQuery Read(byte[] octets)
    {
        var at = 12;
        var name = new StringBuilder();
        while (octets[at] != 0)
        {
            name.Append(name.Length == 0 ? "" : ".").Append(Encoding.Latin1.GetString(octets, at + 1, octets[at]));
            at += octets[at] + 1;
        }
        var type = BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(at + 1));
        // The OPT record: root, type 41, size, then the time to live whose bit 15 is DO.
        var hasOpt = BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(10)) == 1;
        return new WireQuery(octets, BinaryPrimitives.ReadUInt16BigEndian(octets), BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(2)),
            name.ToString(), (DnsRecordType)type, hasOpt && (octets[at + 5 + 7] & 0x80) != 0);
    }
}

/// <summary>Writes a DNS message octet by octet, right or wrong (RFC 1035 §4.1).</summary>
internal sealed class WireMessage(WireQuery query)
{
    public const ushort Response = 0x8000, Authoritative = 0x0400, Truncated = 0x0200, RecursionAvailable = 0x0080, Authentic = 0x0020;

    private readonly List<byte> _records = [];
    private readonly ushort[] _counts = [1, 0, 0, 0];

    public ushort Id { get; set; } = query.Id;

    public ushort Flags { get; set; } = Response | RecursionAvailable | 0x0100;

    public int Code { get; set; }

    public byte[] Question { get; set; } = query.Question;

    public int Length => 12 + Question.Length + _records.Count;

    public WireMessage With(ushort flags)
    {
        Flags |= flags;
        return this;
    }

    public WireMessage Fails(int code)
    {
        Code = code;
        return this;
    }

    public WireMessage Answer(string owner, DnsRecordType type, byte[] data, uint timeToLive = 300, ushort recordClass = 1) =>
        Add(1, Name(owner), (ushort)type, data, timeToLive, recordClass);

    public WireMessage Authority(string owner, DnsRecordType type, byte[] data, uint timeToLive = 300) =>
        Add(2, Name(owner), (ushort)type, data, timeToLive, 1);

    public WireMessage Additional(byte[] owner, ushort type, byte[] data, uint timeToLive = 300, ushort recordClass = 1) =>
        Add(3, owner, type, data, timeToLive, recordClass);

    public WireMessage AnswerOwnedBy(byte[] owner, DnsRecordType type, byte[] data) => Add(1, owner, (ushort)type, data, 300, 1);

    private WireMessage Add(int section, byte[] owner, ushort type, byte[] data, uint timeToLive, ushort recordClass)
    {
        _records.AddRange(owner);
        Span<byte> numbers = stackalloc byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(numbers, type);
        BinaryPrimitives.WriteUInt16BigEndian(numbers[2..], recordClass);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[4..], timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(numbers[8..], (ushort)data.Length);
        _records.AddRange(numbers);
        _records.AddRange(data);
        _counts[section]++;
        return this;
    }

    public byte[] ToArray()
    {
        var octets = new byte[Length];
        BinaryPrimitives.WriteUInt16BigEndian(octets, Id);
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(2), (ushort)(Flags | Code));
        for (var i = 0; i < 4; i++)
            BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(4 + 2 * i), _counts[i]);
        Question.CopyTo(octets, 12);
        _records.CopyTo(octets, 12 + Question.Length);
        return octets;
    }

    public static byte[] Name(string name)
    {
        var octets = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            octets.Add((byte)label.Length);
            octets.AddRange(Encoding.Latin1.GetBytes(label));
        }
        octets.Add(0);
        return [.. octets];
    }

    /// <summary>TXT data, in strings of 255 octets.</summary>
    public static byte[] Text(string text) => Text(Encoding.Latin1.GetBytes(text));

    public static byte[] Text(byte[] text)
    {
        var octets = new List<byte>();
        foreach (var part in text.Length == 0 ? [text] : text.Chunk(255))
        {
            octets.Add((byte)part.Length);
            octets.AddRange(part);
        }
        return [.. octets];
    }

    public static byte[] Exchange(ushort preference, byte[] name) => [(byte)(preference >> 8), (byte)preference, .. name];

    public static byte[] Start(uint minimum)
    {
        var numbers = new byte[20];
        BinaryPrimitives.WriteUInt32BigEndian(numbers.AsSpan(16), minimum);
        return [.. Name("ns.example"), .. Name("hostmaster.example"), .. numbers];
    }
}
