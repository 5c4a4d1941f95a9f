namespace EmailAuth.Cli.CommandLine;

/// <summary>What the command ends with; after sysexits.h where that has a word for it.</summary>
internal enum ExitStatus
{
    /// <summary>Evaluated, and nothing speaks against the message.</summary>
    Success = 0,

    /// <summary>Evaluated: the domain owner asks for quarantine or reject, or what was linted is not usable.</summary>
    Refused = 1,

    /// <summary>A replay decides otherwise than was recorded.</summary>
    Differs = 2,

    /// <summary>The command was used in a wrong way.</summary>
    Usage = 64,

    /// <summary>An input cannot be read.</summary>
    NoInput = 66,

    /// <summary>A defect of the program.</summary>
    Defect = 70,

    /// <summary>The output cannot be written.</summary>
    NoOutput = 74,

    /// <summary>A temporary error decided a verdict.</summary>
    Temporary = 75,

    /// <summary>Ended by the user: 128 and the number of SIGINT.</summary>
    Interrupted = 130,
}

/// <summary>The order of <see cref="ExitStatus"/>.</summary>
internal static class ExitStatuses
{
    /// <summary>The worse of the two: 70, 66, 75, 1, 0.</summary>
    public static ExitStatus Or(this ExitStatus left, ExitStatus right) => Rank(left) >= Rank(right) ? left : right;

    private static int Rank(ExitStatus status) => status switch
    {
        ExitStatus.Success => 0,
        ExitStatus.Refused => 1,
        ExitStatus.Differs => 2,
        ExitStatus.Temporary => 3,
        ExitStatus.NoInput => 4,
        ExitStatus.Defect => 5,
        ExitStatus.NoOutput => 6,
        ExitStatus.Usage => 7,
        ExitStatus.Interrupted => 8,
    };
}
