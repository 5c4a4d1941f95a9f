using System.Diagnostics.Metrics;

namespace EmailAuth.Syntax;

/// <summary>
/// Counts how often a limit was hit: the instrument <c>emailauth.limit.hits</c>. It stands below all rooms, since each of them has limits. Nothing is counted
/// while nobody listens.
/// </summary>
internal static class LimitHits
{
    private static readonly Meter Meter = new("EmailAuth");
    private static readonly Counter<long> Hits = Meter.CreateCounter<long>("emailauth.limit.hits", "{hit}", "Limits that were hit.");

    /// <summary>Counts one hit.</summary>
    /// <param name="limit">The limit by its place in the record of all limits, such as <c>Spf.MaxDnsLookups</c>; null if none was hit.</param>
    public static void Count(string? limit)
    {
        if (limit is not null && Hits.Enabled)
            Hits.Add(1, new KeyValuePair<string, object?>("emailauth.limit", limit));
    }
}
