using System.Globalization;
using Spectre.Console;

namespace BatchAudit;

/// <summary>The terminal: a progress bar while it works, a table at the end. Elsewhere there is no bar, and the table has no colours.</summary>
internal static class AuditConsole
{
    private const int MostDomains = 10;

    public static async Task WithProgressAsync(int messages, Func<Action, Task> work)
    {
        if (Console.IsErrorRedirected || messages == 0)
        {
            await work(static () => { });
            return;
        }
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await terminal.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("Verifying", maxValue: messages);
                await work(() => task.Increment(1));
            });
    }

    public static void WriteSummary(AuditSummary summary)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("DMARC by author domain");
        table.AddColumn("Domain");
        foreach (var heading in (string[])["Messages", "Pass", "Fail", "None", "Error"])
            table.AddColumn(heading, column => column.RightAligned());
        foreach (var (domain, results) in summary.Domains.Take(MostDomains))
        {
            table.AddRow(
                new Text(SafeText.OneLine(domain, 60)),
                Number(results.Total, Color.Default),
                Number(results["pass"], Color.Green),
                Number(results["fail"], Color.Red),
                Number(results["none"], Color.Default),
                Number(results["temperror"] + results["permerror"], Color.Yellow));
        }
        if (summary.Domains.Count() is var domains && domains > MostDomains)
            table.Caption($"and {domains - MostDomains} more domains, in the report");
        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{summary.Messages} messages: {summary.Concerns[nameof(Concern.Authentic)]} authentic, {summary.Dispositions["reject"]} to reject, {summary.Dispositions["quarantine"]} to quarantine, {summary.Concerns[nameof(Concern.NotProven)]} not proven, {summary.Concerns[nameof(Concern.Unsure)]} to try again, {summary.Unread} unread"));
        if (summary.Protocols.Single(static row => row.Protocol == "SPF").Results[AuditedMessage.NotChecked] is > 0 and var unjudged)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"SPF was not checked for {unjudged} of them, as their SMTP sessions are not known: a fail among these says only that no DKIM signature speaks for the domain (--help)."));
        Console.WriteLine($"Report: {SafeText.OneLine(summary.Options.ReportFile, 200)}");
    }

    private static Text Number(int number, Color colour) =>
        new(number == 0 ? "-" : number.ToString(CultureInfo.InvariantCulture), number == 0 ? Style.Plain : new Style(colour));
}
