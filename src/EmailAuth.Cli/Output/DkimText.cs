using System.Collections.Immutable;
using EmailAuth.Dkim;

namespace EmailAuth.Cli.Output;

/// <summary>DKIM results for people.</summary>
internal static class DkimText
{
    public static void Write(TextPage page, ImmutableArray<DkimResult> signatures)
    {
        if (signatures.IsEmpty)
            page.Finding("DKIM", "none", Tone.Plain, "there is no signature");
        foreach (var signature in signatures)
            Write(page, signature);
    }

    private static void Write(TextPage page, DkimResult signature)
    {
        var result = signature.Status.ToKeyword();
        if (signature.Domain is null)
        {
            page.Finding("DKIM", result, TextPage.ToneOf(result), signature.ReasonText);
            return;
        }
        var who = $"{signature.Domain}, selector {signature.Selector ?? "unknown"}, {signature.Algorithm ?? "unknown algorithm"}"
            + (signature.KeyBits is { } bits ? $", {bits} bits" : "");
        page.Finding("DKIM", result, TextPage.ToneOf(result), who);
        if (signature.Status != DkimStatus.Pass)
            page.More(signature.ReasonText);
        if (signature.IsTesting)
            page.More("the domain's owner is only testing (t=y)");
        if (signature.BodyLength is { } length)
            page.More($"only the first {length} octets of the body are signed (l=)");
        if (!signature.UnsignedDuplicates.IsEmpty)
            page.More($"stands more often than it is signed: {string.Join(", ", signature.UnsignedDuplicates)}");
    }
}
