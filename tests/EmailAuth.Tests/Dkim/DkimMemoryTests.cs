using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests.Message;
using static EmailAuth.Tests.Dkim.TestMail;

namespace EmailAuth.Tests.Dkim;

/// <summary>What a message costs in memory does not grow with its body.</summary>
[NonParallelizable]
public class DkimMemoryTests
{
    private const int Megabytes = 100;

    [Test]
    public async Task A_message_of_100_megabytes_is_signed_and_verified_in_less_than_one([Values] CanonicalizationAlgorithm algorithm)
    {
        var signer = new DkimSigner(Options() with { BodyCanonicalization = algorithm });
        var verifier = new DkimVerifier(Zone(), new DkimVerifierOptions { TimeProvider = Clock });
        await signer.SignAsync(Long("", 1));

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var field = await signer.SignAsync(Long("", Megabytes));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(1 << 20), "signed");

        before = GC.GetTotalAllocatedBytes(precise: true);
        var results = await verifier.VerifyAsync(Long(field + "\r\n", Megabytes));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(1 << 20), "verified");
        Assert.That(results.Single().Status, Is.EqualTo(DkimStatus.Pass));
    }

    [Test]
    public void A_message_of_20_kilobytes_costs_less_than_4_kilobytes_to_verify()
    {
        var message = Encoding.Latin1.GetBytes(SignAsync(Header + "\r\n" + string.Concat(Enumerable.Repeat("A line of text.\r\n", 1200))).GetAwaiter().GetResult());
        var verifier = new DkimVerifier(Zone(), new DkimVerifierOptions { TimeProvider = Clock });
        long allocated = 0;
        for (var i = 0; i < 50; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var result = verifier.VerifyAsync(EmailMessage.FromBytes(message));
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(result.IsCompletedSuccessfully, "nothing waits where the key is at hand");
        }
        Assert.That(allocated, Is.LessThan(4096));
    }

    private static readonly byte[] Text = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("An ordinary line of text with \t white space \r\n", 24_000)))[..(1 << 20)];

    private static EmailMessage Long(string before, int megabytes)
    {
        var header = Encoding.Latin1.GetBytes(before + Header + "\r\n");
        return EmailMessage.FromStream(new RepeatedStream(header, Text, header.Length + ((long)megabytes << 20)));
    }
}
