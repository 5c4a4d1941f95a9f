using System.Text;

namespace EmailAuth.Cli.CommandLine;

/// <summary>The world of one call: its streams, what they are connected with, and its environment.</summary>
internal sealed class CommandIo
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public CommandIo(Stream input, Stream output, Stream error)
    {
        Input = input;
        Output = new OutputStream(output);
        Out = new StreamWriter(Output, Utf8, 16 << 10, leaveOpen: true) { NewLine = "\n" };
        Error = new StreamWriter(error, Utf8, leaveOpen: true) { NewLine = "\n", AutoFlush = true };
    }

    public Stream Input { get; }

    /// <summary>Standard output as octets. Flush <see cref="Out"/> before.</summary>
    public Stream Output { get; }

    /// <summary>Standard output as text.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard error, for diagnostics.</summary>
    public TextWriter Error { get; }

    public bool InputIsTerminal { get; init; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public Func<string, string?> Environment { get; init; } = static _ => null;

    /// <summary>Whether text may be coloured: on a terminal that can, unless NO_COLOR has a value.</summary>
    public bool UsesColour => OutputIsTerminal && WantsColour && CanMoveCursor;

    /// <summary>Whether standard error can show how far the work is: on a terminal that can write over what it wrote.</summary>
    public bool ShowsProgress => ErrorIsTerminal && CanMoveCursor;

    /// <summary>What NO_COLOR says.</summary>
    public bool WantsColour => string.IsNullOrEmpty(Environment("NO_COLOR"));

    private bool CanMoveCursor => Environment("TERM") != "dumb";
}
