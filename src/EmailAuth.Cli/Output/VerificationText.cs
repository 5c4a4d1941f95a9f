using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Iprev;
using EmailAuth.Message;
using EmailAuth.Spf;

namespace EmailAuth.Cli.Output;

/// <summary>One verified message for people.</summary>
internal static class VerificationText
{
    public static void Write(TextPage page, VerificationResult result, string authservId)
    {
        var (verdict, tone) = DmarcText.Verdict(result.Dmarc);
        page.Line(result.Dmarc.Status == DmarcStatus.Pass ? verdict : verdict + Authenticated(result), tone);
        if (DmarcText.Caveat(result) is { } caveat)
            page.Line($"  but {caveat}", Tone.Doubtful);
        if (result.MessageDefect != MessageDefect.None)
            page.Finding("Header", "defect", Tone.Bad, $"the header section was not read: {result.MessageDefect}");
        DmarcText.Write(page, result.Dmarc);
        // Where no name was given there is nothing to say about it.
        SpfText.Write(page, result.Spf, result.Helo is { Helo.Length: > 0 } ? result.Helo : null);
        DkimText.Write(page, result.Dkim);
        ArcText.Write(page, result.Arc);
        if (result.Iprev is { } iprev)
            page.Finding("Reverse", iprev.Status.ToKeyword(), TextPage.ToneOf(iprev.Status.ToKeyword()), iprev.ReasonText);
        var forged = result.ForgedAuthenticationResults(authservId);
        if (!forged.IsEmpty)
            page.Finding("Forged", $"{forged.Length}", Tone.Doubtful, $"Authentication-Results fields claim to be from {authservId}; to be removed: {string.Join(", ", forged)} (counted from 0 at the top)");
        ShadowOutput.Write(page, result);
        var ahead = result.DnsQueriesAhead == 0 ? "" : $"; {result.DnsQueriesAhead} asked ahead, {result.DnsQueriesNotNeeded} of these not needed";
        page.Line($"  {result.DnsQueries} DNS {(result.DnsQueries == 1 ? "query" : "queries")}{ahead}", Tone.Faint);
    }

    /// <summary>What was authenticated all the same, though it is not, or not known to be, the author's domain.</summary>
    private static string Authenticated(VerificationResult result)
    {
        var domains = new List<string>();
        if (result.Spf is { Status: SpfStatus.Pass, Domain: { } sender })
            domains.Add($"{sender} (SPF)");
        foreach (var signature in result.Dkim)
        {
            if (signature is { Status: DkimStatus.Pass, Domain: { } signer } && !domains.Contains($"{signer} (DKIM)"))
                domains.Add($"{signer} (DKIM)");
        }
        return domains.Count == 0 ? "" : $"; authenticated: {string.Join(", ", domains)}";
    }
}
