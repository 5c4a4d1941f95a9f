#pragma warning disable IDE1006 // They are the variables of a program, as its pieces name them.
using System.Net;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MimeKit;

namespace EmailAuth.Guides.Tests;

/// <summary>What stands before a piece of a program on a page. A piece that makes one of these itself hides it.</summary>
public static class Before
{
    public static string[] args { get; } = [];

    public static CachingDnsResolver dns => field ??= new(ZoneDnsResolver.Load("samples/zones/example.zone"));

    public static IDnsResolver resolver => dns;

    public static EmailAuthenticatorOptions options { get; } = new() { KeepEvidence = true };

    public static EmailAuthenticator authenticator => field ??= new(dns, options);

    public static SmtpSession session { get; } = new(IPAddress.Parse("192.0.2.150"), "letters.example.com", "letter@example.com");

    public static EmailMessage message => EmailMessage.FromFile("samples/messages/newsletter.eml");

    public static VerificationResult result => authenticator.VerifyAsync(message, session).AsTask().GetAwaiter().GetResult();

    public static Stream stream => Stream.Null;

    public static Stream mailbox => Stream.Null;

    public static ReadOnlyMemory<byte> chunk => default;

    public static IPAddress address => IPAddress.Loopback;

    public static string helo => "letters.example.com";

    public static string mailFrom => "letter@example.com";

    public static CancellationToken cancellationToken => CancellationToken.None;

    public static HostApplicationBuilder builder => field ??= Host.CreateEmptyApplicationBuilder(null);

    public static IServiceCollection services => builder.Services;

    public static DkimSigner signer => new(new DkimSignerOptions { Domain = DomainName.Parse("example.com"), Selector = "mail", Key = SigningKey.GenerateEd25519() });

    public static SigningKey key => SigningKey.GenerateEd25519();
}

/// <summary>What stands before a piece of a program on the page of EmailAuth.MimeKit.</summary>
public static class BeforeMime
{
    public static MimeMessage message { get; } = new();

    public static DkimSigner signer => Before.signer;

    public static Sender smtp { get; } = new();

    /// <summary>MailKit's SmtpClient, as far as a page names it.</summary>
    public sealed class Sender
    {
        public Task SendAsync(MimeMessage message) => Task.FromResult(message.ToString());
    }
}
