using System.Diagnostics.Metrics;

namespace EmailAuth.Dns;

/// <summary>
/// What the resolvers of this namespace count, through <see cref="System.Diagnostics.Metrics"/>. Nothing is measured while nobody listens.
/// </summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Instrument</term><description>What it tells</description></listheader>
/// <item><term><c>emailauth.dns.queries</c></term><description>Questions that <see cref="DnsClientResolver"/> put to servers, by
/// <c>dns.question.type</c> (TXT, MX …) and <c>outcome</c> (a <see cref="DnsStatus"/>).</description></item>
/// <item><term><c>emailauth.dns.query.duration</c></term><description>How long they took, in seconds, with the same tags.</description></item>
/// <item><term><c>emailauth.dns.queries.active</c></term><description>How many are under way or wait to be.</description></item>
/// <item><term><c>emailauth.dns.cache.hits</c>, <c>emailauth.dns.cache.misses</c></term><description>Questions that <see cref="CachingDnsResolver"/>
/// answered from what it keeps, and those it did not; who joins a question under way is a miss.</description></item>
/// <item><term><c>emailauth.dns.cache.stale</c></term><description>Those of the hits and misses that got records whose time was over.</description></item>
/// <item><term><c>emailauth.dns.cache.evictions</c></term><description>Answers left out to make room.</description></item>
/// <item><term><c>emailauth.dns.message.over_budget</c></term><description>Questions not asked because their message had used up its queries or its
/// time.</description></item>
/// <item><term><c>emailauth.dns.message.ahead</c></term><description>Questions that a message asked ahead of their turn and that were not answered at
/// once.</description></item>
/// <item><term><c>emailauth.dns.message.ahead_not_needed</c></term><description>Those of them whose turn did not come.</description></item>
/// </list>
/// </remarks>
public static class DnsMetrics
{
    /// <summary>The name of the meter, for <c>AddMeter</c>.</summary>
    public const string MeterName = "EmailAuth.Dns";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Queries = Meter.CreateCounter<long>("emailauth.dns.queries", "{query}", "Questions put to servers.");
    // Without advice the boundaries are for milliseconds, and every question falls into the first bucket.
    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "emailauth.dns.query.duration", "s", "How long a question took.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    private static readonly UpDownCounter<long> Active = Meter.CreateUpDownCounter<long>("emailauth.dns.queries.active", "{query}", "Questions under way or waiting.");
    private static readonly Counter<long> Hits = Meter.CreateCounter<long>("emailauth.dns.cache.hits", "{query}", "Questions answered from the cache.");
    private static readonly Counter<long> Misses = Meter.CreateCounter<long>("emailauth.dns.cache.misses", "{query}", "Questions not answered from the cache.");
    private static readonly Counter<long> Stale = Meter.CreateCounter<long>("emailauth.dns.cache.stale", "{query}", "Questions answered with records whose time was over.");
    private static readonly Counter<long> Evictions = Meter.CreateCounter<long>("emailauth.dns.cache.evictions", "{answer}", "Answers left out to make room.");
    private static readonly Counter<long> OverBudget = Meter.CreateCounter<long>("emailauth.dns.message.over_budget", "{query}", "Questions not asked for lack of budget.");

    private static readonly Counter<long> Ahead = Meter.CreateCounter<long>("emailauth.dns.message.ahead", "{query}", "Questions asked ahead of their turn.");
    private static readonly Counter<long> NotNeeded = Meter.CreateCounter<long>("emailauth.dns.message.ahead_not_needed", "{query}", "Questions asked ahead whose turn did not come.");

    internal static void CountHit(DnsAnswer answer)
    {
        if (Hits.Enabled)
            Hits.Add(1);
        if (Stale.Enabled && answer.IsStale)
            Stale.Add(1);
    }

    internal static void CountMiss()
    {
        if (Misses.Enabled)
            Misses.Add(1);
    }

    internal static void CountStale()
    {
        if (Stale.Enabled)
            Stale.Add(1);
    }

    internal static void CountEviction()
    {
        if (Evictions.Enabled)
            Evictions.Add(1);
    }

    internal static void CountOverBudget()
    {
        if (OverBudget.Enabled)
            OverBudget.Add(1);
    }

    internal static void CountAhead()
    {
        if (Ahead.Enabled)
            Ahead.Add(1);
    }

    internal static void CountNotNeeded(int questions)
    {
        if (NotNeeded.Enabled && questions > 0)
            NotNeeded.Add(questions);
    }

    /// <summary>One question to a server begins. What is returned is for <see cref="Ended"/>.</summary>
    internal static Started Begin(TimeProvider time)
    {
        var isCounted = Active.Enabled;
        if (isCounted)
            Active.Add(1);
        return new Started(isCounted, Duration.Enabled ? time.GetTimestamp() : 0);
    }

    /// <summary>It ended; the status is null where the caller left.</summary>
    internal static void Ended(Started started, DnsQuestion question, DnsStatus? status, TimeProvider time)
    {
        // Only what was counted in is counted out, or a listener that came between would see less than nothing.
        if (started.IsCounted)
            Active.Add(-1);
        if (status is not { } outcome || !(Queries.Enabled || Duration.Enabled))
            return;
        var type = new KeyValuePair<string, object?>("dns.question.type", NameOf(question.Type));
        var ending = new KeyValuePair<string, object?>("outcome", NameOf(outcome));
        Queries.Add(1, type, ending);
        if (started.Timestamp != 0)
            Duration.Record(time.GetElapsedTime(started.Timestamp).TotalSeconds, type, ending);
    }

    internal readonly record struct Started(bool IsCounted, long Timestamp);

    private static string NameOf(DnsRecordType type) => Enum.GetName(type) ?? "other";

    private static string NameOf(DnsStatus status) => Enum.GetName(status) ?? "other";
}
