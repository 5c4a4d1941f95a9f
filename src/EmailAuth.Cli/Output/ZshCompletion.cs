using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Cli.Output;

/// <summary>Completion for zsh, to be sourced or to stand in a folder of fpath.</summary>
internal static class ZshCompletion
{
    public static void Write(TextWriter text, IReadOnlyList<Verb> verbs)
    {
        text.WriteLine("#compdef emailauth");
        text.WriteLine("# Completion of emailauth for zsh, written by \"emailauth completion zsh\".");
        text.WriteLine("_emailauth() {");
        text.WriteLine("    local -a verbs");
        text.WriteLine("    if (( CURRENT > 2 )) && [[ $words[2] == help ]]; then");
        text.WriteLine("        words[2]=()");
        text.WriteLine("        (( CURRENT-- ))");
        text.WriteLine("        (( CURRENT <= 3 )) || return 1");
        text.WriteLine("    fi");
        text.WriteLine("    if (( CURRENT == 2 )); then");
        WriteList(text, "        ", [.. CompletionTable.FirstWords(verbs), (CompletionTable.Help, "print what a verb does")]);
        text.WriteLine("        return");
        text.WriteLine("    fi");
        text.WriteLine("    case $words[2] in");
        foreach (var family in CompletionTable.Families(verbs))
        {
            text.WriteLine($"        {family})");
            text.WriteLine("            if (( CURRENT == 3 )); then");
            WriteList(text, "                ", CompletionTable.SecondWords(verbs, family));
            text.WriteLine("                return");
            text.WriteLine("            fi");
            text.WriteLine("            words[1,2]=($words[1])");
            text.WriteLine("            (( CURRENT-- ))");
            text.WriteLine($"            _emailauth_options \"{family} $words[2]\"");
            text.WriteLine("            ;;");
        }
        text.WriteLine("        *) _emailauth_options $words[2] ;;");
        text.WriteLine("    esac");
        text.WriteLine("}");
        text.WriteLine("_emailauth_options() {");
        text.WriteLine("    words[1]=()");
        text.WriteLine("    (( CURRENT-- ))");
        text.WriteLine("    case $1 in");
        foreach (var verb in verbs)
        {
            text.WriteLine($"        {CompletionTable.Quoted(verb.Name)})");
            string[] specifications = [.. CompletionTable.Options(verb).Select(Specification), .. Operand(verb)];
            text.WriteLine("            _arguments -S \\");
            text.WriteLine("                " + string.Join(" \\\n                ", specifications.Select(CompletionTable.Quoted)));
            text.WriteLine("            ;;");
        }
        text.WriteLine("    esac");
        text.WriteLine("}");
        text.WriteLine("if [[ $funcstack[1] == _emailauth ]]; then _emailauth \"$@\"; else compdef _emailauth emailauth; fi");
    }

    private static void WriteList(TextWriter text, string indent, IEnumerable<(string Word, string Summary)> words)
    {
        text.WriteLine($"{indent}verbs=(");
        foreach (var (word, summary) in words)
            text.WriteLine($"{indent}    {CompletionTable.Quoted($"{word}:{Escaped(summary)}")}");
        text.WriteLine($"{indent})");
        text.WriteLine($"{indent}_describe -t verbs verb verbs");
    }

    private static string Specification(Option option)
    {
        var name = (option.IsRepeatable ? "*" : "") + option.Name + (option.Value is null ? "" : "=");
        var value = option switch
        {
            { Value: null } => "",
            { IsFile: true } => ":file:_files",
            { Words.Count: > 0 } => $":value:({string.Join(' ', option.Words)})",
            _ => $":{Escaped(option.Value)}:",
        };
        return $"{name}[{Escaped(option.Help)}]{value}";
    }

    private static string[] Operand(Verb verb) => verb switch
    {
        { TakesFiles: true, MaxOperands: 1 } => [":file:_files"],
        { TakesFiles: true } => ["*:file:_files"],
        { OperandWords.Count: > 0 } => [$":value:({string.Join(' ', verb.OperandWords)})"],
        _ => [],
    };

    private static string Escaped(string text)
    {
        foreach (var sign in (string[])["\\", ":", "[", "]"])
            text = text.Replace(sign, "\\" + sign, StringComparison.Ordinal);
        return text;
    }
}
