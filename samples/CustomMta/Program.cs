using System.Net;
using CustomMta;
using CustomMta.Mail;
using CustomMta.Settings;
using CustomMta.Smtp;
using EmailAuth;
using EmailAuth.Dns;
using EmailAuth.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;

// A mail server that receives: SMTP on Kestrel, a verdict while the message arrives, a reply by the verdict, a Maildir.
// Usage: dotnet run --project samples/CustomMta -- --zone samples/zones/example.zone   (from the root of the repository; --help tells more)
if (args.Contains("--help") || args.Contains("-h"))
{
    MtaSettings.WriteHelp(Console.Out);
    return 0;
}
var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
try
{
    builder.Configuration.AddInMemoryCollection(Arguments.Parse(args));
}
catch (UsageException exception)
{
    return Refuse(64, [exception.Message]);
}
var problems = new List<string>();
var mta = MtaSettings.Read(builder.Configuration, problems);

// The library: each verdict is one line of the log.
builder.Services.AddEmailAuth(builder.Configuration.GetSection("EmailAuth"));
builder.Services.AddHealthChecks().AddEmailAuth();
builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics
    .AddMeter(EmailAuthMetrics.MeterName, DnsMetrics.MeterName, SharedCacheMetrics.MeterName, MtaMetrics.MeterName)
    .AddPrometheusExporter());

// The server.
builder.Services.AddSingleton(mta);
builder.Services.AddSingleton<MtaMetrics>();
builder.Services.AddSingleton<ConnectionSlots>();
builder.Services.AddSingleton<TransactionLog>();
builder.Services.AddSingleton<MessageReceiver>();
builder.Services.AddSingleton<SmtpConnectionHandler>();
builder.Services.AddSingleton(TimeProvider.System);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Parse(mta.Address), mta.Port, static smtp =>
        smtp.Run(connection => smtp.ApplicationServices.GetRequiredService<SmtpConnectionHandler>().OnConnectedAsync(connection)));
    kestrel.Listen(IPAddress.Loopback, mta.MetricsPort, static http => http.Protocols = HttpProtocols.Http1);
});
// What a client may have under way unread, in each direction; the rest waits on its side.
builder.WebHost.UseSockets(static sockets => (sockets.MaxReadBufferSize, sockets.MaxWriteBufferSize) = (64 << 10, 64 << 10));

await using var app = builder.Build();
problems.AddRange(StartCheck.Problems(app.Services, mta, isFolderMade: problems.Count == 0));
if (problems.Count > 0)
    return Refuse(78, problems);
app.MapPrometheusScrapingEndpoint();   // /metrics
app.MapHealthChecks("/healthz");
try
{
    await app.StartAsync();
}
catch (IOException exception)
{
    return Refuse(69, [$"{exception.Message} Right would be a free one: --port, --metrics-port, --Smtp:Address."]);
}
Console.WriteLine($"Listening: {string.Join(" ", app.Urls.Select(static (url, index) => index == 0 ? url.Replace("http:", "smtp:", StringComparison.Ordinal) : url + "/metrics"))}");
await app.WaitForShutdownAsync();
return 0;

static int Refuse(int status, IEnumerable<string> problems)
{
    foreach (var problem in problems)
        Console.Error.WriteLine($"CustomMta: {problem}");
    return status;
}
