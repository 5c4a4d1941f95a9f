using System.Buffers.Binary;
using System.Net;

namespace EmailAuth.Syntax;

/// <summary>
/// IP addresses as the mail RFCs write them: IPv4 as four decimal numbers, IPv6 by RFC 4291 §2.2.
/// No octal, hexadecimal or short IPv4 forms, no zone identifiers, no brackets, no ports.
/// </summary>
internal static class IpAddressText
{
    /// <summary>Reads an IPv4 or IPv6 address that fills the whole text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out IPAddress address)
    {
        if (TryParseIpv4(text, out var ipv4))
        {
            Span<byte> octets = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(octets, ipv4);
            address = new IPAddress(octets);
            return true;
        }
        if (TryParseIpv6(text, out var ipv6))
        {
            Span<byte> octets = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(octets, ipv6);
            address = new IPAddress(octets);
            return true;
        }
        address = IPAddress.None;
        return false;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out IPAddress)"/>
    public static bool TryParse(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        // The longest form is eight groups of four with the last two as IPv4: 45 characters.
        if (text.Length > 45)
            return false;
        Span<byte> octets = stackalloc byte[45];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] > 0x7F)
                return false;
            octets[i] = (byte)text[i];
        }
        return TryParse(octets[..text.Length], out address);
    }

    /// <summary>dotted decimal: four numbers 0 to 255, no leading zero (RFC 7208 §12 qnum).</summary>
    public static bool TryParseIpv4(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        var at = 0;
        for (var part = 0; part < 4; part++)
        {
            if (part > 0 && (at >= text.Length || text[at++] != '.'))
                return false;
            var start = at;
            uint number = 0;
            while (at < text.Length && at - start < 3 && Octets.IsDigit(text[at]))
                number = number * 10 + (uint)(text[at++] - '0');
            if (at == start || number > 255 || (text[start] == '0' && at - start > 1))
                return false;
            address = address << 8 | number;
        }
        return at == text.Length;
    }

    /// <summary>RFC 4291 §2.2: groups of up to four hexadecimal digits, one "::" for at least one group, an IPv4 tail.</summary>
    public static bool TryParseIpv6(ReadOnlySpan<byte> text, out UInt128 address)
    {
        address = UInt128.Zero;
        Span<ushort> groups = stackalloc ushort[8];
        var count = 0;
        var gap = -1;
        var at = 0;

        if (text.StartsWith("::"u8))
        {
            gap = 0;
            at = 2;
        }
        while (at < text.Length)
        {
            if (count == 8)
                return false;
            var start = at;
            uint number = 0;
            while (at < text.Length && at - start < 5 && Octets.HexValue(text[at]) is >= 0 and var digit)
            {
                number = number << 4 | (uint)digit;
                at++;
            }
            if (at < text.Length && text[at] == '.')
            {
                if (count > 6 || !TryParseIpv4(text[start..], out var tail))
                    return false;
                groups[count++] = (ushort)(tail >> 16);
                groups[count++] = (ushort)tail;
                at = text.Length;
                break;
            }
            if (at == start || at - start > 4)
                return false;
            groups[count++] = (ushort)number;
            if (at == text.Length)
                break;
            if (text[at++] != ':')
                return false;
            if (at == text.Length)
                return false;
            if (text[at] == ':')
            {
                if (gap >= 0)
                    return false;
                gap = count;
                at++;
            }
        }

        if (gap < 0 ? count != 8 : count > 7)
            return false;
        for (var i = 0; i < 8; i++)
        {
            var group = gap < 0 || i < gap ? groups[i] : i < 8 - (count - gap) ? 0 : groups[i - (8 - count)];
            address = address << 16 | (uint)group;
        }
        return true;
    }
}
