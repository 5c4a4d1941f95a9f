using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Message;
using EmailAuth.Signatures;
using static EmailAuth.Tests.Dkim.TestMail;

namespace EmailAuth.Tests.Dkim;

/// <summary>A message is the same message whichever way it comes in and wherever it is cut.</summary>
[Rfc(6376, "3.4")]
[Attack("K20")]
public class WaysInTests
{
    private static readonly string[] Bodies =
    [
        "", "\r\n", "\r\n\r\n \t\r\n", "a", "a \r\n \r\n", " C \r\nD \t E\r\n\r\n\r\n", "a\r\n\r\nb \r\n\r\n", ".\r\n..\r\n", "\r\r\n\n\r\n", "\0 \xFF\r\n",
    ];

    [Test]
    public async Task A_signature_passes_at_every_split_through_every_way_in([Values] CanonicalizationAlgorithm algorithm, [ValueSource(nameof(Bodies))] string body)
    {
        var c = algorithm == CanonicalizationAlgorithm.Simple ? "simple/simple" : "relaxed/relaxed";
        var text = await SignValueAsync("From: a@example.com\r\n\r\n" + body, $"v=1; a=ed25519-sha256; c={c}; d=example.com; s=ed; h=from; bh=?; b=", Ed25519);
        var octets = Encoding.Latin1.GetBytes(text);
        var verifier = new DkimVerifier(Zone(), new DkimVerifierOptions { TimeProvider = Clock });

        async Task ExpectPassAsync(EmailMessage message, string way)
        {
            var results = await verifier.VerifyAsync(message);
            Assert.That(results.Single().Status, Is.EqualTo(DkimStatus.Pass), way);
        }
        await ExpectPassAsync(EmailMessage.FromBytes(octets), "memory");
        await ExpectPassAsync(EmailMessage.FromStream(new OneByteStream(octets)), "stream");
        await ExpectPassAsync(EmailMessage.FromPipe(PipeReader.Create(new OneByteStream(octets))), "pipe");
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, octets);
        await ExpectPassAsync(EmailMessage.FromFile(path), "file");
        File.Delete(path);

        // Around the end of the header and in the body a split may do harm.
        for (var split = octets.Length - body.Length - 6; split <= octets.Length; split++)
        {
            await ExpectPassAsync(EmailMessage.FromSequence(Sequence(octets.AsMemory(0, split), octets.AsMemory(split))), $"sequence split at {split}");
            await ExpectPassAsync(EmailMessage.FromStream(new TwoPartStream(octets, split)), $"stream split at {split}");

            var writer = new MessageWriter();
            var pushed = ExpectPassAsync(writer.Message, $"pushed in two at {split}");
            await writer.WriteAsync(octets.AsMemory(0, split));
            await writer.WriteAsync(octets.AsMemory(split));
            writer.Complete();
            await pushed;
        }

        var fields = new MessageWriter();
        var verification = ExpectPassAsync(fields.Message, "pushed as fields and single octets");
        var signature = text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..text.IndexOf("\r\nFrom", StringComparison.Ordinal)];
        await fields.WriteTextFieldAsync("DKIM-Signature", signature);
        await fields.WriteTextFieldAsync("From", " a@example.com");
        await fields.WriteBodyAsync(default);
        for (var i = octets.Length - body.Length; i < octets.Length; i++)
            await fields.WriteBodyAsync(octets.AsMemory(i, 1));
        fields.Complete();
        await verification;
    }

    private static ReadOnlySequence<byte> Sequence(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second)
    {
        var head = new Segment(first, 0);
        var tail = new Segment(second, first.Length);
        head.SetNext(tail);
        return new ReadOnlySequence<byte>(head, 0, tail, second.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public void SetNext(Segment next) => Next = next;
    }

    private sealed class TwoPartStream(byte[] octets, int split) : MemoryStream(octets)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(Position < split ? buffer[..(int)Math.Min(buffer.Length, split - Position)] : buffer, cancellationToken);
    }
}
