using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>When a file was written, and how long it is: enough to see that it changed.</summary>
internal readonly record struct FileStamp(DateTime WrittenAt, long Length);

/// <summary>The rules of one reading of a public suffix list. Immutable.</summary>
internal sealed class PublicSuffixRules
{
    [Flags]
    private enum Rule
    {
        None = 0,

        /// <summary><c>example</c>: this name is a public suffix.</summary>
        Name = 1,

        /// <summary><c>*.example</c>: every name one label below is.</summary>
        Wildcard = 2,

        /// <summary><c>!www.example</c>: this name is not, although a wildcard says so.</summary>
        Exception = 4,
    }

    private readonly Dictionary<string, Rule> _rules;
    private readonly Dictionary<string, Rule>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    private PublicSuffixRules(Dictionary<string, Rule> rules, int count, string? version, FileStamp stamp)
    {
        _rules = rules;
        _lookup = _rules.GetAlternateLookup<ReadOnlySpan<char>>();
        Count = count;
        Version = version;
        Stamp = stamp;
    }

    public int Count { get; }

    public string? Version { get; }

    public FileStamp Stamp { get; }

    public static FileStamp StampOf(string path)
    {
        var file = new FileInfo(path);
        return new FileStamp(file.LastWriteTimeUtc, file.Length);
    }

    public static PublicSuffixRules Load(string path)
    {
        // The stamp first: a change while it is read shows at the next look.
        var stamp = StampOf(path);
        var text = File.ReadAllBytes(path);
        var rules = Parse(text, stamp);
        // Nearly any file has a line that can be read as a rule; a list that is not divided has at least the one that all have.
        if (!IsDivided(text) && !rules._rules.ContainsKey("com"))
            throw new FormatException("It has neither a line \"===BEGIN ICANN DOMAINS===\" nor the rule \"com\"; right would be a list in the format of publicsuffix.org.");
        return rules;
    }

    private static bool IsDivided(ReadOnlySpan<byte> text) => text.IndexOf("===BEGIN ICANN DOMAINS==="u8) >= 0;

    public static PublicSuffixRules Parse(ReadOnlySpan<byte> text, FileStamp stamp)
    {
        var isDivided = IsDivided(text);
        var isInside = !isDivided;
        var hasEnded = !isDivided;
        string? version = null;
        var count = 0;
        var rules = new Dictionary<string, Rule>(StringComparer.Ordinal);
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range].TrimFws();
            if (line.StartsWith("//"u8))
            {
                if (line.IndexOf("===BEGIN ICANN DOMAINS==="u8) >= 0)
                    isInside = true;
                else if (line.IndexOf("===END ICANN DOMAINS==="u8) >= 0)
                    (isInside, hasEnded) = (false, true);
                else if (line.IndexOf("VERSION:"u8) is >= 0 and var at)
                    version ??= Octets.ToText(line[(at + 8)..].TrimWsp());
                continue;
            }
            // Each line is read up to the first white space.
            var end = line.IndexOfAny(" \t"u8);
            if (isInside && TryRead(end < 0 ? line : line[..end], out var name, out var rule))
            {
                rules[name] = rules.GetValueOrDefault(name) | rule;
                count++;
            }
        }
        if (!hasEnded)
            throw new FormatException("The public suffix list has a line \"===BEGIN ICANN DOMAINS===\" and none \"===END ICANN DOMAINS===\": it is not whole.");
        if (count == 0)
            throw new FormatException("The public suffix list holds no rule; right would be lines such as \"com\", \"co.uk\", \"*.ck\" or \"!www.ck\".");
        return new PublicSuffixRules(rules, count, version, stamp);
    }

    private static bool TryRead(ReadOnlySpan<byte> line, out string name, out Rule rule)
    {
        (name, rule) = ("", Rule.Name);
        if (line.IsEmpty)
            return false;
        if (line[0] == '!')
            rule = Rule.Exception;
        else if (line.StartsWith("*."u8))
            rule = Rule.Wildcard;
        line = line[(rule switch { Rule.Exception => 1, Rule.Wildcard => 2, _ => 0 })..];
        if (!DomainName.TryParse(line, out var domain))
            return false;
        name = domain.ToString();
        return true;
    }

    /// <summary>
    /// How many labels of the name are its public suffix: an exception rule prevails, then the rule with the most labels; without any,
    /// the rule is "*", one label.
    /// </summary>
    public int SuffixLabelsOf(DomainName domain)
    {
        var text = domain.ToString().AsSpan();
        var labels = 0;
        var most = 1;
        var end = text.Length;
        while (end > 0)
        {
            var start = text[..end].LastIndexOf('.') + 1;
            labels++;
            if (_lookup.TryGetValue(text[start..], out var rule))
            {
                if ((rule & Rule.Exception) != 0)
                    return labels - 1;
                if ((rule & Rule.Name) != 0)
                    most = Math.Max(most, labels);
                if ((rule & Rule.Wildcard) != 0 && start > 0)
                    most = Math.Max(most, labels + 1);
            }
            end = start - 1;
        }
        return most;
    }
}
