using System.Text;
using EmailAuth.Dns;

namespace EmailAuth.Dmarc;

/// <summary>
/// A public suffix list in the format of publicsuffix.org, which tells Organizational Domains as RFC 7489 §3.2 has it. Of a list that is
/// divided, the ICANN section counts, since only there do names of a registry stand. Safe to use from many threads at once.
/// </summary>
/// <remarks>
/// A list from a file is read anew when the file has changed, without a restart: the file is looked at when the list is used, at most
/// once in <see cref="CheckInterval"/>. A file that cannot be read or holds no rules leaves the list as it was; see <see cref="LastError"/>.
/// </remarks>
public sealed class PublicSuffixList
{
    private readonly string? _path;
    private readonly TimeProvider _timeProvider;
    private readonly Lock _reloading = new();
    private volatile PublicSuffixRules _rules;
    private volatile Exception? _lastError;
    private long _checkedAt;

    private PublicSuffixList(PublicSuffixRules rules, string? path, TimeSpan checkInterval, TimeProvider timeProvider)
    {
        _rules = rules;
        _path = path;
        _timeProvider = timeProvider;
        _checkedAt = timeProvider.GetTimestamp();
        CheckInterval = checkInterval;
    }

    /// <summary>How often the file is looked at. One hour unless set; zero for a list that is not from a file.</summary>
    public TimeSpan CheckInterval { get; }

    /// <summary>How many rules there are.</summary>
    public int RuleCount => _rules.Count;

    /// <summary>The VERSION that the list bears in a comment; null if it bears none.</summary>
    public string? Version => _rules.Version;

    /// <summary>Why the last attempt to read the file anew failed; null if it did not.</summary>
    public Exception? LastError => _lastError;

    /// <summary>Reads a list from text.</summary>
    /// <exception cref="FormatException">The text holds no rule, or its ICANN section does not end.</exception>
    public static PublicSuffixList Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new PublicSuffixList(PublicSuffixRules.Parse(Encoding.UTF8.GetBytes(text), default), null, TimeSpan.Zero, TimeProvider.System);
    }

    /// <summary>Reads a list from a file, and again when the file changes.</summary>
    /// <param name="path">The file, such as /usr/share/publicsuffix/public_suffix_list.dat.</param>
    /// <param name="checkInterval">How often to look at the file; null for one hour.</param>
    /// <param name="timeProvider">The clock of that interval; null for the system's.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">The file holds no rule, its ICANN section does not end, or it has neither such a section nor the rule <c>com</c>.</exception>
    public static PublicSuffixList FromFile(string path, TimeSpan? checkInterval = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var interval = checkInterval ?? TimeSpan.FromHours(1);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.Zero, nameof(checkInterval));
        return new PublicSuffixList(PublicSuffixRules.Load(path), path, interval, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Reads the file anew now, changed or not. For a list that is not from a file it does nothing.</summary>
    /// <exception cref="IOException">The file cannot be read; the list is as it was.</exception>
    /// <exception cref="FormatException">As for <see cref="FromFile"/>; the list is as it was.</exception>
    public void Reload()
    {
        if (_path is null)
            return;
        lock (_reloading)
        {
            _rules = PublicSuffixRules.Load(_path);
            _lastError = null;
        }
    }

    /// <summary>
    /// The Organizational Domain (RFC 7489 §3.2): the public suffix and the label before it. A name that is a public suffix has none,
    /// and stands for itself, so that it is aligned with nothing else.
    /// </summary>
    public DomainName OrganizationalDomainOf(DomainName domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var labels = Current.SuffixLabelsOf(domain);
        return labels >= domain.LabelCount ? domain : domain.TakeLast(labels + 1);
    }

    /// <summary>Whether the name is a public suffix by this list.</summary>
    public bool IsPublicSuffix(DomainName domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return Current.SuffixLabelsOf(domain) >= domain.LabelCount;
    }

    private PublicSuffixRules Current
    {
        get
        {
            var checkedAt = Volatile.Read(ref _checkedAt);
            if (_path is not null && _timeProvider.GetElapsedTime(checkedAt) >= CheckInterval
                && Interlocked.CompareExchange(ref _checkedAt, _timeProvider.GetTimestamp(), checkedAt) == checkedAt)
            {
                ReloadIfChanged(_path);
            }
            return _rules;
        }
    }

    private void ReloadIfChanged(string path)
    {
        try
        {
            lock (_reloading)
            {
                if (PublicSuffixRules.StampOf(path) != _rules.Stamp)
                    _rules = PublicSuffixRules.Load(path);
                _lastError = null;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            _lastError = exception;
        }
    }
}
