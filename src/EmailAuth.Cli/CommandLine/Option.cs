namespace EmailAuth.Cli.CommandLine;

/// <summary>An option of a verb.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Value">What stands for its value in the help; null if it takes none.</param>
/// <param name="Help">What it does, for people.</param>
/// <param name="IsRepeatable">Whether it may be given more than once.</param>
internal sealed record Option(string Name, string? Value, string Help, bool IsRepeatable = false);
