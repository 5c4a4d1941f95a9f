using System.Globalization;
using System.Net;

namespace EmailAuth.Benchmarks.Loop;

/// <summary>What is wrong with the arguments, for people.</summary>
internal sealed class LoopException(string message) : Exception(message);

/// <summary>The arguments behind <c>loop</c>.</summary>
/// <param name="Mode">What to do.</param>
/// <param name="Zone">A master file.</param>
/// <param name="Seconds">How long, in seconds of CPU time; in the mode <c>full</c> how often.</param>
/// <param name="Rest">What the mode needs besides.</param>
internal sealed record LoopArguments(string Mode, string Zone, double Seconds, string[] Rest)
{
    private const string Usage = "loop MODE ZONE SECONDS ARG…; MODE is dkim, verdict, spf, sign, mem, full, floor, bare or mimekit";

    private static readonly string[] Modes = ["dkim", "verdict", "spf", "sign", "mem", "full", "floor", "bare", "mimekit"];

    public static LoopArguments Parse(string[] args)
    {
        if (args.Length < 3)
            throw new LoopException($"{args.Length} arguments are too few; expected {Usage}");
        if (!Modes.Contains(args[0]))
            throw new LoopException($"\"{args[0]}\" is no mode; expected {Usage}");
        if (!File.Exists(args[1]))
            throw new LoopException($"there is no master file \"{args[1]}\" (ZONE)");
        if (!double.TryParse(args[2], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || !double.IsFinite(seconds))
            throw new LoopException($"\"{args[2]}\" is no number of seconds");
        if (seconds == 0 && args[0] != "mem")
            throw new LoopException("SECONDS is 0 in the mode mem only");
        return new LoopArguments(args[0], args[1], seconds, args[3..]);
    }

    /// <summary>One argument of three parts that leads the rest, such as <c>IP,HELO,SENDER</c>. The last part may hold commas.</summary>
    public (string[] Parts, LoopArguments Others) Split(string what)
    {
        if (Rest.Length == 0)
            throw new LoopException($"the mode {Mode} needs {what}");
        return (SplitText(Rest[0], what), this with { Rest = Rest[1..] });
    }

    public static string[] SplitText(string text, string what)
    {
        var parts = text.Split(',', 3);
        return parts.Length == 3 ? parts : throw new LoopException($"\"{text}\" is not {what}");
    }

    public static SmtpSession ToSession(string[] parts) =>
        IPAddress.TryParse(parts[0], out var address)
            ? new SmtpSession(address, parts[1], parts[2])
            : throw new LoopException($"\"{parts[0]}\" is no IP address");

    /// <summary>The message files that are the rest: at least one, and all of them there.</summary>
    public string[] Messages
    {
        get
        {
            if (Rest.Length == 0)
                throw new LoopException($"the mode {Mode} needs message files");
            return Array.Find(Rest, static path => !File.Exists(path)) is { } missing ? throw new LoopException($"there is no message file \"{missing}\"") : Rest;
        }
    }

    /// <summary>The one message file that is the rest.</summary>
    public string SingleMessage => Messages is [var path] ? path : throw new LoopException($"the mode {Mode} takes one message file, not {Rest.Length}");
}
