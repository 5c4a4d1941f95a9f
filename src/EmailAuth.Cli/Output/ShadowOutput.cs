using System.Collections.Immutable;
using System.Text;
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
            var texts = Texts(result, shadow);
            page.Finding("Shadow", shadow.Disagrees ? "differs" : "same", shadow.Disagrees ? Tone.Doubtful : Tone.Plain, $"{shadow.Name}: {texts[0]}");
            foreach (var text in texts.Skip(1))
                page.More(text);
        }
    }

    /// <summary>What differs and why, in the words of the shadow; where nothing does, that.</summary>
    public static IReadOnlyList<string> Texts(VerificationResult main, ShadowVerdict shadow)
    {
        var (was, now) = (main, shadow.Verdict);
        var texts = new List<string>();
        if (now.Dmarc.Status != was.Dmarc.Status)
            texts.Add($"DMARC {now.Dmarc.Status.ToKeyword()} instead of {was.Dmarc.Status.ToKeyword()}: {now.Dmarc.ReasonText}");
        if (now.Dmarc.Disposition != was.Dmarc.Disposition)
            texts.Add($"disposition {now.Dmarc.Disposition.ToKeyword()} instead of {was.Dmarc.Disposition.ToKeyword()}");
        if (now.Spf.Status != was.Spf.Status)
            texts.Add($"SPF {now.Spf.Status.ToKeyword()} instead of {was.Spf.Status.ToKeyword()}: {now.Spf.ReasonText}");
        if (now.DkimStatus != was.DkimStatus)
            texts.Add($"DKIM {now.DkimStatus.ToKeyword()} instead of {was.DkimStatus.ToKeyword()}: {DkimReason(was, now)}");
        if (now.Arc.Status != was.Arc.Status)
            texts.Add($"ARC {now.Arc.Status.ToKeyword()} instead of {was.Arc.Status.ToKeyword()}: {now.Arc.ReasonText}");
        if ((now.ArcOverride?.IsAllowed ?? false) != (was.ArcOverride?.IsAllowed ?? false))
            texts.Add($"local policy {(now.ArcOverride is { IsAllowed: true } ? "may" : "may not")} override DMARC");
        if (texts.Count == 0)
            texts.Add("decides the same");
        if (!shadow.IsComplete)
            texts.Add($"not all of it is known, as {(shadow.NotKnown.IsEmpty ? "a hash of the body was not taken" : $"{shadow.NotKnown[0]} was not asked")}");
        return texts;
    }

    /// <summary>Of the first signature that is judged otherwise.</summary>
    private static string DkimReason(VerificationResult was, VerificationResult now)
    {
        for (var i = 0; i < now.Dkim.Length; i++)
        {
            if (i >= was.Dkim.Length || now.Dkim[i].Status != was.Dkim[i].Status)
                return now.Dkim[i].ReasonText;
        }
        return "no signature counts";
    }

    /// <summary>A value as the document has it elsewhere: the RFC's words are the names of results in small letters.</summary>
    public static string? Shown(string member, string? value) =>
        member.EndsWith("tatus", StringComparison.Ordinal) || member.EndsWith("olicy", StringComparison.Ordinal) || member.EndsWith("disposition", StringComparison.Ordinal)
            ? Lower(value)
            : value;

    private static string? Lower(string? value) =>
        value is null ? null : string.Create(value.Length, value, static (lower, name) => Ascii.ToLower(name, lower, out _));

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
            json.WriteString(before, Shown(difference.Member, difference.Before));
            json.WriteString(now, Shown(difference.Member, difference.Now));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
