using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EmailAuth.Fuzz;

/// <summary>The processor time of the calling thread; elsewhere than on Linux the clock.</summary>
internal static partial class ThreadTime
{
    private const int ThreadClock = 3;

    private struct TimeValue
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    public static TimeSpan Now() =>
        OperatingSystem.IsLinux() && GetTime(ThreadClock, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
            : Stopwatch.GetElapsedTime(0);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeValue time);
}
