using System.Buffers;
using System.Text;
using EmailAuth;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Message;
using EmailAuth.Spf;

namespace BatchAudit;

/// <summary>
/// Verifies the messages of a folder, some at a time. Of each message nothing is in memory but a buffer, and of each verdict what the report
/// shows: a folder may be of any size.
/// </summary>
internal sealed class MessageAudit(EmailAuthenticator authenticator, AuditOptions options, Dictionary<string, SmtpSession>? sessions)
{
    private static readonly SmtpSession Unknown = new(null, "", null);

    public int CountMessages() => MessageFolder.Enumerate(options.Folder).Count();

    public Task RunAsync(AuditSummary summary, Action step, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        MessageFolder.Enumerate(options.Folder),
        new ParallelOptions { MaxDegreeOfParallelism = options.AtATime, CancellationToken = cancellationToken },
        async (path, token) =>
        {
            summary.Add(await VerifyAsync(path, token));
            step();
        });

    private async Task<AuditedMessage> VerifyAsync(string path, CancellationToken cancellationToken)
    {
        var name = MessageFolder.NameOf(options.Folder, path);
        var buffer = ArrayPool<byte>.Shared.Rent(HeaderGlance.MostOctets);
        try
        {
            // A pipe has no length, nor has a device; opening one may take for ever.
            if (new FileInfo(path).Length == 0)
                throw new IOException("It is empty, or no file but a pipe or a device.");
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            var length = await file.ReadAtLeastAsync(buffer.AsMemory(0, HeaderGlance.MostOctets), HeaderGlance.MostOctets, throwOnEndOfStream: false, cancellationToken);
            var glance = HeaderGlance.At(buffer.AsSpan(0, length));
            file.Position = 0;
            var message = EmailMessage.FromStream(file);
            var session = SessionOf(name, glance);
            var result = await authenticator.VerifyAsync(glance.HasUnixLineEnds ? message.NormalizingLineEndings() : message, session ?? Unknown, cancellationToken);
            return Describe(name, glance.Subject, result, knowsSession: session is not null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return new AuditedMessage(Cut(name, 200), null, null, "-", "-", "-", AuditedMessage.NotRead, "-", Concern.Unread, $"The file cannot be read: {exception.Message}", []);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private SmtpSession? SessionOf(string name, HeaderGlance glance) =>
        sessions is not null ? sessions.GetValueOrDefault(name) : options.TrustsReceived ? glance.Session : null;

    private static AuditedMessage Describe(string name, string? subject, VerificationResult result, bool knowsSession)
    {
        var concern = result switch
        {
            { Dmarc.Disposition: DmarcPolicy.Reject } => Concern.Reject,
            { Dmarc.Disposition: DmarcPolicy.Quarantine } => Concern.Quarantine,
            { IsTransient: true } => Concern.Unsure,
            { Dmarc.Status: DmarcStatus.Pass } => Concern.Authentic,
            _ => Concern.NotProven,
        };
        return new AuditedMessage(
            Cut(name, 200),
            subject is null ? null : Cut(subject.Trim(), 200),
            result.Dmarc.FromDomain?.ToString(),
            knowsSession ? result.Spf.Status.ToKeyword() : AuditedMessage.NotChecked,
            result.DkimStatus.ToKeyword(),
            result.Arc.Status.ToKeyword(),
            result.Dmarc.Status.ToKeyword(),
            result.Dmarc.Disposition.ToKeyword(),
            concern,
            result.Explain().ToParagraph(),
            [.. Reasons(result, knowsSession).Distinct()]);
    }

    private static IEnumerable<string> Reasons(VerificationResult result, bool knowsSession)
    {
        if (result.Dmarc.Status != DmarcStatus.Pass)
            yield return $"DMARC {result.Dmarc.Status.ToKeyword()}: {Words(result.Dmarc.Reason)}";
        if (knowsSession && result.Spf.Status != SpfStatus.Pass)
            yield return $"SPF {result.Spf.Status.ToKeyword()}: {RuleOf(result.Spf)}";
        if (result.Dkim.IsEmpty)
            yield return "DKIM none: no signature";
        foreach (var signature in result.Dkim.Where(signature => signature.Status != DkimStatus.Pass))
            yield return $"DKIM {signature.Status.ToKeyword()}: {Words(signature.Reason)}";
        if (result.Arc.Status == ArcStatus.Fail)
            yield return $"ARC fail: {Words(result.Arc.Reason)}";
    }

    /// <summary>Which term matched, where it is one of the few that end a record: any other is the sender's own text, of which there is no end.</summary>
    private static string RuleOf(SpfResult spf) => spf.Mechanism is "-all" or "~all" or "?all" ? $"no term but {spf.Mechanism} matched" : Words(spf.Reason);

    /// <summary>The name of a rule as words: "NoIdentifierAligned" is "no identifier aligned".</summary>
    private static string Words(Enum rule)
    {
        var words = new StringBuilder();
        foreach (var letter in rule.ToString())
            words.Append(char.IsAsciiLetterUpper(letter) && words.Length > 0 ? " " : "").Append(char.ToLowerInvariant(letter));
        return words.ToString();
    }

    private static string Cut(string text, int length) =>
        text.Length <= length ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1), "…");
}
