using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace EmailAuth.AuthResults;

/// <summary>
/// Makes the value of an Authentication-Results field (RFC 8601 §2.2) as a list of items that white space may separate, so that the folded
/// and the unfolded form are the same text.
/// </summary>
internal static class AuthenticationResultsWriter
{
    private const string CutMark = "...";

    /// <summary>How much is told of a result; where that is too long, the next is tried. The last always fits.</summary>
    private static readonly ImmutableArray<Detail> Details =
    [
        new(Comment: true, Reason: true, Properties: true, int.MaxValue),
        new(Comment: false, Reason: true, Properties: true, int.MaxValue),
        new(Comment: false, Reason: false, Properties: true, int.MaxValue),
        new(Comment: false, Reason: false, Properties: true, 64),
        new(Comment: false, Reason: false, Properties: false, 0),
    ];

    private readonly record struct Detail(bool Comment, bool Reason, bool Properties, int LongestValue);

    public static FoldableValue Write(AuthenticationResults results, bool allowUtf8, AuthenticationResultsLimits limits)
    {
        var service = ServiceName(results.AuthservId, allowUtf8, limits.MaxValueBytes);
        if (results.Results.IsEmpty)
            return new FoldableValue([new(service + "; none")]);

        // Room is kept for the field's name, and for the mark of what is left out.
        var room = limits.MaxWrittenBytes - AuthenticationResults.FieldName.Length - Length(service) - 64;
        var bare = results.Results.Sum(result => Length(Head(result)));
        List<FoldableItem> items = [new(service)];
        for (var i = 0; i < results.Results.Length; i++)
        {
            var result = results.Results[i];
            bare -= Length(Head(result));
            // Those that follow keep room for their names at least.
            var written = Details.Select(detail => Items(result, detail, limits.MaxValueBytes, allowUtf8))
                .FirstOrDefault(candidate => Length(candidate) <= room - bare, Items(result, Details[^1], 0, allowUtf8));
            room -= Length(written);
            if (room < 0)
            {
                items.Add(new FoldableItem($"({(results.Results.Length - i).ToString(CultureInfo.InvariantCulture)} more left out)", StartsLine: true));
                break;
            }
            items[^1] = items[^1] with { Text = items[^1].Text + ";" };
            items.AddRange(written);
        }
        return new FoldableValue(items);
    }

    private static string ServiceName(string authservId, bool allowUtf8, int longest) =>
        !allowUtf8 && !Ascii.IsValid(authservId) && Dns.DomainName.TryParse(authservId, out var domain)
            ? domain.ToString()
            : Value(authservId, longest, allowUtf8);

    private static string Head(MethodResult result) =>
        result.MethodVersion is null ? $"{result.Method}={result.Result}" : $"{result.Method}/{result.MethodVersion}={result.Result}";

    private static List<FoldableItem> Items(MethodResult result, Detail detail, int longest, bool allowUtf8)
    {
        longest = Math.Min(longest, detail.LongestValue);
        List<FoldableItem> items = [new(Head(result), StartsLine: true)];
        if (detail.Comment && Clean(result.Comment, longest, allowUtf8) is { Length: > 0 } comment)
            items.Add(new FoldableItem($"({Escape(comment, "()\\")})"));
        if (detail.Reason && !string.IsNullOrEmpty(result.Reason))
            items.Add(new FoldableItem($"reason={Value(result.Reason, longest, allowUtf8)}"));
        if (detail.Properties)
        {
            foreach (var property in result.Properties)
                items.Add(new FoldableItem($"{property.Type}.{property.Name}={PropertyValue(property.Value, longest, allowUtf8)}"));
        }
        return items;
    }

    private static int Length(List<FoldableItem> items) => items.Sum(item => Length(item.Text));

    /// <summary>Octets, with a semicolon and a fold. Inside an item there may be one more fold for every 38 octets at least.</summary>
    private static int Length(string item)
    {
        var octets = Encoding.UTF8.GetByteCount(item);
        return octets + "\r\n ;".Length + (octets > 76 ? octets / 38 * 2 : 0);
    }

    /// <summary>pvalue: an address or domain as it is, anything that is not plain as a quoted-string.</summary>
    private static string PropertyValue(string value, int longest, bool allowUtf8)
    {
        var clean = Clean(value, longest, allowUtf8);
        var at = clean.LastIndexOf('@');
        // RFC 8601 §2.2: what is an e-mail identity must stand as one. With a quoted local-part it is a quoted-string as a whole: readers that stop
        // at the first "@" or quote would take another domain from it (CVE-2020-12272).
        var isIdentity = at >= 0 && (at == 0 || IsDotAtom(clean.AsSpan(0, at), "!#$%&'*+-/=?^_`{|}~")) && IsDotAtom(clean.AsSpan(at + 1), "-_");
        return isIdentity ? clean : Quoted(clean);
    }

    private static string Value(string value, int longest, bool allowUtf8) => Quoted(Clean(value, longest, allowUtf8));

    /// <summary>A token (RFC 2045 §5.1) of letters, digits and the marks that no reader takes for syntax; else a quoted-string.</summary>
    private static string Quoted(string clean) => Ascii.IsValid(clean) && IsDotAtom(clean, "-_+") ? clean : $"\"{Escape(clean, "\"\\")}\"";

    /// <summary>Letters, digits and some marks, in atoms between dots, none of them empty.</summary>
    private static bool IsDotAtom(ReadOnlySpan<char> text, string marks)
    {
        var atomIsEmpty = true;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '.')
            {
                if (atomIsEmpty)
                    return false;
                atomIsEmpty = true;
                continue;
            }
            if (!IsLetterDigitOrMark(rune) && !(rune.IsAscii && marks.Contains((char)rune.Value, StringComparison.Ordinal)))
                return false;
            atomIsEmpty = false;
        }
        return !atomIsEmpty;
    }

    private static bool IsLetterDigitOrMark(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>Without control characters and line separators, outside ASCII only where that is allowed, cut with a mark where it is too long.</summary>
    private static string Clean(string? text, int longest, bool allowUtf8)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var clean = new StringBuilder(Math.Min(text.Length, longest));
        int octets = 0, cut = 0;
        foreach (var given in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(given) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                continue;
            var rune = given.IsAscii || allowUtf8 ? given : new Rune('?');
            octets += rune.Utf8SequenceLength;
            if (octets > longest)
            {
                clean.Length = cut;
                return clean.Append(CutMark).ToString();
            }
            clean.Append(rune.ToString());
            if (octets <= longest - CutMark.Length)
                cut = clean.Length;
        }
        return clean.ToString();
    }

    private static string Escape(string text, string special)
    {
        if (text.AsSpan().IndexOfAny(special) < 0)
            return text;
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var character in text)
        {
            if (special.Contains(character, StringComparison.Ordinal))
                escaped.Append('\\');
            escaped.Append(character);
        }
        return escaped.ToString();
    }
}
