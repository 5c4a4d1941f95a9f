using System.Text.Json;
using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Cli.Output;

/// <summary>Why a verdict is what it is.</summary>
internal static class ExplanationOutput
{
    public static readonly Option Option = new("--explain", null, "tell every step that led to the verdict, with its rule and its DNS answer");

    public static void Write(TextPage page, VerificationResult result)
    {
        var explanation = result.Explain();
        page.Line();
        page.Line(explanation.ToParagraph());
        page.Line();
        foreach (var line in explanation.ToText().TrimEnd('\n').Split('\n'))
            page.Line(line, line.TrimStart().StartsWith("=>", StringComparison.Ordinal) ? Tone.Plain : Tone.Faint);
    }

    public static void Write(Utf8JsonWriter json, VerificationResult result)
    {
        json.WritePropertyName("explanation");
        result.Explain().WriteTo(json);
    }
}
