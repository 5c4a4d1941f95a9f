using System.Net;
using System.Text;
using EmailAuth;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Hosting;
using EmailAuth.Message;
using EmailAuth.MimeKit;
using EmailAuth.Signatures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using MimeKit;

// Every library once, published as native code: keys, signing, sealing, verification, a host with settings from a configuration, and MimeKit. Ends in 0 if all is as it must be.
var domain = DomainName.Parse("example.com");
using var rsa = SigningKey.GenerateRsa();
using var ed25519 = SigningKey.GenerateEd25519();
var zone = ZoneDnsResolver.Parse($"""
    example.com.         TXT "v=spf1 ip4:192.0.2.1 -all"
    _dmarc.example.com.  TXT "v=DMARC1; p=reject"
    .                    NS  a.root.example.
    {DkimKeyRecord.FromKey(rsa).ToMasterFile(domain, "rsa")}
    {DkimKeyRecord.FromKey(ed25519).ToMasterFile(domain, "ed")}
    """);

var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Configuration.AddInMemoryCollection(
[
    new("EmailAuth:Dns:MaxTimePerMessage", "00:00:05"),
    new("EmailAuth:Cache:RefreshesAhead", "true"),
    new("EmailAuth:SharedCache:Enabled", "true"),
    new("EmailAuth:Verification:TrustedSealers:0:Domain", "lists.example.org"),
]);
builder.Services.AddDistributedMemoryCache();
builder.Services.AddEmailAuth(builder.Configuration.GetSection("EmailAuth"));
builder.Services.AddKeyedSingleton<IDnsResolver>(EmailAuthServices.Upstream, zone);
builder.Services.AddHealthChecks().AddEmailAuth();
using var host = builder.Build();
await host.StartAsync();
var authenticator = host.Services.GetRequiredService<EmailAuthenticator>();
var session = new SmtpSession(IPAddress.Parse("192.0.2.1"), "mx.example.com", "ann@example.com");

var message = new MimeMessage();
message.From.Add(new MailboxAddress("Ann", "ann@example.com"));
message.Subject = "Native";
message.Body = new TextPart("plain") { Text = "Hello" };
await new DkimSigner(Options("rsa", rsa)).SignAsync(message);
await new DkimSigner(Options("ed", ed25519)).SignAsync(message);
using var sent = new MemoryStream();
var format = FormatOptions.Default.Clone();
format.NewLineFormat = NewLineFormat.Dos;
message.WriteTo(format, sent);

var received = ReceivedMimeMessage.Load(sent.ToArray());
var result = await authenticator.VerifyAsync(received.ToEmailMessage(), session);
Check("SPF", result.Spf.Status == EmailAuth.Spf.SpfStatus.Pass);
Check("DKIM, RSA and Ed25519", result.Dkim.Count(signature => signature.Status == DkimStatus.Pass) == 2);
Check("DMARC", result.Dmarc.Status == DmarcStatus.Pass);

var sealer = new ArcSealer(new ArcSealerOptions { Domain = domain, Selector = "rsa", Key = rsa });
Check("seal", await sealer.SealAsync(received.Message, result.GetAuthenticationResults("mx.example.com"), result.Arc));
using var forwarded = new MemoryStream();
received.Message.WriteTo(format, forwarded);
var arrived = await authenticator.VerifyAsync(EmailMessage.FromBytes(forwarded.ToArray()), session);
Check("ARC", arrived.Arc.Status == ArcStatus.Pass);

var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
Check("health", health.Status == HealthStatus.Healthy);
Check("settings", host.Services.GetRequiredService<EmailAuthenticatorOptions>().TrustedSealers.Sealers.Length == 1);
await host.StopAsync();
Console.WriteLine(Encoding.UTF8.GetString(arrived.ToAuthenticationResults("mx.receiver.example").RawOctets.Span));
return Environment.ExitCode;

DkimSignerOptions Options(string selector, ISigningKey key) => new() { Domain = domain, Selector = selector, Key = key };

static void Check(string what, bool holds)
{
    Console.WriteLine($"{(holds ? "ok  " : "FAIL")} {what}");
    if (!holds)
        Environment.ExitCode = 1;
}
