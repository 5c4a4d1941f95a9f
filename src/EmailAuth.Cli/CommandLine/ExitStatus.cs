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

    /// <summary>Ended from outside: 128 and the number of SIGTERM.</summary>
    Terminated = 143,
}

/// <summary>The meaning and the order of <see cref="ExitStatus"/>.</summary>
internal static class ExitStatuses
{
    /// <summary>What each says, for people.</summary>
    public static readonly IReadOnlyList<(ExitStatus Status, string Meaning)> Meanings =
    [
        (ExitStatus.Success, "Done; of a message: evaluated, and nothing is asked for."),
        (ExitStatus.Refused, "Evaluated: quarantine or reject is asked for, or the text is not usable."),
        (ExitStatus.Differs, "A replay decides otherwise than was recorded."),
        (ExitStatus.Usage, "Bad usage; one line says what was wrong and what would be right."),
        (ExitStatus.NoInput, "An input cannot be read."),
        (ExitStatus.Defect, "A defect of the program."),
        (ExitStatus.NoOutput, "The output cannot be written."),
        (ExitStatus.Temporary, "A temporary error decided a verdict: to be tried again later."),
        (ExitStatus.Interrupted, "Interrupted by the user (SIGINT)."),
        (ExitStatus.Terminated, "Ended from outside (SIGTERM)."),
    ];

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
        ExitStatus.Terminated => 9,
    };
}
