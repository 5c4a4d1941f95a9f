using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using EmailAuth.Message;

namespace EmailAuth.Tests.Message;

public class EmailMessageTests
{
    private sealed class Collector : IBodyConsumer
    {
        public ArrayBufferWriter<byte> Body { get; } = new();

        public void Append(ReadOnlySpan<byte> piece) => Body.Write(piece);
    }

    private static async Task<(string Header, string Body)> ReadAsync(EmailMessage message)
    {
        using var reader = message.Open();
        var header = await reader.ReadHeaderAsync(MessageLimits.Default, default);
        var collector = new Collector();
        await reader.ReadBodyAsync(collector, default);
        return (Encoding.Latin1.GetString(header.Octets), Encoding.Latin1.GetString(collector.Body.WrittenSpan));
    }

    /// <summary>Gives one octet a read.</summary>
    private sealed class Dribble(byte[] octets) : MemoryStream(octets)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..1], cancellationToken);
    }

    private static readonly string[] Messages =
    [
        "From: a@example.com\r\nSubject: x\r\n y\r\n\r\nbody\r\n\r\nmore\r\n",
        "\r\nbody only",
        "From: a@example.com\r\n",
        "From: a@example.com",
        "",
        "A: b\n\nstill: header\r\n\r\nbody",
    ];

    [TestCaseSource(nameof(Messages))]
    public async Task Every_way_in_splits_alike(string text)
    {
        var octets = Encoding.Latin1.GetBytes(text);
        var expected = await ReadAsync(EmailMessage.FromBytes(octets));
        var end = text.StartsWith("\r\n", StringComparison.Ordinal) ? 0 : text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var at && at < 0 ? text.Length : at + 2;
        Assert.That(expected.Header, Is.EqualTo(text[..end]));
        Assert.That(expected.Body, Is.EqualTo(end == text.Length ? "" : text[(end + 2)..]));

        Assert.That(await ReadAsync(EmailMessage.FromStream(new MemoryStream(octets))), Is.EqualTo(expected));
        Assert.That(await ReadAsync(EmailMessage.FromStream(new Dribble(octets))), Is.EqualTo(expected));
        Assert.That(await ReadAsync(EmailMessage.FromPipe(PipeReader.Create(new Dribble(octets)))), Is.EqualTo(expected));
        for (var split = 0; split <= octets.Length; split++)
            Assert.That(await ReadAsync(EmailMessage.FromSequence(InTwo(octets, split))), Is.EqualTo(expected), $"split at {split}");
    }

    [Test]
    public async Task Bare_line_feeds_become_line_ends_on_request_wherever_pieces_split()
    {
        var octets = "A: b\nC: d\r\n\nx\ny\r\rz\n"u8.ToArray();
        var expected = ("A: b\r\nC: d\r\n", "x\r\ny\r\rz\r\n");
        Assert.That(await ReadAsync(EmailMessage.FromBytes(octets).NormalizingLineEndings()), Is.EqualTo(expected));
        Assert.That(await ReadAsync(EmailMessage.FromStream(new Dribble(octets)).NormalizingLineEndings()), Is.EqualTo(expected));
    }

    [Test]
    public void A_stream_is_read_once()
    {
        var message = EmailMessage.FromStream(new MemoryStream());
        message.Open().Dispose();
        Assert.Throws<InvalidOperationException>(() => message.Open());
    }

    [TestCase("From: a", "From")]
    [TestCase("From : a", "From")]
    [TestCase("From\t : a", "From")]
    [TestCase(" From: a", "")]
    [TestCase("\0From: a", "")]
    [TestCase(": a", "")]
    [TestCase("Fr\u00f6m: a", "")]
    [TestCase("no colon", "")]
    [Attack("P5")]
    [Pin("D25")]
    public void A_field_name_is_what_stands_before_the_colon(string line, string name)
    {
        var header = HeaderBlock.Parse(Encoding.Latin1.GetBytes(line + "\r\n"), MessageLimits.Default);
        Assert.That(header.Fields.Length, Is.EqualTo(1));
        Assert.That(Encoding.Latin1.GetString(header.Name(header.Fields[0])), Is.EqualTo(name));
    }

    [TestCase("A: b\r\nC: d\r\n", false)]
    [TestCase("A: b\nC: d\r\n", true)]
    [TestCase("A: b\rC: d\r\n", true)]
    [Pin("D13")]
    public void Bare_line_ends_are_flagged_and_end_no_field(string text, bool flagged)
    {
        var header = HeaderBlock.Parse(Encoding.Latin1.GetBytes(text), MessageLimits.Default);
        Assert.That(header.HasBareLineEnd, Is.EqualTo(flagged));
        Assert.That(header.Fields.Length, Is.EqualTo(flagged ? 1 : 2));
    }

    [Test]
    public async Task A_header_block_over_a_limit_is_not_read()
    {
        async Task<MessageDefect> DefectOf(string text, MessageLimits limits)
        {
            using var reader = EmailMessage.FromStream(new MemoryStream(Encoding.Latin1.GetBytes(text))).Open();
            return (await reader.ReadHeaderAsync(limits, default)).Defect;
        }
        Assert.That(await DefectOf(new string('a', 300_000), MessageLimits.Default), Is.EqualTo(MessageDefect.HeaderBlockTooLong));
        Assert.That(await DefectOf("A: b\r\nC: d\r\n\r\n", new MessageLimits { MaxHeaderBytes = 12 }), Is.EqualTo(MessageDefect.None));
        Assert.That(await DefectOf("A: b\r\nC: d\r\n\r\n", new MessageLimits { MaxHeaderBytes = 11 }), Is.EqualTo(MessageDefect.HeaderBlockTooLong));
        Assert.That(await DefectOf("A: b\r\nC: d\r\n\r\n", new MessageLimits { MaxHeaderFields = 2 }), Is.EqualTo(MessageDefect.None));
        Assert.That(await DefectOf("A: b\r\nC: d\r\n\r\n", new MessageLimits { MaxHeaderFields = 1 }), Is.EqualTo(MessageDefect.TooManyFields));
        Assert.That(await DefectOf("A: b\r\nC: d\r\n\r\n", new MessageLimits { MaxFieldBytes = 5 }), Is.EqualTo(MessageDefect.FieldTooLong));
        Assert.That(await DefectOf("ABC: b\r\n\r\n", new MessageLimits { MaxFieldNameBytes = 2 }), Is.EqualTo(MessageDefect.FieldNameTooLong));
    }

    [Test]
    public async Task A_header_section_without_end_is_read_no_further_than_its_limit()
    {
        // Some end, so that the test has one, too.
        using var stream = new RepeatedStream([], Encoding.Latin1.GetBytes(new string('x', 4096)), 50_000_000);
        using var reader = EmailMessage.FromStream(stream).Open();
        Assert.That((await reader.ReadHeaderAsync(MessageLimits.Default, default)).Defect, Is.EqualTo(MessageDefect.HeaderBlockTooLong));
        Assert.That(stream.Given, Is.LessThan(2 * MessageLimits.Default.MaxHeaderBytes));
    }

    private static ReadOnlySequence<byte> InTwo(byte[] octets, int split)
    {
        var first = new Segment(octets.AsMemory(0, split), 0);
        var second = new Segment(octets.AsMemory(split), split);
        first.SetNext(second);
        return new ReadOnlySequence<byte>(first, 0, second, octets.Length - split);
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
}
