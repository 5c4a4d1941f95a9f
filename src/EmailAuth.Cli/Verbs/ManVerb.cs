using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth man</c>: the manual page.</summary>
internal sealed class ManVerb : Verb
{
    public override string Name => "man";

    public override string Operands => "";

    public override string Summary => "print the manual page";

    public override int MaxOperands => 0;

    public override IReadOnlyList<Option> Options => [];

    public override string Details => """
        In the language of man(7), with all that the help of the verbs says:

          emailauth man | man -l -
          emailauth man > /usr/local/share/man/man1/emailauth.1
        """;

    public override Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        ManPage.Write(io.Out, EmailAuthCommand.Verbs);
        return Task.FromResult(ExitStatus.Success);
    }
}
