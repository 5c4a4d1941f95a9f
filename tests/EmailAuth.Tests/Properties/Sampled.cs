using System.Globalization;
using System.Text;
using CsCheck;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Tests.Properties;

/// <summary>What the properties have in common: how often they are tried, and the inputs that many of them take.</summary>
internal static class Sampled
{
    private static readonly int? Samples = int.TryParse(Environment.GetEnvironmentVariable("EMAILAUTH_PROPERTY_SAMPLES"), CultureInfo.InvariantCulture, out var samples) ? samples : null;

    /// <summary>For what costs microseconds; <c>EMAILAUTH_PROPERTY_SAMPLES</c> sets another number for all.</summary>
    public static long Often => Samples ?? 400;

    /// <summary>For what signs, verifies or asks DNS.</summary>
    public static long Seldom => Samples ?? 60;

    public static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    public static string Latin1(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>Pieces out of which texts are made that are nearly what they should be.</summary>
    public static Gen<string> Text(int most, params string[] pieces) => OneOf(pieces).Array[0, most].Select(string.Concat);

    /// <summary>A body with all that canonicalization looks at.</summary>
    public static Gen<string> Body { get; } = Text(24, " ", " ", "\t", "\r\n", "\r\n", "\r\n\r\n", "\r", "\n", "a", "bc", ".", "\0", "\xFF", new string('x', 100), new string(' ', 50));

    /// <summary>The value of a field, with folds.</summary>
    public static Gen<string> FieldValue { get; } = Text(12, " ", "\t", "  ", "\r\n ", "\r\n\t", "a", "B", "c:d", ";", "=", "\"", "(x)", "<", ">", "@", ",", "example.com", "\xE9", "0");

    public static Gen<string> Label { get; } = Gen.Char["abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_-"].Array[1, 63].Select(characters => new string(characters).Replace("xn--", "x---", StringComparison.OrdinalIgnoreCase))
        .Where(label => !label.StartsWith("xn", StringComparison.OrdinalIgnoreCase));

    public static Gen<string> ShortLabel { get; } = OneOf("a", "b", "c", "d", "mail", "_x", "e-f");

    /// <summary>A host name as people write it.</summary>
    public static Gen<string> Host { get; } = Label.Array[1, 6].Select(labels => string.Join('.', labels)).Where(name => name.Length <= DomainName.MaxLength);

    /// <summary>One of few names, so that two are often related.</summary>
    public static Gen<string> Near { get; } = ShortLabel.Array[1, 5].Select(labels => string.Join('.', labels) + ".example");

    public static HeaderBlock Header(string text) => HeaderBlock.Parse(Latin1(text), MessageLimits.Default);

    /// <summary>Gives a message in pieces of these lengths, over and over.</summary>
    public static EmailMessage Arriving(string message, int[] pieces) => EmailMessage.FromStream(new Pieces(Latin1(message), pieces));

    private sealed class Pieces(byte[] octets, int[] lengths) : MemoryStream(octets)
    {
        private int _next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(lengths[_next++ % lengths.Length], buffer.Length)], cancellationToken);
    }
}
