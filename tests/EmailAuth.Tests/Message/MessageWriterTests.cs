using System.IO.Pipelines;
using System.Text;
using EmailAuth.Message;

namespace EmailAuth.Tests.Message;

public class MessageWriterTests
{
    private sealed class Collector : IBodyConsumer
    {
        public StringBuilder Body { get; } = new();

        public void Append(ReadOnlySpan<byte> piece) => Body.Append(Encoding.Latin1.GetString(piece));
    }

    private static async Task<(string Header, string Body)> ReadAsync(EmailMessage message, MessageLimits? limits = null)
    {
        using var reader = message.Open();
        var header = await reader.ReadHeaderAsync(limits ?? MessageLimits.Default, default);
        var collector = new Collector();
        await reader.ReadBodyAsync(collector, default);
        return (Encoding.Latin1.GetString(header.Octets), collector.Body.ToString());
    }

    [Test]
    public async Task Fields_and_body_make_the_message_that_was_sent()
    {
        var writer = new MessageWriter();
        var read = ReadAsync(writer.Message);
        await writer.WriteTextFieldAsync("From", " a@example.com");
        await writer.WriteFieldAsync("Subject"u8.ToArray(), " x\n\ty\r\n z"u8.ToArray());
        await writer.WriteBodyAsync("one"u8.ToArray());
        await writer.WriteBodyAsync(" two\r\n"u8.ToArray());
        writer.Complete();
        Assert.That(await read, Is.EqualTo(("From: a@example.com\r\nSubject: x\r\n\ty\r\n z\r\n", "one two\r\n")));
    }

    [Test]
    public async Task Raw_octets_may_be_cut_anywhere()
    {
        const string message = "From: a@example.com\r\n\r\none\r\n";
        for (var split = 0; split <= message.Length; split++)
        {
            var writer = new MessageWriter();
            var read = ReadAsync(writer.Message);
            await writer.WriteAsync(Encoding.Latin1.GetBytes(message[..split]));
            await writer.WriteAsync(Encoding.Latin1.GetBytes(message[split..]));
            writer.Complete();
            Assert.That(await read, Is.EqualTo(("From: a@example.com\r\n", "one\r\n")));
        }
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_writer_waits_for_a_reader_and_not_for_one_that_is_gone()
    {
        var writer = new MessageWriter();
        await writer.WriteTextFieldAsync("From", " a@example.com");
        var big = writer.WriteBodyAsync(new byte[200_000]).AsTask();
        Assert.That(big.IsCompleted, Is.False);
        writer.Message.Open().Dispose();
        await big;
        await writer.WriteBodyAsync(new byte[200_000]);
        writer.Complete();
    }

    [Test]
    public async Task Parts_come_in_order()
    {
        var writer = new MessageWriter();
        await writer.WriteTextFieldAsync("From", " a@example.com");
        Assert.Throws<InvalidOperationException>(() => _ = writer.WriteAsync(default));
        Assert.Throws<ArgumentException>(() => _ = writer.WriteTextFieldAsync("A:B", ""));
        Assert.Throws<ArgumentException>(() => _ = writer.WriteTextFieldAsync("", ""));
        await writer.WriteBodyAsync("x"u8.ToArray());
        Assert.Throws<InvalidOperationException>(() => _ = writer.WriteTextFieldAsync("To", ""));
        writer.Complete();
        Assert.Throws<InvalidOperationException>(() => _ = writer.WriteBodyAsync(default));
        Assert.Throws<InvalidOperationException>(writer.Complete);
    }

    [Test]
    public async Task A_message_that_is_given_up_throws_what_the_writer_says()
    {
        var writer = new MessageWriter();
        var read = ReadAsync(writer.Message);
        await writer.WriteTextFieldAsync("From", " a@example.com");
        writer.Abort(new IOException("gone"));
        await Assert.ThrowsAsync<IOException>(() => read);
    }

    [Test]
    public async Task What_is_read_is_copied_on_in_the_same_pass()
    {
        var octets = Encoding.Latin1.GetBytes("From: a@example.com\r\nX: y\n\r\n\r\n" + new string('b', 300_000));
        foreach (var limits in new[] { MessageLimits.Default, new MessageLimits { MaxHeaderBytes = 5 } })
        {
            var copy = new MemoryStream();
            await ReadAsync(EmailMessage.FromStream(new MemoryStream(octets)).CopyingTo(copy), limits);
            Assert.That(copy.ToArray(), Is.EqualTo(octets), "a message that is not read is copied all the same");
        }

        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await ReadAsync(EmailMessage.FromBytes(octets).NormalizingLineEndings().CopyingTo(pipe.Writer));
        await pipe.Writer.CompleteAsync();
        var copied = new MemoryStream();
        await pipe.Reader.CopyToAsync(copied);
        Assert.That(Encoding.Latin1.GetString(copied.ToArray()), Is.EqualTo(Encoding.Latin1.GetString(octets).Replace("y\n", "y\r\n", StringComparison.Ordinal)));

        var gone = new Pipe();
        await gone.Reader.CompleteAsync();
        Assert.That((await ReadAsync(EmailMessage.FromBytes(octets).CopyingTo(gone.Writer))).Body, Has.Length.EqualTo(300_000));
    }

    [Test]
    public async Task A_file_can_be_read_again_and_again()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "From: a@example.com\r\n\r\nx");
        var message = EmailMessage.FromFile(path);
        Assert.That(await ReadAsync(message), Is.EqualTo(("From: a@example.com\r\n", "x")));
        Assert.That(await ReadAsync(message), Is.EqualTo(("From: a@example.com\r\n", "x")));
        File.Delete(path);
        await Assert.ThrowsAsync<FileNotFoundException>(() => ReadAsync(message));
    }
}
