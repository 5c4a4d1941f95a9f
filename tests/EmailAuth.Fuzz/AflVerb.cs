using SharpFuzz;
using SharpFuzz.Common;

namespace EmailAuth.Fuzz;

/// <summary>The same targets under AFL++, by SharpFuzz.</summary>
internal static class AflVerb
{
    private const int Longest = 64 << 10;
    private const int MapSize = 64 << 10;

    /// <summary>Serves afl-fuzz: one input after the other, a crash for each broken promise.</summary>
    public static int Run(string name)
    {
        if (FuzzTargets.Find(name) is not { } target)
            return 2;
        var buffer = new byte[Longest];
        WarmUp(target);
        Fuzzer.Run(stream =>
        {
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            target.Run(buffer.AsSpan(0, length));
        });
        return 0;
    }

    /// <summary>What is made once, at the first call, is no part of any input's path.</summary>
    private static unsafe void WarmUp(FuzzTarget target)
    {
        var map = new byte[MapSize];
        fixed (byte* start = map)
        {
            Trace.SharedMem = start;
            foreach (var seed in target.Seeds)
                target.Run(seed);
        }
    }

    /// <summary>Rewrites the library so that it counts its branches for afl-fuzz.</summary>
    public static int Instrument(string assembly)
    {
        var types = Fuzzer.Instrument(assembly, static _ => true, Options.Value).Count();
        Console.WriteLine($"{types} types instrumented");
        return types > 0 ? 0 : 1;
    }

    /// <summary>Writes what afl-fuzz begins with, and a dictionary.</summary>
    public static int WriteSeeds(string name, string folder)
    {
        if (FuzzTargets.Find(name) is not { } target)
            return 2;
        var seeds = Directory.CreateDirectory(Path.Combine(folder, "seeds")).FullName;
        var corpus = Corpus.Find();
        var number = 0;
        foreach (var seed in (IEnumerable<byte[]>)[.. target.Seeds, .. corpus?.Named(target).Select(named => named.Input) ?? [], .. corpus?.Queue(target) ?? []])
            File.WriteAllBytes(Path.Combine(seeds, $"{number++:D4}"), seed.Length == 0 ? [0] : seed);
        File.WriteAllLines(Path.Combine(folder, "dictionary"), target.Tokens.Select(token => $"\"{string.Concat(token.Select(character => $"\\x{(int)character:X2}"))}\""));
        return 0;
    }

    /// <summary>Adds to the corpus what reached new branches.</summary>
    public static int Keep(string name, int most, string[] folders)
    {
        if (FuzzTargets.Find(name) is not { } target || Corpus.Find() is not { } corpus)
            return 2;
        corpus.WriteQueue(target, corpus.Queue(target).Concat(folders.SelectMany(Directory.GetFiles).Select(File.ReadAllBytes)), most);
        return 0;
    }
}
