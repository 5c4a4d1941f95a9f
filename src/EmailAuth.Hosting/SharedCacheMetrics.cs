using System.Diagnostics.Metrics;

namespace EmailAuth.Hosting;

/// <summary>What a <see cref="SharedCacheDnsResolver"/> counts, through <see cref="System.Diagnostics.Metrics"/>. Nothing is measured while nobody listens.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Instrument</term><description>What it tells</description></listheader>
/// <item><term><c>emailauth.dns.shared_cache.lookups</c>, counter, {query}</term><description>Questions that the process's own cache could not answer, by
/// <c>outcome</c>: <c>hit</c>, <c>miss</c>, <c>renewed</c> (there, but near its end), <c>rejected</c> (not believed), <c>failed</c>, <c>bypassed</c> (not asked,
/// after a failure).</description></item>
/// <item><term><c>emailauth.dns.shared_cache.rejections</c>, counter, {entry}</term><description>Entries that were not believed, by <c>reason</c>: <c>malformed</c>,
/// <c>not_signed</c>, <c>other_question</c>, <c>not_shareable</c>, <c>out_of_bounds</c>, <c>expired</c>, <c>too_long</c>. Anything but <c>expired</c> wants to be
/// looked at: somebody else writes to the cache.</description></item>
/// <item><term><c>emailauth.dns.shared_cache.writes</c>, counter, {entry}</term><description>Answers to be shared, by <c>outcome</c>: <c>written</c>, <c>failed</c>,
/// <c>dropped</c> (too many under way).</description></item>
/// </list>
/// </remarks>
public static class SharedCacheMetrics
{
    /// <summary>The name of the meter, for <c>AddMeter</c>.</summary>
    public const string MeterName = "EmailAuth.Hosting";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Lookups = Meter.CreateCounter<long>("emailauth.dns.shared_cache.lookups", "{query}", "Questions to the shared cache.");
    private static readonly Counter<long> Rejections = Meter.CreateCounter<long>("emailauth.dns.shared_cache.rejections", "{entry}", "Entries that were not believed.");
    private static readonly Counter<long> Writes = Meter.CreateCounter<long>("emailauth.dns.shared_cache.writes", "{entry}", "Answers to be shared.");

    internal static void CountLookup(string outcome) => Lookups.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal static void CountRejection(string reason) => Rejections.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal static void CountWrite(string outcome) => Writes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
