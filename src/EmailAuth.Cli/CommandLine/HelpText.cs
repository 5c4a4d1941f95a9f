using System.Reflection;

namespace EmailAuth.Cli.CommandLine;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    private const int Width = 100;

    public static string Version { get; } =
        typeof(HelpText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static void WriteOverview(TextWriter text, IReadOnlyList<Verb> verbs)
    {
        text.WriteLine("emailauth tells who really sent a message: SPF (RFC 7208), DKIM (RFC 6376), ARC (RFC 8617), DMARC (RFC 9989).");
        text.WriteLine();
        WriteTable(text, verbs.Select(verb => ($"emailauth {verb.Name} {verb.Operands}".TrimEnd(), verb.Summary)));
        text.WriteLine();
        text.WriteLine("\"emailauth VERB --help\" tells the options of a verb, with examples. \"emailauth --version\" prints the version.");
        text.WriteLine("Exit status:");
        WriteTable(text, ExitStatuses.Meanings.Select(meaning => ($"{(int)meaning.Status}", meaning.Meaning)));
    }

    public static void Write(TextWriter text, Verb verb)
    {
        text.WriteLine($"emailauth {verb.Name} {verb.Operands}".TrimEnd());
        text.WriteLine(verb.Summary);
        text.WriteLine();
        WriteTable(text, verb.Options.Append(Verb.Help).Select(option =>
            (option.Value is null ? option.Name : $"{option.Name} {option.Value}", option.IsRepeatable ? option.Help + " (repeatable)" : option.Help)));
        text.WriteLine();
        text.WriteLine(verb.Details.TrimEnd());
    }

    private static void WriteTable(TextWriter text, IEnumerable<(string Left, string Right)> rows)
    {
        const int indent = 2, gap = 2, widest = 34;
        var column = indent + Math.Min(widest, rows.Max(row => row.Left.Length)) + gap;
        foreach (var (left, right) in rows)
        {
            text.Write(new string(' ', indent) + left);
            var at = indent + left.Length;
            if (at + gap > column)
            {
                text.WriteLine();
                at = 0;
            }
            var isFirst = true;
            foreach (var word in right.Split(' '))
            {
                if (!isFirst && at + 1 + word.Length > Width)
                {
                    text.WriteLine();
                    at = 0;
                    isFirst = true;
                }
                var pad = isFirst ? column - at : 1;
                text.Write(new string(' ', pad) + word);
                at += pad + word.Length;
                isFirst = false;
            }
            text.WriteLine();
        }
    }
}
