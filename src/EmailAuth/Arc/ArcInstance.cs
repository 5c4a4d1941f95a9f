using EmailAuth.Syntax;

namespace EmailAuth.Arc;

/// <summary>The instance tag, which tells the set that a field belongs to (RFC 8617 §3.9, §4.2.1).</summary>
internal static class ArcInstance
{
    private const int Highest = ArcLimits.MostSets;

    /// <summary>Reads <c>[CFWS] position [CFWS]</c>, the value of the tag.</summary>
    public static ArcReason Read(ReadOnlySpan<byte> value, out int instance)
    {
        var reader = new SyntaxReader(value);
        var reason = ReadPosition(ref reader, out instance);
        return reason == ArcReason.None && !reader.AtEnd ? ArcReason.InstanceSyntax : reason;
    }

    /// <summary>Reads <c>instance [CFWS] ";"</c>, with which the value of an ARC-Authentication-Results field begins (RFC 8617 §4.1.1).</summary>
    /// <param name="value">The value.</param>
    /// <param name="instance">The instance; 0 where there is none.</param>
    /// <param name="payload">Where the authres-payload begins.</param>
    public static ArcReason ReadPrefix(ReadOnlySpan<byte> value, out int instance, out int payload)
    {
        instance = payload = 0;
        var reader = new SyntaxReader(value);
        // %s"i": in lower case.
        if (!reader.TrySkipCfws() || !reader.TryTake((byte)'i') || !reader.TrySkipCfws() || !reader.TryTake((byte)'='))
            return ArcReason.InstanceSyntax;
        var reason = ReadPosition(ref reader, out instance);
        if (reason == ArcReason.None && !reader.TryTake((byte)';'))
            reason = ArcReason.InstanceSyntax;
        payload = reader.Position;
        return reason;
    }

    private static ArcReason ReadPosition(ref SyntaxReader reader, out int instance)
    {
        instance = 0;
        if (!reader.TrySkipCfws())
            return ArcReason.InstanceSyntax;
        var start = reader.Position;
        while (reader.Peek is >= '0' and <= '9')
            reader.Position++;
        var digits = reader.Slice(start, reader.Position);
        // A position is a number from 1 to 50; "01" is another text for 1, which peers read differently (behaviour A1).
        if (!reader.TrySkipCfws() || !Octets.TryParseNumber(digits, out var number) || (digits[0] == '0' && digits.Length > 1))
            return ArcReason.InstanceSyntax;
        if (number is < 1 or > Highest)
            return ArcReason.InstanceRange;
        instance = (int)number;
        return ArcReason.None;
    }
}
