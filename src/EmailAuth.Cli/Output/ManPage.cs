using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;

namespace EmailAuth.Cli.Output;

/// <summary>The manual page, in the language of man(7), from the same table as the help.</summary>
internal static class ManPage
{
    /// <summary>The day when its text was last changed.</summary>
    private const string Revised = "2026-11-24";

    public static void Write(TextWriter text, IReadOnlyList<Verb> verbs)
    {
        text.WriteLine(".\\\" Written by \"emailauth man\"; a change belongs into the help of the verb.");
        text.WriteLine($".TH EMAILAUTH 1 {Revised} EmailAuth \"User Commands\"");
        // Names of options are not to be cut at their dashes.
        text.WriteLine(".nh");
        text.WriteLine(".ad l");
        Section(text, "NAME");
        text.WriteLine(Roff("emailauth") + " \\- tell who really sent a message, sign messages, and check the DNS records of mail");
        Section(text, "SYNOPSIS");
        foreach (var verb in verbs)
        {
            text.WriteLine($".B emailauth {Roff(verb.Name)}");
            if (verb.Operands.Length > 0)
                text.WriteLine($".RI {Argument(verb.Operands)}");
            text.WriteLine(".br");
        }
        text.WriteLine(".B emailauth help");
        text.WriteLine(".RI [ VERB ]");
        text.WriteLine(".br");
        text.WriteLine(".B emailauth \\-\\-version");
        Section(text, "DESCRIPTION");
        Paragraph(text, "emailauth checks SPF (RFC 7208), DKIM (RFC 6376, 8301, 8463), ARC (RFC 8617) and DMARC (RFC 9989), and says in the RFCs' words and in plain words why it decided so. It signs and seals messages, makes keys, and checks records before the world does.");
        text.WriteLine(".PP");
        Paragraph(text, "The value of an option is the next argument, or what stands behind \"=\". It is taken raw, whatever it is: it may come from an SMTP peer. Behind \"--\" everything is an operand.");
        Section(text, "VERBS");
        foreach (var verb in verbs)
            WriteVerb(text, verb);
        Section(text, "DNS OPTIONS");
        Paragraph(text, "Every verb that asks DNS takes these. Without --zone and --dns the servers of the system are asked.");
        WriteOptions(text, DnsOptions.All);
        Section(text, "EXIT STATUS");
        foreach (var (status, meaning) in ExitStatuses.Meanings)
        {
            text.WriteLine(".TP");
            text.WriteLine($".B {(int)status}");
            Paragraph(text, meaning);
        }
        Section(text, "ENVIRONMENT");
        text.WriteLine(".TP");
        text.WriteLine(".B NO_COLOR");
        Paragraph(text, "If it has a value, nothing is coloured. Nothing is where standard output is no terminal, or TERM is \"dumb\".");
        Section(text, "STANDARDS");
        Paragraph(text, "RFC 5322 and 6532 (messages), 6376, 8301, 8463 and 8616 (DKIM), 7208 (SPF), 7489 and 9989 (DMARC), 8601 (Authentication-Results), 8617 (ARC), 1035 (master files).");
    }

    private static void WriteVerb(TextWriter text, Verb verb)
    {
        text.WriteLine($".SS {Argument($"emailauth {verb.Name} {verb.Operands}".TrimEnd())}");
        Paragraph(text, char.ToUpperInvariant(verb.Summary[0]) + verb.Summary[1..] + ".");
        WriteOptions(text, verb.Options.Except(DnsOptions.All));
        if (verb.Options.Contains(DnsOptions.All[0]))
        {
            text.WriteLine(".PP");
            Paragraph(text, "And those of DNS OPTIONS, below.");
        }
        WriteDetails(text, verb.Details);
    }

    private static void WriteOptions(TextWriter text, IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            text.WriteLine(".TP");
            text.WriteLine(option.Value is null ? $".B {Roff(option.Name)}" : $".BI {Argument(option.Name + " ")} {Argument(option.Value)}");
            Paragraph(text, option.IsRepeatable ? option.Help + " (repeatable)" : option.Help);
        }
    }

    /// <summary>Paragraphs stand between empty lines; what is indented is an example, and stays as it is.</summary>
    private static void WriteDetails(TextWriter text, string details)
    {
        foreach (var part in details.ReplaceLineEndings("\n").TrimEnd().Split("\n\n"))
        {
            text.WriteLine(".PP");
            if (!part.StartsWith("  ", StringComparison.Ordinal))
            {
                Paragraph(text, part);
                continue;
            }
            text.WriteLine(".RS 4");
            text.WriteLine(".EX");
            foreach (var line in part.Split('\n'))
                Paragraph(text, line[2..]);
            text.WriteLine(".EE");
            text.WriteLine(".RE");
        }
    }

    private static void Section(TextWriter text, string name) => text.WriteLine($".SH {Argument(name)}");

    /// <summary>Lines of text; one that begins with a control character of roff is none.</summary>
    private static void Paragraph(TextWriter text, string lines)
    {
        foreach (var line in lines.Split('\n'))
            text.WriteLine(Roff(line) is ['.' or '\'', ..] roff ? "\\&" + roff : Roff(line));
    }

    /// <summary>As one argument of a macro.</summary>
    private static string Argument(string text) => $"\"{Roff(text).Replace("\"", "\\(dq", StringComparison.Ordinal)}\"";

    private static string Roff(string text) => text
        .Replace("\\", "\\e", StringComparison.Ordinal)
        .Replace("-", "\\-", StringComparison.Ordinal)
        .Replace("'", "\\(aq", StringComparison.Ordinal)
        .Replace("`", "\\(ga", StringComparison.Ordinal)
        .Replace("^", "\\(ha", StringComparison.Ordinal)
        .Replace("~", "\\(ti", StringComparison.Ordinal)
        .Replace("…", "...", StringComparison.Ordinal);
}
