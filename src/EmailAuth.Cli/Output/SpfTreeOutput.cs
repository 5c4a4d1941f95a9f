using System.Text.Json;
using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth.Cli.Output;

/// <summary>The SPF record of a domain with all that it leads to, and what each costs.</summary>
internal static class SpfTreeOutput
{
    private const int Allowed = 10;

    public static void WriteText(TextPage page, SpfIncludeTree tree, LintReport report)
    {
        LintOutput.WriteText(page, report, tree.Record?.ToString() ?? "");
        if (tree.Record is null)
            return;
        page.Line();
        page.Line($"{tree.TotalLookups} of {Allowed} terms that may cause DNS look-ups:", tree.TotalLookups > Allowed ? Tone.Bad : Tone.Plain);
        Write(page, tree, 1);
    }

    // As deep as the tree, which has an end.
    private static void Write(TextPage page, SpfIncludeTree node, int depth)
    {
        var name = node.Term is { } term ? PlainText.Quoted(term) : node.Domain?.ToString() ?? "";
        var cost = node switch
        {
            { Problem: { } problem } => problem,
            { Domain: null } => "differs from message to message, since a macro stands for it",
            { Children.IsEmpty: true } => LookUps(node.OwnLookups),
            _ => $"{LookUps(node.OwnLookups)}, {node.TotalLookups} with those below",
        };
        page.Indented(depth, $"{name}: {cost}", node.Problem is null ? Tone.Plain : Tone.Bad);
        foreach (var child in node.Children)
            Write(page, child, depth + 1);
    }

    private static string LookUps(int count) => count == 1 ? "1 look-up" : $"{count} look-ups";

    public static void WriteJson(Utf8JsonWriter json, SpfIncludeTree tree)
    {
        json.WritePropertyName("tree");
        Write(json, tree);
    }

    private static void Write(Utf8JsonWriter json, SpfIncludeTree node)
    {
        json.WriteStartObject();
        json.WriteString("domain", node.Domain?.ToString());
        json.WriteString("term", node.Term);
        json.WriteString("record", node.Record?.ToString());
        json.WriteString("problem", node.Problem);
        json.WriteNumber("ownLookups", node.OwnLookups);
        json.WriteNumber("totalLookups", node.TotalLookups);
        json.WriteStartArray("children");
        foreach (var child in node.Children)
            Write(json, child);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
