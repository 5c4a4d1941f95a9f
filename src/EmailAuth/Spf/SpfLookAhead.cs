using EmailAuth.Dns;

namespace EmailAuth.Spf;

/// <summary>
/// Asks ahead for what an evaluation may come to: as soon as a record is here, for all that its terms name, and so on with what they include. It
/// decides nothing and counts nothing of the result; <see cref="SpfEvaluation"/> alone does, in order. It begins only where an answer did not come at once.
/// </summary>
/// <remarks>
/// Bounded by what an evaluation may need: the terms of RFC 7208 §4.6.4 over the whole tree, each record once. A term that holds the local-part
/// is left to its turn: whoever sends chooses it, so that no cache stands between him and the zone that he names. So is one with "%{p}".
/// </remarks>
internal sealed class SpfLookAhead
{
    private readonly IMessageDns _dns;
    private readonly SpfOptions _options;
    private readonly SpfClient _client;
    private readonly string _helo;
    private readonly SpfIdentity _sender;
    private readonly CancellationToken _cancellationToken;
    private readonly Lock _lock = new();
    private readonly HashSet<DnsQuestion> _asked = [];
    private int _terms;
    private int _voidAnswers;
    private volatile bool _isOver;

    private SpfLookAhead(IMessageDns dns, SpfOptions options, in SpfClient client, string helo, in SpfIdentity sender, CancellationToken cancellationToken)
    {
        _dns = dns;
        _options = options;
        _client = client;
        _helo = helo;
        _sender = sender;
        _cancellationToken = cancellationToken;
    }

    private DnsRecordType AddressType => _client.IsIpv4 ? DnsRecordType.A : DnsRecordType.AAAA;

    /// <summary>Begins at the record of the identity's domain. Null where there is nothing to gain.</summary>
    public static SpfLookAhead? Begin(IMessageDns dns, SpfOptions options, in SpfClient client, string helo, in SpfIdentity sender, CancellationToken cancellationToken)
    {
        if (!dns.LooksAhead || sender.Domain is not { } domain)
            return null;
        var lookAhead = new SpfLookAhead(dns, options, client, helo, sender, cancellationToken);
        lookAhead.Ask(domain, DnsRecordType.TXT, lookAhead.OnRecord);
        return lookAhead;
    }

    /// <summary>The verdict stands: nothing more is asked.</summary>
    public void End() => _isOver = true;

    private void Ask(DomainName name, DnsRecordType type, Action<DnsQuestion, DnsAnswer>? then)
    {
        var question = new DnsQuestion(name, type);
        lock (_lock)
        {
            // Never in a cycle.
            if (!_asked.Add(question))
                return;
        }
        _dns.AskAhead(question, then, _cancellationToken);
    }

    private void OnRecord(DnsQuestion question, DnsAnswer answer)
    {
        if (GoesOn(answer) && answer.Status == DnsStatus.NoError && SpfRecordSelection.Of(answer) is { Defect: SpfReason.NotChecked, Record: { } record })
            Read(record, question.Name);
    }

    private void Read(SpfRecord record, DomainName domain)
    {
        foreach (var directive in record.Directives)
        {
            switch (directive.Mechanism)
            {
                // Where these match, the evaluation leaves the record.
                case SpfMechanism.All:
                case SpfMechanism.Ip4 when _client.IsIpv4 && _client.IsInIpv4((uint)directive.Network, directive.Ip4PrefixLength):
                case SpfMechanism.Ip6 when !_client.IsIpv4 && _client.IsInIpv6(directive.Network, directive.Ip6PrefixLength):
                    return;
                case SpfMechanism.Ip4:
                case SpfMechanism.Ip6:
                    continue;
                default:
                    if (!CountTerm())
                        return;
                    AskFor(directive, domain);
                    break;
            }
        }
        if (record is { Redirect.DomainSpec: { } spec, HasAll: false } && CountTerm() && TargetOf(spec, domain) is { LabelCount: > 1 } target)
            Ask(target, DnsRecordType.TXT, OnRecord);
    }

    private bool CountTerm() => !_isOver && Interlocked.Increment(ref _terms) <= _options.Limits.MaxDnsLookups;

    private void AskFor(SpfDirective directive, DomainName domain)
    {
        if (directive.Mechanism == SpfMechanism.Ptr)
            Ask(_client.ReverseName, DnsRecordType.PTR, OnNames);
        else if (TargetOf(directive.DomainSpec, domain) is { } target)
            AskFor(directive.Mechanism, target);
    }

    private void AskFor(SpfMechanism mechanism, DomainName target)
    {
        switch (mechanism)
        {
            case SpfMechanism.Include:
                if (target.LabelCount > 1)
                    Ask(target, DnsRecordType.TXT, OnRecord);
                break;
            case SpfMechanism.Mx:
                Ask(target, DnsRecordType.MX, OnExchanges);
                break;
            case SpfMechanism.Exists:
                Ask(target, DnsRecordType.A, OnAddresses);
                break;
            default:
                Ask(target, AddressType, OnAddresses);
                break;
        }
    }

    private void OnAddresses(DnsQuestion question, DnsAnswer answer) => GoesOn(answer);

    private void OnExchanges(DnsQuestion question, DnsAnswer answer)
    {
        var left = _options.Limits.MaxMxHosts;
        if (!GoesOn(answer))
            return;
        foreach (var record in answer.Records)
        {
            if (record is MxRecord { Exchange: { LabelCount: > 0 } exchange } && left-- > 0)
                Ask(exchange, AddressType, OnAddresses);
        }
    }

    private void OnNames(DnsQuestion question, DnsAnswer answer)
    {
        var left = _options.Limits.MaxPtrNames;
        if (_isOver)
            return;
        foreach (var record in answer.Records)
        {
            if (left-- > 0 && record is PtrRecord { Target: { IsHostName: true } name })
                Ask(name, AddressType, null);
        }
    }

    /// <summary>Whether more may be needed: an evaluation ends when too many look-ups found nothing (RFC 7208 §4.6.4).</summary>
    private bool GoesOn(DnsAnswer answer)
    {
        if (answer.Status is DnsStatus.NoData or DnsStatus.NxDomain && Interlocked.Increment(ref _voidAnswers) > _options.Limits.MaxVoidLookups)
            _isOver = true;
        return !_isOver;
    }

    /// <summary>The target-name (RFC 7208 §4.8), where it is known already and may be asked for ahead.</summary>
    private DomainName? TargetOf(SpfMacroString? spec, DomainName domain)
    {
        if (spec is null)
            return domain;
        if (spec.IsLiteral)
            return spec.LiteralName;
        if (spec.UsesLocalPart || spec.UsesValidatedName)
            return null;
        var values = new SpfMacroValues { Sender = _sender, Domain = domain, Client = _client, Helo = _helo, Options = _options };
        return spec.TryExpandName(values, out var name) ? name : null;
    }
}
