using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EmailAuth.Signatures;

/// <summary>
/// Finds where relaxed canonicalization changes something (RFC 6376 §3.4.2, §3.4.4). Single spaces between words, the most frequent
/// white space by far, are no stop: text in which nothing changes is passed over a vector at a time.
/// </summary>
internal static class WhiteSpaceScan
{
    /// <summary>The first HTAB, or SP that SP, HTAB or CR follows; -1 if there is none. The last octet's successor is taken for a letter.</summary>
    public static int IndexOfChangeInBody(ReadOnlySpan<byte> text) => IndexOfChange<StopsAtWhiteSpace>(text);

    /// <summary>The same, and every CR, as a field is unfolded.</summary>
    public static int IndexOfChangeInField(ReadOnlySpan<byte> text) => IndexOfChange<StopsAtCarriageReturnToo>(text);

    private interface IStops
    {
        static abstract bool AtCarriageReturn { get; }
    }

    private readonly struct StopsAtWhiteSpace : IStops
    {
        public static bool AtCarriageReturn => false;
    }

    private readonly struct StopsAtCarriageReturnToo : IStops
    {
        public static bool AtCarriageReturn => true;
    }

    private static int IndexOfChange<TStops>(ReadOnlySpan<byte> text)
        where TStops : struct, IStops
    {
        ref var start = ref MemoryMarshal.GetReference(text);
        var at = 0;
        // Each step loads the octets from at and from at + 1 on.
        if (Vector256.IsHardwareAccelerated)
        {
            for (; at < text.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
            {
                var here = Vector256.LoadUnsafe(ref start, (nuint)at);
                var next = Vector256.LoadUnsafe(ref start, (nuint)at + 1);
                var tab = Vector256.Equals(here, Vector256.Create((byte)'\t'));
                var space = Vector256.Equals(here, Vector256.Create((byte)' '));
                var goesOn = Vector256.Equals(next, Vector256.Create((byte)' ')) | Vector256.Equals(next, Vector256.Create((byte)'\t'))
                    | Vector256.Equals(next, Vector256.Create((byte)'\r'));
                var stop = tab | (space & goesOn);
                if (TStops.AtCarriageReturn)
                    stop |= Vector256.Equals(here, Vector256.Create((byte)'\r'));
                if (stop != Vector256<byte>.Zero)
                    return at + System.Numerics.BitOperations.TrailingZeroCount(stop.ExtractMostSignificantBits());
            }
        }
        if (Vector128.IsHardwareAccelerated)
        {
            for (; at < text.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
            {
                var here = Vector128.LoadUnsafe(ref start, (nuint)at);
                var next = Vector128.LoadUnsafe(ref start, (nuint)at + 1);
                var tab = Vector128.Equals(here, Vector128.Create((byte)'\t'));
                var space = Vector128.Equals(here, Vector128.Create((byte)' '));
                var goesOn = Vector128.Equals(next, Vector128.Create((byte)' ')) | Vector128.Equals(next, Vector128.Create((byte)'\t'))
                    | Vector128.Equals(next, Vector128.Create((byte)'\r'));
                var stop = tab | (space & goesOn);
                if (TStops.AtCarriageReturn)
                    stop |= Vector128.Equals(here, Vector128.Create((byte)'\r'));
                if (stop != Vector128<byte>.Zero)
                    return at + System.Numerics.BitOperations.TrailingZeroCount(stop.ExtractMostSignificantBits());
            }
        }
        for (; at < text.Length; at++)
        {
            if (IsChange<TStops>(text[at], at + 1 < text.Length ? text[at + 1] : (byte)'x'))
                return at;
        }
        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsChange<TStops>(byte octet, byte next)
        where TStops : struct, IStops =>
        octet == '\t'
        || (octet == ' ' && (next is (byte)' ' or (byte)'\t' or (byte)'\r'))
        || (TStops.AtCarriageReturn && octet == '\r');
}
