using System.Buffers.Binary;
using EmailAuth.Dns;

namespace EmailAuth.Spf;

/// <summary>The addresses of an A or AAAA answer as numbers to compare. Made once for each answer.</summary>
internal sealed class SpfAddresses
{
    private readonly uint[] _ipv4 = [];
    private readonly UInt128[] _ipv6 = [];

    private SpfAddresses(DnsAnswer answer)
    {
        Span<byte> octets = stackalloc byte[16];
        var ipv4 = new List<uint>();
        var ipv6 = new List<UInt128>();
        foreach (var record in answer.Records)
        {
            if (record is not AddressRecord { Address: var address } || !address.TryWriteBytes(octets, out var length))
                continue;
            if (length == 4)
                ipv4.Add(BinaryPrimitives.ReadUInt32BigEndian(octets));
            else
                ipv6.Add(BinaryPrimitives.ReadUInt128BigEndian(octets));
        }
        _ipv4 = [.. ipv4];
        _ipv6 = [.. ipv6];
    }

    public static SpfAddresses Of(DnsAnswer answer) => answer.GetParsed(static answer => new SpfAddresses(answer));

    /// <summary>RFC 7208 §5: whether the client and one of these addresses have that many high-order bits in common.</summary>
    public bool Contain(in SpfClient client, int ip4PrefixLength, int ip6PrefixLength)
    {
        if (client.IsIpv4)
        {
            foreach (var address in _ipv4)
            {
                if (client.IsInIpv4(address, ip4PrefixLength))
                    return true;
            }
            return false;
        }
        foreach (var address in _ipv6)
        {
            if (client.IsInIpv6(address, ip6PrefixLength))
                return true;
        }
        return false;
    }
}
