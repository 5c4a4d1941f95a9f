using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmailAuth.Hosting.Tests;

/// <summary>
/// One process of a cluster, as a host would write it: settings, Redis, verdicts. Its first line says that it is connected. For every line on its standard input,
/// the domain of a sender, it writes one with the verdict and how the shared cache does; by then its own entries are written.
/// </summary>
internal static class ClusterProcess
{
    public static async Task Main(string[] args)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddStackExchangeRedisCache(redis => redis.Configuration = $"{args[1]},connectTimeout=1000,abortConnect=false");
        builder.Services.AddEmailAuth(TestHost.Configuration(("Dns:Servers:0", args[0]), ("SharedCache:Enabled", "true"), ("SharedCache:LookupTimeLimit", "00:00:02")));
        using var host = builder.Build();
        await host.StartAsync();
        // The connection is made by the first look-up; how long that takes on a busy machine decides nothing in the test.
        await host.Services.GetRequiredService<IDistributedCache>().GetAsync("any");
        await Console.Out.WriteLineAsync("connected");
        var shared = host.Services.GetRequiredService<DnsChain>().Shared!;
        while (await Console.In.ReadLineAsync() is { } domain)
        {
            var session = new SmtpSession(TestHost.Legitimate, $"mx.{domain}", $"ann@{domain}");
            var message = Message.EmailMessage.FromBytes(System.Text.Encoding.ASCII.GetBytes($"From: ann@{domain}\r\n\r\nbody\r\n"));
            var result = await host.Services.GetRequiredService<EmailAuthenticator>().VerifyAsync(message, session);
            while (shared.WritesUnderWay > 0)
                await Task.Delay(5);
            await Console.Out.WriteLineAsync($"{domain} spf={result.Spf.Status} dmarc={result.Dmarc.Status} shared={(shared.IsBypassed ? "bypassed" : "in use")}");
        }
        await host.StopAsync();
    }
}
