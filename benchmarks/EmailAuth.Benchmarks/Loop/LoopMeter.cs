using System.Diagnostics;

namespace EmailAuth.Benchmarks.Loop;

/// <summary>What a number of runs took.</summary>
/// <param name="Runs">How many there were.</param>
/// <param name="Cpu">User and system time of the whole process.</param>
/// <param name="Wall">Time by the clock.</param>
/// <param name="PeakKilobytes">The most memory that the process had until then.</param>
internal readonly record struct LoopMeasurement(long Runs, TimeSpan Cpu, TimeSpan Wall, long PeakKilobytes)
{
    public double CpuNanoseconds => Cpu.TotalNanoseconds / Runs;

    public double WallNanoseconds => Wall.TotalNanoseconds / Runs;
}

/// <summary>Repeats subjects and takes the time.</summary>
internal static class LoopMeter
{
    private const int LargestToWarmUp = 1_000_000;

    /// <summary>What runs between two looks at the clock takes about so long.</summary>
    private static readonly TimeSpan Batch = TimeSpan.FromMilliseconds(5);

    /// <summary>Goes through the small subjects in turn until so much CPU time is used, and through each large one once.</summary>
    public static async Task WarmUpAsync(IReadOnlyList<LoopSubject> subjects, TimeSpan time)
    {
        foreach (var subject in subjects)
            await subject.RunAsync();
        LoopSubject[] small = [.. subjects.Where(static subject => subject.Length < LargestToWarmUp)];
        for (var started = Environment.CpuUsage.TotalTime; small.Length > 0 && Environment.CpuUsage.TotalTime - started < time;)
        {
            foreach (var subject in small)
                await subject.RunAsync();
        }
    }

    /// <summary>Repeats a subject until so much CPU time is used; at least once.</summary>
    public static async Task<LoopMeasurement> RepeatAsync(LoopSubject subject, TimeSpan cpu)
    {
        var total = await RunAsync(subject, 1);
        var batch = RunsIn(total, Batch);
        var cpuStarted = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        long runs = 0;
        TimeSpan used;
        do
        {
            for (var i = 0; i < batch; i++)
                await subject.RunAsync();
            runs += batch;
            used = Environment.CpuUsage.TotalTime - cpuStarted;
        }
        while (used < cpu);
        return new LoopMeasurement(runs, used, Stopwatch.GetElapsedTime(started), ResidentSet.PeakKilobytes);
    }

    public static async Task<LoopMeasurement> RunAsync(LoopSubject subject, int runs)
    {
        var cpuStarted = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < runs; i++)
            await subject.RunAsync();
        var cpu = Environment.CpuUsage.TotalTime - cpuStarted;
        return new LoopMeasurement(runs, cpu, Stopwatch.GetElapsedTime(started), ResidentSet.PeakKilobytes);
    }

    /// <summary>How many runs fill a time of work, whoever else is at work.</summary>
    public static int RunsIn(LoopMeasurement measured, TimeSpan time) =>
        (int)Math.Clamp(time / (measured.Cpu / measured.Runs + TimeSpan.FromTicks(1)), 1, 1 << 20);
}
