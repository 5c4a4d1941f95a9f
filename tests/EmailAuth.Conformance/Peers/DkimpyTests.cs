using EmailAuth.Conformance.Dkim;
using EmailAuth.Dkim;

namespace EmailAuth.Conformance.Peers;

public class DkimpyTests
{
    private const string Python = "/usr/bin/python3";

    [SetUp]
    public void Require() => Peer.Require("python3-dkim", Python, "-c", "import dkim, nacl.signing");

    [Test]
    public async Task Dkimpy_verifies_what_we_sign()
    {
        using var exchange = new DkimExchange();
        var names = await exchange.WriteSignedAsync(_ => true);
        var verdicts = exchange.Run(Python, "DkimpyTests.py", "verify");
        Assert.That(verdicts.Keys, Is.EquivalentTo(names));
        Assert.That(names.Count, Is.GreaterThanOrEqualTo(500));
        Assert.That(verdicts.Where(verdict => verdict.Value != "pass"), Is.Empty);
    }

    [Test]
    public async Task We_verify_what_dkimpy_signs()
    {
        using var exchange = new DkimExchange();
        var names = exchange.WriteUnsigned();
        exchange.Run(Python, "DkimpyTests.py", "sign");
        var signed = Directory.GetFiles(exchange.Folder, "*.signed");
        Assert.That(signed, Has.Length.EqualTo(names.Count * 8));
        var verifier = new DkimVerifier(DkimMatrix.Zone());
        var failures = new List<string>();
        foreach (var path in signed)
        {
            var result = await DkimMatrix.VerifyAsync(verifier, await File.ReadAllBytesAsync(path));
            if (result.Status != DkimStatus.Pass)
                failures.Add($"{Path.GetFileName(path)}: {result.ReasonText}");
        }
        Assert.That(failures, Is.Empty);
    }
}
