using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests;

/// <summary>What is measured, traced and told of a verdict. Other tests count into the same meter, so nothing may run beside these.</summary>
[NonParallelizable]
public class VerdictWatchTests
{
    private const string Zone = """
        legit.example.         TXT "v=spf1 ip4:192.0.2.1 -all"
        _dmarc.legit.example.  TXT "v=DMARC1; p=reject"
        """;

    private static readonly SmtpSession Session = new(IPAddress.Parse("192.0.2.1"), "mx.legit.example", "ann.private@legit.example");

    private static EmailMessage Message => EmailMessage.FromBytes(Encoding.UTF8.GetBytes("From: ann.private@legit.example\r\n\r\nbody\r\n"));

    private static EmailAuthenticator Authenticator(IVerdictObserver? observer = null, TimeProvider? clock = null) =>
        new(ZoneDnsResolver.Parse(Zone), new EmailAuthenticatorOptions { Observer = observer, TimeProvider = clock ?? TimeProvider.System });

    private sealed class Observer(Action? onVerdict = null) : IVerdictObserver
    {
        public List<(SmtpSession Session, VerificationResult Result, TimeSpan Duration)> Seen { get; } = [];

        public void OnVerdict(SmtpSession session, VerificationResult result, TimeSpan duration)
        {
            Seen.Add((session, result, duration));
            onVerdict?.Invoke();
        }
    }

    private sealed class Listener : IDisposable
    {
        private readonly MeterListener _meters = new();
        private readonly ActivityListener _activities;

        public ConcurrentQueue<string> Measured { get; } = new();

        public ConcurrentQueue<Activity> Activities { get; } = new();

        public Listener()
        {
            _meters.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == EmailAuthMetrics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            };
            _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => See(instrument, $"{value}", tags));
            _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => See(instrument, instrument.Unit!, tags));
            _meters.Start();
            _activities = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == EmailAuthMetrics.ActivitySourceName,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = Activities.Enqueue,
            };
            ActivitySource.AddActivityListener(_activities);
        }

        private void See(Instrument instrument, string value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var text = new StringBuilder($"{instrument.Name} {value}");
            foreach (var tag in tags)
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $" {tag.Key}={tag.Value}");
            Measured.Enqueue(text.ToString());
        }

        public void Dispose()
        {
            _meters.Dispose();
            _activities.Dispose();
        }
    }

    [Test]
    public async Task A_verdict_is_counted_by_method_and_result()
    {
        using var listener = new Listener();
        var result = await Authenticator().VerifyAsync(Message, Session);
        Assert.That(listener.Measured, Is.EquivalentTo(new[]
        {
            "emailauth.verify.active 1",
            "emailauth.verify.active -1",
            "emailauth.verify.duration s emailauth.dmarc=pass",
            $"emailauth.verify.dns_queries {result.DnsQueries}",
            "emailauth.verdicts 1 emailauth.method=spf emailauth.result=pass",
            "emailauth.verdicts 1 emailauth.method=dkim emailauth.result=none",
            "emailauth.verdicts 1 emailauth.method=arc emailauth.result=none",
            "emailauth.verdicts 1 emailauth.method=dmarc emailauth.result=pass",
        }));
    }

    [Test]
    public async Task A_verdict_is_one_activity_that_holds_no_address()
    {
        using var listener = new Listener();
        using var caller = new Activity("caller").Start();
        var result = await Authenticator().VerifyAsync(Message, Session);
        Assert.That(Activity.Current, Is.SameAs(caller));
        Assert.That(listener.Activities, Has.Count.EqualTo(1));
        var activity = listener.Activities.Single();
        Assert.That(activity.OperationName, Is.EqualTo("emailauth.verify"));
        Assert.That(activity.ParentId, Is.EqualTo(caller.Id));
        Assert.That(activity.Status, Is.EqualTo(ActivityStatusCode.Unset));
        var tags = string.Join(' ', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"));
        Assert.That(tags, Is.EqualTo(
            $"emailauth.spf=pass emailauth.dkim=none emailauth.arc=none emailauth.dmarc=pass emailauth.disposition=none emailauth.dns_queries={result.DnsQueries} emailauth.transient=False"));
    }

    [Test]
    public async Task A_call_that_throws_is_measured_by_the_type_of_its_error()
    {
        using var listener = new Listener();
        var observer = new Observer();
        var message = EmailMessage.FromFile(Path.Combine(Path.GetTempPath(), "emailauth-no-such-file.eml"));
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await Authenticator(observer).VerifyAsync(message, Session));
        Assert.That(listener.Measured, Does.Contain("emailauth.verify.duration s error.type=System.IO.FileNotFoundException"));
        Assert.That(listener.Measured, Does.Contain("emailauth.verify.active -1"));
        var activity = listener.Activities.Single();
        Assert.That(activity.Status, Is.EqualTo(ActivityStatusCode.Error));
        Assert.That(activity.StatusDescription, Is.EqualTo("System.IO.FileNotFoundException"));
        Assert.That(observer.Seen, Is.Empty);
    }

    [Test]
    public async Task The_observer_is_told_what_the_caller_gets()
    {
        var clock = new ManualTimeProvider();
        var observer = new Observer();
        var result = await Authenticator(observer, clock).VerifyAsync(Message, Session);
        var (session, seen, duration) = observer.Seen.Single();
        Assert.That(session, Is.SameAs(Session));
        Assert.That(seen, Is.SameAs(result));
        Assert.That(duration, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task An_observer_that_throws_costs_no_verdict()
    {
        var result = await Authenticator(new Observer(() => throw new InvalidOperationException("the log is full"))).VerifyAsync(Message, Session);
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.Pass));
    }
}
