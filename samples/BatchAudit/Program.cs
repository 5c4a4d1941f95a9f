using BatchAudit;
using BatchAudit.Report;
using EmailAuth;
using EmailAuth.Dns;

// Verifies every message of a folder, and writes what came of it as a page that opens anywhere.
// Usage: dotnet run --project samples/BatchAudit -- samples/messages --zone samples/zones/example.zone --sessions samples/messages/expected.json
if (args is ["--help" or "-h"])
{
    Console.Write(AuditOptions.Usage);
    return 0;
}
AuditOptions options;
Dictionary<string, SmtpSession>? sessions;
IDnsResolver servers;
try
{
    options = AuditOptions.Parse(args);
    sessions = options.SessionsFile is { } file ? SessionFile.Read(file) : null;
    servers = options.ZoneFiles.IsEmpty
        ? new DnsClientResolver(new DnsClientOptions { Servers = options.DnsServers })
        : ZoneDnsResolver.Load(options.ZoneFiles.AsSpan());
}
catch (Exception exception) when (exception is UsageException or FormatException or ZoneFileException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"BatchAudit: {SafeText.OneLine(exception.Message, 400)}");
    return exception is UsageException ? 64 : 66;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    interrupted.Cancel();
};

using var dns = new CachingDnsResolver(servers);
var audit = new MessageAudit(new EmailAuthenticator(dns), options, sessions);
var summary = new AuditSummary(options);
try
{
    await AuditConsole.WithProgressAsync(audit.CountMessages(), step => audit.RunAsync(summary, step, interrupted.Token));
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    Console.Error.WriteLine("BatchAudit: interrupted; no report is written.");
    return 130;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    // A message that cannot be read is a line of the report; this is the folder itself.
    Console.Error.WriteLine($"BatchAudit: the folder cannot be read: {SafeText.OneLine(exception.Message, 400)}");
    return 66;
}

try
{
    // Beside the old report until it is whole: a new file by a name that nobody could foretell and put a link there.
    var unfinished = $"{options.ReportFile}.{Guid.NewGuid():N}.part";
    try
    {
        await using (var text = new StreamWriter(new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None)))
            ReportPage.Write(text, summary, TimeProvider.System.GetUtcNow());
        File.Move(unfinished, options.ReportFile, overwrite: true);
    }
    finally
    {
        File.Delete(unfinished);
    }
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"BatchAudit: the report cannot be written: {SafeText.OneLine(exception.Message, 400)}");
    return 74;
}
AuditConsole.WriteSummary(summary);
return summary.Unread > 0 ? 66 : 0;
