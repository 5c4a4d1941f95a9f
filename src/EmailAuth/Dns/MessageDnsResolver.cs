using EmailAuth.Syntax;

namespace EmailAuth.Dns;

/// <summary>
/// The view that one message has of DNS: counts its questions, keeps it within <see cref="DnsLimits"/> and the deadline, and turns whatever a
/// resolver throws into an answer. The one place for all of it. Evaluators ask it in order; what they may come to can be asked ahead.
/// </summary>
/// <param name="resolver">Who answers.</param>
/// <param name="limits">How much may be asked.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="timeLimit">How long the verdict may take from now on, if that is limited apart.</param>
/// <param name="started">When its time began; null for now.</param>
internal sealed class MessageDnsResolver(IDnsResolver resolver, DnsLimits limits, TimeProvider timeProvider, TimeSpan? timeLimit = null, long? started = null) : IMessageDns, IDisposable
{
    private readonly TimeSpan _time = timeLimit < limits.MaxTimePerMessage ? timeLimit.Value : limits.MaxTimePerMessage;
    private readonly long _started = started ?? timeProvider.GetTimestamp();
    private readonly CachingDnsResolver? _cache = resolver as CachingDnsResolver;
    private DnsQueryGate? _gate;
    private DnsLookAhead? _lookAhead;
    private int _queries;

    /// <summary>By what name the end of its time is counted.</summary>
    public string TimeLimitName { get; init; } = timeLimit < limits.MaxTimePerMessage ? "TimeLimit" : "Dns.MaxTimePerMessage";

    /// <summary>Questions asked in order so far, those that a cache answered included.</summary>
    public int QueriesAsked => Math.Min(Volatile.Read(ref _queries), limits.MaxQueriesPerMessage);

    /// <summary>Questions asked ahead that were not answered at once, and those of them whose turn has not come.</summary>
    public (int Asked, int NotNeeded) QueriesAhead => Volatile.Read(ref _lookAhead)?.Count() ?? (0, 0);

    /// <inheritdoc/>
    public bool LooksAhead => Volatile.Read(ref _lookAhead) is not null;

    /// <summary>Whether the time is used up, so that every further question ends in <see cref="DnsStatus.OverBudget"/>, unless a cache has the answer at hand.</summary>
    public bool IsOutOfTime => TimeLeft <= TimeSpan.Zero;

    // Made with the first question that no cache answers.
    private DnsQueryGate Gate
    {
        get
        {
            if (Volatile.Read(ref _gate) is { } gate)
                return gate;
            gate = new DnsQueryGate(limits.MaxParallelQueriesPerMessage, limits.MaxQueriesPerMessage);
            return Interlocked.CompareExchange(ref _gate, gate, null) ?? gate;
        }
    }

    private TimeSpan TimeLeft => _time - timeProvider.GetElapsedTime(_started);

    /// <summary>Asks in order, and counts.</summary>
    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Increment(ref _queries) > limits.MaxQueriesPerMessage)
            return new(OverQueries($"the message has used up its {limits.MaxQueriesPerMessage} DNS queries"));
        if (Volatile.Read(ref _lookAhead) is { } lookAhead)
            return QueryAsync(lookAhead, question, cancellationToken);

        var query = AskAsync(question, cancellationToken);
        if (query.IsCompleted || limits.MaxQueriesAhead == 0)
            return query;
        // The first that has to be waited for: from now on there is something to gain by asking ahead.
        var made = new DnsLookAhead(resolver, limits);
        lookAhead = Interlocked.CompareExchange(ref _lookAhead, made, null) ?? made;
        return lookAhead.IsFirst(question, out var entry) ? LandAsync(lookAhead, entry, query) : query;
    }

    /// <inheritdoc/>
    public DnsAnswer? AtHand(DnsQuestion question) =>
        !LooksAhead && _cache?.AtHand(question) is { } known && Interlocked.Increment(ref _queries) <= limits.MaxQueriesPerMessage ? known : null;

    /// <summary>A part of the message's questions for one asker alone.</summary>
    public DnsShare Share(int most, string asker) => new(this, most, asker);

    /// <inheritdoc/>
    public void AskAhead(DnsQuestion question, Action<DnsQuestion, DnsAnswer>? then, CancellationToken cancellationToken) =>
        Volatile.Read(ref _lookAhead)?.Ask(question, then, cancellationToken);

    private ValueTask<DnsAnswer> QueryAsync(DnsLookAhead lookAhead, DnsQuestion question, CancellationToken cancellationToken)
    {
        if (lookAhead.IsFirst(question, out var entry))
            return LandAsync(lookAhead, entry, AskAsync(question, cancellationToken));
        var left = TimeLeft;
        // What has come is known, and stays so when the time is over.
        return entry.Answer.IsCompletedSuccessfully || left > TimeSpan.Zero
            ? WaitAsync(entry.Answer, question, left, isInside: false, cancellationToken)
            : new(OutOfTime(question));
    }

    private static async ValueTask<DnsAnswer> LandAsync(DnsLookAhead lookAhead, DnsLookAhead.Entry entry, ValueTask<DnsAnswer> query)
    {
        try
        {
            var answer = await query.ConfigureAwait(false);
            lookAhead.Land(entry, answer);
            return answer;
        }
        finally
        {
            // No effect unless the caller left.
            entry.Cancel();
        }
    }

    private ValueTask<DnsAnswer> AskAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        // What a cache knows needs no time, which a body that took its own must not hide, and no place among those under way.
        if (_cache?.AtHand(question) is { } known)
            return new(known);
        var left = TimeLeft;
        if (left <= TimeSpan.Zero)
            return new(OutOfTime(question));
        if (!Gate.TryEnter())
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
            await Gate.TryEnterAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return OutOfTime(question);
        }
        left -= timeProvider.GetElapsedTime(queued);
        if (left > TimeSpan.Zero)
            return await AskAsync(question, left, cancellationToken).ConfigureAwait(false);
        Gate.Leave();
        return OutOfTime(question);
    }

    /// <summary>Inside the gate, and leaves it.</summary>
    private ValueTask<DnsAnswer> AskAsync(DnsQuestion question, TimeSpan left, CancellationToken cancellationToken)
    {
        var staysInside = false;
        try
        {
            var query = resolver.QueryAsync(question, cancellationToken);
            if (query.IsCompletedSuccessfully)
                return new(Heard(query.Result, cancellationToken));
            staysInside = true;
            return WaitAsync(query.AsTask(), question, left, isInside: true, cancellationToken);
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
                Gate.Leave();
        }
    }

    private async ValueTask<DnsAnswer> WaitAsync(Task<DnsAnswer> query, DnsQuestion question, TimeSpan left, bool isInside, CancellationToken cancellationToken)
    {
        try
        {
            return Heard(query.IsCompleted ? await query.ConfigureAwait(false) : await query.WaitAsync(left, timeProvider, cancellationToken).ConfigureAwait(false), cancellationToken);
        }
        catch (TimeoutException) when (!query.IsCompleted)
        {
            query.ObserveLater();
            return OutOfTime(question);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            query.ObserveLater();
            cancellationToken.ThrowIfCancellationRequested();
            return DnsAnswer.OfException(exception);
        }
        finally
        {
            if (isInside)
                Gate.Leave();
        }
    }

    /// <summary>A failure that comes when the caller has left is his leaving, and no temporary error.</summary>
    private static DnsAnswer Heard(DnsAnswer? answer, CancellationToken cancellationToken)
    {
        answer ??= DnsAnswer.OfNull();
        if (answer.Status.IsTransient())
            cancellationToken.ThrowIfCancellationRequested();
        return answer;
    }

    /// <summary>In place of an answer where no question is left.</summary>
    public static DnsAnswer OverQueries(string detail) => OverBudget("Dns.MaxQueriesPerMessage", detail);

    private DnsAnswer OutOfTime(DnsQuestion question) =>
        OverBudget(TimeLimitName, $"no answer by the deadline for {question}: the message had {_time.TotalSeconds:0.###} s for DNS");

    private static DnsAnswer OverBudget(string limit, string detail)
    {
        LimitHits.Count(limit);
        DnsMetrics.CountOverBudget();
        return DnsAnswer.Failed(DnsStatus.OverBudget, detail);
    }

    /// <summary>Ends what is asked ahead. Answers and counts stay.</summary>
    public void Dispose() => Volatile.Read(ref _lookAhead)?.Dispose();
}
