namespace EmailAuth.Benchmarks.Loop;

/// <summary>
/// The mode <c>floor</c>, whose ARG is another mode (dkim, verdict or sign) and what that one takes: rounds of it and of what nobody can do without,
/// in turn, so that both meet the same machine. Of the rounds the best and the median count.
/// </summary>
internal static class FloorRun
{
    private const int Probes = 3;

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(LoopArguments arguments, TextWriter output, TimeSpan warmUp)
    {
        if (arguments.Rest is not ["dkim" or "verdict" or "sign", ..])
            throw new LoopException("the mode floor needs the mode to compare: dkim, verdict or sign, and what that takes");
        var compared = arguments with { Mode = arguments.Rest[0], Rest = arguments.Rest[1..] };
        var subjects = LoopSubject.Create(compared);
        var floors = FloorsOf(compared);
        await LoopMeter.WarmUpAsync([.. floors, .. subjects], warmUp);
        for (var i = 0; i < subjects.Count; i++)
            await output.WriteLineAsync(await CompareAsync(compared.Mode, floors[i], subjects[i], TimeSpan.FromSeconds(arguments.Seconds)));
    }

    private static List<LoopSubject> FloorsOf(LoopArguments arguments)
    {
        if (arguments.Mode == "sign")
        {
            var (parts, others) = arguments.Split("KEYFILE,DOMAIN,SELECTOR");
            var key = SignSubject.Prepare(parts).Key;
            return [.. others.Messages.Select(path => new SignFloor(key, LoopSubject.NameOf(path), File.ReadAllBytes(path)))];
        }
        using var zone = LoopSubject.OpenZone(arguments);
        var messages = arguments.Mode == "verdict" ? arguments.Split("IP,HELO,SENDER").Others.Messages : arguments.Messages;
        return [.. messages.Select(path => new VerifyFloor(zone, LoopSubject.NameOf(path), File.ReadAllBytes(path)))];
    }

    private static async Task<string> CompareAsync(string mode, LoopSubject floor, LoopSubject subject, TimeSpan cpu)
    {
        var floorRuns = LoopMeter.RunsIn(await LoopMeter.RunAsync(floor, Probes), Round);
        var subjectRuns = LoopMeter.RunsIn(await LoopMeter.RunAsync(subject, Probes), Round);
        List<double> floorTimes = [], subjectTimes = [], ratios = [];
        long allocated = 0;
        for (var started = Environment.CpuUsage.TotalTime; Environment.CpuUsage.TotalTime - started < cpu || ratios.Count < 3;)
        {
            var below = (await LoopMeter.RunAsync(floor, floorRuns)).CpuNanoseconds;
            var before = GC.GetTotalAllocatedBytes();
            var above = (await LoopMeter.RunAsync(subject, subjectRuns)).CpuNanoseconds;
            allocated += GC.GetTotalAllocatedBytes() - before;
            floorTimes.Add(below);
            subjectTimes.Add(above);
            ratios.Add(above / below);
        }
        return LoopLine.Begin(subject.Message).Add("mode", "floor").Add("subject", mode).Add("rounds", ratios.Count)
            .Add("floor_cpu_ns_best", (long)floorTimes.Min()).Add("floor_cpu_ns_median", (long)Median(floorTimes))
            .Add("cpu_ns_best", (long)subjectTimes.Min()).Add("cpu_ns_median", (long)Median(subjectTimes))
            .Add("ratio_best", subjectTimes.Min() / floorTimes.Min(), digits: 3).Add("ratio_median", Median(ratios), digits: 3)
            .Add("allocated_per_op", allocated / (ratios.Count * (long)subjectRuns)).Add("verdict", subject.Verdict).ToString();
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
