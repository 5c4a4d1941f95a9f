using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Spf;
using Microsoft.Extensions.Logging;

namespace EmailAuth.Hosting;

/// <summary>
/// One line a verdict at Information, and its causes at Debug, in the category of <see cref="EmailAuthenticator"/>. Without leave
/// (<see cref="EmailAuthOptions.LogAddresses"/>) no line holds an address: neither the client's, nor a mailbox, nor a text that may quote one.
/// </summary>
internal sealed partial class VerdictLogger(ILogger<EmailAuthenticator> logger, bool logAddresses) : IVerdictObserver
{
    private readonly ILogger _logger = logger;

    /// <inheritdoc/>
    public void OnVerdict(SmtpSession session, VerificationResult result, TimeSpan duration)
    {
        if (_logger.IsEnabled(LogLevel.Information))
            LogVerdict(session, result, Math.Round(duration.TotalMilliseconds, 1));
        if (_logger.IsEnabled(LogLevel.Debug))
            LogCauses(result);
    }

    private void LogVerdict(SmtpSession session, VerificationResult result, double milliseconds)
    {
        var author = result.Dmarc.FromDomain?.ToString() ?? "(no author domain)";
        var (spf, dkim, arc, dmarc) = (result.Spf.Status.ToKeyword(), result.DkimStatus.ToKeyword(), result.Arc.Status.ToKeyword(), result.Dmarc.Status.ToKeyword());
        var disposition = result.Dmarc.Disposition.ToKeyword();
        if (logAddresses)
        {
            LogVerdictWithAddresses(
                author, dmarc, spf, dkim, arc, disposition, result.IsTransient, result.DnsQueries, milliseconds,
                session.ClientAddress?.ToString() ?? "", LogText.InQuotes(session.Helo), LogText.InQuotes(session.MailFrom));
        }
        else
        {
            LogVerdict(author, dmarc, spf, dkim, arc, disposition, result.IsTransient, result.DnsQueries, milliseconds);
        }
    }

    private void LogCauses(VerificationResult result)
    {
        LogSpf("SPF", result.Spf);
        if (result.Helo is { } helo)
            LogSpf("SPF of HELO", helo);
        foreach (var signature in result.Dkim)
            LogCause("DKIM", signature.Status.ToKeyword(), signature.Domain?.ToString() ?? "", signature.Reason, TextOf(signature.ReasonText));
        if (result.Arc.Status != ArcStatus.None)
            LogCause("ARC", result.Arc.Status.ToKeyword(), "", result.Arc.Reason, TextOf(result.Arc.ReasonText));
        LogCause("DMARC", result.Dmarc.Status.ToKeyword(), result.Dmarc.PolicyDomain?.ToString() ?? "", result.Dmarc.Reason, TextOf(result.Dmarc.ReasonText));
    }

    private void LogSpf(string method, SpfResult spf)
    {
        // The HELO name of a host often spells its IP address.
        var domain = spf.Scope == SpfScope.MailFrom || logAddresses ? spf.Domain?.ToString() ?? "" : "";
        LogCause(method, spf.Status.ToKeyword(), domain, spf.Reason, TextOf(spf.ReasonText));
    }

    /// <summary>A text for people may quote the client's address or a mailbox.</summary>
    private string TextOf(string reason) => logAddresses ? LogText.Of(reason) : "";

    private void LogCause<TReason>(string method, string result, string domain, TReason reason, string text)
        where TReason : struct, Enum =>
        LogCause(method, result, domain, reason.ToString(), text);

    [LoggerMessage(1, LogLevel.Information,
        "{AuthorDomain}: DMARC {Dmarc}, SPF {Spf}, DKIM {Dkim}, ARC {Arc}; disposition {Disposition}, transient {Transient}; {DnsQueries} DNS queries, {Duration} ms",
        EventName = "Verdict", SkipEnabledCheck = true)]
    private partial void LogVerdict(
        string authorDomain, string dmarc, string spf, string dkim, string arc, string disposition, bool transient, int dnsQueries, double duration);

    [LoggerMessage(2, LogLevel.Information,
        "{AuthorDomain}: DMARC {Dmarc}, SPF {Spf}, DKIM {Dkim}, ARC {Arc}; disposition {Disposition}, transient {Transient}; {DnsQueries} DNS queries, {Duration} ms; "
        + "client {ClientAddress}, HELO \"{Helo}\", MAIL FROM \"{MailFrom}\"",
        EventName = "VerdictWithAddresses", SkipEnabledCheck = true)]
    private partial void LogVerdictWithAddresses(
        string authorDomain, string dmarc, string spf, string dkim, string arc, string disposition, bool transient, int dnsQueries, double duration,
        string clientAddress, string helo, string mailFrom);

    [LoggerMessage(3, LogLevel.Debug, "{Method} {Result}, domain \"{Domain}\": {Reason} {Text}", EventName = "Cause", SkipEnabledCheck = true)]
    private partial void LogCause(string method, string result, string domain, string reason, string text);
}
