using EmailAuth.Spf;

namespace EmailAuth.Cli.Output;

/// <summary>SPF results for people.</summary>
internal static class SpfText
{
    public static void Write(TextPage page, SpfResult spf, SpfResult? helo)
    {
        Write(page, "SPF", spf);
        if (helo is not null)
            Write(page, "HELO", helo);
    }

    private static void Write(TextPage page, string label, SpfResult spf)
    {
        var result = spf.Status.ToKeyword();
        var domain = spf.Domain?.ToString() ?? "";
        page.Finding(label, result, TextPage.ToneOf(result), domain.Length == 0 || spf.ReasonText.Contains(domain, StringComparison.Ordinal) ? spf.ReasonText : $"{domain}: {spf.ReasonText}");
        if (spf.Explanation is { } explanation)
            page.More($"the domain's own words: {explanation}");
    }
}
