using System.Diagnostics;
using System.Diagnostics.Metrics;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>
/// What an <see cref="EmailAuthenticator"/> measures and traces, through <see cref="System.Diagnostics.Metrics"/> and <see cref="ActivitySource"/>, as
/// OpenTelemetry reads them. Nothing is measured while nobody listens. No instrument and no trace holds an address, or any other text of a peer.
/// What the DNS resolvers measure stands at <see cref="Dns.DnsMetrics"/>.
/// </summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Instrument</term><description>What it tells</description></listheader>
/// <item><term><c>emailauth.verify.duration</c>, histogram, s</term><description>How long a verdict took, the arrival of the message included, by
/// <c>emailauth.dmarc</c> (the DMARC result), or by <c>error.type</c> where the call threw.</description></item>
/// <item><term><c>emailauth.verify.active</c>, up-down counter, {message}</term><description>Messages under way.</description></item>
/// <item><term><c>emailauth.verdicts</c>, counter, {message}</term><description>Verdicts, one for each method, by <c>emailauth.method</c> (<c>spf</c>, <c>dkim</c>,
/// <c>arc</c>, <c>dmarc</c>) and <c>emailauth.result</c> (the RFC's word). Divided by four it counts messages.</description></item>
/// <item><term><c>emailauth.verify.dns_queries</c>, histogram, {query}</term><description>DNS questions of a message, those that a cache answered included.</description></item>
/// <item><term><c>emailauth.limit.hits</c>, counter, {hit}</term><description>How often a limit was hit, by <c>emailauth.limit</c>: its place in <see cref="EmailAuthLimits"/>,
/// such as <c>Spf.MaxDnsLookups</c>, or <c>TimeLimit</c>. What is judged anew for shadows counts again.</description></item>
/// <item><term><c>emailauth.shadow.verdicts</c>, counter, {message}</term><description>Verdicts of <see cref="ShadowPolicy"/>, by <c>emailauth.shadow</c> (its name),
/// <c>emailauth.shadow.disagrees</c> and <c>emailauth.shadow.complete</c>.</description></item>
/// </list>
/// The activity <c>emailauth.verify</c> spans one call. Its tags are <c>emailauth.spf</c>, <c>emailauth.dkim</c>, <c>emailauth.arc</c>, <c>emailauth.dmarc</c>,
/// <c>emailauth.disposition</c>, <c>emailauth.dns_queries</c> and <c>emailauth.transient</c>.
/// </remarks>
public static class EmailAuthMetrics
{
    /// <summary>The name of the meter, for <c>AddMeter</c>.</summary>
    public const string MeterName = "EmailAuth";

    /// <summary>The name of the activity source, for <c>AddSource</c>.</summary>
    public const string ActivitySourceName = "EmailAuth";

    private static readonly ActivitySource Activities = new(ActivitySourceName);
    private static readonly Meter Meter = new(MeterName);
    // Without advice the boundaries are for milliseconds, and every verdict falls into the first bucket.
    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "emailauth.verify.duration", "s", "How long a verdict took.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] });
    private static readonly UpDownCounter<long> Active = Meter.CreateUpDownCounter<long>("emailauth.verify.active", "{message}", "Messages under way.");
    private static readonly Counter<long> Verdicts = Meter.CreateCounter<long>("emailauth.verdicts", "{message}", "Verdicts, one for each method.");
    private static readonly Histogram<long> Queries = Meter.CreateHistogram(
        "emailauth.verify.dns_queries", "{query}", "DNS questions of a message.", tags: null,
        new InstrumentAdvice<long> { HistogramBucketBoundaries = [0, 2, 5, 10, 15, 20, 30, 50, 100] });

    private static readonly Counter<long> Shadows = Meter.CreateCounter<long>("emailauth.shadow.verdicts", "{message}", "Verdicts of shadow policies.");

    internal static bool IsOn => Duration.Enabled || Active.Enabled || Verdicts.Enabled || Queries.Enabled || Activities.HasListeners();

    internal static Activity? StartActivity() => Activities.StartActivity("emailauth.verify");

    /// <summary>Whether it was counted, so that only what was counted in is counted out.</summary>
    internal static bool CountIn()
    {
        if (!Active.Enabled)
            return false;
        Active.Add(1);
        return true;
    }

    internal static void CountOut() => Active.Add(-1);

    internal static void Record(VerificationResult result, TimeSpan duration)
    {
        Duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("emailauth.dmarc", result.Dmarc.Status.ToKeyword()));
        Queries.Record(result.DnsQueries);
        Count("spf", result.Spf.Status.ToKeyword());
        Count("dkim", result.DkimStatus.ToKeyword());
        Count("arc", result.Arc.Status.ToKeyword());
        Count("dmarc", result.Dmarc.Status.ToKeyword());
    }

    /// <summary>The name is the operator's own, and there are as many as he has named.</summary>
    internal static void Record(ShadowVerdict shadow) => Shadows.Add(1,
        new KeyValuePair<string, object?>("emailauth.shadow", shadow.Name),
        new KeyValuePair<string, object?>("emailauth.shadow.disagrees", shadow.Disagrees),
        new KeyValuePair<string, object?>("emailauth.shadow.complete", shadow.IsComplete));

    internal static void RecordError(Exception exception, TimeSpan duration) =>
        Duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("error.type", exception.GetType().FullName));

    internal static void Describe(Activity activity, VerificationResult result)
    {
        activity.SetTag("emailauth.spf", result.Spf.Status.ToKeyword());
        activity.SetTag("emailauth.dkim", result.DkimStatus.ToKeyword());
        activity.SetTag("emailauth.arc", result.Arc.Status.ToKeyword());
        activity.SetTag("emailauth.dmarc", result.Dmarc.Status.ToKeyword());
        activity.SetTag("emailauth.disposition", result.Dmarc.Disposition.ToKeyword());
        activity.SetTag("emailauth.dns_queries", result.DnsQueries);
        activity.SetTag("emailauth.transient", result.IsTransient);
    }

    private static void Count(string method, string result) =>
        Verdicts.Add(1, new KeyValuePair<string, object?>("emailauth.method", method), new KeyValuePair<string, object?>("emailauth.result", result));
}
