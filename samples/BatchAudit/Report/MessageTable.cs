namespace BatchAudit.Report;

/// <summary>The messages, the most worrying first, each with the paragraph that explains its verdict.</summary>
internal static class MessageTable
{
    /// <summary>The filters: the id of the radio button and the class of the rows that it leaves.</summary>
    private static readonly (string Id, string Text)[] Filters = [("all", "All"), ("refused", "To be refused or quarantined"), ("doubt", "Not proven or undecided"), ("authentic", "Authentic")];

    public static void Write(HtmlPage page, AuditSummary summary)
    {
        var messages = summary.Listed;
        page.Add($"<section class=\"card messages\" aria-labelledby=\"messages\"><h2 id=\"messages\">Messages</h2>\n");
        page.Add($"<p class=\"about\">{(messages.Count < summary.Messages ? $"The {ReportPage.Count(messages.Count, "most worrying one", "most worrying ones")} of {ReportPage.Count(summary.Messages, "message", "messages")}; all are counted above." : "The most worrying first.")}</p>\n");
        page.Add($"<fieldset class=\"filter\"><legend class=\"unseen\">Show</legend>\n");
        foreach (var (id, text) in Filters)
        {
            page.Add($"<input type=\"radio\" name=\"show\" id=\"show-{id}\"");
            if (id == "all")
                page.Add($" checked=\"checked\"");
            page.Add($"/><label for=\"show-{id}\">{text} <b>{(id == "all" ? messages.Count : messages.Count(message => Group(message) == id))}</b></label>\n");
        }
        page.Add($"</fieldset>\n<table class=\"list\"><thead><tr><th scope=\"col\">Message</th><th scope=\"col\">From</th><th scope=\"col\">DMARC</th><th scope=\"col\">SPF</th><th scope=\"col\">DKIM</th><th scope=\"col\">ARC</th><th scope=\"col\">Asked for</th></tr></thead><tbody>\n");
        foreach (var message in messages)
            WriteRow(page, message, isOpen: ReferenceEquals(message, messages[0]) && Group(message) == "refused");
        page.Add($"</tbody></table></section>\n");
    }

    private static void WriteRow(HtmlPage page, AuditedMessage message, bool isOpen)
    {
        page.Add($"<tr class=\"{Group(message)}\"><th scope=\"row\"><strong><bdi>{SafeText.OneLine(message.Subject ?? "(no subject)", 200)}</bdi></strong><code><bdi>{SafeText.OneLine(message.File, 200)}</bdi></code></th>");
        page.Add($"<td data-label=\"From\" class=\"from\"><bdi>{SafeText.OneLine(message.FromDomain ?? "–", 254)}</bdi></td>");
        foreach (var (label, result) in (ReadOnlySpan<(string, string)>)[("DMARC", message.Dmarc), ("SPF", message.Spf), ("DKIM", message.Dkim), ("ARC", message.Arc)])
            page.Add($"<td data-label=\"{label}\"><span class=\"chip {Tone.Of(result)}\">{result}</span></td>");
        page.Add($"<td data-label=\"Asked for\"><span class=\"asked {Tone.Of(message.Disposition)}\">{(message.Disposition == "none" ? "nothing" : message.Disposition)}</span></td></tr>\n");
        page.Add($"<tr class=\"why {Group(message)}\"><td colspan=\"7\">");
        if (isOpen)
            page.Add($"<details open=\"open\">");
        else
            page.Add($"<details>");
        page.Add($"<summary>Why</summary><p><bdi>{message.Explanation}</bdi></p></details></td></tr>\n");
    }

    private static string Group(AuditedMessage message) => message.Concern switch
    {
        Concern.Reject or Concern.Quarantine => "refused",
        Concern.Authentic => "authentic",
        Concern.Unread or Concern.Unsure or Concern.NotProven => "doubt",
    };
}
