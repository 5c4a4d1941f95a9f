using System.Text;
using System.Text.Json;
using EmailAuth.Syntax;

namespace EmailAuth.Cli.Output;

/// <summary>What a checker of records found.</summary>
internal static class LintOutput
{
    public static void WriteJson(Utf8JsonWriter json, LintReport report, Action<Utf8JsonWriter>? more = null)
    {
        json.WriteStartObject();
        json.WriteBoolean("usable", report.IsUsable);
        json.WriteStartArray("diagnostics");
        foreach (var diagnostic in report.Diagnostics)
        {
            json.WriteStartObject();
            json.WriteString("severity", Word(diagnostic.Severity));
            json.WriteNumber("position", diagnostic.Position);
            json.WriteString("text", diagnostic.Text);
            json.WriteString("section", diagnostic.Section);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        more?.Invoke(json);
        json.WriteEndObject();
    }

    public static void WriteText(TextPage page, LintReport report, string value)
    {
        page.Line(report.IsUsable ? "usable" : "not usable", report.IsUsable ? Tone.Good : Tone.Bad);
        for (var i = 0; i < report.Diagnostics.Length; i++)
        {
            var diagnostic = report.Diagnostics[i];
            var tone = diagnostic.Severity switch
            {
                DiagnosticSeverity.Error => Tone.Bad,
                DiagnosticSeverity.Warning => Tone.Doubtful,
                DiagnosticSeverity.Info => Tone.Plain,
            };
            // In nothing there are no places.
            var place = value.Length == 0 ? "" : $" at {diagnostic.Position}";
            page.Line($"{Word(diagnostic.Severity)}{place}: {diagnostic.Text} ({diagnostic.Section})", tone);
            // What is said of one place stands above it together.
            if (value.Length > 0 && (i + 1 == report.Diagnostics.Length || report.Diagnostics[i + 1].Position != diagnostic.Position))
                page.Line("  " + Around(value, diagnostic.Position), Tone.Faint);
        }
    }

    /// <summary>The text there, with a mark before it.</summary>
    private static string Around(string value, int position)
    {
        var octets = Encoding.UTF8.GetBytes(value);
        var at = Math.Clamp(position, 0, octets.Length);
        var from = Math.Max(0, at - 30);
        var to = Math.Min(octets.Length, at + 40);
        return $"{(from > 0 ? "…" : "")}{Encoding.UTF8.GetString(octets.AsSpan(from, at - from))}»{Encoding.UTF8.GetString(octets.AsSpan(at, to - at))}{(to < octets.Length ? "…" : "")}";
    }

    private static string Word(DiagnosticSeverity severity) => severity switch
    {
        DiagnosticSeverity.Error => "error",
        DiagnosticSeverity.Warning => "warning",
        DiagnosticSeverity.Info => "info",
    };
}
