using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace EmailAuth.Hosting.Tests;

/// <summary>
/// All that a host sends to others, as log lines with their values, measurements with their tags, activities with their tags and events, and the health page, looked
/// through for what is not theirs: the secret of the cache, texts of exceptions, paths; and without leave anybody's address. Other tests measure into the same
/// meters, so nothing may run beside these.
/// </summary>
[NonParallelizable]
public class LeakTests
{
    private const string Path = "/etc/secret/resolver.conf", Password = "redis-password", LocalPart = "ann.private", HostName = "client-host";

    private static readonly byte[] Secret = [.. Enumerable.Range(0, 48).Select(i => (byte)(i * 37 + 11))];

    private static readonly string[] Secrets =
    [
        Path, Password, AppContext.BaseDirectory.TrimEnd('/', '\\'),
        .. Enumerable.Range(0, 3).Select(shift => Convert.ToBase64String(Secret, shift, 12)), Convert.ToHexString(Secret, 0, 12), Encoding.Latin1.GetString(Secret, 0, 12),
    ];

    private static readonly string[] Addresses = ["192.0.2.1", "203.0.113.5", "2001:db8::7", LocalPart, HostName];

    /// <summary>Everything that leaves the process while it is there.</summary>
    private sealed class Listeners : IDisposable
    {
        private readonly MeterListener _meters = new();
        private readonly ActivityListener _activities;

        public Listeners()
        {
            _meters.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name.StartsWith(nameof(EmailAuth), StringComparison.Ordinal))
                    listener.EnableMeasurementEvents(instrument);
            };
            _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _meters.Start();
            _activities = new ActivityListener
            {
                ShouldListenTo = source => source.Name.StartsWith(nameof(EmailAuth), StringComparison.Ordinal),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity =>
                {
                    Activities.Add(activity.DisplayName);
                    Seen.Enqueue($"{activity.DisplayName} {activity.StatusDescription} {Text(activity.TagObjects)} {Text(activity.Baggage.Select(item => KeyValuePair.Create(item.Key, (object?)item.Value)))}");
                    foreach (var happened in activity.Events)
                        Seen.Enqueue($"{happened.Name} {Text(happened.Tags)}");
                },
            };
            ActivitySource.AddActivityListener(_activities);
        }

        public ConcurrentQueue<string> Seen { get; } = new();

        public ConcurrentBag<string> Instruments { get; } = [];

        public ConcurrentBag<string> Activities { get; } = [];

        private void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Instruments.Add(instrument.Name);
            Seen.Enqueue($"{instrument.Name} {instrument.Description} {value} {Text(tags.ToArray())}");
        }

        public void Dispose()
        {
            _meters.RecordObservableInstruments();
            _meters.Dispose();
            _activities.Dispose();
        }

        public static string Text(IEnumerable<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.Select(tag => $"{tag.Key}={tag.Value}"));
    }

    /// <summary>A zone that names the sender in its questions, and an answer in two that is an exception full of secrets.</summary>
    private sealed class Talkative : IDnsResolver
    {
        private static readonly ZoneDnsResolver Zone = ZoneDnsResolver.Parse("""
            legit.example.         TXT "v=spf1 exists:%{l}.%{i}.%{h}.spf.legit.example ptr -all exp=exp.legit.example"
            exp.legit.example.     TXT "%{s} from %{c} is not welcome"
            _dmarc.legit.example.  TXT "v=DMARC1; p=reject"
            1.2.0.192.in-addr.arpa. PTR client-host.example.
            """);

        private int _questions;

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) => (Interlocked.Increment(ref _questions) % 5) switch
        {
            3 => throw new InvalidOperationException($"cannot read {Path} for {question.Name}"),
            _ => Zone.QueryAsync(question, cancellationToken),
        };
    }

    private sealed class Broken(byte[] octets, int at) : MemoryStream(octets)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position >= at ? throw new IOException($"{Path} is gone") : base.ReadAsync(buffer[..Math.Min(buffer.Length, 10)], cancellationToken);
    }

    private static async Task<HealthReport> PlayAsync(LogLines lines, SharedMemory shared, bool logAddresses)
    {
        using var host = TestHost.Build(
            services => services
                .AddEmailAuth(options =>
                {
                    options.LogAddresses = logAddresses;
                    options.SharedCache.Enabled = true;
                    options.SharedCache.Secret = Convert.ToBase64String(Secret);
                })
                .AddSingleton<IDistributedCache>(shared)
                .AddKeyedSingleton<IDnsResolver>(EmailAuthServices.Upstream, new Talkative())
                .AddHealthChecks().AddEmailAuth(),
            lines);
        var authenticator = host.Services.GetRequiredService<EmailAuthenticator>();
        var health = host.Services.GetRequiredService<HealthCheckService>();
        foreach (var (address, helo, mailFrom) in new[]
        {
            ("192.0.2.1", "client-host.example", "ann.private@legit.example"), ("203.0.113.5", "[203.0.113.5]", "<>"), ("2001:db8::7", "client-host.example", "ann.private@legit.example"),
            ("203.0.113.5", "client-host.example", "ann.private"), ("203.0.113.5", "client-host.example", "ann.private@[203.0.113.5]"),
        })
        {
            foreach (var from in new[] { "Ann <ann.private@legit.example>", "ann.private", "ann.private@[203.0.113.5]", "a@legit.example, ann.private@other.example" })
            {
                var message = Encoding.UTF8.GetBytes(
                    $"From: {from}\r\nDKIM-Signature: v=1; a=rsa-sha256; d=legit.example; i=ann.private@legit.example; s=x; h=from; bh=AAAA; b=AAAA\r\nARC-Seal: i=1; ann.private\r\n\r\nbody\r\n");
                await authenticator.VerifyAsync(EmailMessage.FromBytes(message), new SmtpSession(IPAddress.Parse(address), helo, mailFrom));
                await Assert.CatchAsync<IOException>(async () => await authenticator.VerifyAsync(EmailMessage.FromStream(new Broken(message, message.Length / 2)), new SmtpSession(IPAddress.Parse(address), helo, mailFrom)));
            }
        }
        return await health.CheckHealthAsync();
    }

    private static async Task<string[]> SeenAsync(bool logAddresses)
    {
        var lines = new LogLines();
        var shared = new SharedMemory();
        using var listeners = new Listeners();
        // The second process meets what was done to the entries of the first.
        await PlayAsync(lines, shared, logAddresses);
        foreach (var key in shared.Entries.Keys)
            shared.Entries[key] = (Encoding.UTF8.GetBytes($"S{Path} {LocalPart}"), new());
        await PlayAsync(lines, shared, logAddresses);
        shared.OnGet = static _ => throw new InvalidOperationException($"no connection to 10.0.0.1,password={Password}");
        shared.OnSet = static () => throw new InvalidOperationException($"no connection to 10.0.0.1,password={Password}");
        var report = await PlayAsync(lines, shared, logAddresses);
        listeners.Dispose();
        Assert.That(listeners.Instruments.Distinct().Count(), Is.GreaterThan(6), "what was measured");
        Assert.That(listeners.Activities, Is.Not.Empty);
        Assert.That(lines.Seen.Select(line => line.Event), Is.SupersetOf(new[] { logAddresses ? "VerdictWithAddresses" : "Verdict", "Cause", "SharedCacheFailed", "SharedCacheEntryIgnored" }));
        return
        [
            .. listeners.Seen,
            // The framework's own lines about health have the description and the exception.
            .. lines.Seen.Select(line => $"{line.Category} {line.Event} {line.Text} {Listeners.Text(line.Values)}"),
            .. report.Entries.Values.Select(entry => $"{entry.Description} {entry.Exception} {Listeners.Text(entry.Data.Select(item => KeyValuePair.Create(item.Key, (object?)item.Value)))}"),
        ];
    }

    private static void AssertNone(string[] seen, string[] forbidden)
    {
        foreach (var text in seen)
        {
            foreach (var word in forbidden)
                Assert.That(text.Contains(word, StringComparison.OrdinalIgnoreCase), Is.False, text);
        }
    }

    [Test]
    public async Task Nothing_that_leaves_the_process_tells_a_secret_or_without_leave_an_address() => AssertNone(await SeenAsync(logAddresses: false), [.. Secrets, .. Addresses]);

    [Test]
    public async Task With_leave_lines_tell_addresses_and_nothing_tells_a_secret()
    {
        var seen = await SeenAsync(logAddresses: true);
        AssertNone(seen, Secrets);
        foreach (var address in Addresses)
            Assert.That(seen, Has.Some.Contains(address), "else the other test would find nothing");
    }

    [Test]
    public async Task A_setting_that_is_refused_does_not_tell_the_secret()
    {
        foreach (var secret in new[] { Convert.ToBase64String(Secret) + "*", Convert.ToBase64String(Secret, 0, 31) })
        {
            using var host = TestHost.Build(services => services.AddEmailAuth(options => (options.SharedCache.Enabled, options.SharedCache.Secret) = (true, secret)).AddSingleton<IDistributedCache>(new SharedMemory()));
            var exception = await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync());
            AssertNone([exception!.ToString(), .. exception.Failures], [Convert.ToBase64String(Secret, 0, 12)]);
        }
    }
}
