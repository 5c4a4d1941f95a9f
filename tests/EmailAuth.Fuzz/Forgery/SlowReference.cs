using System.Globalization;
using System.Text;

namespace EmailAuth.Fuzz.Forgery;

/// <summary>
/// What a signature covers, found slowly with strings, straight from RFC 6376 §3.4, §3.5 and §3.7. It shares no code with the library, and expects a
/// signature that was well-formed before somebody changed an octet of the message.
/// </summary>
internal static class SlowReference
{
    /// <summary>The data that the top DKIM-Signature field covers and its decoded <c>b=</c>; null if there is no such field or it lacks a tag.</summary>
    public static (string Data, string Signature)? SignedData(string message)
    {
        var (fields, body) = Split(message);
        return SignedData(fields, body, fields.FindIndex(field => NameOf(field) == "dkim-signature"));
    }

    /// <summary>
    /// What decides whether an ARC chain passes (RFC 8617 §5.2): every ARC field, the newest seal without its <c>b=</c>, and what the newest message
    /// signature covers; null if one of these is not there.
    /// </summary>
    public static string? ChainData(string message)
    {
        var (fields, body) = Split(message);
        var chain = fields.Select((field, index) => (Field: field, Index: index, Name: NameOf(field)))
            .Where(field => field.Name is "arc-seal" or "arc-message-signature" or "arc-authentication-results").ToList();
        var newest = chain.Select(field => InstanceOf(field.Field)).DefaultIfEmpty(0).Max();
        var seals = chain.Where(field => field.Name == "arc-seal" && InstanceOf(field.Field) == newest).ToList();
        var signatures = chain.Where(field => field.Name == "arc-message-signature" && InstanceOf(field.Field) == newest).ToList();
        if (newest == 0 || seals.Count != 1 || signatures.Count != 1 || SignedData(fields, body, signatures[0].Index) is not { } signed)
            return null;
        if (TagsOf(seals[0].Field) is not { } tags || !tags.TryGetValue("b", out var b))
            return null;
        var start = IndexOfTag(seals[0].Field, "b");
        var parts = chain.Where(field => field.Index != seals[0].Index).Select(field => Canonical(field.Field, relaxed: true)).Order(StringComparer.Ordinal);
        var unsealed = Canonical(seals[0].Field[..start] + seals[0].Field[(start + b.Length)..], relaxed: true);
        return string.Join('\0', [.. parts, unsealed, Decode(b), signed.Data, signed.Signature]);
    }

    private static int InstanceOf(string field)
    {
        // In ARC-Authentication-Results it stands before the first semicolon, and what follows is no tag list.
        var read = NameOf(field) == "arc-authentication-results" ? field.Split(';')[0] : field;
        return TagsOf(read) is { } tags && tags.TryGetValue("i", out var i) && int.TryParse(i.Trim(' ', '\t', '\r', '\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var instance)
            ? instance : 0;
    }

    private static Dictionary<string, string>? TagsOf(string field)
    {
        var tags = new Dictionary<string, string>();
        foreach (var tag in field[(field.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(';'))
        {
            var parts = tag.Split('=', 2);
            if (parts.Length == 2 && !tags.TryAdd(parts[0].Trim(' ', '\t', '\r', '\n'), parts[1]))
                return null;
        }
        return tags;
    }

    private static (string Data, string Signature)? SignedData(List<string> fields, string body, int own)
    {
        if (own < 0 || TagsOf(fields[own]) is not { } tags)
            return null;
        if (!tags.TryGetValue("b", out var b) || !tags.TryGetValue("h", out var h))
            return null;
        var c = (tags.TryGetValue("c", out var both) ? both.Trim(' ', '\t', '\r', '\n') : "simple/simple").Split('/');
        var (relaxedHeader, relaxedBody) = (c[0] == "relaxed", c.Length > 1 && c[1] == "relaxed");

        var data = new StringBuilder();
        var left = fields.Select((field, index) => (field, index)).Where(pair => pair.index != own).ToList();
        foreach (var name in h.Split(':').Select(name => name.Trim(' ', '\t', '\r', '\n').ToLowerInvariant()))
        {
            var at = left.FindLastIndex(pair => NameOf(pair.field) == name);
            if (at < 0)
                continue;
            data.Append(Canonical(left[at].field, relaxedHeader));
            left.RemoveAt(at);
        }
        var bStart = IndexOfTag(fields[own], "b");
        var unsigned = fields[own][..bStart] + fields[own][(bStart + b.Length)..];
        var canonical = Canonical(unsigned, relaxedHeader);
        data.Append(canonical[..^2]).Append("\0body\0").Append(Body(body, relaxedBody));
        return (data.ToString(), Decode(b));
    }

    private static (List<string> Fields, string Body) Split(string message)
    {
        var end = message.StartsWith("\r\n", StringComparison.Ordinal) ? 0 : message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2;
        if (end == 1)
            return (FieldsOf(message), "");
        return (FieldsOf(message[..end]), message[(end + 2)..]);
    }

    private static List<string> FieldsOf(string header)
    {
        var fields = new List<string>();
        var start = 0;
        for (var i = 2; i <= header.Length; i++)
        {
            if (i == header.Length || (header[i - 2] == '\r' && header[i - 1] == '\n' && header[i] is not (' ' or '\t')))
            {
                fields.Add(header[start..i]);
                start = i;
            }
        }
        return fields;
    }

    private static string NameOf(string field)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? "" : field[..colon].TrimEnd(' ', '\t');
        return name.All(character => character is > ' ' and <= '~') ? name.ToLowerInvariant() : "";
    }

    /// <summary>Behind the "=" of the tag.</summary>
    private static int IndexOfTag(string field, string name)
    {
        var at = field.IndexOf(':', StringComparison.Ordinal) + 1;
        foreach (var tag in field[at..].Split(';'))
        {
            var equals = tag.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0 && tag[..equals].Trim(' ', '\t', '\r', '\n') == name)
                return at + equals + 1;
            at += tag.Length + 1;
        }
        throw new InvalidOperationException("The tag was there before.");
    }

    private static string Canonical(string field, bool relaxed)
    {
        if (!field.EndsWith("\r\n", StringComparison.Ordinal))
            field += "\r\n";
        if (!relaxed)
            return field;
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var value = field[(colon + 1)..^2].Replace("\r\n", "", StringComparison.Ordinal).Replace('\t', ' ');
        while (value.Contains("  ", StringComparison.Ordinal))
            value = value.Replace("  ", " ", StringComparison.Ordinal);
        return field[..colon].TrimEnd(' ', '\t').ToLowerInvariant() + ":" + value.Trim(' ') + "\r\n";
    }

    private static string Body(string body, bool relaxed)
    {
        var lines = body.Split("\r\n").ToList();
        for (var i = 0; relaxed && i < lines.Count; i++)
        {
            lines[i] = lines[i].Replace('\t', ' ').TrimEnd(' ');
            while (lines[i].Contains("  ", StringComparison.Ordinal))
                lines[i] = lines[i].Replace("  ", " ", StringComparison.Ordinal);
        }
        while (lines.Count > 0 && lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        return lines.Count == 0 && !relaxed ? "\r\n" : string.Concat(lines.Select(line => line + "\r\n"));
    }

    private static string Decode(string base64) =>
        string.Concat(base64.Where(character => character is not (' ' or '\t' or '\r' or '\n')));
}
