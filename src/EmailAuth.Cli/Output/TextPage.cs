using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Cli.Output;

/// <summary>What a word says to the reader; a colour where there are colours.</summary>
internal enum Tone
{
    Plain,
    Good,
    Doubtful,
    Bad,
    Faint,
}

/// <summary>Text for people on standard output. Every text from outside goes through <see cref="PlainText"/> here.</summary>
internal sealed class TextPage(CommandIo io)
{
    private const int LabelWidth = 8;
    private const int ResultWidth = 10;

    public void Line() => io.Out.WriteLine();

    public void Line(string text, Tone tone = Tone.Plain) => io.Out.WriteLine(Paint(PlainText.OneLine(text), tone));

    /// <summary>A line of a tree.</summary>
    public void Indented(int depth, string text, Tone tone) => io.Out.WriteLine(new string(' ', depth * 2) + Paint(PlainText.OneLine(text), tone));

    /// <summary>A line such as <c>  SPF     pass      example.com: …</c>.</summary>
    public void Finding(string label, string result, Tone tone, string text) =>
        io.Out.WriteLine($"  {Column(label, LabelWidth)}{Paint(Column(result, ResultWidth), tone)}{PlainText.OneLine(text)}".TrimEnd());

    /// <summary>A word that fills its column is still apart from what follows.</summary>
    private static string Column(string word, int width) => word.PadRight(width - 1) + " ";

    /// <summary>A further line below a <see cref="Finding"/>.</summary>
    public void More(string text) => io.Out.WriteLine(new string(' ', 2 + LabelWidth + ResultWidth) + Paint(PlainText.OneLine(text), Tone.Faint));

    public string Paint(string text, Tone tone)
    {
        if (!io.UsesColour)
            return text;
        var code = tone switch
        {
            Tone.Plain => "",
            Tone.Good => "\e[32m",
            Tone.Doubtful => "\e[33m",
            Tone.Bad => "\e[31m",
            Tone.Faint => "\e[2m",
        };
        return code.Length == 0 ? text : $"{code}{text}\e[0m";
    }

    /// <summary>How the RFCs' words for results sound.</summary>
    public static Tone ToneOf(string result) => result switch
    {
        "pass" => Tone.Good,
        "fail" or "permerror" or "reject" => Tone.Bad,
        "softfail" or "temperror" or "policy" or "quarantine" => Tone.Doubtful,
        _ => Tone.Plain,
    };
}
