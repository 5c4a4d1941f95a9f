using System.Collections.Immutable;
using System.Text;

namespace EmailAuth.Dns;

/// <summary>
/// Answers from RFC 1035 master files held in memory; no packet leaves the process. For your own tests, for trying things out, and for
/// replaying a case.
/// </summary>
/// <remarks>
/// <para>A name with no record of any type and no descendant is NXDOMAIN; one with other types or descendants only is NODATA, as is what a wildcard
/// (RFC 4592) covers without having the type. CNAME records are followed, at most 8. A negative answer may be kept as long as the SOA record above the name
/// says (RFC 2308 §5); without one, not at all.</para>
/// <para>Failures are set with <see cref="WithFault"/>; <see cref="LogQueries"/> keeps the questions, so that a test can assert what was asked, and in which order.</para>
/// <para>Add everything first; then it may be asked from many threads at once.</para>
/// </remarks>
/// <example><code>
/// var dns = ZoneDnsResolver.Parse("""
///     $ORIGIN example.com.
///     @              TXT  "v=spf1 mx -all"
///     @              MX   10 mail
///     mail           A    192.0.2.1
///     _dmarc         TXT  "v=DMARC1; p=reject"
///     """)
///     .WithFault("slow.example", DnsRecordType.TXT, DnsStatus.Timeout);
/// </code></example>
public sealed class ZoneDnsResolver : IDnsResolver
{
    private const int LongestAliasChain = 8;
    private const int MaxFileBytes = 64 << 20;

    private readonly Dictionary<DomainName, Node> _nodes = [];
    private readonly Dictionary<(DomainName Name, DnsRecordType Type), DnsStatus> _faults = [];
    private readonly Dictionary<(DomainName Name, DnsRecordType Type), DnsAnswer> _answers = [];
    private readonly Lock _lock = new();
    private ImmutableArray<DnsQuestion>.Builder? _queries;

    private sealed class Node
    {
        public List<ZoneEntry> Entries { get; } = [];
    }

    /// <summary>Reads one master file from text.</summary>
    /// <param name="text">The file; each character up to U+00FF stands for one octet.</param>
    /// <param name="fileName">How messages name it.</param>
    /// <exception cref="ZoneFileException">The text is no master file: which line, and what was expected.</exception>
    public static ZoneDnsResolver Parse(string text, string fileName = "zone") => new ZoneDnsResolver().Add(text, fileName);

    /// <summary>Reads master files from disk.</summary>
    /// <param name="paths">The files; their records are put together.</param>
    /// <exception cref="ZoneFileException">A file is no master file: which line, and what was expected.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ZoneDnsResolver Load(params ReadOnlySpan<string> paths)
    {
        var resolver = new ZoneDnsResolver();
        foreach (var path in paths)
            resolver.AddFile(path);
        return resolver;
    }

    /// <summary>Whether to keep the questions asked, for <see cref="Queries"/>. Off unless set.</summary>
    public bool LogQueries
    {
        get => _queries is not null;
        set => _queries = value ? _queries ?? ImmutableArray.CreateBuilder<DnsQuestion>() : null;
    }

    /// <summary>The questions asked so far, in order; empty unless <see cref="LogQueries"/> is set.</summary>
    public ImmutableArray<DnsQuestion> Queries
    {
        get
        {
            lock (_lock)
                return _queries?.ToImmutable() ?? [];
        }
    }

    /// <summary>Adds the records of a master file on disk, of at most 64 MiB.</summary>
    /// <exception cref="ZoneFileException">The file is no master file, or larger.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ZoneDnsResolver AddFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var file = File.OpenRead(path);
        var text = new StringBuilder();
        var part = new byte[64 << 10];
        // The length is counted as it is read: a device or a pipe tells none.
        for (int read; (read = file.Read(part)) > 0;)
        {
            if (text.Length + read > MaxFileBytes)
                throw new ZoneFileException(path, 1, $"the file is larger than {MaxFileBytes >> 20} MiB; expected a master file");
            text.Append(Encoding.Latin1.GetString(part.AsSpan(0, read)));
        }
        return Add(text.ToString(), path);
    }

    /// <summary>Adds the records of another master file.</summary>
    /// <inheritdoc cref="Parse"/>
    public ZoneDnsResolver Add(string text, string fileName = "zone")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(fileName);
        foreach (var entry in new ZoneFileReader(text, fileName).Read())
        {
            NodeAt(entry.Owner).Entries.Add(entry);
            for (var above = entry.Owner.Parent; above is not null && above.LabelCount > 0; above = above.Parent)
                NodeAt(above);
        }
        lock (_lock)
            _answers.Clear();
        return this;
    }

    /// <summary>Makes questions fail.</summary>
    /// <param name="name">The name asked about.</param>
    /// <param name="type">The type, or <see cref="DnsRecordType.None"/> for every type.</param>
    /// <param name="status">How they end, such as <see cref="DnsStatus.ServFail"/> or <see cref="DnsStatus.Timeout"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="status"/> is no failure.</exception>
    /// <exception cref="FormatException"><paramref name="name"/> is no domain name.</exception>
    public ZoneDnsResolver WithFault(string name, DnsRecordType type, DnsStatus status)
    {
        if (!status.IsTransient())
            throw new ArgumentException($"{status} is an answer, not a fault; expected ServFail, Refused, Timeout or Malformed.", nameof(status));
        lock (_lock)
        {
            _faults[(DomainName.Parse(name), type)] = status;
            _answers.Clear();
        }
        return this;
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(question.Name, nameof(question));
        lock (_lock)
        {
            _queries?.Add(question);
            var key = (question.Name, question.Type);
            if (!_answers.TryGetValue(key, out var answer))
            {
                answer = Resolve(question);
                // A bound, since the names asked come from outside.
                if (_answers.Count < 100_000)
                    _answers.Add(key, answer);
            }
            return new ValueTask<DnsAnswer>(answer);
        }
    }

    private DnsAnswer Resolve(DnsQuestion question)
    {
        var name = question.Name;
        var timeToLive = TimeSpan.MaxValue;
        for (var aliases = 0; aliases <= LongestAliasChain; aliases++)
        {
            if (_faults.TryGetValue((name, question.Type), out var fault) || _faults.TryGetValue((name, DnsRecordType.None), out fault))
                return DnsAnswer.Failed(fault, $"a fault set for {name}");
            if (Find(name) is not { } node)
                return DnsAnswer.NoRecords(DnsStatus.NxDomain, Smaller(timeToLive, NegativeTimeToLive(name)));

            var records = ImmutableArray.CreateBuilder<DnsRecord>();
            ZoneEntry? alias = null;
            foreach (var entry in node.Entries)
            {
                if (entry.Data is CnameRecord)
                    alias = entry;
                if (entry.TypeCode != (ushort)question.Type || entry.Data is null)
                    continue;
                records.Add(entry.Data);
                timeToLive = Smaller(timeToLive, entry.TimeToLive);
            }
            if (records.Count > 0)
                return DnsAnswer.WithRecords(records.ToImmutable(), timeToLive);
            if (alias?.Data is not CnameRecord cname)
                return DnsAnswer.NoRecords(DnsStatus.NoData, Smaller(timeToLive, NegativeTimeToLive(name)));
            timeToLive = Smaller(timeToLive, alias.Value.TimeToLive);
            name = cname.Target;
        }
        return DnsAnswer.Failed(DnsStatus.Malformed, $"the chain of CNAME records from {question.Name} is longer than {LongestAliasChain} or goes in a circle");
    }

    private static TimeSpan Smaller(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>The node itself, or the wildcard at the closest name that exists (RFC 4592 §3.3.1).</summary>
    private Node? Find(DomainName name)
    {
        if (_nodes.TryGetValue(name, out var node))
            return node;
        for (var above = name.Parent; above is not null; above = above.Parent)
        {
            if (above.TryPrepend("*"u8, out var wildcard) && _nodes.TryGetValue(wildcard, out node))
                return node;
            if (_nodes.ContainsKey(above))
                return null;
        }
        return null;
    }

    /// <summary>RFC 2308 §5: the smaller of the SOA record's own time to live and its MINIMUM field.</summary>
    private TimeSpan NegativeTimeToLive(DomainName name)
    {
        for (var zone = name; zone is not null; zone = zone.Parent)
        {
            if (!_nodes.TryGetValue(zone, out var node))
                continue;
            foreach (var entry in node.Entries)
            {
                if (entry.Data is SoaRecord soa)
                    return soa.Minimum < entry.TimeToLive ? soa.Minimum : entry.TimeToLive;
            }
        }
        return TimeSpan.Zero;
    }

    private Node NodeAt(DomainName name)
    {
        if (!_nodes.TryGetValue(name, out var node))
            _nodes.Add(name, node = new Node());
        return node;
    }
}
