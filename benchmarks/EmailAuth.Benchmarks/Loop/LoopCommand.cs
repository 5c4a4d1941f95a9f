using EmailAuth.Dns;

namespace EmailAuth.Benchmarks.Loop;

/// <summary>
/// <c>loop MODE ZONE SECONDS ARG…</c>: one operation again and again in one process, for comparisons with programs of other projects. A JSON line on
/// standard output for each message; what is wrong with the arguments on standard error, with exit status 2.
/// </summary>
internal static class LoopCommand
{
    /// <summary>How long small messages are gone through before anything is measured, so that their code is compiled to its end.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, TimeSpan? warmUp = null)
    {
        try
        {
            await RunAsync(LoopArguments.Parse(args), output, warmUp ?? WarmUp);
            return 0;
        }
        catch (LoopException exception)
        {
            await error.WriteLineAsync($"loop: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or ZoneFileException)
        {
            await error.WriteLineAsync($"loop: {exception.Message}");
        }
        return 2;
    }

    private static async Task RunAsync(LoopArguments arguments, TextWriter output, TimeSpan warmUp)
    {
        switch (arguments.Mode)
        {
            case "mem":
                await MemoryRun.RunAsync(arguments, output);
                break;
            case "full":
                await FullRun.RunAsync(arguments, output);
                break;
            case "floor":
                await FloorRun.RunAsync(arguments, output, warmUp);
                break;
            default:
                await RepeatAsync(LoopSubject.Create(arguments), arguments.Seconds, output, warmUp);
                break;
        }
    }

    private static async Task RepeatAsync(IReadOnlyList<LoopSubject> subjects, double seconds, TextWriter output, TimeSpan warmUp)
    {
        await LoopMeter.WarmUpAsync(subjects, warmUp);
        foreach (var subject in subjects)
        {
            var measured = await LoopMeter.RepeatAsync(subject, TimeSpan.FromSeconds(seconds));
            await output.WriteLineAsync(LoopLine.Begin(subject.Message, subject.Peer).Add(measured).Add("verdict", subject.Verdict).ToString());
        }
    }
}
