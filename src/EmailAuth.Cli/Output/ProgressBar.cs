using System.Globalization;
using EmailAuth.Cli.CommandLine;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EmailAuth.Cli.Output;

/// <summary>
/// Shows on a terminal how far the work is; elsewhere nothing. It stands on standard error, and is gone when the work is done or has failed.
/// No text from outside is in it.
/// </summary>
internal static class ProgressBar
{
    /// <summary>Does the work, which calls what it is given after each step.</summary>
    public static Task RunAsync(CommandIo io, int total, Func<Action, Task> work) =>
        io.ShowsProgress ? ShowAsync(io, total, work) : work(static () => { });

    private static async Task ShowAsync(CommandIo io, int total, Func<Action, Task> work)
    {
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(io.Error),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            ColorSystem = io.WantsColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        });
        await terminal.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new CountColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask("Verifying", maxValue: total);
                await work(() => task.Increment(1)).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    /// <summary>How many of how many.</summary>
    private sealed class CountColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(string.Create(CultureInfo.InvariantCulture, $"{(long)task.Value}/{(long)task.MaxValue}"));
    }
}
