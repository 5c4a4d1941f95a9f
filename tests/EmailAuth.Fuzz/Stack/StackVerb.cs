using System.Globalization;
using EmailAuth.Fuzz.Complexity;
using EmailAuth.Fuzz.Targets;

namespace EmailAuth.Fuzz.Stack;

/// <summary>
/// Runs every reader, and the whole verdict, over input that is nested or repeated a million times, on a thread with a stack of 128 KiB. One call too deep
/// ends the process, which is why it is a program of its own.
/// </summary>
internal static class StackVerb
{
    private const int StackOctets = 128 << 10;

    /// <summary>What nests, or repeats, in some grammar that is read here.</summary>
    private static readonly string[] Nests = ["(", "\\(", "<", "\"", "%{", ",", ";", "=", ":", "a.", "\r\n ", "a:\r\n"];

    public static int Run(int depth)
    {
        var ran = 0;
        foreach (var work in Works(depth))
        {
            // What is compiled at the first call is compiled where there is room.
            work(1);
            Exception? problem = null;
            var thread = new Thread(() =>
            {
                try
                {
                    work(depth);
                }
#pragma warning disable CA1031 // Told below, by whoever waits.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    problem = exception;
                }
            }, StackOctets);
            thread.Start();
            thread.Join();
            if (problem is not null)
            {
                Console.WriteLine(problem);
                return 1;
            }
            ran++;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ran} inputs, {depth} deep"));
        return 0;
    }

    private static IEnumerable<Action<int>> Works(int depth)
    {
        // Header sections are among the growing inputs; what the splitter's target compares with takes its time.
        foreach (var target in FuzzTargets.All.Where(static target => target is not HeaderSplitterTarget))
        {
            foreach (var nest in Nests)
                yield return times => target.Run(Repeat(target.Seeds[0], nest, times));
        }
        foreach (var message in DeepMessage.All)
            yield return message.Verify;
        foreach (var input in GrowingInput.All)
            yield return times => input.Prepare(times == 1 ? input.Smallest : depth)();
    }

    private static byte[] Repeat(ReadOnlySpan<byte> before, string nest, int times)
    {
        var octets = new byte[before.Length + nest.Length * times];
        before.CopyTo(octets);
        var one = System.Text.Encoding.Latin1.GetBytes(nest);
        for (var i = before.Length; i < octets.Length; i += one.Length)
            one.CopyTo(octets, i);
        return octets;
    }
}
