using System.Net;
using System.Text;
using EmailAuth.Message;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmailAuth.Hosting.Tests;

/// <summary>A host with EmailAuth in it, and mail to judge.</summary>
internal static class TestHost
{
    public const string Zone = """
        legit.example.         TXT "v=spf1 ip4:192.0.2.1 -all"
        _dmarc.legit.example.  TXT "v=DMARC1; p=reject"
        """;

    public static readonly IPAddress Legitimate = IPAddress.Parse("192.0.2.1");
    public static readonly IPAddress Attacker = IPAddress.Parse("203.0.113.5");

    public static EmailMessage Message => EmailMessage.FromBytes(Encoding.UTF8.GetBytes("From: ann.private@legit.example\r\nSubject: x\r\n\r\nbody\r\n"));

    public static SmtpSession Session(IPAddress? client = null, string helo = "client-host.example") => new(client ?? Legitimate, helo, "ann.private@legit.example");

    public static IConfiguration Configuration(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"EmailAuth:{setting.Key}", setting.Value))).Build().GetSection("EmailAuth");

    public static IHost Build(Action<IServiceCollection> configure, LogLines? lines = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        if (lines is not null)
            builder.Logging.AddProvider(lines);
        configure(builder.Services);
        return builder.Build();
    }

    public static ValueTask<VerificationResult> VerifyAsync(this IHost host, SmtpSession? session = null) =>
        host.Services.GetRequiredService<EmailAuthenticator>().VerifyAsync(Message, session ?? Session());
}
