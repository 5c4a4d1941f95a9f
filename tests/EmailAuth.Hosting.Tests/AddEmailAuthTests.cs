using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Tests;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EmailAuth.Hosting.Tests;

/// <summary>What a host gets, what it may replace, and what keeps it from starting.</summary>
public class AddEmailAuthTests
{
    private static readonly string ZoneFile = Repository.PathOf("samples", "zones", "example.zone");

    [Test]
    public async Task A_host_judges_with_the_settings_of_a_section()
    {
        using var host = TestHost.Build(services => services
            .AddEmailAuth(TestHost.Configuration(("Verification:CheckHelo", "false"), ("Dns:MaxTimePerMessage", "00:00:07.5"), ("Verification:MinimumRsaKeyBits", "2048")))
            .AddKeyedSingleton<IDnsResolver>(EmailAuthServices.Upstream, ZoneDnsResolver.Parse(TestHost.Zone)));
        await host.StartAsync();
        var result = await host.VerifyAsync();
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.Pass));
        Assert.That(result.Helo, Is.Null);
        var options = host.Services.GetRequiredService<EmailAuthenticatorOptions>();
        Assert.That(options.Limits.Dns.MaxTimePerMessage, Is.EqualTo(TimeSpan.FromSeconds(7.5)));
        Assert.That(options.Dkim.MinimumRsaKeyBits, Is.EqualTo(2048));
        Assert.That(options.Arc.MinimumRsaKeyBits, Is.EqualTo(2048));
        await host.StopAsync();
    }

    [Test]
    public void Every_setting_reaches_the_library()
    {
        var options = new EmailAuthOptions { SharedCache = { Enabled = true } };
        new ConfigurationSettings(TestHost.Configuration(
            ("Dns:Servers:0", "127.0.0.1"), ("Dns:Servers:1", "[2001:db8::1]:5353"), ("Dns:Transport", "Tcp"), ("Dns:AttemptTimeLimit", "00:00:01"),
            ("Dns:QueryTimeLimit", "00:00:03"), ("Dns:Tries", "3"), ("Dns:TrustsAuthenticatedData", "true"), ("Dns:MaxQueriesPerMessage", "100"),
            ("Dns:MaxParallelQueriesPerMessage", "4"), ("Dns:MaxTimePerMessage", "00:00:20"),
            ("Cache:MaxEntries", "1000"), ("Cache:MaxBytes", "1000000"), ("Cache:MaxTimeToLive", "01:00:00"), ("Cache:MaxNegativeTimeToLive", "00:05:00"),
            ("Cache:FailureTimeToLive", "00:00:02"), ("Cache:MaxFailureTimeToLive", "00:00:30"), ("Cache:RefreshesAhead", "true"), ("Cache:MaxStaleAge", "1.00:00:00"),
            ("Cache:QueryTimeLimit", "00:00:08"),
            ("SharedCache:KeyPrefix", "mail:"), ("SharedCache:Secret", Convert.ToBase64String(new byte[32])), ("SharedCache:LookupTimeLimit", "00:00:00.050"),
            ("SharedCache:MaxBypassTime", "00:05:00"),
            ("Verification:CheckHelo", "false"), ("Verification:CheckReverseName", "true"), ("Verification:KeepEvidence", "true"), ("Verification:TimeLimit", "00:00:25"), ("Verification:MinimumRsaKeyBits", "2048"), ("Verification:ReceiverName", "mx.receiver.example"),
            ("Verification:TrustedSealers:0:Domain", "lists.example.org"), ("Verification:TrustedSealers:0:RecipientDomains:0", "receiver.example"),
            ("Verification:TrustedSealers:0:Sources:0", "192.0.2.0/24"),
            ("AuthservId", "mx.receiver.example"), ("LogAddresses", "true"))).Configure(options);
        var read = CheckedOptions.Of(options);
        Assert.That(read.Errors, Is.Empty);
        Assert.That(read.Client.Servers.Select(server => server.ToString()), Is.EqualTo(new[] { "127.0.0.1:53", "[2001:db8::1]:5353" }));
        Assert.That(read.Client with { Servers = [] }, Is.EqualTo(new DnsClientOptions
        {
            Servers = [],
            Transport = DnsTransport.Tcp,
            AttemptTimeLimit = TimeSpan.FromSeconds(1),
            QueryTimeLimit = TimeSpan.FromSeconds(3),
            Tries = 3,
            TrustsAuthenticatedData = true,
        } with
        { Servers = [] }));
        Assert.That(read.Cache, Is.EqualTo(new DnsCacheOptions
        {
            MaxEntries = 1000,
            MaxBytes = 1_000_000,
            MaxTimeToLive = TimeSpan.FromHours(1),
            MaxNegativeTimeToLive = TimeSpan.FromMinutes(5),
            FailureTimeToLive = TimeSpan.FromSeconds(2),
            MaxFailureTimeToLive = TimeSpan.FromSeconds(30),
            RefreshesAhead = true,
            MaxStaleAge = TimeSpan.FromDays(1),
            QueryTimeLimit = TimeSpan.FromSeconds(8),
        }));
        Assert.That(read.Authenticator.Limits.Dns, Is.EqualTo(new DnsLimits { MaxQueriesPerMessage = 100, MaxParallelQueriesPerMessage = 4, MaxTimePerMessage = TimeSpan.FromSeconds(20) }));
        Assert.That(read.Authenticator.TimeLimit, Is.EqualTo(TimeSpan.FromSeconds(25)));
        Assert.That((read.Authenticator.CheckHelo, read.Authenticator.CheckReverseName, read.Authenticator.KeepEvidence), Is.EqualTo((false, true, true)));
        Assert.That(read.Authenticator.Spf.ReceiverName, Is.EqualTo("mx.receiver.example"));
        Assert.That(read.Authenticator.TrustedSealers.Sealers.Single().ToString(), Does.Contain("lists.example.org"));
        var shared = read.SharedCache!;
        Assert.That((shared.KeyPrefix, shared.Secret.Length, shared.LookupTimeLimit, shared.MaxBypassTime, shared.TrustsAuthenticatedData),
            Is.EqualTo(("mail:", 32, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(5), true)));
        Assert.That((options.AuthservId, options.LogAddresses), Is.EqualTo(("mx.receiver.example", true)));
    }

    [TestCase("Dns:Servers:0", "dns.example", "EmailAuth:Dns:Servers:0 is \"dns.example\": right would be an IP address with or without a port, such as 127.0.0.1 or [2001:db8::1]:5353.")]
    [TestCase("Dns:Tries", "9", "EmailAuth:Dns:Tries is \"9\": it must be less than or equal to 5.")]
    [TestCase("Dns:Transport", "7", "EmailAuth:Dns:Transport is \"7\": right would be UdpOnLoopback, Tcp, UdpEverywhere.")]
    [TestCase("Dns:QueryTimeLimit", "00:01:00", "EmailAuth:Dns:QueryTimeLimit is \"00:01:00\": it must be less than or equal to 00:00:30.")]
    [TestCase("Dns:ZoneFile", "no-such.zone", "EmailAuth:Dns:ZoneFile is \"no-such.zone\": Could not find file")]
    [TestCase("Cache:MaxEntries", "5", "EmailAuth:Cache:MaxEntries is \"5\": it must be greater than or equal to 16.")]
    [TestCase("SharedCache:KeyPrefix", "two words", "EmailAuth:SharedCache:KeyPrefix is \"two words\": It is 1 to 100 printable ASCII characters without a space.")]
    [TestCase("SharedCache:Secret", "aHVzaA==", "EmailAuth:SharedCache:Secret is \"(not shown)\": right would be base64 of 32 octets or more, as \"openssl rand -base64 32\" makes it.")]
    [TestCase("SharedCache:Enabled", "true", "EmailAuth:SharedCache:Enabled is \"True\": the host has no cache to share.")]
    [TestCase("Verification:MinimumRsaKeyBits", "512", "EmailAuth:Verification:MinimumRsaKeyBits is \"512\": it must be greater than or equal to 1024.")]
    [TestCase("Verification:ReceiverName", "a b", "EmailAuth:Verification:ReceiverName is \"a b\": \"a b\" is not a domain name.")]
    [TestCase("Verification:PublicSuffixListFile", "no-such.dat", "EmailAuth:Verification:PublicSuffixListFile is \"no-such.dat\": Could not find file")]
    [TestCase("Verification:TrustedSealers:0:Domain", "lists example", "EmailAuth:Verification:TrustedSealers:0:Domain is \"lists example\": right would be a domain name, such as lists.example.org.")]
    [TestCase("Verification:TrustedSealers:0:Sources:0", "192.0.2.1", "EmailAuth:Verification:TrustedSealers:0:Sources:0 is \"192.0.2.1\": right would be a network")]
    [TestCase("AuthservId", "", "EmailAuth:AuthservId is \"\": ")]
    [TestCase("Cache:MaxEntries", "many", "EmailAuth:Cache:MaxEntries is \"many\": right would be a whole number.")]
    [TestCase("Cache:MaxEntries", "3000000000", "EmailAuth:Cache:MaxEntries is \"3000000000\": it is out of all bounds.")]
    [TestCase("Cache:MaxStaleAge", "1 day", "EmailAuth:Cache:MaxStaleAge is \"1 day\": right would be a time, written as hours:minutes:seconds, such as 00:00:05")]
    [TestCase("Cache:MaxTimeToLive", "5", "EmailAuth:Cache:MaxTimeToLive is \"5\": right would be a time", Description = "five days, to TimeSpan; five seconds, to people")]
    [TestCase("Dns:Transport", "udp", "EmailAuth:Dns:Transport is \"udp\": right would be UdpOnLoopback, Tcp, UdpEverywhere.")]
    [TestCase("Dns:Transport", "1", "EmailAuth:Dns:Transport is \"1\": right would be UdpOnLoopback, Tcp, UdpEverywhere.")]
    [TestCase("Dns:Transport", "Tcp, UdpOnLoopback", "EmailAuth:Dns:Transport is \"Tcp, UdpOnLoopback\": right would be UdpOnLoopback, Tcp, UdpEverywhere.")]
    [TestCase("LogAddresses", "yes", "EmailAuth:LogAddresses is \"yes\": right would be true or false.")]
    [TestCase("Dns", "127.0.0.1", "EmailAuth:Dns is \"127.0.0.1\": right would be a section, with the keys Servers, Transport,")]
    [TestCase("Dns:Servers", "127.0.0.1", "EmailAuth:Dns:Servers is \"127.0.0.1\": right would be a list, whose first item has the key 0.")]
    [TestCase("Dns:Tries:0", "3", "EmailAuth:Dns:Tries has keys: right would be one value, without keys below it.")]
    [TestCase("Cache:MaxEntires", "100", "EmailAuth:Cache:MaxEntires is \"100\": no such key, the nearest is EmailAuth:Cache:MaxEntries.")]
    [TestCase("Dns:Retries", "3", "EmailAuth:Dns:Retries is \"3\": no such key, the nearest is EmailAuth:Dns:Tries.")]
    [TestCase("Verification:TrustedSealers:0:Domains", "a.example", "EmailAuth:Verification:TrustedSealers:0:Domains is \"a.example\": no such key, the nearest is EmailAuth:Verification:TrustedSealers:0:Domain.")]
    [TestCase("SharedCache:Timeout", "5", "EmailAuth:SharedCache:Timeout is \"5\": no such key, the keys of EmailAuth:SharedCache are Enabled, KeyPrefix, Secret, LookupTimeLimit, MaxBypassTime.")]
    [TestCase("Dsn:Servers:0", "127.0.0.1", "EmailAuth:Dsn is set: no such key, the keys of EmailAuth are Dns, Cache, SharedCache, Verification, AuthservId, LogAddresses.")]
    [TestCase("Dns:Servers:first", "127.0.0.1", "EmailAuth:Dns:Servers:first is \"127.0.0.1\": no such key, EmailAuth:Dns:Servers is a list with the keys 0, 1, 2 and so on.")]
    [TestCase("SharedCache:Secrt", "aHVzaA==", "EmailAuth:SharedCache:Secrt is \"(not shown)\": no such key, the nearest is EmailAuth:SharedCache:Secret.")]
    [TestCase("Cache:Password", "aHVzaA==", "EmailAuth:Cache:Password is \"(not shown)\": no such key, the keys of EmailAuth:Cache are")]
    public async Task A_host_does_not_start_with_a_setting_that_cannot_be_used(string key, string value, string error)
    {
        using var host = TestHost.Build(services => services.AddEmailAuth(TestHost.Configuration((key, value))));
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        var failures = exception!.Failures.Where(failure => !failure.Contains("Verification:TrustedSealers:0:Domain is \"\"", StringComparison.Ordinal));
        Assert.That(failures, Has.Exactly(1).Items.And.Exactly(1).Contain(error));
        Assert.That(exception.Message, Does.Not.Contain("aHVzaA=="));
    }

    [Test]
    public async Task All_faults_are_told_at_once()
    {
        using var host = TestHost.Build(services => services.AddEmailAuth(TestHost.Configuration(
            ("Dns:Retries", "3"), ("Dns:Servers:0", "dns.example"), ("Dns:Tries", "9"), ("Cache:MaxEntries", "many"), ("Cache:MaxAge", "1 day"), ("Cache:MaxStaleAge", "1 day"),
            ("AuthservId", ""))));
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.That(exception!.Failures.Select(static failure => failure.Split(' ')[0]), Is.EquivalentTo(new[]
        {
            "EmailAuth:Dns:Retries", "EmailAuth:Dns:Servers:0", "EmailAuth:Dns:Tries", "EmailAuth:Cache:MaxEntries", "EmailAuth:Cache:MaxAge", "EmailAuth:Cache:MaxStaleAge", "EmailAuth:AuthservId",
        }));
    }

    [TestCase(typeof(EmailAuthOptions), "")]
    [TestCase(typeof(EmailAuthDnsOptions), "Dns")]
    [TestCase(typeof(EmailAuthCacheOptions), "Cache")]
    [TestCase(typeof(EmailAuthSharedCacheOptions), "SharedCache")]
    [TestCase(typeof(EmailAuthVerificationOptions), "Verification")]
    [TestCase(typeof(TrustedSealerOptions), "Verification:TrustedSealers:0")]
    public void The_known_keys_are_the_properties_of_the_options(Type options, string section)
    {
        var read = new EmailAuthOptions();
        new ConfigurationSettings(TestHost.Configuration(($"{section}{(section.Length == 0 ? "" : ":")}NoSuchKeyAtAll", "x"))).Configure(read);
        Assert.That(read.Faults.Single(), Does.EndWith(" are " + string.Join(", ", options.GetProperties().Select(static property => property.Name)) + "."));
    }

    [Test]
    public void What_is_empty_is_left_out()
    {
        var options = new EmailAuthOptions();
        new ConfigurationSettings(TestHost.Configuration(
            ("Dns", ""), ("Cache:MaxEntries", ""), ("Cache:MaxStaleAge", null), ("Cache:RefreshesAhead", ""), ("Dns:Servers", ""), ("Dns:Transport", null), ("Dns:ZoneFile", null))).Configure(options);
        Assert.That(options.Faults, Is.Empty);
        Assert.That((options.Cache.MaxEntries, options.Cache.MaxStaleAge, options.Cache.RefreshesAhead, options.Dns.Transport, options.Dns.ZoneFile), Is.EqualTo(((int?)null, (TimeSpan?)null, false, (Dns.DnsTransport?)null, (string?)null)));
    }

    [Test]
    public void A_key_may_be_written_in_any_case()
    {
        var options = new EmailAuthOptions();
        new ConfigurationSettings(TestHost.Configuration(("DNS:TRIES", "3"), ("dns:transport", "tcp"))).Configure(options);
        Assert.That((options.Faults.Count, options.Dns.Tries, options.Dns.Transport), Is.EqualTo((0, 3, DnsTransport.Tcp)));
    }

    [Test]
    public void No_value_of_the_environment_is_told_when_the_root_is_given_for_the_section()
    {
        var options = new EmailAuthOptions();
        var root = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("HOME", (string?)"/home/ann")]).Build();
        new ConfigurationSettings(root).Configure(options);
        Assert.That(options.Faults.Single(), Does.StartWith("HOME is \"(not shown)\": no such key, the keys are Dns, ").And.Not.Contain("ann"));
    }

    [Test]
    public async Task A_zone_file_answers_in_the_servers_stead()
    {
        using var host = TestHost.Build(services => services.AddEmailAuth(options => options.Dns.ZoneFile = ZoneFile));
        await host.StartAsync();
        var answer = await host.Services.GetRequiredService<IDnsResolver>().QueryAsync(new DnsQuestion(DomainName.Parse("example.com"), DnsRecordType.TXT));
        Assert.That(answer.Status, Is.EqualTo(DnsStatus.NoError));
        Assert.That(host.Services.GetRequiredService<CachingDnsResolver>().EntryCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Code_refines_what_a_section_says()
    {
        using var host = TestHost.Build(services => services
            .AddEmailAuth(TestHost.Configuration(("Cache:MaxEntries", "100"), ("LogAddresses", "true")))
            .AddEmailAuth(options => options.Cache.MaxEntries = 200));
        await host.StartAsync();
        var options = host.Services.GetRequiredService<IOptions<EmailAuthOptions>>().Value;
        Assert.That((options.Cache.MaxEntries, options.LogAddresses), Is.EqualTo((200, true)));
        Assert.That(host.Services.GetServices<IVerdictObserver>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_host_may_bring_its_own_options()
    {
        using var host = TestHost.Build(services => services
            .AddEmailAuth()
            .AddKeyedSingleton<IDnsResolver>(EmailAuthServices.Upstream, ZoneDnsResolver.Parse(TestHost.Zone))
            .AddSingleton(new EmailAuthenticatorOptions { CheckHelo = false }));
        Assert.That((await host.VerifyAsync()).Helo, Is.Null);
    }

    [Test]
    public async Task Every_observer_is_told_though_one_throws()
    {
        var seen = new List<VerificationResult>();
        using var host = TestHost.Build(services => services
            .AddSingleton<IVerdictObserver>(new Observer(_ => throw new InvalidOperationException("full")))
            .AddEmailAuth()
            .AddKeyedSingleton<IDnsResolver>(EmailAuthServices.Upstream, ZoneDnsResolver.Parse(TestHost.Zone))
            .AddSingleton<IVerdictObserver>(new Observer(seen.Add)));
        var result = await host.VerifyAsync();
        Assert.That(seen, Is.EqualTo(new[] { result }));
    }

    private sealed class Observer(Action<VerificationResult> onVerdict) : IVerdictObserver
    {
        public void OnVerdict(SmtpSession session, VerificationResult result, TimeSpan duration) => onVerdict(result);
    }

    [Test]
    public async Task With_a_shared_cache_the_second_host_asks_nothing()
    {
        var shared = new SharedMemory();
        var first = ZoneDnsResolver.Parse(TestHost.Zone);
        first.LogQueries = true;
        var second = ZoneDnsResolver.Parse(TestHost.Zone);
        second.LogQueries = true;
        foreach (var zone in new[] { first, second })
        {
            using var host = TestHost.Build(services => services
                .AddEmailAuth(TestHost.Configuration(("SharedCache:Enabled", "true")))
                .AddSingleton<IDistributedCache>(shared)
                .AddKeyedSingleton<IDnsResolver>(EmailAuthServices.Upstream, zone));
            Assert.That((await host.VerifyAsync()).Dmarc.Status, Is.EqualTo(DmarcStatus.Pass));
            await shared.WrittenAsync();
        }
        Assert.That(first.Queries, Is.Not.Empty);
        Assert.That(second.Queries.Where(query => query.Name.ToString().EndsWith("legit.example", StringComparison.Ordinal)), Is.Empty);
    }
}
