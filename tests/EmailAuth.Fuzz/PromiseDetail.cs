using System.Runtime.CompilerServices;

namespace EmailAuth.Fuzz;

/// <summary>An interpolated string that costs nothing where the promise holds.</summary>
[InterpolatedStringHandler]
internal ref struct PromiseDetail
{
    private DefaultInterpolatedStringHandler _text;

    public PromiseDetail(int literalLength, int formattedCount, bool condition, out bool isWanted)
    {
        isWanted = !condition;
        _text = isWanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value, string? format = null) => _text.AppendFormatted(value, format);

    public override string ToString() => _text.ToString();
}
