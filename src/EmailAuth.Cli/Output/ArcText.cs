using EmailAuth.Arc;

namespace EmailAuth.Cli.Output;

/// <summary>The chain for people; nothing where there is none.</summary>
internal static class ArcText
{
    public static void Write(TextPage page, ArcResult arc)
    {
        if (arc.Status == ArcStatus.None)
            return;
        var result = arc.Status.ToKeyword();
        page.Finding("ARC", result, TextPage.ToneOf(result), arc.ReasonText);
        foreach (var set in arc.Sets)
            page.More($"set {set.Instance} by {set.SealDomain?.ToString() ?? "(no domain)"}: seal {set.SealResult.Status.ToKeyword()}, message signature {set.MessageSignatureResult.Status.ToKeyword()}");
    }
}
