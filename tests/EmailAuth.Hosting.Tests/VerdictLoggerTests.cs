using System.Net;
using EmailAuth.Dns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmailAuth.Hosting.Tests;

/// <summary>What an operator reads of a verdict, and what he must not.</summary>
public class VerdictLoggerTests
{
    private static readonly string[] Addresses = ["203.0.113.5", "ann.private", "client-host"];

    private static async Task<LogLine[]> LogAsync(bool logAddresses, SmtpSession session)
    {
        var lines = new LogLines();
        using var host = TestHost.Build(
            services => services
                .AddEmailAuth(options => options.LogAddresses = logAddresses)
                .AddKeyedSingleton<IDnsResolver>(EmailAuthServices.Upstream, ZoneDnsResolver.Parse(TestHost.Zone)),
            lines);
        await host.VerifyAsync(session);
        return [.. lines.Seen.Where(line => line.Category == typeof(EmailAuthenticator).FullName)];
    }

    [Test]
    public async Task A_verdict_is_one_line_at_information_and_its_causes_are_at_debug()
    {
        var lines = await LogAsync(logAddresses: false, TestHost.Session(TestHost.Attacker));
        Assert.That(lines.Where(line => line.Level == LogLevel.Information).Select(line => line.Event), Is.EqualTo(new[] { "Verdict" }));
        Assert.That(lines[0].Text, Does.StartWith("legit.example: DMARC fail, SPF fail, DKIM none, ARC none; disposition reject, transient False; "));
        Assert.That(lines[0].Values.Keys, Is.EquivalentTo(new[]
        {
            "AuthorDomain", "Dmarc", "Spf", "Dkim", "Arc", "Disposition", "Transient", "DnsQueries", "Duration", "{OriginalFormat}",
        }));
        Assert.That(lines.Skip(1).Select(line => (line.Level, line.Event, line.Text)), Is.EqualTo(new[]
        {
            (LogLevel.Debug, "Cause", "SPF fail, domain \"legit.example\": MechanismMatched "),
            (LogLevel.Debug, "Cause", "SPF of HELO none, domain \"\": DomainDoesNotExist "),
            (LogLevel.Debug, "Cause", "DMARC fail, domain \"legit.example\": NoAuthenticatedIdentifier "),
        }));
    }

    [TestCase("client-host.example", "203.0.113.5")]
    [TestCase("[203.0.113.5]", "203.0.113.5")]
    [TestCase("", null)]
    public async Task No_line_tells_an_address_without_leave(string helo, string? client)
    {
        foreach (var mailFrom in new[] { "ann.private@legit.example", "<>", "ann.private", null })
        {
            var lines = await LogAsync(logAddresses: false, new SmtpSession(client is null ? null : IPAddress.Parse(client), helo, mailFrom));
            Assert.That(lines, Is.Not.Empty);
            foreach (var line in lines)
            {
                var all = line.Text + string.Join(' ', line.Values.Values);
                foreach (var address in Addresses)
                    Assert.That(all, Does.Not.Contain(address));
            }
        }
    }

    [Test]
    public async Task With_leave_the_line_tells_the_session_and_the_causes_their_texts()
    {
        var lines = await LogAsync(logAddresses: true, TestHost.Session(TestHost.Attacker));
        Assert.That(lines[0].Text, Does.EndWith("client 203.0.113.5, HELO \"client-host.example\", MAIL FROM \"ann.private@legit.example\""));
        Assert.That(lines[1].Text, Does.StartWith("SPF fail, domain \"legit.example\": MechanismMatched ").And.Contain("203.0.113.5"));
    }

    [TestCase("a\r\nfake line", "a\\u{d}\\u{a}fake line")]
    [TestCase("a\u001b[2Jb", "a\\u{1b}[2Jb")]
    [TestCase("a\u202eb\u2028c", "a\\u{202e}b\\u{2028}c")]
    [TestCase("käse", "käse")]
    [TestCase("x\", MAIL FROM \"ceo@legit.example", "x\\u{22}, MAIL FROM \\u{22}ceo@legit.example")]
    [TestCase("x\\u{22}", "x\\u{5c}u{22}")]
    public async Task A_peer_cannot_write_a_line_of_its_own(string helo, string expected)
    {
        var lines = await LogAsync(logAddresses: true, TestHost.Session(helo: helo));
        Assert.That(lines[0].Values["Helo"], Is.EqualTo(expected));
        Assert.That(string.Concat(lines.Select(line => line.Text)), Has.No.Member('\n').And.No.Member('\e'));
    }

    [Test]
    public async Task A_long_text_of_a_peer_is_cut()
    {
        var lines = await LogAsync(logAddresses: true, TestHost.Session(helo: new string('a', 100_000)));
        Assert.That(((string)lines[0].Values["Helo"]!).Length, Is.EqualTo(321));
    }
}
