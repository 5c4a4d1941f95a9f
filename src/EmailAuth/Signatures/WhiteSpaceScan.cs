using System.Numerics;
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
        if (Vector512.IsHardwareAccelerated)
        {
            for (; at < text.Length - Vector512<byte>.Count; at += Vector512<byte>.Count)
            {
                var stops = StopsIn<TStops>(Vector512.LoadUnsafe(ref start, (nuint)at), Vector512.LoadUnsafe(ref start, (nuint)at + 1));
                if (stops != 0)
                    return StartOfRun(text, at + BitOperations.TrailingZeroCount(stops));
            }
        }
        if (Vector256.IsHardwareAccelerated)
        {
            for (; at < text.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
            {
                var stops = StopsIn<TStops>(Vector256.LoadUnsafe(ref start, (nuint)at), Vector256.LoadUnsafe(ref start, (nuint)at + 1));
                if (stops != 0)
                    return StartOfRun(text, at + BitOperations.TrailingZeroCount(stops));
            }
        }
        if (Vector128.IsHardwareAccelerated)
        {
            for (; at < text.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
            {
                var stops = StopsIn<TStops>(Vector128.LoadUnsafe(ref start, (nuint)at), Vector128.LoadUnsafe(ref start, (nuint)at + 1));
                if (stops != 0)
                    return StartOfRun(text, at + BitOperations.TrailingZeroCount(stops));
            }
        }
        for (; at < text.Length; at++)
        {
            if (IsStop<TStops>(text[at], at + 1 < text.Length ? text[at + 1] : (byte)'x'))
                return StartOfRun(text, at);
        }
        return -1;
    }

    /// <summary>A stop may be the second octet of its run: that SP stands before HTAB, or before a CR that is a stop itself, is seen there.</summary>
    private static int StartOfRun(ReadOnlySpan<byte> text, int at) => at > 0 && text[at] != ' ' && text[at - 1] == ' ' ? at - 1 : at;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong StopsIn<TStops>(Vector512<byte> here, Vector512<byte> next)
        where TStops : struct, IStops
    {
        var goesOn = Vector512.Equals(next, Vector512.Create((byte)' '));
        var stop = Vector512.Equals(here, Vector512.Create((byte)'\t'));
        if (TStops.AtCarriageReturn)
            stop |= Vector512.Equals(here, Vector512.Create((byte)'\r'));
        else
            goesOn |= Vector512.Equals(next, Vector512.Create((byte)'\r'));
        return (stop | (Vector512.Equals(here, Vector512.Create((byte)' ')) & goesOn)).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint StopsIn<TStops>(Vector256<byte> here, Vector256<byte> next)
        where TStops : struct, IStops
    {
        var goesOn = Vector256.Equals(next, Vector256.Create((byte)' '));
        var stop = Vector256.Equals(here, Vector256.Create((byte)'\t'));
        if (TStops.AtCarriageReturn)
            stop |= Vector256.Equals(here, Vector256.Create((byte)'\r'));
        else
            goesOn |= Vector256.Equals(next, Vector256.Create((byte)'\r'));
        return (stop | (Vector256.Equals(here, Vector256.Create((byte)' ')) & goesOn)).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint StopsIn<TStops>(Vector128<byte> here, Vector128<byte> next)
        where TStops : struct, IStops
    {
        var goesOn = Vector128.Equals(next, Vector128.Create((byte)' '));
        var stop = Vector128.Equals(here, Vector128.Create((byte)'\t'));
        if (TStops.AtCarriageReturn)
            stop |= Vector128.Equals(here, Vector128.Create((byte)'\r'));
        else
            goesOn |= Vector128.Equals(next, Vector128.Create((byte)'\r'));
        return (stop | (Vector128.Equals(here, Vector128.Create((byte)' ')) & goesOn)).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsStop<TStops>(byte octet, byte next)
        where TStops : struct, IStops =>
        octet == '\t'
        || (octet == ' ' && (next == ' ' || (!TStops.AtCarriageReturn && next == '\r')))
        || (TStops.AtCarriageReturn && octet == '\r');
}
