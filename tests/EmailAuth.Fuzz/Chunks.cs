using System.Buffers;

namespace EmailAuth.Fuzz;

/// <summary>Cuts input into pieces whose lengths depend on the input alone, so that a finding comes back with its input.</summary>
internal static class Chunks
{
    /// <summary>Where the pieces end, in order; the last one is the length.</summary>
    public static List<int> EndsFor(ReadOnlySpan<byte> input, uint salt = 0)
    {
        var state = 2166136261u ^ salt;
        foreach (var octet in input)
            state = (state ^ octet) * 16777619;
        var ends = new List<int>();
        var most = (state & 7) switch { 0 => 1, 1 => 2, 2 => 5, < 6 => 40, _ => 1 + input.Length / 2 };
        for (var at = 0; at < input.Length;)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            at = Math.Min(input.Length, at + 1 + (int)(state % (uint)most));
            ends.Add(at);
        }
        return ends;
    }

    public static ReadOnlySequence<byte> SequenceOf(byte[] input)
    {
        Segment? first = null, last = null;
        var start = 0;
        foreach (var end in EndsFor(input))
        {
            last = new Segment(input.AsMemory(start, end - start), last);
            first ??= last;
            start = end;
        }
        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null)
                return;
            before.Next = this;
            RunningIndex = before.RunningIndex + before.Memory.Length;
        }
    }
}
