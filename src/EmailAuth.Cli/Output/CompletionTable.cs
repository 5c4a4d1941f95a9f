using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Cli.Output;

/// <summary>What the scripts of all shells are made from.</summary>
internal static class CompletionTable
{
    public const string Help = "help";

    /// <summary>The first words of verbs, each once, and what they do; where several verbs share one it names them.</summary>
    public static IEnumerable<(string Word, string Summary)> FirstWords(IReadOnlyList<Verb> verbs) => verbs
        .GroupBy(verb => verb.Name.Split(' ')[0])
        .Select(group => (group.Key, group.First().Name == group.Key ? group.First().Summary : string.Join(", ", SecondWords(verbs, group.Key).Select(verb => verb.Word))));

    /// <summary>What may follow a first word, and what it does; nothing where that is a whole verb.</summary>
    public static IEnumerable<(string Word, string Summary)> SecondWords(IReadOnlyList<Verb> verbs, string first) => verbs
        .Where(verb => verb.Name.StartsWith(first + " ", StringComparison.Ordinal))
        .Select(verb => (verb.Name[(first.Length + 1)..], verb.Summary));

    /// <summary>First words that are no verb by themselves.</summary>
    public static IEnumerable<string> Families(IReadOnlyList<Verb> verbs) =>
        verbs.Where(verb => verb.Name.Contains(' ', StringComparison.Ordinal)).Select(verb => verb.Name.Split(' ')[0]).Distinct();

    public static IEnumerable<Option> Options(Verb verb) => verb.Options.Append(Verb.Help);

    /// <summary>In single quotes, as bash and zsh read it.</summary>
    public static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
