using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BatchAudit.Report;

/// <summary>
/// The report: one file, which asks nothing of the network and runs nothing. It has no script, and its policy allows none; the only style that it allows
/// is its own, by its hash. What filters the table is CSS. It is well-formed XML, too, so that anybody can check that no text became markup.
/// </summary>
internal static class ReportPage
{
    private const int MostDomains = 12;
    private const int MostReasons = 10;

    public static void Write(TextWriter output, AuditSummary summary, DateTimeOffset moment)
    {
        var page = new HtmlPage(output);
        var sheet = ReadSheet();
        page.Add($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(sheet)))}'; base-uri 'none'; form-action 'none'"/>
            <meta name="referrer" content="no-referrer"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>Mail authentication report</title>

            """);
        page.AddStyle(sheet);
        page.Add($"</head>\n<body>\n<a class=\"skip\" href=\"#messages\">Skip to the messages</a>\n");
        WriteHeader(page, summary, moment);
        page.Add($"<main>\n");
        WriteFigures(page, summary);
        page.Add($"<div class=\"charts\">\n");
        WriteDispositions(page, summary);
        WriteProtocols(page, summary);
        WriteDomains(page, summary);
        WriteReasons(page, summary);
        page.Add($"</div>\n");
        MessageTable.Write(page, summary);
        page.Add($"</main>\n");
        WriteFooter(page, summary);
        page.Add($"</body>\n</html>\n");
    }

    private static string ReadSheet()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static void WriteHeader(HtmlPage page, AuditSummary summary, DateTimeOffset moment)
    {
        page.Add($"""
            <header>
            <p class="brand"><svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M12 1.5 3.5 5v6.2c0 5.2 3.6 9.6 8.5 11.3 4.9-1.7 8.5-6.1 8.5-11.3V5z"/><path class="tick" d="m7.8 12.2 2.9 2.9 5.6-6"/></svg>EmailAuth</p>
            <h1>Mail authentication report</h1>
            <dl class="facts">
            <div><dt>Folder</dt><dd><bdi>{SafeText.OneLine(Path.GetFileName(Path.GetFullPath(summary.Options.Folder).TrimEnd(Path.DirectorySeparatorChar)), 80)}</bdi></dd></div>
            <div><dt>Verified</dt><dd><time datetime="{moment.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}">{moment.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture)}</time></dd></div>
            <div><dt>DNS</dt><dd>{DnsText(summary.Options)}</dd></div>
            <div><dt>SMTP sessions</dt><dd>{SessionText(summary.Options)}</dd></div>
            </dl>
            </header>

            """);
    }

    private static string DnsText(AuditOptions options) => options switch
    {
        { ZoneFiles: [var zone] } => $"zone file {Path.GetFileName(zone)}",
        { ZoneFiles.IsEmpty: false } => $"{options.ZoneFiles.Length} zone files",
        { DnsServers.IsEmpty: false } => string.Join(", ", options.DnsServers),
        _ => "the system's servers",
    };

    private static string SessionText(AuditOptions options) => options switch
    {
        { SessionsFile: { } file } => $"from {Path.GetFileName(file)}",
        { TrustsReceived: true } => "from the topmost Received and Return-Path fields, believed",
        _ => "not known: SPF is not checked",
    };

    private static void WriteFigures(HtmlPage page, AuditSummary summary)
    {
        var judged = summary.Messages - summary.Unread;
        var authentic = summary.Concerns[nameof(Concern.Authentic)];
        var (refused, quarantined) = (summary.Dispositions["reject"], summary.Dispositions["quarantine"]);
        var undecided = summary.Concerns[nameof(Concern.Unsure)] + summary.Unread;
        page.Add($"<section aria-labelledby=\"figures\"><h2 id=\"figures\" class=\"unseen\">In short</h2><ul class=\"figures\">\n");
        Figure(page, Tone.Faint, summary.Messages, summary.Messages == 1 ? "message" : "messages", $"from {Count(summary.Domains.Count(), "author domain", "author domains")}");
        Figure(page, Tone.Good, authentic, "authentic", $"{Share(authentic, judged)} are proven to be from the domain in From");
        Figure(page, refused > 0 ? Tone.Bad : Tone.Faint, refused, "to be refused", "the owner of the domain asks to reject them");
        Figure(page, quarantined > 0 ? Tone.Doubtful : Tone.Faint, quarantined, "to be quarantined", "the owner asks to treat them as suspicious");
        Figure(page, undecided > 0 ? Tone.Doubtful : Tone.Faint, undecided, "undecided", $"{Count(summary.Concerns[nameof(Concern.Unsure)], "temporary error", "temporary errors")}, {summary.Unread.ToString("N0", CultureInfo.InvariantCulture)} unread");
        page.Add($"</ul></section>\n");
    }

    private static void Figure(HtmlPage page, string tone, int number, string what, string more) =>
        page.Add($"<li class=\"{tone}\"><strong>{number}</strong> <span>{what}</span><small>{more}</small></li>\n");

    private static void WriteDispositions(HtmlPage page, AuditSummary summary)
    {
        (string Tone, int Count)[] parts = [(Tone.Good, summary.Dispositions["none"]), (Tone.Doubtful, summary.Dispositions["quarantine"]), (Tone.Bad, summary.Dispositions["reject"])];
        var whole = parts.Sum(part => part.Count);
        Begin(page, "dispositions", "What the domain owners ask for", "The disposition by DMARC of the messages that were read.");
        page.Add($"<div class=\"ringed\"><div class=\"round\">");
        Charts.Ring(page, parts);
        page.Add($"<p class=\"middle\"><strong>{Share(parts[0].Count, whole)}</strong><span>let through</span></p></div><table><thead class=\"unseen\"><tr><th scope=\"col\">Disposition</th><th scope=\"col\">Messages</th><th scope=\"col\">Share</th></tr></thead><tbody>\n");
        foreach (var ((tone, count), word) in parts.Zip((string[])["nothing", "quarantine", "rejection"]))
            page.Add($"<tr><th scope=\"row\"><span class=\"key {tone}\"></span>{word}</th><td class=\"number\">{count}</td><td class=\"number share\">{Share(count, whole)}</td></tr>\n");
        page.Add($"</tbody></table></div></section>\n");
    }

    private static void WriteProtocols(HtmlPage page, AuditSummary summary)
    {
        Begin(page, "protocols", "Results by protocol", "One result a message; of several signatures the best.");
        page.Add($"<table class=\"bars\"><thead class=\"unseen\"><tr><th scope=\"col\">Protocol</th><th scope=\"col\">Results</th></tr></thead><tbody>\n");
        foreach (var (protocol, results) in summary.Protocols)
        {
            var parts = results.All.OrderBy(part => Tone.Order(Tone.Of(part.Word))).ToList();
            page.Add($"<tr><th scope=\"row\">{protocol}</th><td>");
            Charts.Bar(page, results.Total, parts.Select(part => (Tone.Of(part.Word), part.Count)));
            page.Add($"<ul class=\"legend\">");
            foreach (var (word, count) in parts)
                page.Add($"<li><span class=\"key {Tone.Of(word)}\"></span>{word} <b>{count}</b></li>");
            page.Add($"</ul></td></tr>\n");
        }
        page.Add($"</tbody></table></section>\n");
    }

    private static void WriteDomains(HtmlPage page, AuditSummary summary)
    {
        var domains = summary.Domains.Count();
        Begin(page, "domains", "DMARC pass rate by domain", domains > MostDomains ? $"The {MostDomains} author domains with most messages, of {Count(domains, "one", "in all")}." : "Author domains, by number of messages.");
        page.Add($"<table class=\"bars\"><thead><tr><th scope=\"col\">Domain</th><th scope=\"col\" class=\"wide\"><span class=\"unseen\">Share</span></th><th scope=\"col\" class=\"number\">Pass</th><th scope=\"col\" class=\"number\">Of</th></tr></thead><tbody>\n");
        foreach (var (domain, results) in summary.Domains.Take(MostDomains))
        {
            page.Add($"<tr><th scope=\"row\">");
            WriteDomain(page, SafeText.OneLine(domain, 80));
            page.Add($"</th><td class=\"wide\">");
            Charts.Bar(page, results.Total, results.All.GroupBy(part => Tone.Of(part.Word)).Select(group => (Tone: group.Key, Count: group.Sum(part => part.Count))).OrderBy(part => Tone.Order(part.Tone)));
            page.Add($"</td><td class=\"number\"><b>{Share(results["pass"], results.Total)}</b></td><td class=\"number\">{results.Total}</td></tr>\n");
        }
        page.Add($"</tbody></table></section>\n");
    }

    /// <summary>Where it is too long for its place it may be broken before a dot.</summary>
    private static void WriteDomain(HtmlPage page, string domain)
    {
        page.Add($"<bdi>");
        foreach (var (i, label) in domain.Split('.').Index())
        {
            if (i > 0)
                page.Add($"<wbr/>.");
            page.Add($"{label}");
        }
        page.Add($"</bdi>");
    }

    private static void WriteReasons(HtmlPage page, AuditSummary summary)
    {
        var most = summary.Reasons.All.FirstOrDefault().Count;
        Begin(page, "reasons", "Why checks did not pass", $"The {MostReasons} most frequent rules; a message may have several.");
        page.Add($"<table class=\"bars\"><thead class=\"unseen\"><tr><th scope=\"col\">Result and rule</th><th scope=\"col\">Share</th><th scope=\"col\">Messages</th></tr></thead><tbody>\n");
        foreach (var (reason, count) in summary.Reasons.All.Take(MostReasons))
        {
            var (result, rule) = reason.Split(": ", 2) is [var left, var right] ? (left, right) : (reason, "");
            var tone = Tone.Of(result[(result.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            page.Add($"<tr><th scope=\"row\">{rule}<small>{result}</small></th><td class=\"wide\">");
            Charts.Bar(page, most, (tone, count));
            page.Add($"</td><td class=\"number\"><b>{count}</b></td></tr>\n");
        }
        page.Add($"</tbody></table></section>\n");
    }

    private static void Begin(HtmlPage page, string id, string title, string text) =>
        page.Add($"<section class=\"card {id}\" aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2><p class=\"about\">{text}</p>\n");

    private static void WriteFooter(HtmlPage page, AuditSummary summary) =>
        page.Add($"<footer><p>SPF is RFC 7208, DKIM RFC 6376, ARC RFC 8617, DMARC RFC 9989. The domain owner asks, the receiver decides. This page asks nothing of any server and runs no script. {Count(summary.Messages, "message", "messages")} in {summary.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s.</p></footer>\n");

    public static string Count(int count, string one, string several) => $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? one : several)}";

    /// <summary>In per cent; what is neither nothing nor everything never looks so.</summary>
    private static string Share(int count, int whole)
    {
        if (whole == 0)
            return "–";
        var share = Math.Round(100.0 * count / whole, 1);
        return count > 0 && share == 0 ? "< 0.1 %" : count < whole && share == 100 ? "> 99.9 %" : share.ToString("0.#", CultureInfo.InvariantCulture) + " %";
    }
}
