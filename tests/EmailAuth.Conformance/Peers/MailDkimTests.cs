using EmailAuth.Conformance.Dkim;
using EmailAuth.Dkim;

namespace EmailAuth.Conformance.Peers;

public class MailDkimTests
{
    private const string Perl = "/usr/bin/perl";

    [SetUp]
    public void Require() => Peer.Require("libmail-dkim-perl", Perl, "-MMail::DKIM::Verifier", "-e", "1");

    /// <summary>Mail::DKIM of this age knows RSA only.</summary>
    private static bool IsRsa(string name) => name.StartsWith("rsa", StringComparison.Ordinal);

    /// <summary>RFC 6376 §3.4.3: "If there is no trailing CRLF on the message body, a CRLF is added." Mail::DKIM adds none, whether it signs or verifies.</summary>
    private static bool IsKnownDifference(string name) => name.Contains("-simple_", StringComparison.Ordinal) && name.Contains("_no-final-crlf", StringComparison.Ordinal);

    [Test]
    public async Task Mail_DKIM_verifies_what_we_sign()
    {
        using var exchange = new DkimExchange();
        var names = await exchange.WriteSignedAsync(IsRsa);
        var verdicts = exchange.Run(Perl, "MailDkimTests.pl", "verify");
        Assert.That(verdicts.Keys, Is.EquivalentTo(names));
        Assert.That(names.Count, Is.GreaterThanOrEqualTo(500));
        Assert.That(verdicts.Where(verdict => verdict.Value != "pass").Select(verdict => verdict.Key), Is.EquivalentTo(names.Where(IsKnownDifference)));
    }

    [Test]
    public async Task We_verify_what_Mail_DKIM_signs()
    {
        using var exchange = new DkimExchange();
        var names = exchange.WriteUnsigned();
        exchange.Run(Perl, "MailDkimTests.pl", "sign");
        var signed = Directory.GetFiles(exchange.Folder, "*.signed");
        Assert.That(signed, Has.Length.EqualTo(names.Count * 4));
        var verifier = new DkimVerifier(DkimMatrix.Zone());
        var failures = new List<string>();
        foreach (var path in signed)
        {
            var result = await DkimMatrix.VerifyAsync(verifier, await File.ReadAllBytesAsync(path));
            var expected = IsKnownDifference(Path.GetFileName(path)) ? DkimReason.BodyHash : DkimReason.Verified;
            if (result.Reason != expected)
                failures.Add($"{Path.GetFileName(path)}: {result.ReasonText}");
        }
        Assert.That(failures, Is.Empty);
    }
}
