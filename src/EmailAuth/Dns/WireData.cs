using System.Buffers;
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

    private const int LongestString = 255;

    /// <summary>
    /// Appends the data of a record, so that reading it gives an equal record. Of an SOA record only what <see cref="SoaRecord"/> has is written, the rest
    /// as zero; a text is cut into strings of 255 octets.
    /// </summary>
    public static void Write(DnsRecord record, IBufferWriter<byte> data)
    {
        switch (record)
        {
            case AddressRecord address:
                data.Write(address.Address.GetAddressBytes());
                break;
            case TxtRecord text:
                WriteText(text.Octets.Span, data);
                break;
            case CnameRecord cname:
                WriteName(cname.Target, data);
                break;
            case NsRecord ns:
                WriteName(ns.Host, data);
                break;
            case PtrRecord ptr:
                WriteName(ptr.Target, data);
                break;
            case MxRecord mx:
                BinaryPrimitives.WriteUInt16BigEndian(data.GetSpan(2), (ushort)mx.Preference);
                data.Advance(2);
                WriteName(mx.Exchange, data);
                break;
            case SoaRecord soa:
                WriteName(soa.PrimaryServer, data);
                WriteName(DomainName.Root, data);
                var numbers = data.GetSpan(20)[..20];
                numbers.Clear();
                BinaryPrimitives.WriteUInt32BigEndian(numbers, soa.Serial);
                BinaryPrimitives.WriteUInt32BigEndian(numbers[16..], (uint)soa.Minimum.TotalSeconds);
                data.Advance(20);
                break;
            case TlsaRecord tlsa:
                data.Write([tlsa.Usage, tlsa.Selector, tlsa.MatchingType]);
                data.Write(tlsa.Data.Span);
                break;
            default:
                throw new ArgumentException($"A record of {record.Type} has no known form.", nameof(record));
        }
    }

    private static void WriteText(ReadOnlySpan<byte> text, IBufferWriter<byte> data)
    {
        do
        {
            var part = text[..Math.Min(text.Length, LongestString)];
            data.Write([(byte)part.Length]);
            data.Write(part);
            text = text[part.Length..];
        }
        while (!text.IsEmpty);
    }

    private static void WriteName(DomainName name, IBufferWriter<byte> data)
    {
        foreach (var range in name.Octets.Split((byte)'.'))
        {
            var label = name.Octets[range];
            if (label.IsEmpty)
                continue;
            data.Write([(byte)label.Length]);
            data.Write(label);
        }
        data.Write((ReadOnlySpan<byte>)[0]);
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
