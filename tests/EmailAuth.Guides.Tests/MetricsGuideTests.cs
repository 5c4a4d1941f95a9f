using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Hosting;
using EmailAuth.Hosting.Tests;
using EmailAuth.Message;
using EmailAuth.Tests.Dns;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmailAuth.Guides.Tests;

/// <summary>The guide to metrics, log and health tells what there is, no more and no less.</summary>
[NonParallelizable]
public class MetricsGuideTests
{
    private static readonly Page Guide = Page.Guide("metrics");
    private static readonly Assembly[] Assemblies = [typeof(EmailAuthenticator).Assembly, typeof(EmailAuthServices).Assembly];

    [Test]
    public void The_instruments_are_those_of_the_code()
    {
        using var listener = new Listener();
        var there = listener.Instruments.Select(static instrument => $"{instrument.Name} of {instrument.Meter.Name}: {KindOf(instrument)} in {instrument.Unit}");
        var told = Guide.Table("Instruments").Select(static row => $"{row[0].Trim('`')} of {row[1]}: {row[2]} in {row[3]}");
        Assert.That(told, Is.EquivalentTo(there));
    }

    [Test]
    public void The_package_page_has_the_instruments_of_the_guide_with_their_units_and_tags()
    {
        var page = Page.All.Single(static page => page.Path == "src/EmailAuth.Hosting/README.md");
        var told =
            from row in page.Table("Metrics and traces")
            let units = row[1].Split(", ")
            let names = InstrumentsIn(row[0])
            from at in Enumerable.Range(0, names.Count)
            select (Name: names[at], Units: units, Tags: TagsIn(row[2]));
        var guide = Guide.Table("Instruments").ToDictionary(static row => row[0].Trim('`'), static row => (Unit: row[3], Tags: TagsIn(row[4])));
        Assert.That(told.Select(static row => row.Name), Is.EquivalentTo(guide.Keys));
        foreach (var (name, units, tags) in told)
        {
            Assert.That(units, Does.Contain(guide[name].Unit), name);
            Assert.That(tags, Is.EqualTo(guide[name].Tags), name);
        }
    }

    /// <summary>The names in a cell; one that begins with a dot has all but the last word of the first.</summary>
    private static List<string> InstrumentsIn(string cell)
    {
        var names = cell.Split('`').Where(static (_, at) => at % 2 == 1).ToList();
        return [.. names.Select(name => name[0] == '.' ? names[0][..names[0].LastIndexOf('.')] + name : name)];
    }

    private static string TagsIn(string cell) => string.Join(' ', cell.Split('`').Where(static (_, at) => at % 2 == 1).Order(StringComparer.Ordinal));

    [Test]
    public async Task The_tags_are_those_that_are_measured()
    {
        using var listener = new Listener();
        await MeasureEverythingAsync();
        // What is written to the shared cache is counted in the background.
        for (var i = 0; i < 500 && !listener.Tags.ContainsKey("emailauth.dns.shared_cache.writes"); i++)
            await Task.Delay(10);
        var measured = listener.Tags.Select(static pair => $"{pair.Key}: {string.Join(' ', pair.Value.Keys.Order(StringComparer.Ordinal))}");
        var told = Guide.Table("Instruments").Select(static row => $"{row[0].Trim('`')}: {string.Join(' ', row[4].Split(", ").Select(static tag => tag.Trim('`')).Order(StringComparer.Ordinal))}");
        Assert.That(told, Is.EquivalentTo(measured));
    }

    [Test]
    public async Task The_activity_has_the_tags_of_the_table()
    {
        var tags = new List<string>();
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = static source => source.Name == EmailAuthMetrics.ActivitySourceName,
            Sample = static (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> _) => System.Diagnostics.ActivitySamplingResult.AllData,
            ActivityStopped = activity => tags.AddRange(activity.TagObjects.Select(static tag => tag.Key)),
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);
        await Authenticator(new EmailAuthenticatorOptions()).VerifyAsync(Message(), Session);
        Assert.That(Guide.Table("The activity").Select(static row => row[0].Trim('`')), Is.EquivalentTo(tags));
    }

    [Test]
    public void The_log_events_are_those_of_the_code()
    {
        var there =
            from type in typeof(EmailAuthServices).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()
            where message is not null
            select $"{message.EventId} {message.EventName} {message.Level} {message.Message}";
        var told = Guide.Table("Log events").Select(static row => $"{row[0]} {row[1]} {row[2]} {row[3].Trim('`')}");
        Assert.That(told, Is.EquivalentTo(there));
    }

    [Test]
    public async Task The_health_check_says_what_the_tables_say()
    {
        var healthy = await CheckAsync(static () => DnsAnswer.NoRecords(DnsStatus.NoData), withSharedCache: true);
        Assert.That(Guide.Table("Health data").Select(static row => row[0].Trim('`')), Is.EquivalentTo(healthy.Data.Keys));
        var silent = await CheckAsync(static () => DnsAnswer.NoRecords(DnsStatus.Timeout), withSharedCache: false);
        var told = Guide.Table("Health check").Select(static row => row[2].Trim('`')).ToList();
        Assert.That(told, Does.Contain(healthy.Description).And.Contain(silent.Description));
        // The others are constants of the check.
        var source = File.ReadAllText(EmailAuth.Tests.Repository.PathOf("src", "EmailAuth.Hosting", "EmailAuthHealthCheck.cs"));
        Assert.That(told.Where(text => text != silent.Description), Has.All.Matches<string>(text => source.Contains($"\"{text}\"", StringComparison.Ordinal)));
    }

    private static async Task<HealthReportEntry> CheckAsync(Func<DnsAnswer> answer, bool withSharedCache)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddEmailAuth(options => options.SharedCache.Enabled = withSharedCache)
            .AddKeyedSingleton<IDnsResolver>(EmailAuthServices.Upstream, new Resolver(_ => Task.FromResult(answer())))
            .AddDistributedMemoryCache();
        builder.Services.AddHealthChecks().AddEmailAuth();
        using var host = builder.Build();
        return (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["emailauth"];
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().GetGenericTypeDefinition() switch
    {
        var type when type == typeof(Counter<>) => "counter",
        var type when type == typeof(UpDownCounter<>) => "up-down counter",
        var type when type == typeof(Histogram<>) => "histogram",
        var type => type.Name,
    };

    private static SmtpSession Session { get; } = new(IPAddress.Parse("192.0.2.1"), "a.example", "ann@a.example");

    private static EmailMessage Message() => EmailMessage.FromBytes(Encoding.ASCII.GetBytes("From: ann@a.example\r\n\r\nx\r\n"));

    private static EmailAuthenticator Authenticator(EmailAuthenticatorOptions options, string zone = "a.example. TXT \"v=spf1 include:b.example -all\"") =>
        new(ZoneDnsResolver.Parse(zone), options);

    /// <summary>Each instrument at least once, with every tag that it has.</summary>
    private static async Task MeasureEverythingAsync()
    {
        var options = new EmailAuthenticatorOptions();
        await Authenticator(options with { ShadowPolicies = [new ShadowPolicy("same", options)] }).VerifyAsync(Message(), Session);
        // A limit that decides, a budget that is used up, and a stream that throws.
        var terms = string.Concat(Enumerable.Range(0, 11).Select(static number => $" a:a{number}.example"));
        await Authenticator(options, $"a.example. TXT \"v=spf1{terms} -all\"").VerifyAsync(Message(), Session);
        await Authenticator(options with { Limits = new EmailAuthLimits { Dns = new DnsLimits { MaxQueriesPerMessage = 1 } } }).VerifyAsync(Message(), Session);
        Assert.That(async () => await Authenticator(options).VerifyAsync(EmailMessage.FromFile("/does/not/exist"), Session), Throws.InstanceOf<IOException>());
        // Answers that are not at hand: the tree of a record that matches early is asked ahead, and not needed.
        var zone = ZoneDnsResolver.Parse("a.example. TXT \"v=spf1 include:b.example include:c.example -all\"\nb.example. TXT \"v=spf1 +all\"\nc.example. TXT \"v=spf1 include:d.example -all\"");
        var slow = new Resolver(async question =>
        {
            await Task.Delay(5);
            return await zone.QueryAsync(question);
        });
        await new EmailAuthenticator(slow, options).VerifyAsync(Message(), Session);
        // A server that is not there.
        using var nobody = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await new DnsClientResolver(new DnsClientOptions { Servers = [(IPEndPoint)nobody.LocalEndPoint!], Tries = 1, AttemptTimeLimit = TimeSpan.FromMilliseconds(50) }).QueryAsync(Ask("a.example"));
        await MeasureCacheAsync();
        await MeasureSharedCacheAsync();
    }

    private static async Task MeasureCacheAsync()
    {
        var clock = new ManualTimeProvider();
        var fails = false;
        using var cache = new CachingDnsResolver(
            new Resolver(_ => Task.FromResult(fails ? DnsAnswer.NoRecords(DnsStatus.ServFail) : DnsAnswer.WithRecords([new TxtRecord("x"u8.ToArray())], TimeSpan.FromSeconds(60)))),
            new DnsCacheOptions { MaxEntries = 16, MaxStaleAge = TimeSpan.FromHours(1) }, clock);
        await cache.QueryAsync(Ask("a.example"));
        await cache.QueryAsync(Ask("a.example"));
        clock.Advance(61);
        fails = true;
        await cache.QueryAsync(Ask("a.example"));
        fails = false;
        for (var i = 0; i < 100; i++)
            await cache.QueryAsync(Ask($"n{i}.example"));
    }

    private static async Task MeasureSharedCacheAsync()
    {
        var memory = new SharedMemory();
        var shared = new SharedCacheDnsResolver(ZoneDnsResolver.Parse("a.example. 60 TXT \"x\""), memory);
        await shared.QueryAsync(Ask("a.example"));
        await memory.WrittenAsync();
        memory.Entries[memory.Entries.Keys.Single()] = ([1, 2, 3], new DistributedCacheEntryOptions());
        await shared.QueryAsync(Ask("a.example"));
    }

    private static DnsQuestion Ask(string name) => new(DomainName.Parse(name), DnsRecordType.TXT);

    private sealed class Resolver(Func<DnsQuestion, Task<DnsAnswer>> answer) : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) => new(answer(question));
    }

    /// <summary>Hears every instrument whose meter begins with EmailAuth.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Listener()
        {
            // Instruments are made when their class is first used.
            foreach (var type in Assemblies.SelectMany(static assembly => assembly.GetTypes()).Where(static type => type.GetFields(BindingFlags.Static | BindingFlags.NonPublic).Any(static field => field.FieldType == typeof(Meter))))
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (!instrument.Meter.Name.StartsWith("EmailAuth", StringComparison.Ordinal))
                    return;
                Instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => See(instrument, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => See(instrument, tags));
            _listener.Start();
        }

        public List<Instrument> Instruments { get; } = [];

        public ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> Tags { get; } = new();

        public void Dispose() => _listener.Dispose();

        private void See(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var seen = Tags.GetOrAdd(instrument.Name, static _ => new());
            foreach (var tag in tags)
                seen[tag.Key] = true;
        }
    }
}
