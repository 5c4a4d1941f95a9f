using System.Collections.Immutable;
using System.Text;
using EmailAuth.AuthResults;

namespace EmailAuth.Fuzz.Targets;

/// <summary>
/// Authentication-Results with hostile values, written and read back (RFC 8601 §2.2): whatever the values hold, they add no line, result or property.
/// The first octet of the input chooses how, and the others are the values, divided by LF.
/// </summary>
internal sealed class AuthResultsWriteTarget : FuzzTarget
{
    private const int MostResults = 80;

    public override string Name => "auth-results-write";

    public override int Share => 4;

    protected override string[] SeedTexts =>
    [
        "0example.com\nann@example.com\ngood signature\nab/d",
        "1\"a b\"@x.example; dkim=pass header.d=bank.example\n(p=reject)\nx\r; spf=pass\n\u00C3\u00A4@ex\u00C3\u00A4mple.com",
        "7" + string.Join('\n', Enumerable.Range(0, 30).Select(i => new string('x', i * 12))),
        "9a\\\"b\n)\n(\n;\n=\n@\n..\n",
    ];

    public override string[] Tokens =>
        ["\n", "\r", "\r\n ", ";", "; spf=pass", "=", "(", ")", "\"", "\\", "@", ".", " ", "\t", "\0", "\x7f", "\u00C3\u00A4", "\xe2\x80\xa8", "\xc2\x85", "\xff", "\xf0\x9f\x98\x80", "header.d=x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "none"];

    public override void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        var choice = input[0];
        var values = new List<string>();
        foreach (var range in input[1..].Split((byte)'\n'))
            values.Add(Syntax.Octets.ToText(input[1..][range]));
        var results = Build(choice, values);
        var allowUtf8 = (choice & 1) == 0;
        var limits = (choice & 2) == 0 ? AuthenticationResultsLimits.Default : AuthenticationResultsLimits.Default with { MaxWrittenBytes = 2 << 10, MaxValueBytes = 64 };

        // The names of results and properties are not in the input, and what does not fit is tried in five forms, each shorter.
        var budget = new AllocationBudget(5 * (input.Length + results.Results.Sum(result => 16 * (1 + result.Properties.Length))));
        var field = results.ToHeaderField(allowUtf8, limits);
        budget.Check();
        Promise.IsOneField(field, AuthenticationResults.FieldName);
        Promise.That(field.RawOctets.Length <= limits.MaxWrittenBytes);
        Promise.That(allowUtf8 || System.Text.Ascii.IsValid(field.RawOctets.Span));
        Promise.IsPrintable(results.ToUnfoldedValue(allowUtf8, limits));
        var readLimits = AuthenticationResultsLimits.Default with { MaxResults = 1_000, MaxProperties = 100 };
        Promise.That(AuthenticationResults.TryRead(field, out var read, out var problem, readLimits), $"{problem}");
        Compare(results, read, field.ToString(), allowUtf8, limits);
    }

    private static AuthenticationResults Build(byte choice, List<string> values)
    {
        string[] methods = ["spf", "dkim", "dmarc", "arc", "x-own"];
        string[] names = ["mailfrom", "d", "i", "b", "from"];
        var results = ImmutableArray.CreateBuilder<MethodResult>();
        var perResult = 1 + (choice >> 2 & 7);
        for (var at = 0; at < values.Count && results.Count < MostResults; at += perResult)
        {
            var own = values.Skip(at).Take(perResult).ToList();
            results.Add(new MethodResult(methods[results.Count % methods.Length], results.Count % 2 == 0 ? "pass" : "fail")
            {
                Reason = own.Count > 1 ? own[1] : null,
                Comment = own.Count > 2 ? own[2] : null,
                Properties = [.. own.Select((value, i) => new AuthenticationResultsProperty("header", names[i % names.Length], value))],
            });
        }
        return new AuthenticationResults("mx.example.org", results.ToImmutable());
    }

    private static void Compare(AuthenticationResults written, AuthenticationResults read, string field, bool allowUtf8, AuthenticationResultsLimits limits)
    {
        Promise.That(read.AuthservId == written.AuthservId);
        Promise.That(read.Results.Length <= written.Results.Length, $"{field}");
        var isWhole = Encoding.UTF8.GetByteCount(field) < limits.MaxWrittenBytes / 2;
        Promise.That(!isWhole || read.Results.Length == written.Results.Length, $"{field}");
        for (var i = 0; i < read.Results.Length; i++)
        {
            var (one, other) = (written.Results[i], read.Results[i]);
            Promise.That(one.Method == other.Method && one.Result == other.Result, $"{field}");
            Promise.That(other.Properties.Length == one.Properties.Length || other.Properties.IsEmpty, $"{field}");
            for (var j = 0; j < other.Properties.Length; j++)
            {
                Promise.That(other.Properties[j].Name == one.Properties[j].Name, $"{field}");
                if (isWhole && IsPlain(one.Properties[j].Value, allowUtf8, limits))
                    Promise.That(other.Properties[j].Value == one.Properties[j].Value, $"{field}");
            }
            if (isWhole && one.Reason is { Length: > 0 } reason && IsPlain(reason, allowUtf8, limits) && other.Reason is not null)
                Promise.That(other.Reason == reason, $"{field}");
        }
    }

    /// <summary>Text that comes back as it is.</summary>
    private static bool IsPlain(string text, bool allowUtf8, AuthenticationResultsLimits limits) =>
        Encoding.UTF8.GetByteCount(text) <= limits.MaxValueBytes && text.All(character => character is >= ' ' and <= '~' || (allowUtf8 && char.IsLetter(character)));
}
