using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Cli.Output;

/// <summary>Completion for fish.</summary>
internal static class FishCompletion
{
    public static void Write(TextWriter text, IReadOnlyList<Verb> verbs)
    {
        text.WriteLine("""
            # Completion of emailauth for fish, written by "emailauth completion fish".
            function __emailauth_is
                set -l tokens (commandline -opc)
                set -e tokens[1]
                if test "$tokens[1]" = help; set -e tokens[1]; end
                test (count $tokens) -ge (count $argv); or return 1
                for i in (seq (count $argv))
                    test "$tokens[$i]" = "$argv[$i]"; or return 1
                end
            end
            function __emailauth_at
                set -l tokens (commandline -opc)
                if test "$tokens[2]" = help; set -e tokens[2]; end
                test (count $tokens) -eq $argv[1]; or return 1
                test (count $argv) -eq 1; or test "$tokens[2]" = "$argv[2]"
            end
            function __emailauth_in
                not test (commandline -opc)[2] = help; and __emailauth_is $argv
            end
            complete -c emailauth -e
            complete -c emailauth -f
            """);
        foreach (var (word, summary) in CompletionTable.FirstWords(verbs))
            text.WriteLine($"complete -c emailauth -n '__emailauth_at 1' -a {word} -d {Quoted(summary)}");
        text.WriteLine($"complete -c emailauth -n '__fish_use_subcommand' -a {CompletionTable.Help} -d 'print what a verb does'");
        foreach (var family in CompletionTable.Families(verbs))
        {
            foreach (var (word, summary) in CompletionTable.SecondWords(verbs, family))
                text.WriteLine($"complete -c emailauth -n '__emailauth_at 2 {family}' -a {word} -d {Quoted(summary)}");
        }
        foreach (var verb in verbs)
        {
            var condition = $"complete -c emailauth -n '__emailauth_in {verb.Name}'";
            if (verb.TakesFiles)
                text.WriteLine($"{condition} -F");
            else if (verb.OperandWords.Count > 0)
                text.WriteLine($"{condition} -a {Quoted(string.Join(' ', verb.OperandWords))}");
            foreach (var option in CompletionTable.Options(verb))
                text.WriteLine($"{condition} -l {option.Name[2..]}{Value(option)} -d {Quoted(option.Help)}");
        }
    }

    private static string Value(Option option) => option switch
    {
        { Value: null } => "",
        { IsFile: true } => " -r -F",
        { Words.Count: > 0 } => $" -x -a {Quoted(string.Join(' ', option.Words))}",
        _ => " -x",
    };

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
