using System.Buffers;
using System.Text;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Tests.Signatures;

[Rfc(6376, "3.4.3")]
[Rfc(6376, "3.4.4")]
public class BodyCanonicalizerTests
{
    private sealed class Collector : IBodyConsumer
    {
        public ArrayBufferWriter<byte> Octets { get; } = new();

        public void Append(ReadOnlySpan<byte> piece) => Octets.Write(piece);
    }

    private static string Canonicalize(CanonicalizationAlgorithm algorithm, string body, params int[] splits)
    {
        var octets = Encoding.Latin1.GetBytes(body);
        var collector = new Collector();
        using var canonicalizer = BodyCanonicalizer.Create(algorithm, collector);
        var at = 0;
        foreach (var split in splits)
        {
            canonicalizer.Append(octets.AsSpan(at, split - at));
            at = split;
        }
        canonicalizer.Append(octets.AsSpan(at));
        collector.Append(canonicalizer.Finish());
        Assert.That(canonicalizer.Length, Is.EqualTo(collector.Octets.WrittenCount));
        return Encoding.Latin1.GetString(collector.Octets.WrittenSpan);
    }

    /// <summary>What the sections say, line by line and slowly.</summary>
    private static string Reference(CanonicalizationAlgorithm algorithm, string body)
    {
        var lines = body.Split("\r\n").ToList();
        if (algorithm == CanonicalizationAlgorithm.Relaxed)
        {
            for (var i = 0; i < lines.Count; i++)
            {
                var line = lines[i].Replace('\t', ' ').TrimEnd(' ');
                while (line.Contains("  ", StringComparison.Ordinal))
                    line = line.Replace("  ", " ", StringComparison.Ordinal);
                lines[i] = line;
            }
        }
        while (lines.Count > 0 && lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        return string.Concat(lines.Select(line => line + "\r\n")) is var text && text.Length == 0 && algorithm == CanonicalizationAlgorithm.Simple ? "\r\n" : text;
    }

    private static readonly string[] Bodies =
    [
        "",
        "\r\n",
        "\r\n\r\n\r\n",
        " \r\n\t\r\n",
        " ",
        "a",
        "a ",
        "a\r\n",
        "a\r\n\r\n\r\n",
        " C \r\nD \t E\r\n\r\n\r\n",
        "a \r\n \r\n",
        "a\r\n \t \r\n \r\nb",
        "\r\n\r\na\r\n\r\nb\r\n",
        "\r",
        "\n",
        "a\r",
        "a\n",
        "a\r\r\n",
        "a\n\r\n",
        "a \rb",
        "a \nb",
        "a \r \n \r\n",
        "a\r\n\rb\r\n\r",
        "a\r\n\n\r\n",
        "a\t\tb  c \t d\t\r\n",
        "\t\ta",
        ".\r\n..\r\n. \r\n",
        "a\0b \0 \xFF\xFE  \r\n",
        " a  b\r\n  c\r\n\r\n  \r\n",
        "one word and one more word, single spaces between all of them, one long line\r\nand a second line of the same kind, longer than a vector\r\n",
    ];

    [Test]
    public void A_body_has_its_canonical_form_at_every_split_and_as_single_octets(
        [Values] CanonicalizationAlgorithm algorithm, [ValueSource(nameof(Bodies))] string body)
    {
        var expected = Reference(algorithm, body);
        Assert.That(Canonicalize(algorithm, body), Is.EqualTo(expected));
        for (var first = 0; first <= body.Length; first++)
        {
            for (var second = first; second <= Math.Min(body.Length, first + 40); second++)
                Assert.That(Canonicalize(algorithm, body, first, second), Is.EqualTo(expected), $"split at {first} and {second}");
        }
        Assert.That(Canonicalize(algorithm, body, [.. Enumerable.Range(0, body.Length)]), Is.EqualTo(expected));
    }

    [Test]
    [Attack("K20")]
    public void Random_bodies_of_white_space_and_line_ends_have_one_form_however_they_are_cut([Values] CanonicalizationAlgorithm algorithm)
    {
        var random = new Random(7);
        const string alphabet = " \t\r\n\r\n  ab";
        for (var round = 0; round < 3000; round++)
        {
            var body = string.Concat(Enumerable.Range(0, random.Next(120)).Select(_ => random.Next(6) == 0 ? "\r\n" : alphabet[random.Next(alphabet.Length)].ToString()));
            var expected = Reference(algorithm, body);
            var splits = Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(body.Length + 1)).Order().ToArray();
            Assert.That(Canonicalize(algorithm, body), Is.EqualTo(expected), () => $"body {round}");
            Assert.That(Canonicalize(algorithm, body, splits), Is.EqualTo(expected), () => $"body {round}");
        }
    }

    [TestCase(CanonicalizationAlgorithm.Simple, "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=")]
    [TestCase(CanonicalizationAlgorithm.Relaxed, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    [Attack("K21")]
    [Pin("D14")]
    public void An_empty_body_has_the_hash_that_the_sections_print(CanonicalizationAlgorithm algorithm, string hash)
    {
        using var plan = new BodyHashPlan();
        var bodyHash = plan.Add(algorithm)!;
        plan.Finish();
        Assert.That(Convert.ToBase64String(bodyHash.Digest), Is.EqualTo(hash));
    }

    [Test]
    [Pin("D12")]
    public void A_partial_hash_counts_canonical_octets()
    {
        using var plan = new BodyHashPlan();
        var whole = plan.Add(CanonicalizationAlgorithm.Relaxed)!;
        var part = plan.Add(CanonicalizationAlgorithm.Relaxed, 3)!;
        using var other = new BodyHashPlan();
        var otherWhole = other.Add(CanonicalizationAlgorithm.Simple)!;

        plan.Append("a \t b  c\r\n\r\n"u8);
        plan.Finish();
        other.Append("a b"u8);
        other.Finish();

        Assert.That(whole.BodyLength, Is.EqualTo(7));
        Assert.That(part.Digest.ToArray(), Is.EqualTo(System.Security.Cryptography.SHA256.HashData("a b"u8)));
        Assert.That(otherWhole.Digest.ToArray(), Is.EqualTo(System.Security.Cryptography.SHA256.HashData("a b\r\n"u8)));
    }

    [Test]
    public void Hashes_are_shared_and_partial_ones_are_few()
    {
        using var plan = new BodyHashPlan();
        Assert.That(plan.IsEmpty);
        var whole = plan.Add(CanonicalizationAlgorithm.Relaxed);
        var part = plan.Add(CanonicalizationAlgorithm.Relaxed, 10);
        Assert.That(plan.Add(CanonicalizationAlgorithm.Relaxed), Is.SameAs(whole));
        Assert.That(plan.Add(CanonicalizationAlgorithm.Relaxed, 10), Is.SameAs(part));
        Assert.That(plan.Add(CanonicalizationAlgorithm.Simple, 10), Is.Not.Null);
        Assert.That(plan.Add(CanonicalizationAlgorithm.Relaxed, 11), Is.Null);
        Assert.That(plan.Add(CanonicalizationAlgorithm.Simple), Is.Not.Null);
    }

    [Test]
    [Attack("K19")]
    [CancelAfter(20_000)]
    public void Ten_million_empty_lines_are_counted_not_kept([Values] CanonicalizationAlgorithm algorithm)
    {
        using var plan = new BodyHashPlan();
        var hash = plan.Add(algorithm)!;
        var piece = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("\r\n", 10_000)));
        plan.Append(piece);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 999; i++)
            plan.Append(piece);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10_000));
        plan.Append("x"u8);
        plan.Finish();
        Assert.That(hash.BodyLength, Is.EqualTo(20_000_003));
    }

    [Test]
    [Attack("K18")]
    [CancelAfter(20_000)]
    public void Fifty_megabytes_of_white_space_are_no_work([Values(" \t", "a ", "a\t", " ", "  a")] string unit)
    {
        using var plan = new BodyHashPlan();
        var hash = plan.Add(CanonicalizationAlgorithm.Relaxed)!;
        var piece = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(unit, 1 << 20)))[..(1 << 20)];
        plan.Append(piece);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 49; i++)
            plan.Append(piece);
        plan.Finish();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10_000));
        Assert.That(hash.Digest.Length, Is.EqualTo(32));
    }
}
