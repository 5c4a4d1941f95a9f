using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace EmailAuth.Dns;

/// <summary>The names at which the PTR records of addresses are (RFC 1035 §3.5, RFC 3596 §2.5).</summary>
internal static class ReverseName
{
    /// <summary>The name for an address, such as <c>1.2.0.192.in-addr.arpa</c> for 192.0.2.1.</summary>
    public static DomainName Of(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        Span<byte> name = stackalloc byte[80];
        address.TryWriteBytes(octets, out _);
        var length = address.AddressFamily == AddressFamily.InterNetwork ? WriteIpv4(octets[..4], name) : WriteIpv6(octets, name);
        return DomainName.TryParseQueryName(name[..length], out var parsed) ? parsed : DomainName.Root;
    }

    private static int WriteIpv4(ReadOnlySpan<byte> octets, Span<byte> name)
    {
        var address = new IPAddress(BinaryPrimitives.ReverseEndianness(BinaryPrimitives.ReadUInt32LittleEndian(octets)));
        address.TryFormat(name, out var length);
        var suffix = ".in-addr.arpa"u8;
        suffix.CopyTo(name[length..]);
        return length + suffix.Length;
    }

    private static int WriteIpv6(ReadOnlySpan<byte> octets, Span<byte> name)
    {
        var at = 0;
        for (var i = 31; i >= 0; i--)
        {
            var nibble = i % 2 == 0 ? octets[i / 2] >> 4 : octets[i / 2] & 15;
            name[at++] = "0123456789abcdef"u8[nibble];
            name[at++] = (byte)'.';
        }
        var suffix = "ip6.arpa"u8;
        suffix.CopyTo(name[at..]);
        return at + suffix.Length;
    }
}
