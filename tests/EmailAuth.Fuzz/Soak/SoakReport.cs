using System.Globalization;

namespace EmailAuth.Fuzz.Soak;

/// <summary>What a process holds at one moment of a soak.</summary>
internal sealed record SoakReport(
    TimeSpan Elapsed, long Messages, long Hostile, long Exceptions, long Names, int CacheEntries, long CacheBytes, long HeapBytes, long ResidentBytes, int Handles, int Threads, int FullCollections, TimeSpan Paused)
{
    public static string Heading => " minutes   messages    hostile     thrown      names   entries   cache KiB    heap KiB     RSS KiB handles threads  gen2  paused s";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Elapsed.TotalMinutes,8:N1} {Messages,10:N0} {Hostile,10:N0} {Exceptions,10:N0} {Names,10:N0} {CacheEntries,9:N0} {CacheBytes >> 10,11:N0} {HeapBytes >> 10,11:N0} {ResidentBytes >> 10,11:N0} {Handles,7} {Threads,7} {FullCollections,5} {Paused.TotalSeconds,9:N1}");
}
