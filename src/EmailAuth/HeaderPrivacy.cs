using System.Buffers;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth;

/// <summary>
/// Takes addresses and texts out of a header section without moving an octet: fields, their names, and all that a check reads in them stay where they are.
/// </summary>
internal static class HeaderPrivacy
{
    private static readonly SearchValues<byte> TokenEnds = SearchValues.Create(" \t\r\n<>()\",;:@[]"u8);
    private static readonly SearchValues<byte> QuotedEnds = SearchValues.Create("= \t\r\n<>\",@"u8);
    private static readonly SearchValues<byte> LoginEnds = SearchValues.Create(" \t\r\n;@"u8);

    // What a check reads of a signature; i= of ARC is a number, and that of DKIM an address.
    private static readonly byte[][] KeptTags =
        ["v"u8.ToArray(), "a"u8.ToArray(), "b"u8.ToArray(), "bh"u8.ToArray(), "c"u8.ToArray(), "cv"u8.ToArray(), "d"u8.ToArray(), "h"u8.ToArray(), "l"u8.ToArray(), "q"u8.ToArray(), "s"u8.ToArray(), "t"u8.ToArray(), "x"u8.ToArray()];

    public static byte[] Hide(HeaderBlock header, ReadOnlySpan<byte> octets, Pseudonyms pseudonyms)
    {
        var hidden = octets.ToArray();
        if (header.Defect != MessageDefect.None)
        {
            // It was not split into fields: line by line, and the names of fields stay.
            HideLines(hidden, pseudonyms);
            return hidden;
        }
        foreach (ref readonly var field in header.Fields)
        {
            var value = hidden.AsSpan((field.Colon < field.Start ? field.Start : field.Colon + 1)..field.End);
            if (header.IsNamed(field, "DKIM-Signature"u8))
                HideTags(value, isArc: false, pseudonyms);
            else if (header.IsNamed(field, "ARC-Seal"u8) || header.IsNamed(field, "ARC-Message-Signature"u8))
                HideTags(value, isArc: true, pseudonyms);
            else if (header.IsNamed(field, "ARC-Authentication-Results"u8) || header.IsNamed(field, "Authentication-Results"u8))
                HideResults(value, pseudonyms);
            else
                HideText(value, pseudonyms);
        }
        return hidden;
    }

    private static void HideLines(Span<byte> octets, Pseudonyms pseudonyms)
    {
        while (!octets.IsEmpty)
        {
            var end = octets.IndexOfAny((byte)'\r', (byte)'\n');
            var line = end < 0 ? octets : octets[..end];
            // A line that goes on begins with white space and has no name.
            var colon = line.Length > 0 && !Octets.IsWsp(line[0]) ? line.IndexOf((byte)':') : -1;
            HideText(line[(colon + 1)..], pseudonyms);
            octets = end < 0 ? default : octets[(end + 1)..];
        }
    }

    // ---- Text: everything goes but the domains behind "@" ----

    private static void HideText(Span<byte> text, Pseudonyms pseudonyms)
    {
        var at = 0;
        while (at < text.Length)
        {
            var token = IndexOfTokenEnd(text[at..]);
            if (token > 0)
            {
                // A lone CR or LF may begin a line for other programs, and "From:" in it is what a check looks for.
                if (!IsFromBehindLoneLineEnd(text, at, token))
                    pseudonyms.Replace(text.Slice(at, token));
                at += token;
                continue;
            }
            at = text[at] == '@' ? SkipDomain(text, at + 1, pseudonyms) : at + 1;
        }
    }

    private static int IndexOfTokenEnd(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny(TokenEnds);
        return end < 0 ? text.Length : end;
    }

    private static bool IsFromBehindLoneLineEnd(ReadOnlySpan<byte> text, int at, int length) =>
        at > 0 && text[at - 1] is (byte)'\r' or (byte)'\n' && ((ReadOnlySpan<byte>)text.Slice(at, length)).EqualsIgnoreCase("From"u8);

    /// <summary>Behind a domain as RFC 5322 §3.4.1 and §4.4 have it: white space and comments may stand around its dots. Comments are replaced.</summary>
    private static int SkipDomain(Span<byte> text, int at, Pseudonyms pseudonyms)
    {
        var wantsMore = true;
        while (true)
        {
            var next = SkipSpace(text, at, pseudonyms);
            if (next >= text.Length)
                return next;
            if (text[next] == '[' && wantsMore)
                return text[next..].IndexOf((byte)']') is >= 0 and var end ? next + end + 1 : text.Length;
            if (text[next] == '.')
            {
                at = next + 1;
                wantsMore = true;
                continue;
            }
            if (!wantsMore)
                return at;
            var length = IndexOfAtomEnd(text[next..]);
            if (length == 0)
                return next;
            at = next + length;
            wantsMore = text[at - 1] == '.';
        }
    }

    private static int IndexOfAtomEnd(ReadOnlySpan<byte> text)
    {
        var end = 0;
        while (end < text.Length && (text[end] >= 0x80 || text[end] is (byte)'-' or (byte)'_' or (byte)'.' || Octets.IsAlphanumeric(text[end])))
            end++;
        return end;
    }

    private static int SkipSpace(Span<byte> text, int at, Pseudonyms pseudonyms)
    {
        while (at < text.Length)
        {
            if (Octets.IsFws(text[at]))
            {
                at++;
                continue;
            }
            if (text[at] != '(')
                return at;
            var end = EndOfComment(text, at);
            HideText(text[(at + 1)..end], pseudonyms);
            at = end;
        }
        return at;
    }

    /// <summary>Behind the parenthesis that closes the one at <paramref name="at"/>; comments nest (RFC 5322 §3.2.2).</summary>
    private static int EndOfComment(ReadOnlySpan<byte> text, int at)
    {
        var depth = 0;
        for (; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] == '(')
                depth++;
            else if (text[at] == ')' && --depth == 0)
                return at + 1;
        }
        return text.Length;
    }

    // ---- Tag lists: what a check reads stays ----

    private static void HideTags(Span<byte> value, bool isArc, Pseudonyms pseudonyms)
    {
        while (!value.IsEmpty)
        {
            var end = value.IndexOf((byte)';');
            var tag = end < 0 ? value : value[..end];
            value = end < 0 ? default : value[(end + 1)..];
            var sign = tag.IndexOf((byte)'=');
            var name = ((ReadOnlySpan<byte>)tag[..Math.Max(sign, 0)]).TrimFws();
            var content = tag[(sign + 1)..];
            // RFC 6376 §2.11: an "@" may be written as "=40".
            if (name.SequenceEqual("i"u8) && !isArc)
                HideQuoted(content[..Math.Max(Math.Max(content.LastIndexOf((byte)'@'), content.LastIndexOf("=40"u8)), 0)], pseudonyms);
            else if (!IsKept(name, isArc))
                HideQuoted(content, pseudonyms);
            else
                HideBeforeAt(content, pseudonyms);
        }
    }

    private static bool IsKept(ReadOnlySpan<byte> name, bool isArc)
    {
        if (isArc && name.SequenceEqual("i"u8))
            return true;
        foreach (var kept in KeptTags)
        {
            if (name.SequenceEqual(kept))
                return true;
        }
        return false;
    }

    /// <summary>RFC 6376 §2.11: "=XX" is one octet, and stays, so that it remains one.</summary>
    private static void HideQuoted(Span<byte> text, Pseudonyms pseudonyms)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny(QuotedEnds);
            pseudonyms.Replace(end < 0 ? text : text[..end]);
            if (end < 0)
                return;
            var isEscape = text[end] == '=' && end + 2 < text.Length && Octets.HexValue(text[end + 1]) >= 0 && Octets.HexValue(text[end + 2]) >= 0;
            text = text[(end + (isEscape ? 3 : 1))..];
        }
    }

    // ---- Authentication-Results: local-parts, comments and logins go ----

    private static void HideResults(Span<byte> value, Pseudonyms pseudonyms)
    {
        for (var at = 0; at < value.Length; at++)
        {
            if (value[at] == '"')
            {
                at += EndOfQuoted(value[at..]) - 1;
            }
            else if (value[at] == '(')
            {
                var end = EndOfComment(value, at);
                HideText(value[(at + 1)..end], pseudonyms);
                at = end - 1;
            }
        }
        HideLogins(value, pseudonyms);
        HideBeforeAt(value, pseudonyms);
    }

    private static int EndOfQuoted(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                return i + 1;
        }
        return text.Length;
    }

    /// <summary>RFC 8601 §2.7.4: smtp.auth is the name that a client logged in with, an address or not.</summary>
    private static void HideLogins(Span<byte> value, Pseudonyms pseudonyms)
    {
        for (var at = 0; at + 9 < value.Length; at++)
        {
            if (!((ReadOnlySpan<byte>)value[at..]).StartsWithIgnoreCase("smtp.auth"u8))
                continue;
            var start = at + 9;
            while (start < value.Length && (Octets.IsFws(value[start]) || value[start] is (byte)'='))
                start++;
            var end = start < value.Length && value[start] == '"' ? EndOfQuoted(value[start..]) : value[start..].IndexOfAny(LoginEnds);
            var login = end < 0 ? value[start..] : value.Slice(start, end);
            HideQuoted(login, pseudonyms);
            at = start + login.Length - 1;
        }
    }

    private static void HideBeforeAt(Span<byte> value, Pseudonyms pseudonyms)
    {
        for (var at = value.IndexOf((byte)'@'); at >= 0;)
        {
            var start = at;
            if (start > 0 && value[start - 1] == '"')
            {
                for (start -= 2; start > 0 && (value[start] != '"' || (start > 0 && value[start - 1] == '\\'));)
                    start--;
            }
            else
            {
                while (start > 0 && !Octets.IsFws(value[start - 1]) && value[start - 1] is not ((byte)';' or (byte)'<' or (byte)'(' or (byte)')' or (byte)'"' or (byte)',' or (byte)'@'))
                    start--;
                // "smtp.mailfrom=" is no part of the address behind it.
                var property = value[start..at].IndexOf((byte)'=');
                if (property > 0 && value.Slice(start, property).Contains((byte)'.'))
                    start += property + 1;
            }
            HideQuoted(value[Math.Max(start, 0)..at], pseudonyms);
            var next = value[(at + 1)..].IndexOf((byte)'@');
            at = next < 0 ? -1 : at + 1 + next;
        }
    }
}
