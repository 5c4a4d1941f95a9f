using CustomMta.Smtp;
using EmailAuth;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Message;
using EmailAuth.Spf;

namespace CustomMta.Mail;

/// <summary>What to answer, and where to put the message; null for nowhere.</summary>
internal readonly record struct Decision(Reply Reply, MailFolder? Folder);

/// <summary>
/// What this receiver does with a verdict. The library reports; this is the place where an operator decides, and the one to change.
/// </summary>
internal static class ReceivingPolicy
{
    public static Decision Decide(VerificationResult result) => result switch
    {
        // A header section beyond all bounds was not judged, and forged fields in it were not found.
        { MessageDefect: not MessageDefect.None } => Refuse("5.6.0", $"The header section cannot be judged: {result.MessageDefect}"),

        // DNS did not answer, and what it had said might have changed this verdict: a later attempt will tell.
        { IsTransient: true } => Defer(result),

        // DMARC fails, but a sealer that the operator trusts saw it pass (EmailAuth:Verification:TrustedSealers).
        { Dmarc.Disposition: DmarcPolicy.Reject or DmarcPolicy.Quarantine, ArcOverride.IsAllowed: true } => Accept,

        // RFC 7372 §4: neither SPF nor DKIM speaks for the author domain, so this is more than one failure.
        { Dmarc.Disposition: DmarcPolicy.Reject } => Refuse("5.7.26", $"DMARC: {result.Dmarc.ReasonText}", WordsOf(result.Dmarc)),
        { Dmarc.Disposition: DmarcPolicy.Quarantine } => new Decision(Reply.Ok, MailFolder.Junk),

        // No From, or one that has no single reading: whose name people will be shown nobody knows, so that no owner could be asked and the message
        // would do better than an honest forgery. Much of it is only badly written, so it is not refused.
        { Dmarc: { Disposition: DmarcPolicy.None, Status: DmarcStatus.PermError } } => new Decision(Reply.Ok, MailFolder.Junk),
        { Dmarc.Disposition: DmarcPolicy.None } => Accept,

        _ => throw new InvalidOperationException($"There is no rule for the disposition {result.Dmarc.Disposition}."),
    };

    private static Decision Accept => new(Reply.Ok, MailFolder.Inbox);

    private static Decision Refuse(string status, string text, string? reason = null) => new(new Reply(550, status, text) { Reason = reason ?? text }, null);

    /// <summary>RFC 7372 §3.2 has a code for SPF, RFC 6376 §6.3 one for a key that cannot be had.</summary>
    private static Decision Defer(VerificationResult result)
    {
        var (spf, dkim) = (result.Spf.Status == SpfStatus.TempError, result.Dkim.Any(static signature => signature.Status == DkimStatus.TempError));
        var reply = (spf, dkim) switch
        {
            (true, false) => new Reply(451, "4.7.24", $"SPF: {result.Spf.ReasonText}") { Reason = $"SPF {result.Spf.Status.ToKeyword()}: {result.Spf.Reason}" },
            (false, true) => new Reply(451, "4.7.5", "DKIM: a key cannot be had now"),
            _ => new Reply(451, "4.7.0", $"DMARC: {result.Dmarc.ReasonText}") { Reason = WordsOf(result.Dmarc) },
        };
        return new Decision(reply, null);
    }

    /// <summary>For the log: the text for people may quote an address, these words are the library's own and the author's domain.</summary>
    private static string WordsOf(DmarcResult dmarc) => $"DMARC {dmarc.Status.ToKeyword()} of {dmarc.FromDomain?.ToString() ?? "(no author domain)"}: {dmarc.Reason}";
}
