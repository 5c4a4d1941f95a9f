using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace EmailAuth.Benchmarks;

/// <summary>Many short iterations in one process, so that what is compared meets the same machine; times beside their best, and allocated bytes.</summary>
internal class GoalConfig : ManualConfig
{
    public GoalConfig()
        : this(Job.Default.WithWarmupCount(10).WithIterationCount(40).WithIterationTime(TimeInterval.FromMilliseconds(40)))
    {
    }

    protected GoalConfig(Job job)
    {
        AddJob(job.WithToolchain(InProcessEmitToolchain.Instance));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumn(StatisticColumn.Min, StatisticColumn.Median);
    }
}

/// <summary>For operations of many milliseconds: a few iterations of one each.</summary>
internal sealed class LargeGoalConfig() : GoalConfig(Job.Default.WithWarmupCount(2).WithIterationCount(8).WithInvocationCount(1).WithUnrollFactor(1));
