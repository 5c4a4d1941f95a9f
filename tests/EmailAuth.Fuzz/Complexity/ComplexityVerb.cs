using System.Globalization;
using SharpFuzz.Common;

namespace EmailAuth.Fuzz.Complexity;

/// <summary>
/// Prints, for each form of <see cref="GrowingInput"/> at n, 2n … 64n, the octets allocated and the branches taken in the library, which only an
/// instrumented EmailAuth.dll counts (<c>SHARPFUZZ_ENABLE_ON_BRANCH_CALLBACK=1</c>). Both are the same in every run, which time is not.
/// </summary>
internal static class ComplexityVerb
{
    /// <summary>n, 2n … 64n.</summary>
    public const int Sizes = 7;

    private static long _branches;

    public static int Run()
    {
        // Before the library's first branch: until it is set, a branch has nobody to call.
        SetCounter();
        foreach (var input in GrowingInput.All)
        {
            var line = new List<string>();
            for (var i = 0; i < Sizes; i++)
            {
                var (branches, allocated) = Measure(input.Prepare(input.Smallest << i));
                line.Add(string.Create(CultureInfo.InvariantCulture, $"{branches}/{allocated}"));
            }
            Console.WriteLine($"{input.Name}\t{string.Join('\t', line)}");
        }
        return 0;
    }

    private static unsafe void SetCounter()
    {
        Trace.SharedMem = (byte*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(64 << 10);
        Trace.OnBranch = static (_, _) => _branches++;
    }

    private static (long Branches, long Allocated) Measure(Action work)
    {
        // Twice before it counts: what is made once, and what is lent and given back.
        work();
        work();
        var (branches, allocated) = (_branches, GC.GetAllocatedBytesForCurrentThread());
        work();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return (_branches - branches, allocated);
    }
}
