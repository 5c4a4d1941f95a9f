using System.Collections.Immutable;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Dkim;

/// <summary>
/// The fields that a message has at most once (RFC 5322 §3.6, RFC 2045 §3) and that people or their programs go by. Where there are
/// more, programs differ in the one they take (RFC 6376 §8.15).
/// </summary>
internal static class SingleFields
{
    private static readonly ImmutableArray<string> Names =
        ["From", "Sender", "Reply-To", "To", "Cc", "Message-ID", "In-Reply-To", "References", "Subject", "Date", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

    /// <summary>The names that stand more than once; nearly always none.</summary>
    public static ImmutableArray<string> RepeatedIn(HeaderBlock header)
    {
        Span<byte> counts = stackalloc byte[16];
        counts.Clear();
        var isAnyRepeated = false;
        foreach (ref readonly var field in header.Fields)
        {
            var index = IndexOf(header.Name(field));
            if (index < 0)
                continue;
            counts[index] = (byte)Math.Min(counts[index] + 1, 2);
            isAnyRepeated |= counts[index] > 1;
        }
        if (!isAnyRepeated)
            return [];
        var repeated = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < Names.Length; i++)
        {
            if (counts[i] > 1)
                repeated.Add(Names[i]);
        }
        return repeated.DrainToImmutable();
    }

    /// <summary>Of these names those that the signature does not cover as often as they stand.</summary>
    public static ImmutableArray<string> NotCovered(ImmutableArray<string> repeated, HeaderBlock header, SignedFieldList signed)
    {
        if (repeated.IsEmpty)
            return [];
        var notCovered = ImmutableArray.CreateBuilder<string>();
        Span<byte> octets = stackalloc byte[32];
        foreach (var name in repeated)
        {
            var length = System.Text.Encoding.Latin1.GetBytes(name, octets);
            if (header.IndicesOf(octets[..length]).Length > signed.CountOf(octets[..length]))
                notCovered.Add(name);
        }
        return notCovered.DrainToImmutable();
    }

    // The length first: nearly every field is decided by it and one comparison.
    private static int IndexOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => name.EqualsIgnoreCase("To"u8) ? 3 : name.EqualsIgnoreCase("Cc"u8) ? 4 : -1,
        4 => name.EqualsIgnoreCase("From"u8) ? 0 : name.EqualsIgnoreCase("Date"u8) ? 9 : -1,
        6 => name.EqualsIgnoreCase("Sender"u8) ? 1 : -1,
        7 => name.EqualsIgnoreCase("Subject"u8) ? 8 : -1,
        8 => name.EqualsIgnoreCase("Reply-To"u8) ? 2 : -1,
        10 => name.EqualsIgnoreCase("Message-ID"u8) ? 5 : name.EqualsIgnoreCase("References"u8) ? 7 : -1,
        11 => name.EqualsIgnoreCase("In-Reply-To"u8) ? 6 : -1,
        12 => name.EqualsIgnoreCase("MIME-Version"u8) ? 10 : name.EqualsIgnoreCase("Content-Type"u8) ? 11 : -1,
        25 => name.EqualsIgnoreCase("Content-Transfer-Encoding"u8) ? 12 : -1,
        _ => -1,
    };
}
