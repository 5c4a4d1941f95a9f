using System.Buffers;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Fuzz.Targets;

/// <summary>
/// Header and body canonicalization (RFC 6376 §3.4), the body in pieces that the input decides, next to slow ones made line by line. What is
/// canonical stays as it is.
/// </summary>
internal sealed class CanonicalizersTarget : FuzzTarget
{
    private static readonly CanonicalizationAlgorithm[] Algorithms = [CanonicalizationAlgorithm.Simple, CanonicalizationAlgorithm.Relaxed];

    public override string Name => "canonicalizers";

    protected override string[] SeedTexts =>
    [
        "A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n",
        "a \r\n \r\n\t\r\n",
        "Subject:  a  b \r\n\t c \t\r\n \r\n",
        "one word and one more word, single spaces between all of them\r\nand a second line of the same kind, longer than a vector of the processor\r\n",
        "\r",
    ];

    public override string[] Tokens => ["\r\n", "\r\n\r\n", "\r", "\n", " ", "\t", "  ", " \t ", " \r\n", "\r\n ", "a", "a ", ": ", " :", "X:", "\0", "\xff", "\r\r\n", "\n\r", "                                "];

    public override void Run(ReadOnlySpan<byte> input)
    {
        foreach (var algorithm in Algorithms)
        {
            CheckBody(algorithm, input);
            CheckHeader(algorithm, input);
        }
    }

    private static void CheckBody(CanonicalizationAlgorithm algorithm, ReadOnlySpan<byte> input)
    {
        var budget = new AllocationBudget(input.Length);
        var whole = Canonicalize(algorithm, input, [input.Length]);
        budget.Check();
        Promise.Equal(whole, SlowBody(algorithm, input), "the canonical body");
        Promise.Equal(Canonicalize(algorithm, input, Chunks.EndsFor(input)), whole, "in pieces");
        Promise.Equal(Canonicalize(algorithm, input, Chunks.EndsFor(input, salt: 99)), whole, "in other pieces");
        Promise.Equal(Canonicalize(algorithm, whole, Chunks.EndsFor(whole)), whole, "canonical already");
    }

    private static byte[] Canonicalize(CanonicalizationAlgorithm algorithm, ReadOnlySpan<byte> body, List<int> ends)
    {
        var collector = new Collector(body.Length + 2);
        using var canonicalizer = BodyCanonicalizer.Create(algorithm, collector);
        var start = 0;
        foreach (var end in ends)
        {
            canonicalizer.Append(body[start..end]);
            start = end;
        }
        collector.Append(canonicalizer.Finish());
        Promise.That(canonicalizer.Length == collector.Octets.WrittenCount);
        return collector.Octets.WrittenSpan.ToArray();
    }

    /// <summary>RFC 6376 §3.4.3 and §3.4.4, line by line.</summary>
    private static byte[] SlowBody(CanonicalizationAlgorithm algorithm, ReadOnlySpan<byte> body)
    {
        var canonical = new ArrayBufferWriter<byte>(body.Length + 2);
        var emptyLines = 0;
        while (!body.IsEmpty)
        {
            var end = body.IndexOf("\r\n"u8);
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 2)..];
            var written = algorithm == CanonicalizationAlgorithm.Simple ? line.ToArray() : Reduced(line);
            if (written.Length == 0)
            {
                emptyLines++;
                continue;
            }
            for (; emptyLines > 0; emptyLines--)
                canonical.Write("\r\n"u8);
            canonical.Write(written);
            canonical.Write("\r\n"u8);
        }
        if (canonical.WrittenCount == 0 && algorithm == CanonicalizationAlgorithm.Simple)
            canonical.Write("\r\n"u8);
        return canonical.WrittenSpan.ToArray();
    }

    /// <summary>Each run of white space as one SP, none at the end.</summary>
    private static byte[] Reduced(ReadOnlySpan<byte> line)
    {
        var reduced = new byte[line.Length];
        var length = 0;
        foreach (var octet in line.TrimEnd(" \t"u8))
        {
            if (!Octets.IsWsp(octet))
                reduced[length++] = octet;
            else if (length == 0 || reduced[length - 1] != ' ')
                reduced[length++] = (byte)' ';
        }
        return reduced[..length];
    }

    private static void CheckHeader(CanonicalizationAlgorithm algorithm, ReadOnlySpan<byte> input)
    {
        var header = HeaderBlock.Parse(input.ToArray(), MessageLimits.Default);
        foreach (ref readonly var field in header.Fields)
        {
            if (field.NameLength == 0)
                continue;
            var whole = header.Whole(field);
            var canonical = Canonicalize(algorithm, whole, field.NameLength, field.Colon - field.Start);
            Promise.Equal(canonical, algorithm == CanonicalizationAlgorithm.Simple ? SlowSimple(whole) : SlowRelaxed(header, field), "the canonical field");
            var nameLength = algorithm == CanonicalizationAlgorithm.Simple ? field.NameLength : canonical.AsSpan().IndexOf((byte)':');
            var colon = algorithm == CanonicalizationAlgorithm.Simple ? field.Colon - field.Start : nameLength;
            Promise.Equal(Canonicalize(algorithm, canonical, nameLength, colon), canonical, "a canonical field");
        }
    }

    private static byte[] Canonicalize(CanonicalizationAlgorithm algorithm, ReadOnlySpan<byte> field, int nameLength, int colon)
    {
        var output = new byte[field.Length + 2];
        return output[..HeaderCanonicalizer.Write(algorithm, field, nameLength, colon, output)];
    }

    private static byte[] SlowSimple(ReadOnlySpan<byte> field) => field.EndsWith("\r\n"u8) ? field.ToArray() : [.. field, .. "\r\n"u8];

    /// <summary>RFC 6376 §3.4.2: the name in lower case, folds taken out, runs of white space as one SP, none around the colon or at the end.</summary>
    private static byte[] SlowRelaxed(HeaderBlock header, in FieldSlice field)
    {
        var value = header.Value(field);
        if (value.EndsWith("\r\n"u8))
            value = value[..^2];
        var unfolded = new List<byte>();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\r' && i + 1 < value.Length && value[i + 1] == '\n')
                i++;
            else
                unfolded.Add(value[i]);
        }
        var name = header.Name(field).ToArray();
        for (var i = 0; i < name.Length; i++)
            name[i] = Octets.ToLower(name[i]);
        return [.. name, (byte)':', .. Reduced([.. ((ReadOnlySpan<byte>)unfolded.ToArray()).TrimStart(" \t"u8)]), .. "\r\n"u8];
    }

    private sealed class Collector(int room) : IBodyConsumer
    {
        public ArrayBufferWriter<byte> Octets { get; } = new(room);

        public void Append(ReadOnlySpan<byte> piece) => Octets.Write(piece);
    }
}
