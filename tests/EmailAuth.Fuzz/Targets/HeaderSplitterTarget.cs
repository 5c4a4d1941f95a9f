using System.Buffers;
using EmailAuth.Message;
using EmailAuth.Syntax;

namespace EmailAuth.Fuzz.Targets;

/// <summary>A message into fields and body (RFC 5322 §2.1), by every way in: as a whole, in pieces, from a stream, and through a <see cref="MessageWriter"/>.</summary>
internal sealed class HeaderSplitterTarget : FuzzTarget
{
    // A write into the pipe waits where more is unread, and here nobody reads meanwhile.
    private const int MostInPipe = 32 << 10;

    public override string Name => "header-splitter";

    public override int Share => 5;

    protected override string[] SeedTexts =>
    [
        "From: ann@example.com\r\nTo: bob@example.net\r\nSubject: Dinner\r\n\tat eight?\r\n\r\nHi Bob,\r\n\r\n.\r\n",
        "\r\nbody only",
        "Received: from a by b;\r\n Fri, 29 May 2026 10:00:00 +0000\r\nFrom : a@example.com\r\n",
        "A: b\nC: d\r\n\ne\rf\r\n\r\nbody\n",
        "no colon\r\n: no name\r\nX-\x80: y\r\n folded\r\n \r\n\r\n",
    ];

    public override string[] Tokens => ["\r\n", "\r\n\r\n", "\r\n ", "\r\n\t", "\r", "\n", "\n\n", ":", " :", "From: ", "a: b\r\n", "\0", "\x80", "\r\r\n", "\n\r\n"];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var octets = input.ToArray();
        var budget = new AllocationBudget(input.Length);
        var (header, body) = Read(EmailMessage.FromBytes(octets));
        budget.Check();
        CheckFields(header, octets, body);

        CheckSame(header, body, Read(EmailMessage.FromSequence(Chunks.SequenceOf(octets))), "in pieces");
        CheckSame(header, body, Read(EmailMessage.FromStream(new ChunkStream(octets))), "from a stream");
        if (input.Length <= MostInPipe)
        {
            CheckSame(header, body, Read(Written(octets)), "through a writer");
            CheckFieldWriter(header, body);
        }
        CheckLineEnds(octets);
    }

    private static (HeaderBlock Header, byte[] Body) Read(EmailMessage message)
    {
        using var reader = message.Open();
        var header = Completed(reader.ReadHeaderAsync(MessageLimits.Default, default));
        var body = new BodyCollector();
        Promise.That(reader.ReadBodyAsync(body, default).IsCompletedSuccessfully);
        return (header, body.ToArray());
    }

    private static T Completed<T>(ValueTask<T> task)
    {
        Promise.That(task.IsCompleted, "nothing is left to wait for");
        return task.GetAwaiter().GetResult();
    }

    private static void CheckFields(HeaderBlock header, byte[] message, byte[] body)
    {
        if (header.Defect != MessageDefect.None)
        {
            Promise.That(header.Fields.IsEmpty);
            Promise.That(header.Octets.Length <= MessageLimits.Default.MaxHeaderBytes);
            return;
        }
        var end = header.Octets.Length;
        Promise.Equal(header.Octets, message.AsSpan(0, end), "the header");
        var separator = message.Length - end - body.Length;
        Promise.That(separator is 2 || (separator is 0 && body.Length == 0));
        Promise.Equal(body, message.AsSpan(message.Length - body.Length), "the body");
        Promise.That(header.Octets.IndexOf("\r\n\r\n"u8) < 0, "the header goes past its end");

        var at = 0;
        var text = header.Octets;
        foreach (ref readonly var field in header.Fields)
        {
            Promise.That(field.Start == at && field.End > at);
            at = field.End;
            var whole = header.Whole(field);
            Promise.That(at == end || whole.EndsWith("\r\n"u8));
            Promise.That(at == end || !Octets.IsWsp(text[at]), "a field that begins with white space is part of the one before");
            for (var i = 0; i + 2 < whole.Length; i++)
                Promise.That(whole[i] != '\r' || whole[i + 1] != '\n' || Octets.IsWsp(whole[i + 2]), "two fields in one");
            var name = header.Name(field);
            Promise.That(field.NameLength == 0 || whole[field.NameLength..(field.Colon - field.Start)].TrimWsp().IsEmpty);
            Promise.That(name.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7E) < 0 && !name.Contains((byte)':'));
        }
        Promise.That(at == end);
        for (var i = 0; i < header.Fields.Length; i++)
            _ = header.FieldAt(i).Value;
        Promise.That(header.HasBareLineEnd == HasBareLineEnd(text));
    }

    private static bool HasBareLineEnd(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n'))
                return true;
            if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
                return true;
        }
        return false;
    }

    private static void CheckSame(HeaderBlock header, byte[] body, (HeaderBlock Header, byte[] Body) other, string how)
    {
        Promise.That(other.Header.Defect == header.Defect, how);
        if (header.Defect != MessageDefect.None)
            return;
        Promise.Equal(other.Header.Octets, header.Octets, how);
        Promise.That(other.Header.Fields.SequenceEqual(header.Fields), how);
        Promise.That(other.Header.HasBareLineEnd == header.HasBareLineEnd, how);
        Promise.Equal(other.Body, body, how);
    }

    private static EmailMessage Written(byte[] octets)
    {
        var writer = new MessageWriter();
        var start = 0;
        foreach (var end in Chunks.EndsFor(octets))
        {
            Promise.That(writer.WriteAsync(octets.AsMemory(start, end - start)).IsCompletedSuccessfully);
            start = end;
        }
        writer.Complete();
        return writer.Message;
    }

    /// <summary>Fields and body, handed over one by one as a milter gets them, come out as they went in.</summary>
    private static void CheckFieldWriter(HeaderBlock header, byte[] body)
    {
        if (header.Defect != MessageDefect.None || header.HasBareLineEnd)
            return;
        foreach (ref readonly var field in header.Fields)
        {
            if (field.NameLength == 0 || field.Colon - field.Start != field.NameLength || !header.Whole(field).EndsWith("\r\n"u8))
                return;
        }
        var writer = new MessageWriter();
        for (var i = 0; i < header.Fields.Length; i++)
        {
            var field = header.FieldAt(i);
            Promise.That(writer.WriteFieldAsync(field.RawOctets[..header.Fields[i].NameLength], field.RawValue[..^2]).IsCompletedSuccessfully);
        }
        Promise.That(writer.WriteBodyAsync(body).IsCompletedSuccessfully);
        writer.Complete();
        CheckSame(header, body, Read(writer.Message), "field by field");
    }

    private static void CheckLineEnds(byte[] octets)
    {
        var expected = new ArrayBufferWriter<byte>(octets.Length + 16);
        for (var i = 0; i < octets.Length; i++)
        {
            if (octets[i] == '\n' && (i == 0 || octets[i - 1] != '\r'))
                expected.Write("\r"u8);
            expected.Write(octets.AsSpan(i, 1));
        }
        using var reader = EmailMessage.FromSequence(Chunks.SequenceOf(octets)).NormalizingLineEndings().Open();
        var read = new ArrayBufferWriter<byte>(octets.Length + 16);
        while (Completed(reader.ReadPieceAsync(default)) is { IsEmpty: false } piece)
            read.Write(piece.Span);
        Promise.Equal(read.WrittenSpan, expected.WrittenSpan, "line ends");
    }

    private sealed class BodyCollector : IBodyConsumer
    {
        private readonly ArrayBufferWriter<byte> _body = new();

        public void Append(ReadOnlySpan<byte> piece) => _body.Write(piece);

        public byte[] ToArray() => _body.WrittenSpan.ToArray();
    }

    /// <summary>Gives the pieces of <see cref="Chunks"/>, one a read.</summary>
    private sealed class ChunkStream(byte[] octets) : MemoryStream(octets)
    {
        private readonly List<int> _ends = Chunks.EndsFor(octets, salt: 7);
        private int _next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_next == _ends.Count)
                return new ValueTask<int>(0);
            var length = _ends[_next] - (int)Position;
            if (length <= buffer.Length)
                _next++;
            return base.ReadAsync(buffer[..Math.Min(length, buffer.Length)], cancellationToken);
        }
    }
}
