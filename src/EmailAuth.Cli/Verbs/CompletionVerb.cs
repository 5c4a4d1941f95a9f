using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth completion</c>: what makes a shell complete verbs, options and their values.</summary>
internal sealed class CompletionVerb : Verb
{
    public override string Name => "completion";

    public override string Operands => "bash|zsh|fish";

    public override string Summary => "print what makes a shell complete verbs, options and their values";

    public override int MaxOperands => 1;

    public override IReadOnlyList<string> OperandWords { get; } = ["bash", "zsh", "fish"];

    public override IReadOnlyList<Option> Options => [];

    public override string Details => """
        For the shell that runs now:

          source <(emailauth completion bash)
          source <(emailauth completion zsh)
          emailauth completion fish | source

        For every one to come:

          emailauth completion bash > ~/.local/share/bash-completion/completions/emailauth
          emailauth completion zsh > /usr/local/share/zsh/site-functions/_emailauth
          emailauth completion fish > ~/.config/fish/completions/emailauth.fish

        The script asks nothing and starts nothing: it has all verbs and options in it. Names of files are completed by the
        shell itself.
        """;

    public override Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        if (arguments.Operands is not [var shell])
            throw new UsageException("the shell is missing; right would be: emailauth completion bash, zsh or fish.");
        Action<TextWriter, IReadOnlyList<Verb>> write = shell switch
        {
            "bash" => BashCompletion.Write,
            "zsh" => ZshCompletion.Write,
            "fish" => FishCompletion.Write,
            _ => throw new UsageException($"{PlainText.Quoted(shell)} is no shell that is known here; right would be bash, zsh or fish."),
        };
        write(io.Out, EmailAuthCommand.Verbs);
        return Task.FromResult(ExitStatus.Success);
    }
}
