using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>A question whose failure hides something.</summary>
/// <param name="Name">The name asked about.</param>
/// <param name="Status">How the question ended: always transient.</param>
/// <param name="Detail">What went wrong, for people; null where the status says it.</param>
internal readonly record struct DnsFault(DomainName Name, DnsStatus Status, string? Detail)
{
    /// <summary>Not asked, as <see cref="DmarcLimits.MaxQueriesPerMessage"/> was reached.</summary>
    public bool IsOverLimit => Status == DnsStatus.OverBudget && Detail is null;

    /// <summary>For people. A server's own words add nothing; a budget's say what was waited for.</summary>
    public string Text => Status switch
    {
        DnsStatus.Timeout => $"the query for _dmarc.{Name} got no answer in time",
        DnsStatus.ServFail => $"the server failed at the query for _dmarc.{Name}",
        DnsStatus.Refused => $"the server refused the query for _dmarc.{Name}",
        DnsStatus.Malformed => $"the answer to the query for _dmarc.{Name} was malformed",
        DnsStatus.OverBudget when Detail is not null => $"the query for _dmarc.{Name} was not asked or not waited for: {Detail}",
        DnsStatus.OverBudget => $"the query for _dmarc.{Name} was not asked or not waited for",
        _ => $"the resolver failed at the query for _dmarc.{Name}",
    };
}

/// <summary>
/// The DMARC questions of one message: each name is asked once, shared by all walks, counted against
/// <see cref="DmarcLimits.MaxQueriesPerMessage"/>, and listed in order. For one evaluation at a time; asking ahead may go on beside it.
/// </summary>
internal sealed class DmarcLookups(IMessageDns resolver, DmarcOptions options, int authorDomains = 1)
{
    private readonly Lock _lock = new();

    // A few names, so a list is the quickest index. Under the lock: what is asked ahead looks here while the answers come on other threads.
    private readonly List<(DomainName Domain, DmarcRecordSet Records)> _known = new(8);
    private readonly ImmutableArray<DomainName>.Builder _asked = ImmutableArray.CreateBuilder<DomainName>(8);

    private readonly int _limit = options.Limits.QueriesFor(authorDomains);
    private int _most = options.Limits.QueriesFor(authorDomains);
    private int _ahead;

    public DmarcLimits Limits => options.Limits;

    /// <summary>Whether asking ahead is of use.</summary>
    public bool LooksAhead => resolver.LooksAhead;

    /// <summary>The names asked, in order.</summary>
    public ImmutableArray<DomainName> AskedNames => _asked.ToImmutable();

    /// <summary>
    /// From now on no more is asked than an equal part of what is left, for one of so many that still ask: who needs less leaves it to those behind,
    /// and nobody can take theirs.
    /// </summary>
    public void Divide(int among) => _most = _asked.Count + ((_limit - _asked.Count) / among);

    /// <summary>What is published at <c>_dmarc</c> below the domain.</summary>
    public ValueTask<DmarcRecordSet> RecordsOfAsync(DomainName domain, CancellationToken cancellationToken)
    {
        if (Known(domain) is { } known)
            return new(known);
        if (!domain.TryPrepend("_dmarc"u8, out var name))
            return new(DmarcRecordSet.OfImpossibleName);
        if (!TryCount(name))
            return new(DmarcRecordSet.OfBudget);
        var query = resolver.QueryAsync(new DnsQuestion(name, DnsRecordType.TXT), cancellationToken);
        return query.IsCompletedSuccessfully ? new(Remember(domain, Record(name, query.Result))) : WaitAsync(domain, name, query);
    }

    /// <summary>The answer for a name that is not a domain's <c>_dmarc</c> name. Null where the budget is used up.</summary>
    public async ValueTask<DnsAnswer?> AnswerOfAsync(DomainName name, CancellationToken cancellationToken) =>
        TryCount(name) ? Record(name, await resolver.QueryAsync(new DnsQuestion(name, DnsRecordType.TXT), cancellationToken).ConfigureAwait(false)) : null;

    /// <summary>Asks ahead for what is published at <c>_dmarc</c> below the domain, unless that is known. Never for more names than the limit lets be asked.</summary>
    public void AskAhead(DomainName domain, CancellationToken cancellationToken)
    {
        if (Known(domain) is null && Interlocked.Increment(ref _ahead) <= _limit && domain.TryPrepend("_dmarc"u8, out var name))
            resolver.AskAhead(new DnsQuestion(name, DnsRecordType.TXT), null, cancellationToken);
    }

    private DmarcRecordSet? Known(DomainName domain)
    {
        lock (_lock)
        {
            foreach (var (known, records) in _known)
            {
                if (known.Equals(domain))
                    return records;
            }
            return null;
        }
    }

    private async ValueTask<DmarcRecordSet> WaitAsync(DomainName domain, DomainName name, ValueTask<DnsAnswer> query) =>
        Remember(domain, Record(name, await query.ConfigureAwait(false)));

    private DnsAnswer Record(DomainName name, DnsAnswer answer)
    {
        options.Trace?.Answers.Add(new DnsRecordedAnswer(new DnsQuestion(name, DnsRecordType.TXT), answer));
        return answer;
    }

    private DmarcRecordSet Remember(DomainName domain, DnsAnswer answer)
    {
        var records = DmarcRecordSet.Of(answer);
        if (records.Record is { } record && (record.Length > Limits.MaxRecordBytes || record.TagCount > Limits.MaxTags))
        {
            LimitHits.Count(record.Length > Limits.MaxRecordBytes ? "Dmarc.MaxRecordBytes" : "Dmarc.MaxTags");
            records = DmarcRecordSet.OfImpossibleRecord;
        }
        options.Trace?.Steps.Add(new DmarcStep(domain, records.Status, records.Record, records.HasSeveralRecords));
        lock (_lock)
            _known.Add((domain, records));
        return records;
    }

    private bool TryCount(DomainName name)
    {
        if (_asked.Count >= _most)
        {
            LimitHits.Count("Dmarc.MaxQueriesPerMessage");
            return false;
        }
        _asked.Add(name);
        return true;
    }
}
