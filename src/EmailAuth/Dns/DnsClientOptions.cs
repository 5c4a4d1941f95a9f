using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using EmailAuth.Syntax;

namespace EmailAuth.Dns;

/// <summary>Whom a <see cref="DnsClientResolver"/> asks, how, and for how long. Values are checked when they are set.</summary>
public sealed record DnsClientOptions
{
    private const int DnsPort = 53;

    /// <summary>The defaults.</summary>
    public static DnsClientOptions Default { get; } = new();

    /// <summary>
    /// The servers to ask, in order of preference; they must resolve names for others (recursive resolvers). Empty, the default, takes those that
    /// the system names when the resolver is made, and where it names none, the one on this host (127.0.0.1).
    /// </summary>
    public ImmutableArray<IPEndPoint> Servers
    {
        get;
        init => field = value.IsDefault ? [] : value.Contains(null!) ? throw new ArgumentException("A server is null.", nameof(Servers)) : value;
    } = [];

    /// <summary>UDP or TCP. <see cref="DnsTransport.UdpOnLoopback"/> unless set.</summary>
    public DnsTransport Transport { get; init; }

    /// <summary>How long one server may take before the next one is asked. 2 s; at most 30 s.</summary>
    public TimeSpan AttemptTimeLimit { get; init => field = Checked(value, nameof(AttemptTimeLimit)); } = TimeSpan.FromSeconds(2);

    /// <summary>How long one question may take altogether, all servers, tries and aliases included. 5 s; at most 30 s.</summary>
    public TimeSpan QueryTimeLimit { get; init => field = Checked(value, nameof(QueryTimeLimit)); } = TimeSpan.FromSeconds(5);

    /// <summary>How often a server that does not answer is asked. 2; at most 5.</summary>
    public int Tries
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 5);
            field = value;
        }
    } = 2;

    /// <summary>
    /// Records of one answer; with more it is <see cref="DnsStatus.Malformed"/>. 256; at most 4,096. More than SPF's limit on MX records needs,
    /// so that it is that limit which decides.
    /// </summary>
    public int MaxRecords
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 4_096);
            field = value;
        }
    } = 256;

    /// <summary>
    /// Whether the servers are validating resolvers, reached over a path that nobody else can write to, so that their AD flag counts
    /// (RFC 4035 §3.2.3, RFC 6840 §5.8). Then DNSSEC records are asked for and <see cref="DnsAnswer.IsAuthenticated"/> says what the server found.
    /// False unless set: the flag is not shown.
    /// </summary>
    public bool TrustsAuthenticatedData { get; init; }

    /// <summary>Reads a server as people write it: <c>192.0.2.1</c>, <c>192.0.2.1:5353</c>, <c>2001:db8::1</c>, <c>[2001:db8::1]:5353</c> or <c>localhost</c>.</summary>
    /// <param name="text">An address, not a host name: whom should one ask for the address of the server?</param>
    /// <param name="server">The server, on port 53 if none is given; or null.</param>
    public static bool TryParseServer(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPEndPoint? server)
    {
        server = null;
        var port = DnsPort;
        var host = text;
        if (text.StartsWith("["))
        {
            var end = text.IndexOf(']');
            if (end < 0 || !TryCutPort(text[(end + 1)..], ref port))
                return false;
            host = text[1..end];
            if (!host.Contains(':'))
                return false;
        }
        else if (text.Count(':') == 1)
        {
            host = text[..text.IndexOf(':')];
            if (!TryCutPort(text[host.Length..], ref port))
                return false;
        }
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            server = new IPEndPoint(IPAddress.Loopback, port);
        else if (IpAddressText.TryParse(host, out var address))
            server = new IPEndPoint(address, port);
        return server is not null;
    }

    /// <summary>Nothing, or a colon and a number from 1 to 65535.</summary>
    private static bool TryCutPort(ReadOnlySpan<char> text, ref int port)
    {
        if (text.IsEmpty)
            return true;
        if (text[0] != ':' || !ushort.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return false;
        port = number;
        return true;
    }

    private static TimeSpan Checked(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(10), name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromSeconds(30), name);
        return value;
    }
}
