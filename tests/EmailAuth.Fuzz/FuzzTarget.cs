using System.Text;

namespace EmailAuth.Fuzz;

/// <summary>
/// One way for hostile octets into the library. Every driver, the in-process mutator as well as AFL++, runs the same targets; what a target
/// throws is a finding.
/// </summary>
internal abstract class FuzzTarget
{
    private byte[][]? _seeds;

    /// <summary>The name on the command line and the name of the target's folder in the corpus.</summary>
    public abstract string Name { get; }

    /// <summary>Good input to begin with. Each character is one octet (Latin-1).</summary>
    protected abstract string[] SeedTexts { get; }

    /// <summary>What has a meaning to the reader under test. Each character is one octet.</summary>
    public abstract string[] Tokens { get; }

    /// <summary>How many executions this target gets out of a run, relative to the others: fewer where one costs more.</summary>
    public virtual int Share => 10;

    /// <summary>How many times the usual limit an input may take: more where a reader of another project does the work.</summary>
    public virtual int Patience => 1;

    /// <summary>The seeds as octets.</summary>
    public IReadOnlyList<byte[]> Seeds => _seeds ??= [.. SeedTexts.Select(Encoding.Latin1.GetBytes)];

    /// <summary>Reads the input and checks every promise about what comes out.</summary>
    /// <exception cref="BrokenPromiseException">A promise does not hold. Any other exception is a finding, too.</exception>
    public abstract void Run(ReadOnlySpan<byte> input);
}
