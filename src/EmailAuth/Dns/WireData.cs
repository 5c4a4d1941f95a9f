using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace EmailAuth.Dns;

/// <summary>The data of a record in the form of RFC 1035 §3.3, without compression.</summary>
internal static class WireData
{
    /// <summary>False if the octets are not exactly one well-formed record of the type.</summary>
    public static bool TryRead(DnsRecordType type, ReadOnlySpan<byte> data, [NotNullWhen(true)] out DnsRecord? record)
    {
        record = type switch
        {
            DnsRecordType.A when data.Length == 4 => new AddressRecord(new IPAddress(data)),
            DnsRecordType.AAAA when data.Length == 16 => new AddressRecord(new IPAddress(data)),
            DnsRecordType.TXT => ReadText(data),
            DnsRecordType.CNAME when TryReadName(ref data, out var name) && data.IsEmpty => new CnameRecord(name),
            DnsRecordType.NS when TryReadName(ref data, out var name) && data.IsEmpty => new NsRecord(name),
            DnsRecordType.PTR when TryReadName(ref data, out var name) && data.IsEmpty => new PtrRecord(name),
            DnsRecordType.MX when data.Length > 2 => ReadExchange(data),
            DnsRecordType.SOA => ReadStart(data),
            DnsRecordType.TLSA when data.Length > 3 => new TlsaRecord(data[0], data[1], data[2], data[3..].ToArray()),
            _ => null,
        };
        return record is not null;
    }

    private static TxtRecord? ReadText(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return null;
        var text = new byte[data.Length];
        var length = 0;
        while (!data.IsEmpty)
        {
            int size = data[0];
            if (size >= data.Length)
                return null;
            data.Slice(1, size).CopyTo(text.AsSpan(length));
            length += size;
            data = data[(size + 1)..];
        }
        return new TxtRecord(text.AsMemory(0, length));
    }

    private static MxRecord? ReadExchange(ReadOnlySpan<byte> data)
    {
        var preference = BinaryPrimitives.ReadUInt16BigEndian(data);
        data = data[2..];
        return TryReadName(ref data, out var exchange) && data.IsEmpty ? new MxRecord(preference, exchange) : null;
    }

    private static SoaRecord? ReadStart(ReadOnlySpan<byte> data)
    {
        if (!TryReadName(ref data, out var primary) || !TryReadName(ref data, out _) || data.Length != 20)
            return null;
        return new SoaRecord(primary, BinaryPrimitives.ReadUInt32BigEndian(data), TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(data[16..])));
    }

    private static bool TryReadName(ref ReadOnlySpan<byte> data, [NotNullWhen(true)] out DomainName? name)
    {
        name = null;
        Span<byte> text = stackalloc byte[255];
        var length = 0;
        while (!data.IsEmpty && data[0] is not 0 and <= DomainName.MaxLabelLength)
        {
            int size = data[0];
            if (size >= data.Length || length + size + 1 > text.Length || data.Slice(1, size).Contains((byte)'.'))
                return false;
            data.Slice(1, size).CopyTo(text[length..]);
            length += size;
            text[length++] = (byte)'.';
            data = data[(size + 1)..];
        }
        if (data.IsEmpty || data[0] != 0)
            return false;
        data = data[1..];
        if (length > 0)
            return DomainName.TryParseQueryName(text[..length], out name);
        name = DomainName.Root;
        return true;
    }
}
