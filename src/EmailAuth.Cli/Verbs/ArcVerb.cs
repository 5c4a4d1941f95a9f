using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth arc …</c>, whose place is taken already.</summary>
internal sealed class ArcVerb : Verb
{
    public override string Name => "arc";

    public override string Operands => "";

    public override string Summary => "(not built yet)";

    public override string NotBuilt => "arc is not built yet; \"emailauth --help\" lists what is.";

    public override IReadOnlyList<Option> Options => [];

    public override string Details => "";

    public override Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken) =>
        throw new UsageException(NotBuilt);
}
