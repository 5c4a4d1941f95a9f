using System.Security.Cryptography;
using EmailAuth.Dkim;
using EmailAuth.Message;
using EmailAuth.Signatures;
using static EmailAuth.Tests.Dkim.TestMail;

namespace EmailAuth.Tests.Signatures;

public class HashFunctionsTests
{
    [Test]
    public void Each_hash_is_that_of_its_own_octets_on_however_many_threads()
    {
        var functions = new HashFunctions();
        Parallel.For(0, 2_000, i =>
        {
            var octets = BitConverter.GetBytes(i);
            Span<byte> digest = stackalloc byte[32];
            var function = functions.Take();
            function.AppendData(octets);
            functions.Finish(function, digest);
            if (!digest.SequenceEqual(SHA256.HashData(octets)))
                throw new AssertionException($"{i}");
        });
    }

    [Test]
    public async Task A_message_that_broke_off_leaves_nothing_to_the_next_one([Values] CanonicalizationAlgorithm canonicalization)
    {
        var text = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"Line {i} of a body that comes in pieces.\r\n"));
        var octets = System.Text.Encoding.Latin1.GetBytes(await SignAsync(Plain + text, Options() with { BodyCanonicalization = canonicalization }));
        var verifier = new DkimVerifier(Zone(), new DkimVerifierOptions { TimeProvider = Clock });
        for (var i = 0; i < 3; i++)
        {
            Assert.That((await verifier.VerifyAsync(EmailMessage.FromBytes(octets))).Single().Status, Is.EqualTo(DkimStatus.Pass));
            using var broken = new BreakingStream(octets.AsMemory(0, octets.Length / 2));
            Assert.That(async () => await verifier.VerifyAsync(EmailMessage.FromStream(broken)), Throws.InstanceOf<IOException>());
        }
        octets[^10] ^= 1;
        Assert.That((await verifier.VerifyAsync(EmailMessage.FromBytes(octets))).Single().Reason, Is.EqualTo(DkimReason.BodyHash));
    }

    /// <summary>Ends in an error.</summary>
    private sealed class BreakingStream(ReadOnlyMemory<byte> octets) : MemoryStream(octets.ToArray(), writable: false)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("The line broke.");
    }
}
