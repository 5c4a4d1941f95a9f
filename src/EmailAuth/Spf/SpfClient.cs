using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>
/// The address of the SMTP client, &lt;ip&gt; in RFC 7208 §4.1, as a number to compare. An IPv4-mapped address is IPv4 (§5: "IPv4 &lt;ip&gt; addresses
/// are only listed in an SPF record using the ip4 mechanism").
/// </summary>
internal readonly struct SpfClient
{
    private readonly UInt128 _bits;

    public SpfClient(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        IsIpv4 = address.AddressFamily == AddressFamily.InterNetwork;
        address.TryWriteBytes(octets, out _);
        _bits = IsIpv4 ? BinaryPrimitives.ReadUInt32BigEndian(octets) : BinaryPrimitives.ReadUInt128BigEndian(octets);
        Address = address;
    }

    /// <summary>The address, never an IPv4-mapped one.</summary>
    public IPAddress Address { get; }

    public bool IsIpv4 { get; }

    /// <summary>RFC 7208 §5: only that many high-order bits are compared.</summary>
    public bool IsInIpv4(uint network, int prefixLength) => ((ulong)((uint)_bits ^ network) >> (32 - prefixLength)) == 0;

    /// <inheritdoc cref="IsInIpv4"/>
    public bool IsInIpv6(UInt128 network, int prefixLength) => prefixLength == 0 || (_bits ^ network) >> (128 - prefixLength) == UInt128.Zero;

    /// <summary>The "i" macro (RFC 7208 §7.3): dotted quad, or the 32 hexadecimal digits with dots between.</summary>
    public int WriteDotted(Span<byte> output)
    {
        Span<byte> octets = stackalloc byte[16];
        if (IsIpv4)
        {
            Address.TryFormat(output, out var written);
            return written;
        }
        BinaryPrimitives.WriteUInt128BigEndian(octets, _bits);
        for (var i = 0; i < 32; i++)
        {
            var nibble = i % 2 == 0 ? octets[i / 2] >> 4 : octets[i / 2] & 15;
            output[i * 2] = "0123456789ABCDEF"u8[nibble];
            if (i < 31)
                output[i * 2 + 1] = (byte)'.';
        }
        return 63;
    }

    /// <summary>The "c" macro (RFC 7208 §7.3): as people write it, without a zone identifier.</summary>
    public int WriteReadable(Span<byte> output)
    {
        Span<byte> octets = stackalloc byte[16];
        var address = Address;
        if (!IsIpv4 && address.ScopeId != 0)
        {
            address.TryWriteBytes(octets, out _);
            address = new IPAddress(octets);
        }
        address.TryFormat(output, out var written);
        return written;
    }

    /// <summary>The address as people write it.</summary>
    public string ToReadable()
    {
        Span<byte> text = stackalloc byte[48];
        return Octets.ToText(text[..WriteReadable(text)]);
    }

    /// <summary>The name that the client's PTR records are at.</summary>
    public DomainName ReverseName => Dns.ReverseName.Of(Address);
}
