using EmailAuth.Cli.Input;
using EmailAuth.Dmarc;
using EmailAuth.Spf;

namespace EmailAuth.Cli.Output;

/// <summary>DMARC results for people: first the verdict in words, then how it came about.</summary>
internal static class DmarcText
{
    /// <summary>Who is authenticated, and what is asked for.</summary>
    public static (string Text, Tone Tone) Verdict(DmarcResult dmarc)
    {
        var from = dmarc.FromDomain?.ToString() ?? "the author";
        return dmarc.Status switch
        {
            DmarcStatus.Pass => ($"authentic: {from} is confirmed by {Confirmed(dmarc)}", Tone.Good),
            DmarcStatus.Fail => ($"not authentic: nothing confirms {from}; {Asked(dmarc)}", dmarc.Disposition == DmarcPolicy.None ? Tone.Doubtful : Tone.Bad),
            DmarcStatus.None => ($"not proven: {from} has no DMARC policy that applies", Tone.Plain),
            DmarcStatus.TempError => ($"undecided: a temporary error hid what decides about {from}; later may tell", Tone.Doubtful),
            DmarcStatus.PermError => ($"not to be judged: {dmarc.ReasonText}; {Asked(dmarc)}", Tone.Bad),
        };
    }

    /// <summary>What to bear in mind where a message fails of which only half was looked at; null where nothing is to be said.</summary>
    public static string? Caveat(VerificationResult result) =>
        result.Dmarc.Status == DmarcStatus.Fail && result.Spf.Reason == SpfReason.NotChecked ? $"SPF was not checked, as no client's address was given ({SessionOptions.Ip.Name})" : null;

    public static void Write(TextPage page, DmarcResult dmarc)
    {
        var result = dmarc.Status.ToKeyword();
        var identifiers = dmarc.Identifiers.Select(alignment => alignment.ToString()).Distinct();
        // Where identifiers decided, they tell why.
        var reason = dmarc.Reason is DmarcReason.IdentifierAligned or DmarcReason.NoIdentifierAligned ? null : dmarc.ReasonText;
        string?[] lines = [reason, Policy(dmarc), .. identifiers];
        var isFirst = true;
        foreach (var line in lines.OfType<string>())
        {
            if (isFirst)
                page.Finding("DMARC", result, TextPage.ToneOf(result), line);
            else
                page.More(line);
            isFirst = false;
        }
    }

    /// <summary>The policy alone.</summary>
    public static void WritePolicy(TextPage page, DmarcResult dmarc)
    {
        if (Policy(dmarc) is { } policy)
            page.More(policy);
    }

    private static string? Policy(DmarcResult dmarc) => dmarc.Policy is not { } policy
        ? null
        : $"policy {policy.ToKeyword()} at {dmarc.PolicyDomain}"
            + (dmarc.OrganizationalDomain is { } organizational ? $", Organizational Domain {organizational}" : "")
            + (dmarc.IsTesting ? ", only being tested (t=y)" : "");

    private static string Confirmed(DmarcResult dmarc) => (dmarc.SpfAligned, dmarc.DkimAligned) switch
    {
        (true, true) => "SPF and DKIM",
        (true, false) => "SPF",
        (false, true) => "DKIM",
        (false, false) => "its identifiers",
    };

    private static string Asked(DmarcResult dmarc) => dmarc.Disposition switch
    {
        DmarcPolicy.None => "nothing is asked for",
        DmarcPolicy.Quarantine => "its owner asks for quarantine",
        DmarcPolicy.Reject => "its owner asks to reject it",
    };
}
