using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EmailAuth.Syntax;

namespace EmailAuth.AuthResults;

/// <summary>
/// Makes the value of an Authentication-Results field (RFC 8601 §2.2) as pieces that white space may separate, so that the folded
/// and the unfolded form are the same text.
/// </summary>
internal static class AuthenticationResultsWriter
{
    /// <summary>Room for a value that is made only to be written: an <c>i=</c> of RFC 6376 §3.5, and more.</summary>
    public const int RoomForValue = 1024;

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

    /// <summary>The text; the caller disposes of it.</summary>
    public static FoldableText Write<T>(string authservId, in T results, bool allowUtf8, AuthenticationResultsLimits limits)
        where T : struct, IMethodResults
    {
        var text = new FoldableText();
        var start = text.Here;
        text.Begin();
        WriteService(ref text, authservId, allowUtf8, limits.MaxValueBytes);
        if (results.Count == 0)
        {
            text.Append("; none");
            return text;
        }

        // Room is kept for the field's name, and for the mark of what is left out.
        var room = limits.MaxWrittenBytes - AuthenticationResults.FieldName.Length - text.OctetsSince(start) - 64;
        var bare = 0;
        for (var i = 0; i < results.Count; i++)
            bare += LengthOf(results.HeadOf(i));
        for (var i = 0; i < results.Count; i++)
        {
            var before = text.Here;
            text.Append(';');
            // Those that follow keep room for their names at least.
            bare -= LengthOf(results.HeadOf(i));
            room -= WriteResult(ref text, results, i, room - bare, allowUtf8, limits.MaxValueBytes);
            if (room < 0)
            {
                LimitHits.Count("AuthenticationResults.MaxWrittenBytes");
                text.Return(before);
                text.Begin(startsLine: true);
                text.Append($"({(results.Count - i).ToString(CultureInfo.InvariantCulture)} more left out)");
                break;
            }
        }
        return text;
    }

    private static void WriteService(ref FoldableText text, string authservId, bool allowUtf8, int longest)
    {
        if (!allowUtf8 && !Ascii.IsValid(authservId) && Dns.DomainName.TryParse(authservId, out var domain))
            text.Append(domain.ToString());
        else
            WriteValue(ref text, authservId, longest, allowUtf8);
    }

    /// <summary>Writes as much of a result as there is room for, its head in any case.</summary>
    /// <returns>The octets that it takes.</returns>
    private static int WriteResult<T>(ref FoldableText text, in T results, int result, int room, bool allowUtf8, int longest)
        where T : struct, IMethodResults
    {
        var start = text.Here;
        foreach (var detail in Details)
        {
            text.Return(start);
            WriteResult(ref text, results, result, detail, Math.Min(longest, detail.LongestValue), allowUtf8);
            if (text.OctetsSince(start) <= room)
                break;
        }
        return text.OctetsSince(start);
    }

    private static void WriteResult<T>(ref FoldableText text, in T results, int result, Detail detail, int longest, bool allowUtf8)
        where T : struct, IMethodResults
    {
        var head = results.HeadOf(result);
        text.Begin(startsLine: true);
        text.Append(head.Method);
        if (head.Version is { } version)
        {
            text.Append('/');
            text.Append(version);
        }
        text.Append('=');
        text.Append(head.Result);
        if (detail.Comment && Clean(results.CommentOf(result), longest, allowUtf8) is { Length: > 0 } comment)
        {
            text.Begin();
            WriteEscaped(ref text, comment, '(', "()\\", ')');
        }
        if (detail.Reason && Clean(results.ReasonOf(result), longest, allowUtf8) is { Length: > 0 } reason)
        {
            text.Begin();
            text.Append("reason=");
            WriteQuoted(ref text, reason);
        }
        if (!detail.Properties)
            return;
        Span<char> room = stackalloc char[RoomForValue];
        var properties = results.PropertiesOf(result);
        for (var i = 0; i < properties; i++)
        {
            var (type, name) = results.NameOf(result, i);
            text.Begin();
            text.Append(type);
            text.Append('.');
            text.Append(name);
            text.Append('=');
            WriteProperty(ref text, Clean(results.ValueOf(result, i, room), longest, allowUtf8));
        }
    }

    private static int LengthOf(MethodHead head) =>
        FoldableText.OctetsOf(head.Method.Length + (head.Version is { } version ? 1 + version.Length : 0) + 1 + head.Result.Length);

    /// <summary>pvalue: an address or domain as it is, anything that is not plain as a quoted-string.</summary>
    private static void WriteProperty(ref FoldableText text, scoped ReadOnlySpan<char> clean)
    {
        var at = clean.LastIndexOf('@');
        // RFC 8601 §2.2: what is an e-mail identity must stand as one. With a quoted local-part it is a quoted-string as a whole: readers that stop
        // at the first "@" or quote would take another domain from it (CVE-2020-12272).
        var isIdentity = at >= 0 && (at == 0 || IsDotAtom(clean[..at], "!#$%&'*+-/=?^_`{|}~")) && IsDotAtom(clean[(at + 1)..], "-_");
        if (isIdentity)
            text.Append(clean);
        else
            WriteQuoted(ref text, clean);
    }

    private static void WriteValue(ref FoldableText text, string value, int longest, bool allowUtf8) => WriteQuoted(ref text, Clean(value, longest, allowUtf8));

    /// <summary>A token (RFC 2045 §5.1) of letters, digits and the marks that no reader takes for syntax; else a quoted-string.</summary>
    private static void WriteQuoted(ref FoldableText text, scoped ReadOnlySpan<char> clean)
    {
        if (Ascii.IsValid(clean) && IsDotAtom(clean, "-_+"))
            text.Append(clean);
        else
            WriteEscaped(ref text, clean, '"', "\"\\", '"');
    }

    private static void WriteEscaped(ref FoldableText text, scoped ReadOnlySpan<char> clean, char opening, string special, char closing)
    {
        text.Append(opening);
        while (clean.IndexOfAny(special) is >= 0 and var at)
        {
            text.Append(clean[..at]);
            text.Append('\\');
            text.Append(clean[at]);
            clean = clean[(at + 1)..];
        }
        text.Append(clean);
        text.Append(closing);
    }

    /// <summary>Letters, digits and some marks, in atoms between dots, none of them empty.</summary>
    private static bool IsDotAtom(ReadOnlySpan<char> text, string marks)
    {
        var atomIsEmpty = true;
        while (!text.IsEmpty)
        {
            var length = 1;
            if (text[0] == '.')
            {
                if (atomIsEmpty)
                    return false;
                atomIsEmpty = true;
            }
            else if (char.IsAscii(text[0]) ? char.IsAsciiLetterOrDigit(text[0]) || marks.Contains(text[0], StringComparison.Ordinal) : StartsWithLetter(text, out length))
            {
                atomIsEmpty = false;
            }
            else
            {
                return false;
            }
            text = text[length..];
        }
        return !atomIsEmpty;
    }

    private static bool StartsWithLetter(ReadOnlySpan<char> text, out int length)
    {
        Rune.DecodeFromUtf16(text, out var rune, out length);
        return Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
    }

    /// <summary>
    /// Without control characters, outside ASCII only where that is allowed, cut with a mark where it is too long. Line and paragraph separators are no
    /// controls (H1): dropped without a mark they would make another mailbox's name, so that a "?" stands for them.
    /// </summary>
    private static ReadOnlySpan<char> Clean(ReadOnlySpan<char> text, int longest, bool allowUtf8)
    {
        // Nearly every text is printable ASCII, and stays what it is.
        if (text.Length <= longest && !text.ContainsAnyExceptInRange(' ', '~'))
            return text;
        var clean = new StringBuilder(Math.Min(text.Length, longest));
        int octets = 0, cut = 0;
        foreach (var given in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(given);
            if (category is UnicodeCategory.Control)
                continue;
            var isSeparator = category is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            var rune = given.IsAscii || (allowUtf8 && !isSeparator) ? given : new Rune('?');
            octets += rune.Utf8SequenceLength;
            if (octets > longest)
            {
                LimitHits.Count("AuthenticationResults.MaxValueBytes");
                clean.Length = cut;
                return clean.Append(CutMark).ToString();
            }
            clean.Append(rune.ToString());
            if (octets <= longest - CutMark.Length)
                cut = clean.Length;
        }
        return clean.ToString();
    }
}
