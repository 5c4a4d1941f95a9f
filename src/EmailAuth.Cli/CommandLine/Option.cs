namespace EmailAuth.Cli.CommandLine;

/// <summary>An option of a verb: what the parser, the help, the manual page and the completion of shells know of it.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Value">What stands for its value in the help; null if it takes none.</param>
/// <param name="Help">What it does, for people.</param>
/// <param name="IsRepeatable">Whether it may be given more than once.</param>
internal sealed record Option(string Name, string? Value, string Help, bool IsRepeatable = false)
{
    /// <summary>All that the value may be; empty where it is free.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Whether the value is the name of a file.</summary>
    public bool IsFile => Value == "FILE";
}
