using EmailAuth.Dns;

namespace EmailAuth.Spf;

// RFC 7208 §4.6.4, §11.1: what an evaluation may cost, and what ends it.

internal partial struct SpfEvaluation
{
    /// <summary>The limit that decided, as it is counted; the time is counted where it ends.</summary>
    private readonly string? LimitHit => _reason switch
    {
        SpfReason.TooManyDnsLookups => "Spf.MaxDnsLookups",
        SpfReason.TooManyVoidLookups => "Spf.MaxVoidLookups",
        SpfReason.TooManyMxHosts => "Spf.MaxMxHosts",
        SpfReason.TooManyQueries => "Spf.MaxQueries",
        SpfReason.RecordTooLong => "Spf.MaxRecordLength",
        _ => null,
    };

    /// <param name="term">The term that causes the look-up, as written.</param>
    private bool CountLookup(string term)
    {
        if (_lookups == _options.Limits.MaxDnsLookups)
        {
            Conclude(SpfStatus.PermError, SpfReason.TooManyDnsLookups, $"\"{term}\" of {Top.Domain} takes the evaluation over {_options.Limits.MaxDnsLookups} terms that cause DNS look-ups");
            return false;
        }
        _lookups++;
        return true;
    }

    /// <summary>Counts an answer without records. False if it was one too many.</summary>
    private bool CountVoid(DnsAnswer answer)
    {
        if (answer.Status == DnsStatus.NoError || ++_voidLookups <= _options.Limits.MaxVoidLookups)
            return true;
        Conclude(SpfStatus.PermError, SpfReason.TooManyVoidLookups, $"more than {_options.Limits.MaxVoidLookups} look-ups found nothing, the last one that for {_question.Name}, which the record of {Top.Domain} asks for");
        return false;
    }

    private bool CountQuery()
    {
        if (_queries++ < _options.Limits.MaxQueries)
            return true;
        if (IsExplaining)
            _step = Step.Ended;
        else
            Conclude(SpfStatus.PermError, SpfReason.TooManyQueries, $"the record of {Top.Domain} takes the evaluation over {_options.Limits.MaxQueries} DNS queries");
        return false;
    }

    /// <summary>§4.4, §5: whatever is neither an answer nor "no such name" ends the evaluation with temperror.</summary>
    private bool FailsOnError(DnsAnswer answer, DnsRecordType type)
    {
        if (!answer.Status.IsTransient())
            return false;
        _timeToLive = TimeSpan.Zero;
        // §4.6.4: "If such a limit is exceeded, the result of authorization SHOULD be temperror."
        if (_isOutOfTime)
            Conclude(SpfStatus.TempError, SpfReason.TimeLimitReached, $"the evaluation took longer than {_options.Limits.MaxTime.TotalSeconds:0.###} s; it had come to the {type} records of {_question.Name}");
        else
            Conclude(SpfStatus.TempError, SpfReason.DnsError, SpfReasonText.OfDnsError(answer, type, _question.Name));
        return true;
    }

    /// <summary>Whether this check is at its own end, not only the look-up: then even mechanisms that forgive DNS errors give up.</summary>
    private readonly bool IsOverBudget(DnsAnswer answer) => answer.Status == DnsStatus.OverBudget || (answer.Status.IsTransient() && _isOutOfTime);
}
