namespace EmailAuth.Dns;

/// <summary>
/// The view that one message has of DNS: counts its questions, keeps it within <see cref="DnsLimits"/>, and turns whatever a resolver
/// throws into an answer. The one place for all three.
/// </summary>
internal sealed class MessageDnsResolver(IDnsResolver resolver, DnsLimits limits, TimeProvider timeProvider) : IDnsResolver
{
    private readonly long _started = timeProvider.GetTimestamp();
    private int _queries;

    /// <summary>Questions asked so far, those that a cache answered included.</summary>
    public int QueriesAsked => Math.Min(Volatile.Read(ref _queries), limits.MaxQueriesPerMessage);

    /// <summary>Whether the time is used up, so that every further question ends in <see cref="DnsStatus.OverBudget"/>.</summary>
    public bool IsOutOfTime => timeProvider.GetElapsedTime(_started) >= limits.MaxTimePerMessage;

    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Increment(ref _queries) > limits.MaxQueriesPerMessage)
            return new(DnsAnswer.Failed(DnsStatus.OverBudget, $"the message has used up its {limits.MaxQueriesPerMessage} DNS queries"));
        var left = limits.MaxTimePerMessage - timeProvider.GetElapsedTime(_started);
        if (left <= TimeSpan.Zero)
            return new(OutOfTime());
        try
        {
            var query = resolver.QueryAsync(question, cancellationToken);
            return query.IsCompletedSuccessfully ? query : WaitAsync(query.AsTask(), left, cancellationToken);
        }
#pragma warning disable CA1031 // A resolver of the host's own must not bring a verdict down, whatever it throws.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new(Broken(exception));
        }
    }

    private async ValueTask<DnsAnswer> WaitAsync(Task<DnsAnswer> query, TimeSpan left, CancellationToken cancellationToken)
    {
        try
        {
            return await query.WaitAsync(left, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!query.IsCompleted)
        {
            return OutOfTime();
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return Broken(exception);
        }
    }

    private DnsAnswer OutOfTime() =>
        DnsAnswer.Failed(DnsStatus.OverBudget, $"the message has used up its {limits.MaxTimePerMessage.TotalSeconds:0.###} s for DNS");

    // The type only: a message text may name servers or paths.
    private static DnsAnswer Broken(Exception exception) =>
        DnsAnswer.Failed(DnsStatus.ResolverError, $"the resolver failed with {exception.GetType().Name}");
}
