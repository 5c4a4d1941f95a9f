namespace EmailAuth.Dns;

/// <summary>
/// Writes down every question to another resolver and every answer, so that a <see cref="ReplayDnsResolver"/> can give the same answers later. What the
/// other resolver throws is written down and handed on as <see cref="DnsStatus.ResolverError"/>; a question that its caller cancelled leaves no trace.
/// </summary>
public sealed class RecordingDnsResolver : IDnsResolver
{
    private readonly IDnsResolver _inner;
    private readonly int _maxAnswers;
    private readonly Lock _lock = new();
    private readonly List<DnsRecordedAnswer> _answers = [];
    private bool _isComplete = true;

    /// <summary>Records what goes to a resolver.</summary>
    /// <param name="inner">Who answers.</param>
    /// <param name="maxAnswers">How many answers are written down at most; those beyond are handed on only. At most <see cref="DnsRecording.MaxAnswers"/>.</param>
    public RecordingDnsResolver(IDnsResolver inner, int maxAnswers = 10_000)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxAnswers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxAnswers, DnsRecording.MaxAnswers);
        _inner = inner;
        _maxAnswers = maxAnswers;
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(question.Name, nameof(question));
        ValueTask<DnsAnswer> query;
        try
        {
            query = _inner.QueryAsync(question, cancellationToken);
        }
#pragma warning disable CA1031 // A resolver of the host's own: whatever it throws is an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(Record(question, DnsAnswer.OfException(exception)));
        }
        return query.IsCompletedSuccessfully ? new(Record(question, query.Result)) : WaitAsync(question, query, cancellationToken);
    }

    private async ValueTask<DnsAnswer> WaitAsync(DnsQuestion question, ValueTask<DnsAnswer> query, CancellationToken cancellationToken)
    {
        try
        {
            return Record(question, await query.ConfigureAwait(false));
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Record(question, DnsAnswer.OfException(exception));
        }
    }

    private DnsAnswer Record(DnsQuestion question, DnsAnswer? answer)
    {
        answer ??= DnsAnswer.OfNull();
        lock (_lock)
        {
            if (_answers.Count < _maxAnswers)
                _answers.Add(new DnsRecordedAnswer(question, answer));
            else
                _isComplete = false;
        }
        return answer;
    }

    /// <summary>What was written down so far.</summary>
    public DnsRecording ToRecording()
    {
        lock (_lock)
            return new DnsRecording([.. _answers], _isComplete);
    }
}
