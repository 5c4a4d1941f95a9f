using System.Net;
using System.Text;
using System.Text.Json;
using EmailAuth.Arc;
using EmailAuth.Conformance.Dkim;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Message;
using EmailAuth.Spf;
using EmailAuth.Tests;

namespace EmailAuth.Conformance.Peers;

/// <summary>
/// Our answers beside those of mailauth (npm), the only other library that evaluates all of a message and knows RFC 9989. It is asked in its strict mode.
/// Where the two differ, the case stands in MailauthDifferences.txt with the section that decides.
/// </summary>
public class MailauthTests
{
    private const int SpfCaseCount = 2_500;
    private const int WholeCaseCount = 2_000;

    private sealed record Verdict(string Spf, string[] Dkim, string Arc, string Dmarc, string? Policy, string? PolicyDomain, string Why);

    [SetUp]
    public void Require() => Peer.RequireNpm("mailauth");

    private static byte[] Run(string what, ReadOnlyMemory<byte> input)
    {
        var (exitCode, output, error) = Peer.Run(Peer.Node, [Script, what, Peer.NpmFolder], input, TimeSpan.FromMinutes(3));
        Assert.That(exitCode, Is.Zero, error);
        return output;
    }

    private static string Script => Repository.PathOf("tests", "EmailAuth.Conformance", "Peers", "MailauthTests.mjs");

    [Test]
    [Rfc(7208, "4")]
    public async Task It_finds_the_same_for_spf_but_where_the_list_tells_why_not()
    {
        var cases = SpfCases.Generate(SpfCaseCount).ToList();
        var theirs = JsonSerializer.Deserialize<string?[][]>(Run("spf", JsonSerializer.SerializeToUtf8Bytes(cases)))!;
        var differences = new KnownDifferences("Mailauth", "spf");
        foreach (var (test, answer) in cases.Zip(theirs))
        {
            var ours = await new SpfEvaluator(test.ToResolver(), new SpfOptions { ReceiverName = "mx.example.org" }).CheckMailFromAsync(IPAddress.Parse(test.Client), test.Helo, test.MailFrom);
            var word = ours.Status.ToKeyword();
            if (word != answer[0])
                differences.Add($"{test.Id} {word} {answer[0]}", $"{ours.ReasonText}\n{test}");
            else if (ours.Explanation != answer[1])
                differences.Add($"{test.Id} explanation", $"\"{ours.Explanation}\" \"{answer[1]}\"\n{test}");
        }
        differences.AssertAllKnown();
    }

    [Test]
    [Rfc(9989, "5.3")]
    public async Task It_judges_whole_messages_the_same_but_where_the_list_tells_why_not()
    {
        var cases = await WholeCases.GenerateAsync(WholeCaseCount);
        var theirs = JsonSerializer.Deserialize<Verdict[]>(Run("whole", JsonSerializer.SerializeToUtf8Bytes(cases)), JsonSerializerOptions.Web)!;
        var differences = new KnownDifferences("Mailauth", "whole");
        var statuses = new Dictionary<DmarcStatus, int>();
        foreach (var (test, their) in cases.Zip(theirs))
        {
            var ours = await new EmailAuthenticator(test.World.ToResolver()).VerifyAsync(EmailMessage.FromBytes(test.Message), new SmtpSession(IPAddress.Parse(test.Client), test.Helo, test.MailFrom));
            var parts = new List<string>();
            Compare("spf", ours.Spf.Status.ToKeyword(), their.Spf);
            // Of a key that is not there it says neutral where RFC 8601 §2.7.1 has permerror, and it compares the body's hash before it asks for the key: fail for temperror.
            Compare("dkim", string.Join(',', ours.Dkim.Select(static signature => $"{signature.Domain}:{signature.Status == DkimStatus.Pass}")), string.Join(',', their.Dkim));
            Compare("arc", ours.Arc.Status.ToKeyword(), their.Arc);
            // It judges no message with several authors, which we judge by the strictest policy (M10); but it reads an author from "ann@one.example <bob@two.example>"
            // and an address literal, which to us are no authors. So ours is the one to compare only where both judge.
            var hasOneAuthor = ours.Dmarc.AuthorDomains.Length == 1 && ours.Dmarc.Reason is not (DmarcReason.FromNotParsable or DmarcReason.AddressLiteral);
            if (hasOneAuthor)
                Assert.That(their.Dmarc, Is.Not.EqualTo("not"), test.ToString());
            statuses[ours.Dmarc.Status] = statuses.GetValueOrDefault(ours.Dmarc.Status) + 1;
            // It leaves out a signature whose key cannot be had now; to us that is a temporary error of the verdict, too, unless something passes.
            var isUndecided = ours.Dmarc.Status == DmarcStatus.TempError && ours.Dkim.Any(static signature => signature.Status == DkimStatus.TempError);
            if (hasOneAuthor && !(isUndecided && their.Dmarc == "fail"))
                Compare("dmarc", ours.Dmarc.Status.ToKeyword(), their.Dmarc);
            if (hasOneAuthor && ours.Dmarc.Status == DmarcStatus.Fail && their.Dmarc == "fail")
                Compare("disposition", ours.Dmarc.Disposition.ToKeyword(), their.Policy);
            if (parts.Count > 0)
                differences.Add($"{test.World.Id} {string.Join(' ', parts)}", $"{their.Why}\n{ours.Spf.ReasonText}; {string.Join("; ", ours.Dkim.Select(static signature => signature.ReasonText))}; {ours.Arc.ReasonText}; {ours.Dmarc.ReasonText}\n{test}");

            void Compare(string part, string our, string? its)
            {
                if (our != its)
                    parts.Add($"{part}={our}/{its}");
            }
        }
        differences.AssertAllKnown();
        TestContext.Out.WriteLine(string.Join(", ", statuses));
        Assert.That(Enum.GetValues<DmarcStatus>().Select(status => statuses.GetValueOrDefault(status)), Is.All.GreaterThan(20), "every status occurs");
    }

    [Test]
    [Rfc(6376, "6.1")]
    public async Task It_verifies_what_we_sign()
    {
        using var exchange = new DkimExchange();
        var names = await exchange.WriteSignedAsync(static _ => true);
        var verdicts = Verify(exchange);
        Assert.That(verdicts.Keys, Is.EquivalentTo(names));
        Assert.That(verdicts.Where(static verdict => verdict.Value.Trim() != "pass").Select(static verdict => $"{verdict.Key}: {verdict.Value}"), Is.Empty);
    }

    private static Dictionary<string, string> Verify(DkimExchange exchange)
    {
        var (exitCode, output, error) = Peer.Run(Peer.Node, [Script, "verify", Peer.NpmFolder, exchange.Folder], default, TimeSpan.FromMinutes(3));
        Assert.That(exitCode, Is.Zero, error);
        return Encoding.UTF8.GetString(output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('\t', 2)).ToDictionary(static parts => parts[0], static parts => parts[1]);
    }

    [Test]
    [Rfc(6376, "5")]
    public async Task We_verify_what_it_signs()
    {
        using var exchange = new DkimExchange();
        var names = exchange.WriteUnsigned();
        var (exitCode, _, error) = Peer.Run(Peer.Node, [Script, "sign", Peer.NpmFolder, exchange.Folder], default, TimeSpan.FromMinutes(3));
        Assert.That(exitCode, Is.Zero, error);
        var signed = Directory.GetFiles(exchange.Folder, "*.signed");
        Assert.That(signed, Has.Length.EqualTo(names.Count * 8));
        var verifier = new DkimVerifier(DkimMatrix.Zone());
        var failures = new List<string>();
        foreach (var path in signed)
        {
            var result = await DkimMatrix.VerifyAsync(verifier, await File.ReadAllBytesAsync(path));
            if (result.Reason != DkimReason.Verified)
                failures.Add($"{Path.GetFileName(path)}: {result.ReasonText}");
        }
        Assert.That(failures, Is.Empty);
    }
}
