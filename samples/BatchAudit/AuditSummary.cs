using System.Diagnostics;

namespace BatchAudit;

/// <summary>How often each word came up, most frequent first.</summary>
internal sealed class Tally
{
    private readonly Dictionary<string, int> _counts = [];

    public int this[string word] => _counts.GetValueOrDefault(word);

    public int Total { get; private set; }

    public void Add(string word)
    {
        _counts[word] = _counts.GetValueOrDefault(word) + 1;
        Total++;
    }

    public IEnumerable<(string Word, int Count)> All => _counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value));
}

/// <summary>
/// What all messages came to. However many there are, it holds some thousand domains and the messages to be listed: a sender who writes a domain of its own
/// into each message fills no memory.
/// </summary>
internal sealed class AuditSummary(AuditOptions options)
{
    public const string OtherDomains = "(further domains)";

    private const int MostDomains = 10_000;

    private readonly Lock _lock = new();
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly Dictionary<string, Tally> _domains = [];
    private readonly PriorityQueue<AuditedMessage, AuditedMessage> _listed = new(Comparer<AuditedMessage>.Create((left, right) => Compare(right, left)));

    public AuditOptions Options => options;

    public int Messages { get; private set; }

    public int Unread => Concerns[nameof(Concern.Unread)];

    public Tally Concerns { get; } = new();

    public Tally Dispositions { get; } = new();

    public Tally Reasons { get; } = new();

    /// <summary>Results by protocol, in the order in which people read them.</summary>
    public IReadOnlyList<(string Protocol, Tally Results)> Protocols { get; } = [("DMARC", new()), ("SPF", new()), ("DKIM", new()), ("ARC", new())];

    /// <summary>DMARC results by author domain, the most frequent domain first.</summary>
    public IEnumerable<(string Domain, Tally Results)> Domains => _domains
        .OrderBy(pair => pair.Key == OtherDomains).ThenByDescending(pair => pair.Value.Total).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value));

    /// <summary>The messages to be listed, the most worrying first.</summary>
    public IReadOnlyList<AuditedMessage> Listed => [.. _listed.UnorderedItems.Select(item => item.Element).Order(Comparer<AuditedMessage>.Create(Compare))];

    /// <summary>Since the beginning.</summary>
    public TimeSpan Duration => _time.Elapsed;

    public void Add(AuditedMessage message)
    {
        lock (_lock)
        {
            Messages++;
            Concerns.Add(message.Concern.ToString());
            if (options.MostListed > 0 && _listed.Count < options.MostListed)
                _listed.Enqueue(message, message);
            else if (options.MostListed > 0)
                _listed.EnqueueDequeue(message, message);
            if (message.Concern == Concern.Unread)
                return;
            Dispositions.Add(message.Disposition);
            foreach (var (results, result) in Protocols.Select(row => row.Results).Zip((string[])[message.Dmarc, message.Spf, message.Dkim, message.Arc]))
                results.Add(result);
            foreach (var reason in message.Reasons)
                Reasons.Add(reason);
            Of(message.FromDomain ?? "(no author domain)").Add(message.Dmarc);
        }
    }

    private Tally Of(string domain)
    {
        if (!_domains.ContainsKey(domain) && _domains.Count >= MostDomains)
            domain = OtherDomains;
        if (!_domains.TryGetValue(domain, out var results))
            _domains.Add(domain, results = new Tally());
        return results;
    }

    private static int Compare(AuditedMessage left, AuditedMessage right) =>
        left.Concern != right.Concern ? left.Concern.CompareTo(right.Concern) : string.CompareOrdinal(left.File, right.File);
}
