namespace EmailAuth.Signatures;

// RFC 8032 §5.1.4: the group of edwards25519, -x^2 + y^2 = 1 + d x^2 y^2. The additions are complete: they hold for every two points of the curve.

/// <summary>A point (X/Z, Y/Z) with T = XY/Z. For public data only: the time depends on the points.</summary>
internal readonly struct EdwardsPoint
{
    private static readonly FieldElement D = (FieldElement.Zero - FieldElement.Of(121665)) * FieldElement.Of(121666).Inverse();

    // A result of a multiplication, as additions want it.
    private static readonly FieldElement TwiceD = (D + D) * FieldElement.One;

    // 2^((p - 1) / 4).
    private static readonly FieldElement RootOfMinusOne = FieldElement.Square(FieldElement.Of(2).PowerForRoot(), 1) * FieldElement.Of(2);

    private readonly FieldElement _x, _y, _z, _t;

    private EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
    {
        _x = x;
        _y = y;
        _z = z;
        _t = t;
    }

    /// <summary>RFC 8032 §5.1: y = 4/5, and the even x.</summary>
    public static EdwardsPoint Base
    {
        get
        {
            Span<byte> octets = stackalloc byte[FieldElement.Length];
            (FieldElement.Of(4) * FieldElement.Of(5).Inverse()).Write(octets);
            TryRead(octets, out var point);
            return point;
        }
    }

    /// <summary>RFC 8032 §5.1.3, for a y below p. False where no point has that y.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out EdwardsPoint point)
    {
        point = default;
        var y = FieldElement.Read(octets);
        var yy = FieldElement.Square(y, 1);
        var u = yy - FieldElement.One;
        var v = yy * D + FieldElement.One;
        var v3 = FieldElement.Square(v, 1) * v;
        var x = (FieldElement.Square(v3, 1) * v * u).PowerForRoot() * v3 * u;
        var found = FieldElement.Square(x, 1) * v;
        if (!found.IsSame(u))
        {
            if (!(found + u).IsSame(FieldElement.Zero))
                return false;
            x *= RootOfMinusOne;
        }
        var wantsOdd = octets[^1] >> 7 == 1;
        if (wantsOdd && x.IsSame(FieldElement.Zero))
            return false;
        if (x.IsOdd != wantsOdd)
            x = Negative(x);
        point = new EdwardsPoint(x, y, FieldElement.One, x * y);
        return true;
    }

    /// <summary>RFC 8032 §5.1.2.</summary>
    public void Write(Span<byte> octets)
    {
        var inverse = _z.Inverse();
        (_y * inverse).Write(octets);
        if ((_x * inverse).IsOdd)
            octets[^1] |= 0x80;
    }

    public EdwardsPoint Negated() => new(Negative(_x), _y, _z, Negative(_t));

    private static FieldElement Negative(in FieldElement a) => (FieldElement.Zero - a) * FieldElement.One;

    /// <summary>Doubled so many times.</summary>
    public EdwardsPoint Doubled(int times)
    {
        // (X/Z, Y/Z) is (X/Z, Y/T) with Z for both.
        var sum = new Sum(_x, _y, _z, _z);
        for (var i = 0; i < times; i++)
            sum.Double();
        return sum.ToPoint();
    }

    private EdwardsPoint Plus(in EdwardsPoint other)
    {
        var a = (_y + _x) * (other._y + other._x);
        var b = (_y - _x) * (other._y - other._x);
        var c = _t * TwiceD * other._t;
        var zz = _z * other._z;
        return new Sum(a - b, a + b, zz + zz + c, zz + zz - c).ToPoint();
    }

    /// <summary>The multiples by 1, 3, 5 … of the point, to be added quickly.</summary>
    public Affine[] OddMultiples(int count)
    {
        var points = new EdwardsPoint[count];
        points[0] = this;
        var twice = Doubled(1);
        for (var i = 1; i < count; i++)
            points[i] = points[i - 1].Plus(twice);

        // One inversion for all: of the product of the Zs, out of which each is taken in turn.
        var products = new FieldElement[count];
        products[0] = points[0]._z;
        for (var i = 1; i < count; i++)
            products[i] = products[i - 1] * points[i]._z;
        var inverse = products[^1].Inverse();
        var multiples = new Affine[count];
        for (var i = count - 1; i >= 0; i--)
        {
            var own = i == 0 ? inverse : inverse * products[i - 1];
            inverse *= points[i]._z;
            multiples[i] = new Affine(points[i]._x * own, points[i]._y * own);
        }
        return multiples;
    }

    /// <summary>A point with Z = 1 as additions want it.</summary>
    internal readonly struct Affine(in FieldElement x, in FieldElement y)
    {
        public readonly FieldElement Sum = y + x;
        public readonly FieldElement Difference = y - x;
        public readonly FieldElement Product = x * y * TwiceD;
    }

    /// <summary>A sum in the making, the point (X/Z, Y/T): what a step gives before the multiplications of which the next may need fewer.</summary>
    internal struct Sum(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
    {
        private FieldElement _x = x, _y = y, _z = z, _t = t;

        public static Sum Neutral => new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.One);

        public readonly EdwardsPoint ToPoint() => new(_x * _t, _y * _z, _z * _t, _x * _y);

        public void Double()
        {
            FieldElement.Multiply(_x, _t, out var x);
            FieldElement.Multiply(_y, _z, out var y);
            FieldElement.Multiply(_z, _t, out var z);
            FieldElement.Add(x, y, out var both);
            FieldElement.Square(both, out both);
            FieldElement.Square(x, out x);
            FieldElement.Square(y, out y);
            FieldElement.Square(z, out z);
            FieldElement.Add(y, x, out _y);
            FieldElement.Subtract(y, x, out _z);
            FieldElement.SubtractSum(both, _y, out _x);
            FieldElement.Add(z, z, out z);
            FieldElement.SubtractSum(z, _z, out _t);
        }

        public void Add(in Affine other)
        {
            AddHalf(other.Sum, other.Difference, other.Product, out var product, out var z2);
            FieldElement.Add(z2, product, out _z);
            FieldElement.Subtract(z2, product, out _t);
        }

        /// <summary>Adds the negative, which is the same with the sum and the difference, and with Z and T, in each other's places.</summary>
        public void Subtract(in Affine other)
        {
            AddHalf(other.Difference, other.Sum, other.Product, out var product, out var z2);
            FieldElement.Subtract(z2, product, out _z);
            FieldElement.Add(z2, product, out _t);
        }

        private void AddHalf(in FieldElement sum, in FieldElement difference, in FieldElement factor, out FieldElement product, out FieldElement z2)
        {
            FieldElement.Multiply(_x, _y, out product);
            FieldElement.Multiply(product, factor, out product);
            FieldElement.Multiply(_x, _t, out var x);
            FieldElement.Multiply(_y, _z, out var y);
            FieldElement.Multiply(_z, _t, out z2);
            FieldElement.Add(z2, z2, out z2);
            FieldElement.Add(y, x, out var a);
            FieldElement.Multiply(a, sum, out a);
            FieldElement.Subtract(y, x, out var b);
            FieldElement.Multiply(b, difference, out b);
            FieldElement.Subtract(a, b, out _x);
            FieldElement.Add(a, b, out _y);
        }
    }
}
