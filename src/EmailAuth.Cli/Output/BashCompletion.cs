using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Cli.Output;

/// <summary>
/// Completion for bash. Where a file is wanted the function offers nothing and leaves the name to readline, which quotes whatever is in it;
/// where any text is wanted nothing is offered.
/// </summary>
internal static class BashCompletion
{
    public static void Write(TextWriter text, IReadOnlyList<Verb> verbs)
    {
        text.WriteLine("# Completion of emailauth for bash, written by \"emailauth completion bash\".");
        text.WriteLine("_emailauth() {");
        text.WriteLine("    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} first=${COMP_WORDS[1]} second=${COMP_WORDS[2]}");
        text.WriteLine("    local at=$COMP_CWORD words= operands=free i");
        text.WriteLine("    COMPREPLY=()");
        text.WriteLine("    if [[ $first == help ]]; then");
        text.WriteLine("        ((at--)); first=${COMP_WORDS[2]} second=${COMP_WORDS[3]}");
        text.WriteLine("    fi");
        text.WriteLine("    if ((at == 1)); then");
        text.WriteLine($"        words={CompletionTable.Quoted(string.Join(' ', CompletionTable.FirstWords(verbs).Select(verb => verb.Word)))}");
        text.WriteLine("        ((COMP_CWORD > 1)) || words+=' help --help --version'");
        text.WriteLine("        _emailauth_offer \"$words\"");
        text.WriteLine("        return");
        text.WriteLine("    fi");
        text.WriteLine("    if ((at == 2)); then");
        text.WriteLine("        case $first in");
        foreach (var family in CompletionTable.Families(verbs))
            text.WriteLine($"            {family}) _emailauth_offer {CompletionTable.Quoted(string.Join(' ', CompletionTable.SecondWords(verbs, family).Select(verb => verb.Word)))}; return ;;");
        text.WriteLine("        esac");
        text.WriteLine("    fi");
        text.WriteLine("    if [[ ${COMP_WORDS[1]} == help ]]; then _emailauth_offer ''; return; fi");
        text.WriteLine("    # In --name=value the sign is a word of its own, unless COMP_WORDBREAKS lacks it.");
        text.WriteLine("    if [[ $cur == '=' ]]; then cur=; elif [[ $prev == '=' ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi");
        text.WriteLine("    for ((i = 1; i < COMP_CWORD; i++)); do");
        text.WriteLine("        if [[ ${COMP_WORDS[i]} == -- ]]; then prev= operands=file; fi");
        text.WriteLine("    done");
        text.WriteLine("    case $first/$second in");
        foreach (var verb in verbs)
            WriteVerb(text, verb);
        text.WriteLine("        *) _emailauth_offer ''; return ;;");
        text.WriteLine("    esac");
        text.WriteLine("    if [[ $cur == -* ]]; then");
        text.WriteLine("        _emailauth_offer \"$words\"");
        text.WriteLine("    elif [[ $operands != file ]]; then");
        text.WriteLine("        _emailauth_offer \"${operands#free}\"");
        text.WriteLine("    fi");
        text.WriteLine("}");
        text.WriteLine("""
            _emailauth_offer() {
                [[ -n $1 ]] && mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
                compopt +o bashdefault +o default 2>/dev/null
            }
            complete -o bashdefault -o default -F _emailauth emailauth
            """);
    }

    private static void WriteVerb(TextWriter text, Verb verb)
    {
        text.WriteLine($"        {verb.Name.Replace(' ', '/')}{(verb.Name.Contains(' ', StringComparison.Ordinal) ? "" : "/*")})");
        text.WriteLine("            case $prev in");
        var valued = verb.Options.Where(option => option.Value is not null).ToList();
        if (valued.Where(option => option.IsFile).Select(option => option.Name).ToList() is { Count: > 0 } files)
            text.WriteLine($"                {string.Join('|', files)}) return ;;");
        foreach (var option in valued.Where(option => option.Words.Count > 0))
            text.WriteLine($"                {option.Name}) _emailauth_offer {CompletionTable.Quoted(string.Join(' ', option.Words))}; return ;;");
        if (valued.Where(option => !option.IsFile && option.Words.Count == 0).Select(option => option.Name).ToList() is { Count: > 0 } free)
            text.WriteLine($"                {string.Join('|', free)}) _emailauth_offer ''; return ;;");
        text.WriteLine("            esac");
        text.WriteLine($"            words={CompletionTable.Quoted(string.Join(' ', CompletionTable.Options(verb).Select(option => option.Name)))}");
        if (verb.TakesFiles)
            text.WriteLine("            operands=file");
        else if (verb.OperandWords.Count > 0)
            text.WriteLine($"            operands={CompletionTable.Quoted(string.Join(' ', verb.OperandWords))}");
        text.WriteLine("            ;;");
    }
}
