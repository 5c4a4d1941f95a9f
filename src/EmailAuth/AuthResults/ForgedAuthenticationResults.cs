using System.Collections.Immutable;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Syntax;

namespace EmailAuth.AuthResults;

/// <summary>Finds the Authentication-Results fields that a message must not bring along (RFC 8601 §5).</summary>
internal static class ForgedAuthenticationResults
{
    /// <summary>The indices of the fields to remove, the highest first.</summary>
    public static ImmutableArray<int> Find(HeaderBlock header, string authservId)
    {
        var forged = ImmutableArray.CreateBuilder<int>();
        for (var i = header.Fields.Length - 1; i >= 0; i--)
        {
            var field = header.Fields[i];
            var isNamed = header.IsNamed(field, Name) || header.IsDisguisedAs(field, Name);
            if ((isNamed && IsForged(header.Value(field), authservId)) || (header.HasBareLineEnd && HidesForged(header.Whole(field), authservId)))
                forged.Add(i);
        }
        return forged.DrainToImmutable();
    }

    private static ReadOnlySpan<byte> Name => "Authentication-Results"u8;

    /// <summary>
    /// Whether a line inside a field is a forged one for a program that takes a CR or LF alone for a line end (D13). The whole field has to go then.
    /// </summary>
    private static bool HidesForged(ReadOnlySpan<byte> field, string authservId)
    {
        while (field.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var at)
        {
            field = field[(at + 1)..];
            var nameEnd = field.IndexOfAny((byte)':', (byte)'\r', (byte)'\n');
            if (nameEnd > 0 && field[nameEnd] == ':' && !Octets.IsWsp(field[0]) && field[..nameEnd].EqualsVisibly(Name) && IsForged(LineAt(field[(nameEnd + 1)..]), authservId))
                return true;
        }
        return false;
    }

    /// <summary>As far as the line goes with its folds, whichever way they end.</summary>
    private static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> text)
    {
        var end = 0;
        while (end < text.Length && text[end..].IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var at)
        {
            end += at;
            var next = text[end..].StartsWith("\r\n"u8) ? end + 2 : end + 1;
            if (next >= text.Length || !Octets.IsWsp(text[next]))
                return text[..end];
            end = next;
        }
        return text;
    }

    private static bool IsForged(ReadOnlySpan<byte> value, string authservId)
    {
        var reader = new AuthenticationResultsReader(value, AuthenticationResultsLimits.Default);
        if (reader.ReadBeginning(out var claimed, out var version) is null)
        {
            // RFC 8601 §5: a field of a version that is not supported must go too, if no trusted server sent it.
            return version is not (null or "1") || AreSame(claimed, authservId);
        }
        return MayBeReadAs(value, authservId);
    }

    private static bool AreSame(string claimed, string authservId)
    {
        var ours = Folded(authservId);
        return IsOurs(Folded(claimed)) || IsOurs(Folded(FirstWord(claimed)));

        bool IsOurs(string theirs) => theirs == ours
            || (DomainName.TryParse(theirs, out var their) && DomainName.TryParse(ours, out var our) && their == our);
    }

    /// <summary>White space outside ASCII ends a word for some programs, and is part of it for the grammar.</summary>
    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] > '~' && char.IsWhiteSpace(text[i]))
                return text[..i];
        }
        return text;
    }

    /// <summary>
    /// In lower case and without white space and what is not shown, mapped where other characters look the same, so that U-labels are compared as people see them
    /// (RFC 5890 §2.3.2.1).
    /// </summary>
    private static string Folded(ReadOnlySpan<char> name)
    {
        var folded = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
            AppendShown(folded, rune);
        return folded.ToString();
    }

    private static void AppendShown(StringBuilder text, Rune rune)
    {
        var shown = ShownCharacter.Map(rune);
        if (shown.Value != 0 && shown != Rune.ReplacementChar && !Rune.IsWhiteSpace(shown))
            text.Append(shown.ToString());
    }

    /// <summary>
    /// The beginning is not well-formed, so readers differ on what it names. It counts as naming the service if what stands before the first result does
    /// so for someone who is careless of white space, quotes and comments, or if it hides behind an encoded word.
    /// </summary>
    private static bool MayBeReadAs(ReadOnlySpan<byte> value, string authservId)
    {
        var commentIsOpen = CommentIsOpen(value);
        if (!commentIsOpen)
        {
            if (value.IndexOf("=?"u8) is >= 0 and var encoded && value[..encoded].IndexOf((byte)';') < 0)
                return true;
            value = BeforeFirstResult(value);
        }
        var name = Folded(authservId);
        var ascii = DomainName.TryParse(authservId, out var domain) ? domain.ToString() : name;
        foreach (var dropsComments in (ReadOnlySpan<bool>)[false, true])
        {
            var squeezed = Squeezed(value, dropsComments);
            if (squeezed.Contains(name, StringComparison.Ordinal) || squeezed.Contains(ascii, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private static bool CommentIsOpen(ReadOnlySpan<byte> value)
    {
        var reader = new SyntaxReader(value.TrimFws());
        return !reader.TrySkipCfws();
    }

    /// <summary>What stands before the first "method=result". In comments and quoted strings, and between anything but two words, a "=" is none.</summary>
    private static ReadOnlySpan<byte> BeforeFirstResult(ReadOnlySpan<byte> value)
    {
        int depth = 0, lastShown = -1;
        var isQuoted = false;
        for (var at = 0; at < value.Length; at++)
        {
            var octet = value[at];
            if (octet == '\\' && (isQuoted || depth > 0))
                at++;
            else if (octet == '"' && depth == 0)
                isQuoted = !isQuoted;
            else if (!isQuoted && octet == '(')
                depth++;
            else if (!isQuoted && octet == ')' && depth > 0)
                depth--;
            else if (isQuoted || depth > 0 || Octets.IsFws(octet))
                continue;
            else if (octet == '=' && lastShown >= 0 && Octets.IsAlphanumeric(value[lastShown]) && BeginsWithWord(value[(at + 1)..]))
                return value[..at];
            else
                lastShown = at;
        }
        return value;

        static bool BeginsWithWord(ReadOnlySpan<byte> text)
        {
            var reader = new SyntaxReader(text);
            return reader.TrySkipCfws() && reader.Peek >= 0 && Octets.IsAlphanumeric((byte)reader.Peek);
        }
    }

    /// <summary>As it is shown, without white space, quotes, backslashes and, if asked, comments.</summary>
    private static string Squeezed(ReadOnlySpan<byte> text, bool dropsComments)
    {
        var squeezed = new StringBuilder(text.Length);
        var depth = 0;
        while (!text.IsEmpty)
        {
            // An octet that is no character counts as one that is not shown.
            Rune.DecodeFromUtf8(text, out var rune, out var length);
            text = text[length..];
            if (dropsComments && rune.Value == '(')
                depth++;
            else if (dropsComments && rune.Value == ')' && depth > 0)
                depth--;
            else if (depth == 0 && rune.Value is not ('"' or '\\'))
                AppendShown(squeezed, rune);
        }
        return squeezed.ToString();
    }
}
