using System.Text;

namespace CustomMta.Mail;

/// <summary>
/// Who gets mail here, and in which folder: "reader@receiver.example" in "reader". The operator names the folders, so that no text of a peer ever becomes a
/// part of a path.
/// </summary>
internal sealed class LocalMailboxes
{
    public const string Postmaster = "postmaster";

    private readonly Dictionary<string, string> _folders = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _domains = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Each folder once.</summary>
    public IEnumerable<string> Folders => _folders.Values.Distinct(StringComparer.Ordinal);

    public bool HasPostmaster => _folders.ContainsKey(Postmaster);

    public void Add(string mailbox, string folder)
    {
        _folders[mailbox] = folder;
        if (DomainOf(mailbox) is { Length: > 0 } domain)
            _domains.Add(domain);
    }

    /// <summary>Whether a mailbox may have this folder: no path, nothing hidden, and not the spool's.</summary>
    public static bool IsFolderName(string name) =>
        name.Length > 0 && name[0] != '.' && !name.AsSpan().ContainsAny('/', '\\', '\0') && !name.Equals(Spool.FolderName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the recipient is in a domain of this server, or is the postmaster without one.</summary>
    public bool Serves(string recipient) => DomainOf(recipient) is var domain && (domain.Length == 0 || _domains.Contains(domain));

    /// <summary>The folder of a recipient; null if there is no such mailbox.</summary>
    public string? FolderOf(string recipient)
    {
        if (_folders.TryGetValue(recipient, out var folder))
            return folder;
        // RFC 5321 §4.5.1: the postmaster of each domain, in whatever case.
        var domain = DomainOf(recipient);
        return _domains.Contains(domain) && Ascii.EqualsIgnoreCase(recipient.AsSpan(0, recipient.Length - domain.Length - 1), Postmaster) ? _folders.GetValueOrDefault(Postmaster) : null;
    }

    /// <summary>What stands behind the last at sign; empty where there is none, as with the postmaster (RFC 5321 §4.5.1).</summary>
    public static string DomainOf(string mailbox) => mailbox.LastIndexOf('@') is >= 0 and var at ? mailbox[(at + 1)..] : "";
}
