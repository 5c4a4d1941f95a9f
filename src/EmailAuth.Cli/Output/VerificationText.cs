using EmailAuth.Message;

namespace EmailAuth.Cli.Output;

/// <summary>One verified message for people.</summary>
internal static class VerificationText
{
    public static void Write(TextPage page, VerificationResult result, string authservId)
    {
        var (verdict, tone) = DmarcText.Verdict(result.Dmarc);
        page.Line(verdict, tone);
        if (result.MessageDefect != MessageDefect.None)
            page.Finding("Header", "defect", Tone.Bad, $"the header section was not read: {result.MessageDefect}");
        DmarcText.Write(page, result.Dmarc);
        SpfText.Write(page, result.Spf, result.Helo);
        DkimText.Write(page, result.Dkim);
        var forged = result.ForgedAuthenticationResults(authservId);
        if (!forged.IsEmpty)
            page.Finding("Forged", $"{forged.Length}", Tone.Doubtful, $"Authentication-Results fields claim to be from {authservId}; to be removed: {string.Join(", ", forged)} (counted from 0 at the top)");
        page.Line($"  {result.DnsQueries} DNS {(result.DnsQueries == 1 ? "query" : "queries")}", Tone.Faint);
    }
}
