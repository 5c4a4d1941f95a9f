using System.Net;
using System.Text;
using ARSoft.Tools.Net.Dns;
using ARSoft.Tools.Net.Spf;
using BenchmarkDotNet.Attributes;
using EmailAuth.Dns;
using EmailAuth.Spf;
using ArsoftDomainName = ARSoft.Tools.Net.DomainName;

namespace EmailAuth.Benchmarks;

/// <summary>
/// One check of MAIL FROM against the record of a large sender: five includes on two levels with 100 networks, all answers at hand. The client
/// matches the last network of the last include, so that every record is gone through.
/// </summary>
[MemoryDiagnoser, MinColumn]
public class SpfBenchmarks
{
    private const string Sender = "bounce-4711@news.example.com";
    private const string Helo = "out-7.provider.example";

    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.77");

    private readonly ArsoftDomainName _arsoftDomain = ArsoftDomainName.Parse("news.example.com");
    private SpfEvaluator _cached = null!;
    private SpfEvaluator _uncached = null!;
    private SpfValidator _arsoft = null!;
    private byte[] _record = null!;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _cached = new SpfEvaluator(new CachingDnsResolver(ZoneDnsResolver.Parse(SpfRecords.ZoneText)));
        _uncached = new SpfEvaluator(new UnparsedAnswers());
        _arsoft = new SpfValidator { DnsResolver = new ArsoftAnswers(), HeloDomain = ArsoftDomainName.Parse(Helo) };
        _record = Encoding.Latin1.GetBytes(SpfRecords.All[3].Record);
        if ((await WarmCheck()).Status != SpfStatus.Pass || (await ColdCheck()).Status != SpfStatus.Pass || (await Arsoft()).Result != SpfQualifier.Pass)
            throw new InvalidOperationException("The three do not agree that it is a pass.");
    }

    [Benchmark(Description = "EmailAuth, warm cache")]
    public ValueTask<SpfResult> WarmCheck() => _cached.CheckMailFromAsync(Client, Helo, Sender);

    [Benchmark(Description = "EmailAuth, every record read anew")]
    public ValueTask<SpfResult> ColdCheck() => _uncached.CheckMailFromAsync(Client, Helo, Sender);

    [Benchmark(Description = "EmailAuth, one record of 32 networks read")]
    public bool ReadRecord() => EmailAuth.Spf.SpfRecord.TryParse(_record, out _, out _);

    [Benchmark(Baseline = true, Description = "ARSoft.Tools.Net 3.6.1")]
    public Task<ValidationResult> Arsoft() => _arsoft.CheckHostAsync(Client, _arsoftDomain, Sender);

    /// <summary>Hands out a new answer each time, as from the wire.</summary>
    private sealed class UnparsedAnswers : EmailAuth.Dns.IDnsResolver
    {
        private readonly Dictionary<EmailAuth.Dns.DomainName, EmailAuth.Dns.TxtRecord> _records =
            SpfRecords.All.ToDictionary(entry => EmailAuth.Dns.DomainName.Parse(entry.Name), entry => new EmailAuth.Dns.TxtRecord(Encoding.Latin1.GetBytes(entry.Record)));

        public ValueTask<DnsAnswer> QueryAsync(EmailAuth.Dns.DnsQuestion question, CancellationToken cancellationToken = default) =>
            new(DnsAnswer.WithRecords([_records[question.Name]], TimeSpan.FromHours(1)));
    }

    /// <summary>The same records for ARSoft.Tools.Net, at hand as its own record objects.</summary>
    private sealed class ArsoftAnswers : ARSoft.Tools.Net.Dns.IDnsResolver
    {
        private readonly Dictionary<ArsoftDomainName, ARSoft.Tools.Net.Dns.TxtRecord> _records =
            SpfRecords.All.ToDictionary(entry => ArsoftDomainName.Parse(entry.Name), entry => new ARSoft.Tools.Net.Dns.TxtRecord(ArsoftDomainName.Parse(entry.Name), 3600, entry.Record));

        public List<T> Resolve<T>(ArsoftDomainName name, RecordType recordType = RecordType.A, RecordClass recordClass = RecordClass.INet)
            where T : DnsRecordBase =>
            typeof(T) == typeof(ARSoft.Tools.Net.Dns.TxtRecord) && _records.TryGetValue(name, out var record) ? [(T)(DnsRecordBase)record] : [];

        public Task<List<T>> ResolveAsync<T>(ArsoftDomainName name, RecordType recordType = RecordType.A, RecordClass recordClass = RecordClass.INet, CancellationToken token = default)
            where T : DnsRecordBase =>
            Task.FromResult(Resolve<T>(name, recordType, recordClass));

        public void ClearCache()
        {
        }

        public void Dispose()
        {
        }
    }
}
