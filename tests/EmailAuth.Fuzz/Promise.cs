using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using EmailAuth.Message;
using EmailAuth.Syntax;

namespace EmailAuth.Fuzz;

/// <summary>The promises that several targets check.</summary>
internal static class Promise
{
    /// <summary>Holds, or is a finding; the condition itself tells which.</summary>
    public static void That([DoesNotReturnIf(false)] bool condition, string? detail = null, [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition)
            throw new BrokenPromiseException(detail is null ? expression : $"{expression}: {detail}");
    }

    /// <inheritdoc cref="That(bool, string?, string)"/>
    /// <param name="condition">What must hold.</param>
    /// <param name="detail">More about it; made only if it does not hold.</param>
    /// <param name="expression">The condition's text.</param>
    public static void That(
        [DoesNotReturnIf(false)] bool condition,
        [InterpolatedStringHandlerArgument(nameof(condition))] PromiseDetail detail,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition)
            throw new BrokenPromiseException($"{expression}: {detail.ToString()}");
    }

    public static void Equal(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected, string what)
    {
        if (!actual.SequenceEqual(expected))
            throw new BrokenPromiseException($"{what}: {Octets.ToPrintable(actual, 400)} instead of {Octets.ToPrintable(expected, 400)}");
    }

    /// <summary>I4: what is told to people is one line of printable text, whatever the input holds.</summary>
    public static void IsPrintable(string text)
    {
        foreach (var character in text)
        {
            if (character is < ' ' or '\u007F')
                throw new BrokenPromiseException($"a text for people holds U+{(int)character:X4}: {text}");
        }
    }

    /// <summary>Positions lie in the text, in order, and texts can be printed.</summary>
    public static void IsSound(LintReport report, int length)
    {
        var last = 0;
        foreach (var diagnostic in report.Diagnostics)
        {
            IsSound(diagnostic, length);
            That(diagnostic.Position >= last, "the positions are not in order");
            last = diagnostic.Position;
        }
    }

    public static void IsSound(Diagnostic diagnostic, int length)
    {
        That(diagnostic.Position >= 0 && diagnostic.Position <= length, $"{diagnostic.Position} of {length}");
        That(diagnostic.Section.StartsWith("RFC ", StringComparison.Ordinal));
        That(diagnostic.Text.Length > 0);
        IsPrintable(diagnostic.Text);
    }

    /// <summary>RFC 5322 §2.1.1, §2.2.3: CR and LF stand in folds only, no line is over 998 octets or white space only, and the name is the one meant.</summary>
    public static void IsOneField(HeaderField field, string name)
    {
        var octets = field.RawOctets.Span;
        That(field.Name == name);
        That(octets.EndsWith("\r\n"u8));
        var rest = octets;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf("\r\n"u8);
            var line = rest[..end];
            That(line.IndexOfAny((byte)'\r', (byte)'\n') < 0, $"{field}");
            That(line.Length <= 998);
            That(!line.TrimWsp().IsEmpty, "a line of white space only");
            That(rest.Length == octets.Length || Octets.IsWsp(line[0]), $"{field}");
            That(!line.ContainsAnyInRange((byte)0, (byte)8) && !line.ContainsAnyInRange((byte)14, (byte)31) && !line.Contains((byte)0x7F), "a control character");
            rest = rest[(end + 2)..];
        }
    }
}
