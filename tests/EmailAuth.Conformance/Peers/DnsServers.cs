using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace EmailAuth.Conformance.Peers;

/// <summary>
/// nsd, authoritative for a few zones, and unbound, a validating resolver, in front of it: both on loopback ports of their own, with their files in a
/// folder of their own, ended by process when disposed.
/// </summary>
internal sealed class DnsServers : IDisposable
{
    /// <summary>A zone without signatures.</summary>
    public static string PlainZone { get; } = $"""
        $ORIGIN plain.example.
        $TTL 300
        @          3600 SOA   ns hostmaster 1 3600 600 86400 60
        @               NS    ns
        @               TXT   "v=spf1 " "mx -all"
        @               TXT   "another"
        @               MX    10 mail
        @               MX    20 mail2
        ns              A     127.0.0.1
        mail            A     192.0.2.1
        mail            A     192.0.2.2
        mail            AAAA  2001:db8::1
        mail2           A     192.0.2.3
        null            MX    0 .
        ptr             PTR   mail
        tls             TLSA  3 1 1 00112233
        alias      60   CNAME mail
        twice           CNAME alias
        nowhere         CNAME nothing
        away            CNAME text.signed.example.
        loop            CNAME pool
        pool            CNAME loop
        octets          TXT   {OctetsAsText}
        long            TXT   {LongText}
        *.wild          TXT   "wild"
        deep.under.wild A     192.0.2.4
        a.b.empty       A     192.0.2.5
        *.aliases       CNAME mail
        short      1    TXT   "short"

        """;

    // Beside a resolver that validates: a zone that holds, and one whose text was changed after signing.
    private const string SignedZone = """
        $ORIGIN signed.example.
        $TTL 300
        @     SOA  ns hostmaster 1 3600 600 86400 120
        @     NS   ns
        @     TXT  "v=spf1 -all"
        ns    A    127.0.0.1
        text  TXT  "from the signed zone"
        back  CNAME alias.plain.example.

        """;

    private const string BogusZone = """
        $ORIGIN bogus.example.
        $TTL 300
        @     SOA  ns hostmaster 1 3600 600 86400 120
        @     NS   ns
        @     TXT  "genuine"
        ns    A    127.0.0.1

        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("emailauth-dns-");
    private readonly List<Process> _processes = [];

    private DnsServers(IPEndPoint nsd, IPEndPoint unbound) => (Nsd, Unbound) = (nsd, unbound);

    /// <summary>Authoritative for plain.example, signed.example and bogus.example; refuses everything else.</summary>
    public IPEndPoint Nsd { get; }

    /// <summary>Asks nsd for those three and for lame.example, and validates.</summary>
    public IPEndPoint Unbound { get; }

    /// <summary>Every octet once, in strings of master-file form.</summary>
    private static string OctetsAsText
    {
        get
        {
            var text = new StringBuilder("\"");
            for (var octet = 0; octet < 256; octet++)
                text.Append(octet == 128 ? "\" \"" : "").Append('\\').Append(octet.ToString("000", System.Globalization.CultureInfo.InvariantCulture));
            return text.Append('"').ToString();
        }
    }

    /// <summary>5,000 octets, far more than a datagram takes.</summary>
    private static string LongText => string.Join(' ', Enumerable.Range(0, 20).Select(i => $"\"{new string((char)('a' + i), 250)}\""));

    /// <summary>Starts both, and comes back when both answer.</summary>
    public static async Task<DnsServers> StartAsync()
    {
        var servers = new DnsServers(FreePort(), FreePort());
        try
        {
            servers.StartProcesses();
            await servers.WaitUntilReadyAsync();
            return servers;
        }
        catch
        {
            servers.Dispose();
            throw;
        }
    }

    private void StartProcesses()
    {
        var folder = _folder.FullName;
        File.WriteAllText(Path.Combine(folder, "plain.example"), PlainZone);
        var anchors = new[] { Sign("signed.example", SignedZone), Sign("bogus.example", BogusZone) };
        var bogus = Path.Combine(folder, "bogus.example.signed");
        File.WriteAllText(bogus, File.ReadAllText(bogus).Replace("\"genuine\"", "\"tampered\"", StringComparison.Ordinal));

        Start("/usr/sbin/nsd", "nsd.conf", $"""
            server:
              ip-address: 127.0.0.1@{Nsd.Port}
              server-count: 1
              rrl-ratelimit: 0
              username: ""
              chroot: ""
              database: ""
              zonesdir: "{folder}"
              pidfile: "{folder}/nsd.pid"
              xfrdfile: ""
              xfrdir: "{folder}"
              zonelistfile: "{folder}/zone.list"
              cookie-secret-file: "{folder}/cookies"
              logfile: "{folder}/nsd.log"
            remote-control:
              control-enable: no
            zone:
              name: plain.example
              zonefile: plain.example
            zone:
              name: signed.example
              zonefile: signed.example.signed
            zone:
              name: bogus.example
              zonefile: bogus.example.signed

            """);
        var stubs = string.Concat(new[] { "plain", "signed", "bogus", "lame" }.Select(name => $"stub-zone:\n  name: {name}.example\n  stub-addr: 127.0.0.1@{Nsd.Port}\n"));
        Start("/usr/sbin/unbound", "unbound.conf", $"""
            server:
              interface: 127.0.0.1
              port: {Unbound.Port}
              do-daemonize: no
              username: ""
              chroot: ""
              directory: "{folder}"
              pidfile: ""
              use-syslog: no
              logfile: "{folder}/unbound.log"
              do-ip6: no
              do-not-query-localhost: no
              module-config: "validator iterator"
              num-threads: 1
              outgoing-range: 512
              num-queries-per-thread: 1024
              trust-anchor-file: "{anchors[0]}"
              trust-anchor-file: "{anchors[1]}"
            remote-control:
              control-enable: no
            {stubs}
            """);
    }

    /// <summary>Makes a key for the zone and signs it with that. Returns the file with the public key.</summary>
    private string Sign(string name, string zone)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, name), zone);
        var key = RunTool("/usr/bin/ldns-keygen", "-a", "ECDSAP256SHA256", "-k", "-r", "/dev/urandom", name).Trim();
        RunTool("/usr/bin/ldns-signzone", "-f", $"{name}.signed", name, key);
        return Path.Combine(_folder.FullName, $"{key}.key");
    }

    private string RunTool(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {error.Result}");
    }

    private void Start(string program, string file, string configuration)
    {
        var path = Path.Combine(_folder.FullName, file);
        File.WriteAllText(path, configuration);
        // In the foreground, so that the process started is the one to end.
        _processes.Add(Process.Start(new ProcessStartInfo(program, ["-d", "-c", path]) { WorkingDirectory = _folder.FullName })!);
    }

    private async Task WaitUntilReadyAsync()
    {
        var until = Stopwatch.StartNew();
        foreach (var server in new[] { Nsd, Unbound })
        {
            while (!await AnswersAsync(server))
            {
                if (_processes.Exists(process => process.HasExited) || until.Elapsed > TimeSpan.FromSeconds(20))
                    throw new InvalidOperationException($"The server at {server} does not answer. {Logs()}");
                await Task.Delay(50);
            }
        }
    }

    private string Logs() => string.Join('\n', _folder.GetFiles("*.log").Select(file => File.ReadAllText(file.FullName)));

    /// <summary>Asks for plain.example SOA with a message of its own making: what is tested must not decide whether it is tested.</summary>
    private static async Task<bool> AnswersAsync(IPEndPoint server)
    {
        byte[] query = [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5, .. "plain"u8, 7, .. "example"u8, 0, 0, 6, 0, 1];
        using var client = new UdpClient();
        client.Connect(server);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            await client.SendAsync(query, limit.Token);
            var response = (await client.ReceiveAsync(limit.Token)).Buffer;
            return response.Length > 12 && (response[3] & 15) == 0 && response[7] > 0;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private static IPEndPoint FreePort()
    {
        while (true)
        {
            using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            var endPoint = (IPEndPoint)udp.Client.LocalEndPoint!;
            using var tcp = new TcpListener(endPoint);
            try
            {
                tcp.Start();
                return endPoint;
            }
            catch (SocketException)
            {
                // Free for datagrams only.
            }
        }
    }

    private const int SigTerm = 15;

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            // Asked kindly, nsd ends the processes that it started itself.
            if (!process.HasExited && (kill(process.Id, SigTerm) != 0 || !process.WaitForExit(TimeSpan.FromSeconds(5))))
                process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
        _folder.Delete(recursive: true);
    }
}
