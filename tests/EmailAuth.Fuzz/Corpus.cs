namespace EmailAuth.Fuzz;

/// <summary>
/// The inputs that are kept, one file each, in <c>corpus/TARGET/</c>. A finding gets a name that says what it was; what AFL++ found worth keeping
/// lies in <c>corpus/TARGET.queue</c>, all in one: a length of two octets (big-endian), then that many, and so on.
/// </summary>
internal sealed class Corpus(string folder)
{
    /// <summary>The folder of this checkout, or null where there is none above the program.</summary>
    public static Corpus? Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var corpus = Path.Combine(folder, "tests", "EmailAuth.Fuzz", "corpus");
            if (Directory.Exists(corpus))
                return new Corpus(corpus);
        }
        return null;
    }

    /// <summary>The named inputs of a target, in the order of their names.</summary>
    public IEnumerable<(string Name, byte[] Input)> Named(FuzzTarget target)
    {
        var files = Path.Combine(folder, target.Name);
        if (!Directory.Exists(files))
            yield break;
        foreach (var file in Directory.GetFiles(files).Order(StringComparer.Ordinal))
            yield return (Path.GetFileName(file), File.ReadAllBytes(file));
    }

    /// <summary>The inputs that reach further, without names.</summary>
    public IEnumerable<byte[]> Queue(FuzzTarget target)
    {
        var file = QueueFile(target);
        if (!File.Exists(file))
            yield break;
        var octets = File.ReadAllBytes(file);
        for (var at = 0; at + 2 <= octets.Length;)
        {
            var length = octets[at] << 8 | octets[at + 1];
            at += 2;
            yield return octets[at..(at + length)];
            at += length;
        }
    }

    /// <summary>Keeps inputs, the shorter ones first, each once, as many as <paramref name="most"/> octets hold.</summary>
    public void WriteQueue(FuzzTarget target, IEnumerable<byte[]> inputs, int most)
    {
        using var output = new MemoryStream();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in inputs.OrderBy(input => input.Length).ThenBy(Convert.ToHexString, StringComparer.Ordinal))
        {
            if (input.Length > ushort.MaxValue || output.Length + 2 + input.Length > most || !seen.Add(Convert.ToHexString(input)))
                continue;
            output.Write([(byte)(input.Length >> 8), (byte)input.Length]);
            output.Write(input);
        }
        File.WriteAllBytes(QueueFile(target), output.ToArray());
    }

    private string QueueFile(FuzzTarget target) => Path.Combine(folder, target.Name + ".queue");
}
