namespace EmailAuth.Cli.CommandLine;

/// <summary>One thing the command does, and what its help says.</summary>
internal abstract class Verb
{
    public static readonly Option Help = new("--help", null, "print this");

    /// <summary>One word, or two such as <c>dkim sign</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What follows the name, such as <c>[FILE|-]…</c>.</summary>
    public abstract string Operands { get; }

    /// <summary>What it does, in one line.</summary>
    public abstract string Summary { get; }

    /// <summary>All options but <see cref="Help"/>.</summary>
    public abstract IReadOnlyList<Option> Options { get; }

    /// <summary>What more there is to know, examples first.</summary>
    public abstract string Details { get; }

    /// <summary>The most operands that make sense.</summary>
    public virtual int MaxOperands => int.MaxValue;

    /// <summary>All that the operand may be; empty where it is free.</summary>
    public virtual IReadOnlyList<string> OperandWords => [];

    /// <summary>Whether its operands are names of files.</summary>
    public bool TakesFiles => Operands.StartsWith("[FILE|-]", StringComparison.Ordinal);

    public abstract Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken);
}
