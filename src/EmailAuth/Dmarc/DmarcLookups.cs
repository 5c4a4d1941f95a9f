using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>A question whose failure hides something.</summary>
/// <param name="Name">The name asked about.</param>
/// <param name="Status">How the question ended: always transient.</param>
/// <param name="Detail">What went wrong, for people; null where the status says it.</param>
internal sealed record DnsFault(DomainName Name, DnsStatus Status, string? Detail)
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
internal sealed class DmarcLookups(IMessageDns resolver, DmarcOptions options, DomainNames names, int authorDomains = 1)
{
    private readonly int _limit = options.Limits.QueriesFor(authorDomains);

    // A few names, so a list is the quickest index. One thread at a time puts questions at its end, and then their records to them, while what is asked
    // ahead looks here on other threads.
    private Lookup[] _lookups = new Lookup[3];
    private int _count;
    private int _most = options.Limits.QueriesFor(authorDomains);
    private int _ahead;

    /// <summary>One question.</summary>
    private struct Lookup
    {
        /// <summary>Below which the name is <c>_dmarc</c>; null for another name.</summary>
        public DomainName? Domain;

        /// <summary>The name asked about.</summary>
        public DomainName Name;

        /// <summary>What is published there; null until it is known.</summary>
        public DmarcRecordSet? Records;
    }

    public DmarcLimits Limits => options.Limits;

    /// <summary>Names met lately.</summary>
    public DomainNames Names => names;

    /// <summary>Whether asking ahead is of use.</summary>
    public bool LooksAhead => resolver.LooksAhead;

    /// <summary>The names asked, in order.</summary>
    public ImmutableArray<DomainName> AskedNames
    {
        get
        {
            var asked = new DomainName[_count];
            for (var i = 0; i < asked.Length; i++)
                asked[i] = _lookups[i].Name;
            return ImmutableCollectionsMarshal.AsImmutableArray(asked);
        }
    }

    /// <summary>
    /// From now on no more is asked than an equal part of what is left, for one of so many that still ask: who needs less leaves it to those behind,
    /// and nobody can take theirs.
    /// </summary>
    public void Divide(int among) => _most = _count + ((_limit - _count) / among);

    /// <summary>What is published at <c>_dmarc</c> below the domain.</summary>
    public ValueTask<DmarcRecordSet> RecordsOfAsync(DomainName domain, CancellationToken cancellationToken)
    {
        if (Known(domain) is { } known)
            return new(known);
        if (!names.TryPrepend("_dmarc"u8, domain, out var name))
            return new(DmarcRecordSet.OfImpossibleName);
        if (!TryCount(domain, name, out var place))
            return new(DmarcRecordSet.OfBudget);
        var query = resolver.QueryAsync(new DnsQuestion(name, DnsRecordType.TXT), cancellationToken);
        return query.IsCompletedSuccessfully ? new(Remember(place, Record(name, query.Result))) : WaitAsync(place, name, query);
    }

    /// <summary>The answer for a name that is not a domain's <c>_dmarc</c> name. Null where the budget is used up.</summary>
    public async ValueTask<DnsAnswer?> AnswerOfAsync(DomainName name, CancellationToken cancellationToken) =>
        TryCount(null, name, out _) ? Record(name, await resolver.QueryAsync(new DnsQuestion(name, DnsRecordType.TXT), cancellationToken).ConfigureAwait(false)) : null;

    /// <summary>Asks ahead for what is published at <c>_dmarc</c> below the domain, unless that is known. Never for more names than the limit lets be asked.</summary>
    public void AskAhead(DomainName domain, CancellationToken cancellationToken)
    {
        if (Known(domain) is null && Interlocked.Increment(ref _ahead) <= _limit && domain.TryPrepend("_dmarc"u8, out var name))
            resolver.AskAhead(new DnsQuestion(name, DnsRecordType.TXT), null, cancellationToken);
    }

    private DmarcRecordSet? Known(DomainName domain)
    {
        // The count first: a list that was made longer holds all that it counts.
        var count = Volatile.Read(ref _count);
        foreach (ref var lookup in Volatile.Read(ref _lookups).AsSpan(0, count))
        {
            if (domain.Equals(lookup.Domain) && Volatile.Read(ref lookup.Records) is { } records)
                return records;
        }
        return null;
    }

    private async ValueTask<DmarcRecordSet> WaitAsync(int place, DomainName name, ValueTask<DnsAnswer> query) =>
        Remember(place, Record(name, await query.ConfigureAwait(false)));

    private DnsAnswer Record(DomainName name, DnsAnswer answer)
    {
        options.Trace?.Answers.Add(new DnsRecordedAnswer(new DnsQuestion(name, DnsRecordType.TXT), answer));
        return answer;
    }

    private DmarcRecordSet Remember(int place, DnsAnswer answer)
    {
        var records = DmarcRecordSet.Of(answer);
        if (records.Record is { } record && (record.Length > Limits.MaxRecordBytes || record.TagCount > Limits.MaxTags))
        {
            LimitHits.Count(record.Length > Limits.MaxRecordBytes ? "Dmarc.MaxRecordBytes" : "Dmarc.MaxTags");
            records = DmarcRecordSet.OfImpossibleRecord;
        }
        options.Trace?.Steps.Add(new DmarcStep(_lookups[place].Domain!, records.Status, records.Record, records.HasSeveralRecords));
        Volatile.Write(ref _lookups[place].Records, records);
        return records;
    }

    private bool TryCount(DomainName? domain, DomainName name, out int place)
    {
        place = _count;
        if (place >= _most)
        {
            LimitHits.Count("Dmarc.MaxQueriesPerMessage");
            return false;
        }
        if (place == _lookups.Length)
        {
            var more = new Lookup[place * 2];
            _lookups.CopyTo(more, 0);
            Volatile.Write(ref _lookups, more);
        }
        _lookups[place] = new Lookup { Domain = domain, Name = name };
        Volatile.Write(ref _count, place + 1);
        return true;
    }
}
