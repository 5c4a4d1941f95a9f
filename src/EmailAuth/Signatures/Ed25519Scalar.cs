using System.Buffers.Binary;

namespace EmailAuth.Signatures;

/// <summary>A number below the order L = 2^252 + 27742317777372353535851937790883648493 of the group (RFC 8032 §5.1), in four parts of 64 bits, the least first.</summary>
internal readonly struct Ed25519Scalar
{
    private const ulong L0 = 0x5812631A5CF5D3ED, L1 = 0x14DEF9DEA2F79CD6, L3 = 1UL << 60;

    /// <summary>The least 128 bits, and those above.</summary>
    public readonly UInt128 Low, High;

    private Ed25519Scalar(ulong w0, ulong w1, ulong w2, ulong w3)
    {
        Low = new UInt128(w1, w0);
        High = new UInt128(w3, w2);
    }

    /// <summary>Reads 32 octets, the least first. False for what is not below L (RFC 8032 §5.1.7 step 1).</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out Ed25519Scalar scalar)
    {
        scalar = new Ed25519Scalar(
            BinaryPrimitives.ReadUInt64LittleEndian(octets), BinaryPrimitives.ReadUInt64LittleEndian(octets[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(octets[16..]), BinaryPrimitives.ReadUInt64LittleEndian(octets[24..]));
        var high = new UInt128(L3, 0);
        return scalar.High < high || (scalar.High == high && scalar.Low < new UInt128(L1, L0));
    }

    /// <summary>What a hash of 64 octets, the least first, leaves modulo L.</summary>
    public static Ed25519Scalar Reduce(ReadOnlySpan<byte> hash)
    {
        ulong r0 = 0, r1 = 0, r2 = 0, r3 = 0;
        for (var at = hash.Length - sizeof(uint); at >= 0; at -= sizeof(uint))
        {
            // r is below L, so that it takes 32 bits more with room to spare; what then lies at 2^252 and above counts -(L - 2^252) times further down.
            var quotient = r3 >> 28;
            var high = (r3 << 32 | r2 >> 32) & (L3 - 1);
            r2 = r2 << 32 | r1 >> 32;
            r1 = r1 << 32 | r0 >> 32;
            r0 = r0 << 32 | BinaryPrimitives.ReadUInt32LittleEndian(hash[at..]);
            r3 = high;

            var product = Math.BigMul(quotient, L0);
            var product1 = Math.BigMul(quotient, L1) + (ulong)(product >> 64);
            var borrow = Subtract(ref r0, (ulong)product, 0);
            borrow = Subtract(ref r1, (ulong)product1, borrow);
            borrow = Subtract(ref r2, (ulong)(product1 >> 64), borrow);
            borrow = Subtract(ref r3, 0, borrow);
            if (borrow != 0)
            {
                // Less than L too little.
                var sum = (UInt128)r0 + L0;
                r0 = (ulong)sum;
                sum = (UInt128)r1 + L1 + (ulong)(sum >> 64);
                r1 = (ulong)sum;
                sum = (UInt128)r2 + (ulong)(sum >> 64);
                r2 = (ulong)sum;
                r3 += L3 + (ulong)(sum >> 64);
            }
        }
        return new Ed25519Scalar(r0, r1, r2, r3);
    }

    private static ulong Subtract(ref ulong from, ulong what, ulong borrow)
    {
        var difference = (UInt128)from - what - borrow;
        from = (ulong)difference;
        return (ulong)(difference >> 64) & 1;
    }

    /// <summary>
    /// Writes the number as a sum of digits times powers of two: each digit is 0 or odd and of less than <paramref name="width"/> bits with its sign, and of
    /// <paramref name="width"/> in a row one at the most is not 0.
    /// </summary>
    public static void ToDigits(UInt128 number, int width, Span<sbyte> digits)
    {
        digits.Clear();
        var carry = 0;
        var at = 0;
        while (at <= 128)
        {
            var rest = at == 128 ? UInt128.Zero : number >> at;
            if ((int)((uint)rest & 1) == carry)
            {
                at++;
                continue;
            }
            var digit = (int)((uint)rest & ((1u << width) - 1)) + carry;
            carry = digit >> (width - 1);
            digits[at] = (sbyte)(digit - (carry << width));
            at += width;
        }
    }
}
