using System.Diagnostics;
using System.Globalization;

namespace EmailAuth.Benchmarks.Loop;

/// <summary>The memory of this process.</summary>
internal static class ResidentSet
{
    /// <summary>The most that was resident so far (VmHWM), in KiB.</summary>
    public static long PeakKilobytes
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return Process.GetCurrentProcess().PeakWorkingSet64 >> 10;
            foreach (var line in File.ReadLines("/proc/self/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    return long.Parse(line.AsSpan("VmHWM:".Length).TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
            }
            return 0;
        }
    }
}
