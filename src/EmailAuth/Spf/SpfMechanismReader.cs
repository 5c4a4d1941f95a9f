using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>Reads a directive: qualifier, name and argument of a mechanism (RFC 7208 §4.6.1, §5).</summary>
internal ref struct SpfMechanismReader
{
    private readonly ReadOnlyMemory<byte> _octets;
    private readonly int _position;
    private readonly SpfMechanism _mechanism;
    private readonly SpfStatus _qualifier;

    // What stands behind the name, and where in the record.
    private readonly ReadOnlySpan<byte> _argument;
    private readonly int _argumentPosition;
    private Diagnostic? _error;

    private SpfMechanismReader(ReadOnlyMemory<byte> octets, int position, SpfMechanism mechanism, SpfStatus qualifier, int nameEnd)
    {
        _octets = octets;
        _position = position;
        _mechanism = mechanism;
        _qualifier = qualifier;
        _argument = octets.Span[nameEnd..];
        _argumentPosition = position + nameEnd;
    }

    /// <summary>directive = [ qualifier ] mechanism.</summary>
    /// <param name="octets">The term.</param>
    /// <param name="position">Where it begins in the record.</param>
    /// <param name="directive">What was read, or null.</param>
    /// <param name="error">What was wrong, or null.</param>
    public static bool TryRead(ReadOnlyMemory<byte> octets, int position, [NotNullWhen(true)] out SpfDirective? directive, [NotNullWhen(false)] out Diagnostic? error)
    {
        var term = octets.Span;
        var nameStart = term[0] is (byte)'+' or (byte)'-' or (byte)'~' or (byte)'?' ? 1 : 0;
        var nameEnd = term.IndexOfAny((byte)':', (byte)'/');
        if (nameEnd < 0)
            nameEnd = term.Length;
        var name = term[nameStart..nameEnd];
        if (Find(name) is not { } mechanism)
        {
            directive = null;
            error = new(DiagnosticSeverity.Error, position, $"\"{Octets.ToPrintable(name)}\" is no mechanism; {Suggestion(name, term[nameEnd..])}", "RFC 7208 §4.6.1");
            return false;
        }
        // RFC 7208 §4.6.2: "The qualifier is optional and defaults to +".
        var qualifier = term[0] switch
        {
            (byte)'-' => SpfStatus.Fail,
            (byte)'~' => SpfStatus.SoftFail,
            (byte)'?' => SpfStatus.Neutral,
            _ => SpfStatus.Pass,
        };
        var reader = new SpfMechanismReader(octets, position, mechanism, qualifier, nameEnd);
        directive = reader.Read();
        error = reader._error;
        return error is null;
    }

    private static SpfMechanism? Find(ReadOnlySpan<byte> name) => name.Length switch
    {
        1 when name.EqualsIgnoreCase("a"u8) => SpfMechanism.A,
        2 when name.EqualsIgnoreCase("mx"u8) => SpfMechanism.Mx,
        3 when name.EqualsIgnoreCase("ip4"u8) => SpfMechanism.Ip4,
        3 when name.EqualsIgnoreCase("ip6"u8) => SpfMechanism.Ip6,
        3 when name.EqualsIgnoreCase("all"u8) => SpfMechanism.All,
        3 when name.EqualsIgnoreCase("ptr"u8) => SpfMechanism.Ptr,
        6 when name.EqualsIgnoreCase("exists"u8) => SpfMechanism.Exists,
        7 when name.EqualsIgnoreCase("include"u8) => SpfMechanism.Include,
        _ => null,
    };

    private static string Suggestion(ReadOnlySpan<byte> name, ReadOnlySpan<byte> argument)
    {
        if (name.EqualsIgnoreCase("redirect"u8) || name.EqualsIgnoreCase("exp"u8))
            return "this is a modifier, written with \"=\"";
        if (name.EqualsIgnoreCase("ipv6"u8) || argument.Count((byte)':') > 1)
            return "an IPv6 network is written as ip6:2001:db8::/32";
        if (name.EqualsIgnoreCase("ip"u8) || name.EqualsIgnoreCase("ipv4"u8) || IpAddressText.TryParseIpv4(name, out _))
            return "an IPv4 network is written as ip4:192.0.2.0/24";
        return "the mechanisms are all, include, a, mx, ptr, ip4, ip6 and exists";
    }

    private SpfDirective? Read() => _mechanism switch
    {
        SpfMechanism.All => _argument.IsEmpty ? Directive() : Fail(0, "nothing may follow \"all\"", "§5.1"),
        SpfMechanism.Include => ReadDomain("§5.2"),
        SpfMechanism.A => ReadDomainAndLengths("§5.3"),
        SpfMechanism.Mx => ReadDomainAndLengths("§5.4"),
        SpfMechanism.Ptr => _argument.IsEmpty ? Directive() : ReadDomain("§5.5"),
        SpfMechanism.Ip4 => ReadIp4(),
        SpfMechanism.Ip6 => ReadIp6(),
        SpfMechanism.Exists => ReadDomain("§5.7"),
    };

    /// <summary>":" domain-spec.</summary>
    private SpfDirective? ReadDomain(string section) =>
        _argument is [(byte)':', ..]
            ? ReadDomainSpec(_argument, 32, 128)
            : Fail(0, "\":\" and a domain name are expected behind the name of this mechanism, and nothing else", section);

    /// <summary>[ ":" domain-spec ] [ dual-cidr-length ]. A domain-spec may hold "/" too, but it never ends in "/" and digits.</summary>
    private SpfDirective? ReadDomainAndLengths(string section)
    {
        byte ip4 = 32, ip6 = 128;
        var rest = _argument;
        if (TrySplitLength(ref rest, out var length) && rest is [.., (byte)'/'])
        {
            if (!TryReadLength(length, 128, out ip6))
                return FailLength(rest.Length + 1, 128);
            rest = rest[..^1];
            if (TrySplitLength(ref rest, out length) && !TryReadLength(length, 32, out ip4))
                return FailLength(rest.Length + 1, 32);
        }
        else if (!length.IsEmpty && !TryReadLength(length, 32, out ip4))
        {
            return FailLength(rest.Length + 1, 32);
        }
        return rest switch
        {
            [] => Directive(ip4: ip4, ip6: ip6),
            [(byte)':', ..] => ReadDomainSpec(rest, ip4, ip6),
            _ => Fail(0, "behind the name of this mechanism may come \":\" and a domain name, then prefix lengths as /24, //64 or /24//64", section),
        };
    }

    private SpfDirective? ReadDomainSpec(ReadOnlySpan<byte> argument, byte ip4, byte ip6) =>
        SpfMacroReader.TryReadDomainSpec(argument[1..], _argumentPosition + 1, out var spec, out _error) ? Directive(spec, 0, ip4, ip6) : null;

    /// <summary>"ip4" ":" ip4-network [ ip4-cidr-length ].</summary>
    private SpfDirective? ReadIp4()
    {
        byte prefix = 32;
        if (!TrySplitNetwork(out var network, out var length) || !IpAddressText.TryParseIpv4(network, out var address))
            return Fail(ArgumentStart, "an IPv4 network is expected, four numbers without leading zeros and perhaps a prefix length: ip4:192.0.2.0/24", "§5.6");
        if (!length.IsEmpty && !TryReadLength(length[1..], 32, out prefix))
            return FailLength(_argument.Length - length.Length + 1, 32);
        return Directive(network: address, ip4: prefix);
    }

    /// <summary>"ip6" ":" ip6-network [ ip6-cidr-length ].</summary>
    private SpfDirective? ReadIp6()
    {
        byte prefix = 128;
        if (!TrySplitNetwork(out var network, out var length) || !IpAddressText.TryParseIpv6(network, out var address))
            return Fail(ArgumentStart, "an IPv6 network is expected, and perhaps a prefix length: ip6:2001:db8::/32", "§5.6");
        if (!length.IsEmpty && !TryReadLength(length[1..], 128, out prefix))
            return FailLength(_argument.Length - length.Length + 1, 128);
        return Directive(network: address, ip6: prefix);
    }

    /// <summary>Behind the ":", where there is one.</summary>
    private readonly int ArgumentStart => _argument is [(byte)':', ..] ? 1 : 0;

    /// <summary>":" network [ "/" length ]; the length keeps its "/".</summary>
    private readonly bool TrySplitNetwork(out ReadOnlySpan<byte> network, out ReadOnlySpan<byte> length)
    {
        network = length = default;
        if (_argument is not [(byte)':', ..])
            return false;
        network = _argument[1..];
        var slash = network.IndexOf((byte)'/');
        if (slash >= 0)
        {
            length = network[slash..];
            network = network[..slash];
        }
        return true;
    }

    /// <summary>Takes "/" 1*DIGIT from the end.</summary>
    private static bool TrySplitLength(ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> digits)
    {
        var start = text.Length;
        while (start > 0 && Octets.IsDigit(text[start - 1]))
            start--;
        digits = default;
        if (start == text.Length || start == 0 || text[start - 1] != '/')
            return false;
        digits = text[start..];
        text = text[..(start - 1)];
        return true;
    }

    /// <summary>"0" / %x31-39 *DIGIT within the range.</summary>
    private static bool TryReadLength(ReadOnlySpan<byte> digits, int most, out byte length)
    {
        length = 0;
        return digits.Length is > 0 and <= 3
            && (digits[0] != '0' || digits.Length == 1)
            && byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out length)
            && length <= most;
    }

    private readonly SpfDirective Directive(SpfMacroString? domainSpec = null, UInt128 network = default, byte ip4 = 32, byte ip6 = 128) =>
        new(_mechanism, _qualifier, _octets, _position)
        {
            DomainSpec = domainSpec,
            Network = network,
            Ip4PrefixLength = ip4,
            Ip6PrefixLength = ip6,
        };

    private SpfDirective? FailLength(int offset, int most) =>
        Fail(offset, most == 32
            ? "the prefix length of IPv4 is 0 to 32, without a leading zero (that of IPv6 stands behind \"//\" where both may stand)"
            : "the prefix length of IPv6 is 0 to 128, without a leading zero", "§5.6");

    private SpfDirective? Fail(int offset, string text, string section)
    {
        _error = new Diagnostic(DiagnosticSeverity.Error, _argumentPosition + offset, text, $"RFC 7208 {section}");
        return null;
    }
}
