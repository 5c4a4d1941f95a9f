namespace EmailAuth.Dns;

/// <summary>
/// The view that one message has of DNS: counts its questions, keeps it within <see cref="DnsLimits"/>, and turns whatever a resolver
/// throws into an answer. The one place for all three.
/// </summary>
internal sealed class MessageDnsResolver(IDnsResolver resolver, DnsLimits limits, TimeProvider timeProvider) : IDnsResolver
{
    private readonly long _started = timeProvider.GetTimestamp();
    private readonly DnsQueryGate _gate = new(limits.MaxParallelQueriesPerMessage, limits.MaxQueriesPerMessage);
    private int _queries;

    /// <summary>Questions asked so far, those that a cache answered included.</summary>
    public int QueriesAsked => Math.Min(Volatile.Read(ref _queries), limits.MaxQueriesPerMessage);

    /// <summary>Whether the time is used up, so that every further question ends in <see cref="DnsStatus.OverBudget"/>.</summary>
    public bool IsOutOfTime => timeProvider.GetElapsedTime(_started) >= limits.MaxTimePerMessage;

    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Increment(ref _queries) > limits.MaxQueriesPerMessage)
            return new(OverBudget($"its {limits.MaxQueriesPerMessage} DNS queries"));
        var left = limits.MaxTimePerMessage - timeProvider.GetElapsedTime(_started);
        if (left <= TimeSpan.Zero)
            return new(OutOfTime());
        if (!_gate.TryEnter())
            return QueueAsync(question, left, cancellationToken);
        return AskAsync(question, left, cancellationToken);
    }

    /// <summary>Eight are on their way already: waits for one to come back.</summary>
    private async ValueTask<DnsAnswer> QueueAsync(DnsQuestion question, TimeSpan left, CancellationToken cancellationToken)
    {
        var queued = timeProvider.GetTimestamp();
        using var limit = new CancellationTokenSource(left, timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            // There are never more waiting than the message may ask.
            await _gate.TryEnterAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return OutOfTime();
        }
        left -= timeProvider.GetElapsedTime(queued);
        if (left > TimeSpan.Zero)
            return await AskAsync(question, left, cancellationToken).ConfigureAwait(false);
        _gate.Leave();
        return OutOfTime();
    }

    /// <summary>Inside the gate, and leaves it.</summary>
    private ValueTask<DnsAnswer> AskAsync(DnsQuestion question, TimeSpan left, CancellationToken cancellationToken)
    {
        var staysInside = false;
        try
        {
            var query = resolver.QueryAsync(question, cancellationToken);
            if (query.IsCompletedSuccessfully)
                return new(query.Result ?? DnsAnswer.OfNull());
            staysInside = true;
            return WaitAsync(query.AsTask(), left, cancellationToken);
        }
#pragma warning disable CA1031 // A resolver of the host's own must not bring a verdict down, whatever it throws.
        catch (Exception exception) when (!staysInside)
#pragma warning restore CA1031
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(DnsAnswer.OfException(exception));
        }
        finally
        {
            if (!staysInside)
                _gate.Leave();
        }
    }

    private async ValueTask<DnsAnswer> WaitAsync(Task<DnsAnswer> query, TimeSpan left, CancellationToken cancellationToken)
    {
        try
        {
            return await query.WaitAsync(left, timeProvider, cancellationToken).ConfigureAwait(false) ?? DnsAnswer.OfNull();
        }
        catch (TimeoutException) when (!query.IsCompleted)
        {
            return OutOfTime();
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            cancellationToken.ThrowIfCancellationRequested();
            return DnsAnswer.OfException(exception);
        }
        finally
        {
            _gate.Leave();
        }
    }

    private DnsAnswer OutOfTime() => OverBudget($"its {limits.MaxTimePerMessage.TotalSeconds:0.###} s for DNS");

    private static DnsAnswer OverBudget(string what)
    {
        DnsMetrics.CountOverBudget();
        return DnsAnswer.Failed(DnsStatus.OverBudget, $"the message has used up {what}");
    }
}
