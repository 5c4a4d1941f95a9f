using EmailAuth.Dns;

namespace EmailAuth.Spf;

// RFC 7208 §5: the mechanisms that ask DNS.

internal partial struct SpfEvaluation
{
    private readonly DnsRecordType AddressType => _client.IsIpv4 ? DnsRecordType.A : DnsRecordType.AAAA;

    private bool TestMechanism(out DnsQuestion question)
    {
        question = default;
        var directive = Top.Current!;
        if (NeedsValidatedNames(directive.DomainSpec) || (directive.Mechanism == SpfMechanism.Ptr && _validatedNames is null))
            return AskForNames(Step.Mechanism, isOwnTerm: directive.Mechanism == SpfMechanism.Ptr, out question);
        // RFC 8616 §4: with a local-part outside ASCII, such terms "do not match anything".
        if (IsForAsciiLocalPartOnly(directive.DomainSpec))
        {
            DoNotMatch();
            return false;
        }
        var target = TargetOf(directive.DomainSpec);
        switch (directive.Mechanism)
        {
            case SpfMechanism.Include:
                Include(directive, target);
                return false;
            case SpfMechanism.Ptr:
                MatchNames(directive, target);
                return false;
            case SpfMechanism.Mx:
                question = new DnsQuestion(target!, DnsRecordType.MX);
                break;
            case SpfMechanism.Exists:
                // §5.7: "a DNS A RR lookup (even when the connection type is IPv6)".
                question = new DnsQuestion(target!, DnsRecordType.A);
                break;
            default:
                question = new DnsQuestion(target!, AddressType);
                break;
        }
        if (target is not null)
            return true;
        // §4.8 leaves a target-name that no query can be made of undefined; no match is what the published suite prefers.
        DoNotMatch();
        return false;
    }

    private void AcceptMechanism(DnsAnswer answer)
    {
        ref var frame = ref Top;
        switch (frame.Current!.Mechanism)
        {
            case SpfMechanism.Mx:
                AcceptExchanges(answer);
                break;
            case SpfMechanism.Exists:
                AcceptExistence(answer);
                break;
            default:
                AcceptAddresses(answer);
                break;
        }
    }

    // ---- "include" (§5.2) ----

    private void Include(SpfDirective directive, DomainName? target)
    {
        // §4.3 makes such a domain none, and §5.2 makes a none of an include permerror.
        if (target is null || target.LabelCount < 2)
        {
            Conclude(SpfStatus.PermError, SpfReason.IncludeWithoutRecord, $"\"{directive.Text}\" of {Top.Domain} leads to no domain name");
            return;
        }
        _trace?.Tested(_depth, Top.Domain, directive.Text, SpfTermOutcome.Entered, _lookups, _voidLookups);
        _depth++;
        Top = new Frame { Domain = target };
        _step = Step.Record;
    }

    // ---- "a" and "exists" (§5.3, §5.7) ----

    private void AcceptAddresses(DnsAnswer answer)
    {
        ref var frame = ref Top;
        var directive = frame.Current!;
        if (FailsOnError(answer, AddressType))
            return;
        var isOtherFamily = answer.Status == DnsStatus.NoData && _options.IgnoreVoidLookupsOfOtherFamily;
        if (!isOtherFamily && !CountVoid(answer))
            return;
        if (answer.Status == DnsStatus.NoError && SpfAddresses.Of(answer).Contain(_client, directive.Ip4PrefixLength, directive.Ip6PrefixLength))
            Match(ref frame, directive, _client.IsIpv4 ? directive.Ip4PrefixLength : directive.Ip6PrefixLength);
        else if (_step == Step.Mechanism)
            DoNotMatch();
    }

    private void AcceptExistence(DnsAnswer answer)
    {
        ref var frame = ref Top;
        if (FailsOnError(answer, DnsRecordType.A) || !CountVoid(answer))
            return;
        // Only an address counts: a resolver that hands on an alias without its target has shown nothing.
        if (HasAddress(answer))
            Match(ref frame, frame.Current!, null);
        else
            DoNotMatch();

        static bool HasAddress(DnsAnswer answer)
        {
            foreach (var record in answer.Records)
            {
                if (record is AddressRecord)
                    return true;
            }
            return false;
        }
    }

    // ---- "mx" (§5.4) ----

    private void AcceptExchanges(DnsAnswer answer)
    {
        if (FailsOnError(answer, DnsRecordType.MX) || !CountVoid(answer))
            return;
        _exchanges = answer;
        _nextExchange = 0;
        _exchangesAsked = 0;
        _step = Step.Exchanges;
    }

    private bool NextExchange(out DnsQuestion question)
    {
        question = default;
        var records = _exchanges!.Records;
        while (_nextExchange < records.Length)
        {
            // The null MX of RFC 7505 names no host.
            if (records[_nextExchange++] is not MxRecord { Exchange: { LabelCount: > 0 } exchange })
                continue;
            // §4.6.4: "the evaluation of each MX record MUST NOT result in querying more than 10 address records".
            if (_exchangesAsked++ == _options.Limits.MaxMxHosts)
            {
                Conclude(SpfStatus.PermError, SpfReason.TooManyMxHosts, $"\"{Top.Current!.Text}\" of {Top.Domain} has more than {_options.Limits.MaxMxHosts} mail exchanges");
                return false;
            }
            question = new DnsQuestion(exchange, AddressType);
            return true;
        }
        DoNotMatch();
        return false;
    }

    // ---- "ptr" and the names of the client (§5.5) ----

    private readonly bool NeedsValidatedNames(SpfMacroString? spec) => _validatedNames is null && spec is { UsesValidatedName: true };

    private bool AskForNames(Step then, bool isOwnTerm, out DnsQuestion question)
    {
        question = default;
        // §4.6.4: for "%{p}" too "the number of PTR resource records queried is included in the overall limit". Asked once, counted once.
        if (!isOwnTerm && !IsExplaining && !CountLookup(then == Step.Redirect ? Top.Record!.Redirect!.Text : Top.Current!.Text))
            return false;
        _afterNames = then;
        _reverse = null;
        _nextReverse = 0;
        _step = Step.ReverseNames;
        question = new DnsQuestion(_client.ReverseName, DnsRecordType.PTR);
        return true;
    }

    private bool NextReverseName(out DnsQuestion question)
    {
        question = default;
        // §4.6.4: "If this limit is exceeded, all records other than the first 10 MUST be ignored."
        var count = _reverse is null ? 0 : Math.Min(_reverse.Records.Length, _options.Limits.MaxPtrNames);
        while (_nextReverse < count)
        {
            if (_reverse!.Records[_nextReverse++] is PtrRecord { Target: { IsHostName: true } name })
            {
                question = new DnsQuestion(name, AddressType);
                return true;
            }
        }
        _validatedNames ??= [];
        _step = _afterNames;
        return false;
    }

    private void AcceptReverseName(DnsAnswer answer)
    {
        if (IsOverBudget(answer) && !IsExplaining)
        {
            FailsOnError(answer, DnsRecordType.PTR);
            return;
        }
        if (_reverse is not null)
        {
            // §5.5: an error here skips the name. What the client's own zone leaves empty is no void look-up of the domain's (§4.6.4).
            if (answer.Status == DnsStatus.NoError && SpfAddresses.Of(answer).Contain(_client, 32, 128))
                (_validatedNames ??= []).Add(((PtrRecord)_reverse.Records[_nextReverse - 1]).Target);
            return;
        }
        // §5.5: "If a DNS error occurs while doing the PTR RR lookup, then this mechanism fails to match."
        _reverse = answer;
        var isForMacro = _afterNames != Step.Mechanism || Top.Current!.Mechanism != SpfMechanism.Ptr;
        if (isForMacro && !IsExplaining && !answer.Status.IsTransient())
            CountVoid(answer);
    }

    private void MatchNames(SpfDirective directive, DomainName? target)
    {
        // §4.6.4 counts terms: each "ptr" is void for a client without names, although they are asked for once.
        if (!_reverse!.Status.IsTransient() && !CountVoid(_reverse))
            return;
        if (target is not null)
        {
            foreach (var name in _validatedNames!)
            {
                if (name.IsAtOrBelow(target))
                {
                    Match(ref Top, directive, null);
                    return;
                }
            }
        }
        DoNotMatch();
    }

    /// <summary>§7.3, "%{p}": the domain itself, else a name below it, else any; null for none.</summary>
    private readonly DomainName? ChooseValidatedName(DomainName domain)
    {
        DomainName? below = null;
        foreach (var name in _validatedNames ?? [])
        {
            if (name == domain)
                return name;
            if (below is null && name.IsAtOrBelow(domain))
                below = name;
        }
        return below ?? (_validatedNames is [var first, ..] ? first : null);
    }

    // ---- The target-name (§4.8) ----

    private readonly bool IsForAsciiLocalPartOnly(SpfMacroString? spec) =>
        spec is { UsesLocalPart: true } && !System.Text.Ascii.IsValid(_sender.LocalPart);

    /// <summary>The domain-spec expanded, or the current domain where there is none; null if no query can be made of it.</summary>
    private DomainName? TargetOf(SpfMacroString? spec)
    {
        var domain = Top.Domain;
        if (spec is null)
            return domain;
        if (spec.IsLiteral)
            return spec.LiteralName;
        _dependsOnSender |= spec.UsesSender;
        var target = spec.TryExpandName(MacroValues(domain, spec), out var name) ? name : null;
        _trace?.Expanded(target);
        return target;
    }

    private readonly SpfMacroValues MacroValues(DomainName domain, SpfMacroString spec) => new()
    {
        Sender = _sender,
        Domain = domain,
        Client = _client,
        Helo = _helo,
        ValidatedName = spec.UsesValidatedName ? ChooseValidatedName(domain) : null,
        Options = _options,
    };
}
