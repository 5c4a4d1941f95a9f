using EmailAuth.Cli.CommandLine;
using EmailAuth.Dmarc;

namespace EmailAuth.Cli.Verbs;

/// <summary>What came of one file.</summary>
/// <param name="File">As it was named.</param>
/// <param name="Result">The verification; null if there is none.</param>
/// <param name="HasUnixLineEnds">Whether the file's lines end in LF.</param>
/// <param name="Problem">Why there is no verification, one line; null if there is one.</param>
/// <param name="ProblemStatus">What the problem means for the exit status.</param>
internal sealed record FileVerdict(string File, VerificationResult? Result, bool HasUnixLineEnds, string? Problem = null, ExitStatus ProblemStatus = ExitStatus.Success)
{
    public ExitStatus Status => Result switch
    {
        null => ProblemStatus,
        { IsTransient: true } => ExitStatus.Temporary,
        { Dmarc.Disposition: DmarcPolicy.None } => ExitStatus.Success,
        _ => ExitStatus.Refused,
    };
}
