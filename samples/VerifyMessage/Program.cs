using System.Net;
using EmailAuth;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;

// Usage: dotnet run --project samples/VerifyMessage   (from the root of the repository)
using var dns = new CachingDnsResolver(ZoneDnsResolver.Load("samples/zones/example.zone"));
var authenticator = new EmailAuthenticator(dns);   // one for the whole process

await using var stream = File.OpenRead("samples/messages/newsletter.eml");
var session = new SmtpSession(IPAddress.Parse("192.0.2.150"), Helo: "letters.example.com", MailFrom: "letter@example.com");
var result = await authenticator.VerifyAsync(EmailMessage.FromStream(stream), session);

Console.WriteLine(result.ToAuthenticationResults("mx.receiver.example"));
if (result.Dmarc.Disposition == DmarcPolicy.Reject)
    Console.WriteLine($"550 5.7.26 {result.Dmarc.ReasonText}");
