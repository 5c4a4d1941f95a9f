namespace EmailAuth.Cli.CommandLine;

/// <summary>Ends the command with one line on standard error.</summary>
internal abstract class CommandException(string message, ExitStatus status) : Exception(message)
{
    public ExitStatus Status { get; } = status;
}

/// <summary>Bad usage: the message says what was wrong and what would be right.</summary>
internal sealed class UsageException(string message) : CommandException(message, ExitStatus.Usage);

/// <summary>An input that cannot be read: the message says which and why.</summary>
internal sealed class InputException(string message) : CommandException(message, ExitStatus.NoInput);

/// <summary>An output that cannot be written: the message says which and why.</summary>
internal sealed class OutputException(string message) : CommandException(message, ExitStatus.NoOutput);
