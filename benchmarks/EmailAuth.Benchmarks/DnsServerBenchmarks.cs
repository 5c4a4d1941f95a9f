using BenchmarkDotNet.Attributes;
using DnsClient;
using EmailAuth.Conformance.Peers;
using EmailAuth.Dns;

namespace EmailAuth.Benchmarks;

/// <summary>One question to unbound on loopback, through the adapter and through DnsClient alone. Needs the Debian packages nsd, unbound and ldnsutils.</summary>
[MemoryDiagnoser]
public class DnsServerBenchmarks
{
    private readonly EmailAuth.Dns.DnsQuestion _question = new(DomainName.Parse("plain.example"), DnsRecordType.TXT);
    private DnsServers _servers = null!;
    private DnsClientResolver _udp = null!;
    private DnsClientResolver _tcp = null!;
    private LookupClient _plain = null!;
    private LookupClient _plainTcp = null!;

    [GlobalSetup]
    public async Task Start()
    {
        _servers = await DnsServers.StartAsync();
        _udp = new DnsClientResolver(new DnsClientOptions { Servers = [_servers.Unbound] });
        _tcp = new DnsClientResolver(new DnsClientOptions { Servers = [_servers.Unbound], Transport = DnsTransport.Tcp });
        _plain = new LookupClient(new LookupClientOptions(_servers.Unbound) { UseCache = false });
        _plainTcp = new LookupClient(new LookupClientOptions(_servers.Unbound) { UseCache = false, UseTcpOnly = true });
    }

    [GlobalCleanup]
    public void Stop() => _servers.Dispose();

    [Benchmark(Baseline = true)]
    public Task<IDnsQueryResponse> DnsClientAlone() => _plain.QueryAsync("plain.example", QueryType.TXT);

    [Benchmark]
    public Task<DnsAnswer> Adapter() => _udp.QueryAsync(_question).AsTask();

    [Benchmark]
    public Task<IDnsQueryResponse> DnsClientAloneOverTcp() => _plainTcp.QueryAsync("plain.example", QueryType.TXT);

    [Benchmark]
    public Task<DnsAnswer> AdapterOverTcp() => _tcp.QueryAsync(_question).AsTask();
}
