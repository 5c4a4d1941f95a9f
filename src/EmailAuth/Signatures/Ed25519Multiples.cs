namespace EmailAuth.Signatures;

/// <summary>
/// Odd multiples of a point and of its 2^128-fold: a multiple by any number below the group's order is then a sum over the digits of two numbers of 128 bits, with
/// half of the doublings.
/// </summary>
internal sealed class Ed25519Multiples
{
    private const int Digits = 129;

    private readonly int _width;
    private readonly EdwardsPoint.Affine[] _low;
    private readonly EdwardsPoint.Affine[] _high;

    /// <param name="point">The point.</param>
    /// <param name="width">Bits of a digit with its sign, at most 8; each one more makes twice as many multiples, and the sums shorter.</param>
    public Ed25519Multiples(in EdwardsPoint point, int width)
    {
        _width = width;
        _low = point.OddMultiples(1 << (width - 2));
        _high = point.Doubled(128).OddMultiples(1 << (width - 2));
    }

    /// <summary>Those of the base point, made once for all keys.</summary>
    public static Ed25519Multiples OfBase { get; } = new(EdwardsPoint.Base, width: 8);

    /// <summary>The sum of two points taken so many times each.</summary>
    public static EdwardsPoint Combine(Ed25519Multiples first, in Ed25519Scalar times, Ed25519Multiples second, in Ed25519Scalar secondTimes)
    {
        Span<sbyte> low = stackalloc sbyte[Digits], high = stackalloc sbyte[Digits], secondLow = stackalloc sbyte[Digits], secondHigh = stackalloc sbyte[Digits];
        Ed25519Scalar.ToDigits(times.Low, first._width, low);
        Ed25519Scalar.ToDigits(times.High, first._width, high);
        Ed25519Scalar.ToDigits(secondTimes.Low, second._width, secondLow);
        Ed25519Scalar.ToDigits(secondTimes.High, second._width, secondHigh);
        var sum = EdwardsPoint.Sum.Neutral;
        for (var at = Digits - 1; at >= 0; at--)
        {
            sum.Double();
            Add(ref sum, low[at], first._low);
            Add(ref sum, high[at], first._high);
            Add(ref sum, secondLow[at], second._low);
            Add(ref sum, secondHigh[at], second._high);
        }
        return sum.ToPoint();
    }

    private static void Add(ref EdwardsPoint.Sum sum, int digit, EdwardsPoint.Affine[] multiples)
    {
        if (digit > 0)
            sum.Add(multiples[digit / 2]);
        else if (digit < 0)
            sum.Subtract(multiples[-digit / 2]);
    }
}
