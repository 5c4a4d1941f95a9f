namespace EmailAuth.Dns;

/// <summary>
/// The questions of one message by name and type, once the first had to be waited for: those asked in order, and those asked ahead because their
/// turn may come. Each is put to the resolver once. Asking ahead has bounds of its own (<see cref="DnsLimits.MaxQueriesAhead"/>); it takes no
/// place from a question that is asked in order.
/// </summary>
internal sealed class DnsLookAhead(IDnsResolver resolver, DnsLimits limits) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DnsQuestion, Entry> _entries = [];
    private readonly Queue<Entry> _waiting = new();
    private CancellationTokenSource? _work;
    private int _begun;
    private int _underWay;
    private bool _isOver;

    /// <summary>One question. Its <see cref="Answer"/> comes after what waits to ask further questions has done so.</summary>
    internal sealed class Entry(DnsQuestion question)
    {
        // Continuations run at once: who asks ahead and who asks in order follow each other, whoever brings the answer.
        private readonly TaskCompletionSource<DnsAnswer> _source = new();

        public DnsQuestion Question => question;

        public Task<DnsAnswer> Answer => _source.Task;

        /// <summary>The answer as soon as it is there; under the lock.</summary>
        public DnsAnswer? Value { get; set; }

        /// <summary>What to do with the answer first; under the lock.</summary>
        public Action<DnsQuestion, DnsAnswer>? Then { get; set; }

        /// <summary>Asked ahead, and not yet put to the resolver; under the lock.</summary>
        public bool IsWaiting { get; set; }

        /// <summary>Asked ahead, and the answer was not at hand; under the lock.</summary>
        public bool IsAhead { get; set; }

        /// <summary>Its turn came; under the lock.</summary>
        public bool IsNeeded { get; set; }

        public void Set(DnsAnswer answer) => _source.TrySetResult(answer);

        public void Cancel() => _source.TrySetCanceled();
    }

    /// <summary>Questions asked ahead that were not answered at once, and those of them whose turn has not come.</summary>
    public (int Asked, int NotNeeded) Count()
    {
        var asked = 0;
        var notNeeded = 0;
        lock (_lock)
        {
            foreach (var entry in _entries.Values)
            {
                asked += entry.IsAhead ? 1 : 0;
                notNeeded += entry is { IsAhead: true, IsNeeded: false } ? 1 : 0;
            }
        }
        return (asked, notNeeded);
    }

    /// <summary>The turn of a question has come. Whether the caller is the first and must ask it, and then <see cref="Land"/> or give it up.</summary>
    public bool IsFirst(DnsQuestion question, out Entry entry)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(question, out entry!))
            {
                entry = new Entry(question) { IsNeeded = true };
                _entries.Add(question, entry);
                return true;
            }
            entry.IsNeeded = true;
            var isFirst = entry.IsWaiting;
            entry.IsWaiting = false;
            return isFirst;
        }
    }

    /// <summary>The answer is there: first for those who ask ahead because of it, then for those who wait for it.</summary>
    public void Land(Entry entry, DnsAnswer answer)
    {
        Action<DnsQuestion, DnsAnswer>? then;
        lock (_lock)
        {
            entry.Value = answer;
            then = entry.Then;
            entry.Then = null;
        }
        Go(then, entry.Question, answer);
        entry.Set(answer);
    }

    private static void Go(Action<DnsQuestion, DnsAnswer>? then, DnsQuestion question, DnsAnswer answer)
    {
        try
        {
            then?.Invoke(question, answer);
        }
#pragma warning disable CA1031 // It decides nothing, so it may not bring a verdict down.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The turn of what was not asked ahead comes all the same.
        }
    }

    /// <summary>Asks a question ahead, unless it was asked before or the bounds are reached.</summary>
    /// <param name="question">What to ask.</param>
    /// <param name="then">What to do with the answer, if one comes; must not throw.</param>
    /// <param name="cancellationToken">Ends all that is asked ahead.</param>
    public void Ask(DnsQuestion question, Action<DnsQuestion, DnsAnswer>? then, CancellationToken cancellationToken)
    {
        DnsAnswer? known = null;
        Entry? entry;
        lock (_lock)
        {
            if (_isOver)
                return;
            if (_entries.TryGetValue(question, out entry))
            {
                known = entry.Value;
                if (known is null)
                    entry.Then += then;
            }
            else
            {
                entry = Begin(question, then, cancellationToken);
            }
            if (entry is null || (known is null && !entry.IsWaiting))
                return;
        }
        if (known is not null)
            Go(then, question, known);
        else
            AskNext();
    }

    /// <summary>Under the lock. Null where the message may ask nothing more ahead.</summary>
    private Entry? Begin(DnsQuestion question, Action<DnsQuestion, DnsAnswer>? then, CancellationToken cancellationToken)
    {
        if (_begun == limits.MaxQueriesAhead)
            return null;
        _begun++;
        _work ??= CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var entry = new Entry(question) { Then = then, IsWaiting = true };
        _entries.Add(question, entry);
        _waiting.Enqueue(entry);
        return entry;
    }

    /// <summary>Puts to the resolver what waits, as far as there is room.</summary>
    private void AskNext()
    {
        while (TryTakeNext(out var entry, out var token))
        {
            ValueTask<DnsAnswer> query;
            try
            {
                query = resolver.QueryAsync(entry.Question, token);
                if (!query.IsCompletedSuccessfully)
                {
                    lock (_lock)
                        entry.IsAhead = true;
                    DnsMetrics.CountAhead();
                    _ = FollowAsync(entry, query.AsTask(), token);
                    continue;
                }
            }
#pragma warning disable CA1031 // A resolver of the host's own must not bring a verdict down, whatever it throws.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                query = new(DnsAnswer.OfException(exception));
            }
            Leave();
            Land(entry, query.Result ?? DnsAnswer.OfNull());
        }
    }

    private bool TryTakeNext(out Entry entry, out CancellationToken token)
    {
        lock (_lock)
        {
            token = _isOver || _work is null ? default : _work.Token;
            entry = null!;
            while (!_isOver && _underWay < limits.MaxParallelQueriesAhead && _waiting.TryDequeue(out entry!))
            {
                // Its turn may have come while it waited: then it is asked in order.
                if (!entry.IsWaiting)
                    continue;
                entry.IsWaiting = false;
                _underWay++;
                return true;
            }
            return false;
        }
    }

    private async Task FollowAsync(Entry entry, Task<DnsAnswer> query, CancellationToken token)
    {
        DnsAnswer? answer = null;
        try
        {
            answer = await query.WaitAsync(token).ConfigureAwait(false) ?? DnsAnswer.OfNull();
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            query.ObserveLater();
            if (!token.IsCancellationRequested)
                answer = DnsAnswer.OfException(exception);
        }
        Leave();
        if (answer is null)
        {
            entry.Cancel();
            return;
        }
        Land(entry, answer);
        AskNext();
    }

    private void Leave()
    {
        lock (_lock)
            _underWay--;
    }

    /// <summary>Ends what is asked ahead.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isOver)
                return;
            _isOver = true;
        }
        try
        {
            _work?.Cancel();
        }
        catch (AggregateException)
        {
            // Thrown by what a resolver of the host's own does when it is cancelled.
        }
        _work?.Dispose();
        DnsMetrics.CountNotNeeded(Count().NotNeeded);
    }
}
