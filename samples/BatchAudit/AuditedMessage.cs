namespace BatchAudit;

/// <summary>How worrying a message is, worst first.</summary>
internal enum Concern
{
    Reject,
    Quarantine,
    Unread,
    Unsure,
    NotProven,
    Authentic,
}

/// <summary>What the report says of one message. Every text is cut to a length; what they hold is the sender's.</summary>
/// <param name="File">Its name below the folder.</param>
/// <param name="Subject">Decoded; null if there is none.</param>
/// <param name="FromDomain">The author domain; null if there is no single one.</param>
/// <param name="Spf">The RFC's word, or "not checked" where nothing is known of the SMTP session.</param>
/// <param name="Dkim">The best of the signatures.</param>
/// <param name="Arc">The chain.</param>
/// <param name="Dmarc">The verdict; "unread" for a file that could not be read.</param>
/// <param name="Disposition">What the owner of the domain asks for.</param>
/// <param name="Concern">How worrying it is.</param>
/// <param name="Explanation">The verdict in a paragraph, or why the file could not be read.</param>
/// <param name="Reasons">The rule that decided each check that did not pass, such as "DKIM fail: body hash".</param>
internal sealed record AuditedMessage(
    string File, string? Subject, string? FromDomain, string Spf, string Dkim, string Arc, string Dmarc, string Disposition,
    Concern Concern, string Explanation, IReadOnlyList<string> Reasons)
{
    public const string NotChecked = "not checked";
    public const string NotRead = "unread";
}
