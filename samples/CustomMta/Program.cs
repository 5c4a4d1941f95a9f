using System.Net;
using CustomMta;
using CustomMta.Mail;
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
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

// A mail server that receives: SMTP on Kestrel, a verdict while the message arrives, a reply by the verdict, a Maildir.
// Usage: dotnet run --project samples/CustomMta -- --zone samples/zones/example.zone   (from the root of the repository)
var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
builder.Configuration.AddCommandLine(args, new Dictionary<string, string>
{
    ["--zone"] = "EmailAuth:Dns:ZoneFile",       // answers all of DNS from a file
    ["--client"] = "Smtp:PretendedClient",       // judges as though every client came from this address
    ["--folder"] = "Smtp:Folder",
    ["--port"] = "Smtp:Port",
    ["--metrics-port"] = "Metrics:Port",
});

// The library: its settings are checked before the server starts, each verdict is one line of the log.
builder.Services.AddEmailAuth(builder.Configuration.GetSection("EmailAuth"));
builder.Services.AddHealthChecks().AddEmailAuth();
builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics
    .AddMeter(EmailAuthMetrics.MeterName, DnsMetrics.MeterName, SharedCacheMetrics.MeterName, MtaMetrics.MeterName)
    .AddPrometheusExporter());

// The server.
builder.Services.AddOptions<MtaOptions>()
    .Bind(builder.Configuration.GetSection("Smtp"), static binder => binder.ErrorOnUnknownConfiguration = true)
    .Validate<IOptions<EmailAuthOptions>>(static (_, emailAuth) => emailAuth.Value.AuthservId is not null, "EmailAuth:AuthservId is needed: it is the name of this server.")
    .Validate(static mta => mta.Problem is null, "Smtp: an address, a limit, a time limit or the folder of a mailbox cannot be used.")
    .ValidateOnStart();
builder.Services.AddSingleton<MtaMetrics>();
builder.Services.AddSingleton<ConnectionSlots>();
builder.Services.AddSingleton<MessageReceiver>();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<MtaOptions>, IConfiguration>(static (kestrel, mta, configuration) =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Parse(mta.Value.Address), mta.Value.Port, static smtp => smtp.UseConnectionHandler<SmtpConnectionHandler>());
    kestrel.Listen(IPAddress.Loopback, configuration.GetValue("Metrics:Port", 9464), static http => http.Protocols = HttpProtocols.Http1);
});
// What a client may have under way unread, in each direction; the rest waits on its side.
builder.WebHost.UseSockets(static sockets => (sockets.MaxReadBufferSize, sockets.MaxWriteBufferSize) = (64 << 10, 64 << 10));

await using var app = builder.Build();
app.Services.GetRequiredService<MessageReceiver>();   // makes the folders now, so that a wrong path shows at once
app.MapPrometheusScrapingEndpoint();   // /metrics
app.MapHealthChecks("/healthz");
await app.StartAsync();
Console.WriteLine($"Listening: {string.Join(" ", app.Urls.Select(static (url, index) => index == 0 ? url.Replace("http:", "smtp:", StringComparison.Ordinal) : url + "/metrics"))}");
await app.WaitForShutdownAsync();
