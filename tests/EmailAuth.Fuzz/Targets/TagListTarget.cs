using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Fuzz.Targets;

/// <summary>A tag=value list (RFC 6376 §3.2), next to a slow reader of the same grammar.</summary>
internal sealed class TagListTarget : FuzzTarget
{
    public override string Name => "tag-list";

    public override int Share => 20;

    protected override string[] SeedTexts =>
    [
        "v=1; a=rsa-sha256; d=example.com;\r\n s=sel ; b = AA AA",
        "a=1;b=2;c=3;",
        " a\t=\r\n b ; a_1 = x=y ; ",
        string.Concat(Enumerable.Range(0, 64).Select(i => $"t{i}=;")),
    ];

    public override string[] Tokens => [";", "=", " ", "\t", "\r\n ", "\r", "\n", "a", "_", "1", "a=", ";;", "; ", "\0", "\x7f", "\x80", "b=x;", "v"];

    public override void Run(ReadOnlySpan<byte> input)
    {
        Span<TagSlice> room = stackalloc TagSlice[SignatureLimits.MaxTags];
        var budget = new AllocationBudget(input.Length);
        var error = TagTable.Read(input, room, out var table, out var position, out var explanation);
        budget.Check();
        Promise.That(position >= 0 && position <= input.Length);
        Promise.That(error == TagTableError.None == (explanation.Length == 0));
        Promise.IsPrintable(explanation);
        foreach (ref readonly var tag in table.Tags)
        {
            Promise.That(table.TryFind(table.Name(tag), out var found) && found == tag, "each name stands once");
            Promise.That(table.Value(tag).TrimFws().Length == tag.ValueLength && !table.Value(tag).Contains((byte)';'));
        }
        Compare(input, error, table);
    }

    private static void Compare(ReadOnlySpan<byte> input, TagTableError error, in TagTable table)
    {
        var expected = new List<(string Name, string Value)>();
        var isList = TryReadSlowly(System.Text.Encoding.Latin1.GetString(input), expected);
        var isSmall = expected.Count <= SignatureLimits.MaxTags;
        var isDistinct = expected.Select(tag => tag.Name).Distinct(StringComparer.Ordinal).Count() == expected.Count;
        var hasControl = input.ContainsAnyInRange((byte)0, (byte)8) || input.ContainsAnyInRange((byte)11, (byte)12) || input.ContainsAnyInRange((byte)14, (byte)31) || input.Contains((byte)127);
        Promise.That(error == TagTableError.None == (isList && isSmall && isDistinct && !hasControl), $"{error}");
        if (error != TagTableError.None)
            return;
        Promise.That(table.Tags.Length == expected.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Promise.That(System.Text.Encoding.Latin1.GetString(table.Name(table.Tags[i])) == expected[i].Name);
            Promise.That(System.Text.Encoding.Latin1.GetString(table.Value(table.Tags[i])) == expected[i].Value);
        }
    }

    /// <summary>tag-list = tag-spec *( ";" tag-spec ) [ ";" ], with white space where FWS may stand.</summary>
    private static bool TryReadSlowly(string text, List<(string Name, string Value)> tags)
    {
        char[] space = [' ', '\t', '\r', '\n'];
        var parts = text.Split(';');
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i].Trim(space);
            // Nothing at all is a list without tags; behind a last semicolon white space may stand.
            if (part.Length == 0 && i == parts.Length - 1 && (i > 0 || text.Length == 0))
                return true;
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                return false;
            var name = part[..equals].TrimEnd(space);
            if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || !name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
                return false;
            tags.Add((name, part[(equals + 1)..].Trim(space)));
        }
        return true;
    }
}
