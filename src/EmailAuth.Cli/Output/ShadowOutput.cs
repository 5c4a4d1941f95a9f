using System.Collections.Immutable;
using System.Text.Json;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Spf;

namespace EmailAuth.Cli.Output;

/// <summary>What shadow policies make of a message.</summary>
internal static class ShadowOutput
{
    public static void Write(TextPage page, VerificationResult result)
    {
        foreach (var shadow in result.Shadows)
        {
            var dmarc = shadow.Verdict.Dmarc;
            var text = shadow.Disagrees
                ? $"would be DMARC {dmarc.Status.ToKeyword()}, disposition {dmarc.Disposition.ToKeyword()}, SPF {shadow.Verdict.Spf.Status.ToKeyword()}, DKIM {shadow.Verdict.DkimStatus.ToKeyword()}"
                : "decides the same";
            if (!shadow.IsComplete)
                text += $"; not all of it is known, as {(shadow.NotKnown.IsEmpty ? "a hash of the body was not taken" : $"{shadow.NotKnown[0]} was not asked")}";
            page.Finding("Shadow", shadow.Disagrees ? "differs" : "same", shadow.Disagrees ? Tone.Doubtful : Tone.Plain, $"{shadow.Name}: {text}");
        }
    }

    public static void Write(Utf8JsonWriter json, ImmutableArray<ShadowVerdict> shadows)
    {
        json.WriteStartArray("shadows");
        foreach (var shadow in shadows)
        {
            json.WriteStartObject();
            json.WriteString("name", shadow.Name);
            json.WriteBoolean("disagrees", shadow.Disagrees);
            json.WriteBoolean("complete", shadow.IsComplete);
            json.WriteString("spf", shadow.Verdict.Spf.Status.ToKeyword());
            json.WriteString("dkim", shadow.Verdict.DkimStatus.ToKeyword());
            json.WriteString("arc", shadow.Verdict.Arc.Status.ToKeyword());
            json.WriteString("dmarc", shadow.Verdict.Dmarc.Status.ToKeyword());
            json.WriteString("disposition", shadow.Verdict.Dmarc.Disposition.ToKeyword());
            json.WriteStrings("notKnown", [.. shadow.NotKnown.Select(question => question.ToString())]);
            WriteDifferences(json, shadow.Differences, "main", "shadow");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void WriteDifferences(Utf8JsonWriter json, ImmutableArray<VerdictDifference> differences, string before, string now)
    {
        json.WriteStartArray("differences");
        foreach (var difference in differences)
        {
            json.WriteStartObject();
            json.WriteString("member", difference.Member);
            json.WriteString(before, difference.Before);
            json.WriteString(now, difference.Now);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
