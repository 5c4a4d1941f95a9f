using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace EmailAuth.Signatures;

// RFC 8032 §5.1: the field of edwards25519.

/// <summary>
/// A number modulo p = 2^255 - 19 in five limbs of 51 bits, the least first. What a multiplication gives has limbs below 2^52, and it takes limbs below 2^54, so
/// that sums and differences of two such results go into the next one as they are. For public data only: the time depends on the numbers.
/// </summary>
internal struct FieldElement
{
    public const int Length = 32;

    private const int LimbBits = 51;
    private const ulong LimbMask = (1UL << LimbBits) - 1;

    private ulong _l0, _l1, _l2, _l3, _l4;

    private FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        _l0 = l0;
        _l1 = l1;
        _l2 = l2;
        _l3 = l3;
        _l4 = l4;
    }

    public static FieldElement Zero => default;

    public static FieldElement One => Of(1);

    /// <summary>A number below 2^51.</summary>
    public static FieldElement Of(ulong number) => new(number, 0, 0, 0, 0);

    /// <summary>The number in 32 octets, the least first, whose most significant bit does not count (RFC 8032 §5.1.3 step 1).</summary>
    public static FieldElement Read(ReadOnlySpan<byte> octets)
    {
        var w0 = BinaryPrimitives.ReadUInt64LittleEndian(octets);
        var w1 = BinaryPrimitives.ReadUInt64LittleEndian(octets[8..]);
        var w2 = BinaryPrimitives.ReadUInt64LittleEndian(octets[16..]);
        var w3 = BinaryPrimitives.ReadUInt64LittleEndian(octets[24..]);
        return new(w0 & LimbMask, (w0 >> 51 | w1 << 13) & LimbMask, (w1 >> 38 | w2 << 26) & LimbMask, (w2 >> 25 | w3 << 39) & LimbMask, (w3 >> 12) & LimbMask);
    }

    /// <summary>Writes the one number from 0 to p - 1 that it is.</summary>
    public readonly void Write(Span<byte> octets)
    {
        var (l0, l1, l2, l3, l4) = Carried(Carried(this));
        // Now it is below 2^255, so that p is in it once at the most: it is where adding 19 reaches 2^255.
        var quotient = (l0 + 19) >> LimbBits;
        quotient = (l1 + quotient) >> LimbBits;
        quotient = (l2 + quotient) >> LimbBits;
        quotient = (l3 + quotient) >> LimbBits;
        quotient = (l4 + quotient) >> LimbBits;
        l0 += 19 * quotient;
        l1 += l0 >> LimbBits;
        l2 += l1 >> LimbBits;
        l3 += l2 >> LimbBits;
        l4 += l3 >> LimbBits;
        l0 &= LimbMask;
        l1 &= LimbMask;
        l2 &= LimbMask;
        l3 &= LimbMask;
        l4 &= LimbMask;
        BinaryPrimitives.WriteUInt64LittleEndian(octets, l0 | l1 << 51);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[8..], l1 >> 13 | l2 << 38);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[16..], l2 >> 26 | l3 << 25);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[24..], l3 >> 39 | l4 << 12);
    }

    private readonly void Deconstruct(out ulong l0, out ulong l1, out ulong l2, out ulong l3, out ulong l4) => (l0, l1, l2, l3, l4) = (_l0, _l1, _l2, _l3, _l4);

    private static FieldElement Carried(in FieldElement a)
    {
        var l1 = a._l1 + (a._l0 >> LimbBits);
        var l2 = a._l2 + (l1 >> LimbBits);
        var l3 = a._l3 + (l2 >> LimbBits);
        var l4 = a._l4 + (l3 >> LimbBits);
        return new((a._l0 & LimbMask) + 19 * (l4 >> LimbBits), l1 & LimbMask, l2 & LimbMask, l3 & LimbMask, l4 & LimbMask);
    }

    /// <summary>Whether it is the lesser of the two, it and its negative, by RFC 8032 §5.1.2: its least bit.</summary>
    public readonly bool IsOdd
    {
        get
        {
            Span<byte> octets = stackalloc byte[Length];
            Write(octets);
            return (octets[0] & 1) == 1;
        }
    }

    public readonly bool IsSame(in FieldElement other)
    {
        Span<byte> left = stackalloc byte[Length], right = stackalloc byte[Length];
        Write(left);
        other.Write(right);
        return left.SequenceEqual(right);
    }

    // Each of these reads a limb of what it is given before it writes the same limb of the result, or all before any: the result may take the place of either.

    /// <summary>The sum; not reduced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(in FieldElement a, in FieldElement b, out FieldElement sum)
    {
        sum._l0 = a._l0 + b._l0;
        sum._l1 = a._l1 + b._l1;
        sum._l2 = a._l2 + b._l2;
        sum._l3 = a._l3 + b._l3;
        sum._l4 = a._l4 + b._l4;
    }

    /// <summary>The difference, not reduced, where <paramref name="b"/> is the result of a multiplication: 2p is added, so that no limb is below zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(in FieldElement a, in FieldElement b, out FieldElement difference)
    {
        difference._l0 = a._l0 + 2 * (LimbMask - 18) - b._l0;
        difference._l1 = a._l1 + 2 * LimbMask - b._l1;
        difference._l2 = a._l2 + 2 * LimbMask - b._l2;
        difference._l3 = a._l3 + 2 * LimbMask - b._l3;
        difference._l4 = a._l4 + 2 * LimbMask - b._l4;
    }

    /// <summary>The same where <paramref name="b"/> is a sum or difference of two such results, with 4p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubtractSum(in FieldElement a, in FieldElement b, out FieldElement difference)
    {
        difference._l0 = a._l0 + 4 * (LimbMask - 18) - b._l0;
        difference._l1 = a._l1 + 4 * LimbMask - b._l1;
        difference._l2 = a._l2 + 4 * LimbMask - b._l2;
        difference._l3 = a._l3 + 4 * LimbMask - b._l3;
        difference._l4 = a._l4 + 4 * LimbMask - b._l4;
    }

    public static void Multiply(in FieldElement a, in FieldElement b, out FieldElement product)
    {
        // What lies at 2^255 and above counts 19 times further down.
        ulong a0 = a._l0, a1 = a._l1, a2 = a._l2, a3 = a._l3, a4 = a._l4;
        ulong b0 = b._l0, b1 = b._l1, b2 = b._l2, b3 = b._l3, b4 = b._l4;
        ulong c1 = 19 * b1, c2 = 19 * b2, c3 = 19 * b3, c4 = 19 * b4;
        var r0 = Math.BigMul(a0, b0) + Math.BigMul(a1, c4) + Math.BigMul(a2, c3) + Math.BigMul(a3, c2) + Math.BigMul(a4, c1);
        var r1 = Math.BigMul(a0, b1) + Math.BigMul(a1, b0) + Math.BigMul(a2, c4) + Math.BigMul(a3, c3) + Math.BigMul(a4, c2);
        var r2 = Math.BigMul(a0, b2) + Math.BigMul(a1, b1) + Math.BigMul(a2, b0) + Math.BigMul(a3, c4) + Math.BigMul(a4, c3);
        var r3 = Math.BigMul(a0, b3) + Math.BigMul(a1, b2) + Math.BigMul(a2, b1) + Math.BigMul(a3, b0) + Math.BigMul(a4, c4);
        var r4 = Math.BigMul(a0, b4) + Math.BigMul(a1, b3) + Math.BigMul(a2, b2) + Math.BigMul(a3, b1) + Math.BigMul(a4, b0);
        Reduce(r0, r1, r2, r3, r4, out product);
    }

    public static void Square(in FieldElement a, out FieldElement square)
    {
        ulong a0 = a._l0, a1 = a._l1, a2 = a._l2, a3 = a._l3, a4 = a._l4;
        ulong d0 = 2 * a0, d1 = 2 * a1, c3 = 19 * a3, c4 = 19 * a4, e3 = 2 * c3, e4 = 2 * c4;
        var r0 = Math.BigMul(a0, a0) + Math.BigMul(a1, e4) + Math.BigMul(a2, e3);
        var r1 = Math.BigMul(d0, a1) + Math.BigMul(a2, e4) + Math.BigMul(a3, c3);
        var r2 = Math.BigMul(d0, a2) + Math.BigMul(a1, a1) + Math.BigMul(a3, e4);
        var r3 = Math.BigMul(d0, a3) + Math.BigMul(d1, a2) + Math.BigMul(a4, c4);
        var r4 = Math.BigMul(d0, a4) + Math.BigMul(d1, a3) + Math.BigMul(a2, a2);
        Reduce(r0, r1, r2, r3, r4, out square);
    }

    // With limbs below 2^54 each sum is below 2^115, what is carried out of one below 2^64, and that out of the last, which holds no multiple of 19, below 2^60.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reduce(UInt128 r0, UInt128 r1, UInt128 r2, UInt128 r3, UInt128 r4, out FieldElement result)
    {
        r1 += (ulong)(r0 >> LimbBits);
        r2 += (ulong)(r1 >> LimbBits);
        r3 += (ulong)(r2 >> LimbBits);
        r4 += (ulong)(r3 >> LimbBits);
        var l0 = ((ulong)r0 & LimbMask) + 19 * (ulong)(r4 >> LimbBits);
        result._l0 = l0 & LimbMask;
        result._l1 = ((ulong)r1 & LimbMask) + (l0 >> LimbBits);
        result._l2 = (ulong)r2 & LimbMask;
        result._l3 = (ulong)r3 & LimbMask;
        result._l4 = (ulong)r4 & LimbMask;
    }

    /// <inheritdoc cref="Add"/>
    public static FieldElement operator +(in FieldElement a, in FieldElement b)
    {
        Add(a, b, out var sum);
        return sum;
    }

    /// <inheritdoc cref="Subtract"/>
    public static FieldElement operator -(in FieldElement a, in FieldElement b)
    {
        Subtract(a, b, out var difference);
        return difference;
    }

    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        Multiply(a, b, out var product);
        return product;
    }

    /// <summary>Squared so many times.</summary>
    public static FieldElement Square(in FieldElement a, int times)
    {
        Square(a, out var square);
        for (var i = 1; i < times; i++)
            Square(square, out square);
        return square;
    }

    /// <summary>Its inverse, a^(p - 2); 0 for 0.</summary>
    public readonly FieldElement Inverse()
    {
        var (power11, power250) = Powers();
        return Square(power250, 5) * power11;
    }

    /// <summary>a^((p - 5) / 8), of which a square root is made (RFC 8032 §5.1.3 step 2).</summary>
    public readonly FieldElement PowerForRoot()
    {
        var (_, power250) = Powers();
        return Square(power250, 2) * this;
    }

    /// <summary>a^11 and a^(2^250 - 1).</summary>
    private readonly (FieldElement Power11, FieldElement Power250) Powers()
    {
        var a2 = Square(this, 1);
        var a9 = Square(a2, 2) * this;
        var a11 = a9 * a2;
        var p5 = Square(a11, 1) * a9;
        var p10 = Square(p5, 5) * p5;
        var p20 = Square(p10, 10) * p10;
        var p40 = Square(p20, 20) * p20;
        var p50 = Square(p40, 10) * p10;
        var p100 = Square(p50, 50) * p50;
        var p200 = Square(p100, 100) * p100;
        return (a11, Square(p200, 50) * p50);
    }
}
