using System.Collections.Concurrent;
using BitFaster.Caching;
using BitFaster.Caching.Lru;

namespace EmailAuth.Dns;

/// <summary>
/// Keeps the answers of another resolver: records by their time to live, "no such name" and "no such record" by RFC 2308, failures for
/// some seconds by RFC 9520. One per process, in front of the resolver that asks the servers; every message shares it, and with an answer
/// also what was made of it, such as a public key ready to verify.
/// </summary>
/// <remarks>
/// However many ask for a name at once, the resolver behind is asked once. A caller who cancels leaves alone: the question goes on for
/// the others, and is given up when nobody waits. The cache is bounded in entries and in bytes (<see cref="DnsCacheOptions"/>); it makes room
/// by leaving out what was not used lately, never by failing. Time is measured with the provider's timestamps, so that a clock that is
/// set does not matter. What the resolver behind throws becomes <see cref="DnsStatus.ResolverError"/>.
/// </remarks>
public sealed class CachingDnsResolver : IDnsResolver, IDisposable
{
    private static readonly TimeSpan ShortestTimeToLive = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestToRefresh = TimeSpan.FromSeconds(10);

    // RFC 2181 §8: the most significant bit of a time to live is not set.
    private static readonly TimeSpan NoTimeToLive = TimeSpan.FromSeconds(1L << 31);

    private readonly IDnsResolver _inner;
    private readonly DnsCacheOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentLru<DnsQuestion, DnsCacheEntry> _entries;
    private readonly IBoundedPolicy _eviction;
    private readonly ConcurrentDictionary<DnsQuestion, DnsFlight> _flights = new();
    private readonly Lock _trimming = new();
    private long _bytes;
    private int _count;
    private volatile bool _isDisposed;

    /// <summary>Puts a cache in front of a resolver.</summary>
    /// <param name="inner">Who is asked when the answer is not kept. Not disposed with the cache.</param>
    /// <param name="options">Bounds and times; null for the defaults.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    public CachingDnsResolver(IDnsResolver inner, DnsCacheOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _options = options ?? DnsCacheOptions.Default;
        _time = timeProvider ?? TimeProvider.System;
        _entries = new ConcurrentLru<DnsQuestion, DnsCacheEntry>(Environment.ProcessorCount, _options.MaxEntries, EqualityComparer<DnsQuestion>.Default);
        _eviction = _entries.Policy.Eviction.Value!;
        _entries.Events.Value!.ItemRemoved += (_, removed) => OnRemoved(removed);
    }

    /// <summary>How many answers are kept now, those whose time is over included.</summary>
    public int EntryCount => Volatile.Read(ref _count);

    /// <summary>How many bytes they take by the estimate that <see cref="DnsCacheOptions.MaxBytes"/> bounds.</summary>
    public long EstimatedBytes => Interlocked.Read(ref _bytes);

    /// <summary>How many questions are on their way to the resolver behind.</summary>
    internal int QueriesUnderWay => _flights.Count;

    /// <summary>What the entries themselves add up to: the two counts above, while nothing changes. Walks through all of them.</summary>
    internal (int Entries, long Bytes) Recount() => (_entries.Count, _entries.Sum(static entry => entry.Value.Bytes));

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(question.Name, nameof(question));
        if (AtHand(question) is { } answer)
            return new ValueTask<DnsAnswer>(answer);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        DnsMetrics.CountMiss();
        return AskAsync(question, cancellationToken);
    }

    /// <summary>The answer that is kept; null where it would have to be asked for.</summary>
    internal DnsAnswer? AtHand(DnsQuestion question)
    {
        if (!_entries.TryGet(question, out var entry) || FreshIn(entry, question) is not { } answer)
            return null;
        DnsMetrics.CountHit(answer);
        return answer;
    }

    private DnsAnswer? FreshIn(DnsCacheEntry entry, DnsQuestion question)
    {
        var now = _time.GetTimestamp();
        if (entry.Content is not { } kept || now >= kept.ExpiresAt)
            return null;
        if (_options.RefreshesAhead && now >= kept.RefreshAt && entry.IsTimeToRefresh(now))
            Refresh(question);
        return kept.Answer;
    }

    // ---- One flight a question ----

    private ValueTask<DnsAnswer> AskAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_flights.TryGetValue(question, out var flight))
            {
                if (flight.TryJoin())
                    return WaitAsync(question, flight, cancellationToken);
                // Nobody waits for it any more: it is told so before the question goes out anew.
                flight.Cancel();
                Remove(question, flight);
                continue;
            }
            flight = new DnsFlight();
            if (!_flights.TryAdd(question, flight))
            {
                flight.Dispose();
                continue;
            }
            Fly(question, flight, isAhead: false);
            return WaitAsync(question, flight, cancellationToken);
        }
    }

    private static DnsAnswer Counted(DnsAnswer answer)
    {
        if (answer.IsStale)
            DnsMetrics.CountStale();
        return answer;
    }

    private async ValueTask<DnsAnswer> WaitAsync(DnsQuestion question, DnsFlight flight, CancellationToken cancellationToken)
    {
        try
        {
            return Counted(await flight.Landed.WaitAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (flight.Leave())
                Remove(question, flight);
            throw;
        }
        catch (OperationCanceledException)
        {
            throw new ObjectDisposedException(nameof(CachingDnsResolver));
        }
    }

    private void Refresh(DnsQuestion question)
    {
        var flight = new DnsFlight();
        if (_isDisposed || !_flights.TryAdd(question, flight))
            flight.Dispose();
        else
            Fly(question, flight, isAhead: true);
    }

    private void Fly(DnsQuestion question, DnsFlight flight, bool isAhead)
    {
        // Another flight may have landed between the look into the cache and the start of this one.
        if (!isAhead && _entries.TryGet(question, out var entry) && entry.Content is { } kept && _time.GetTimestamp() < kept.ExpiresAt)
            Land(question, flight, kept.Answer);
        else
            _ = FlyAsync(question, flight, isAhead);
        if (_isDisposed)
            flight.Cancel();
    }

    private async Task FlyAsync(DnsQuestion question, DnsFlight flight, bool isAhead)
    {
        DnsAnswer? landed = null;
        try
        {
            var answer = await AnswerAsync(question, flight).ConfigureAwait(false);
            if (answer is null && flight.IsAwaited && !_isDisposed)
                answer = DnsAnswer.Failed(DnsStatus.Timeout, $"no answer within {_options.QueryTimeLimit.TotalSeconds:0.###} s");
            if (answer is not null)
                landed = isAhead && answer.Status.IsTransient() ? PutOff(question, answer) : Keep(question, answer);
        }
        finally
        {
            Land(question, flight, landed);
        }
    }

    private void Land(DnsQuestion question, DnsFlight flight, DnsAnswer? answer)
    {
        if (answer is not null)
            flight.Land(answer);
        Remove(question, flight);
        flight.Dispose();
    }

    private void Remove(DnsQuestion question, DnsFlight flight) => _flights.TryRemove(KeyValuePair.Create(question, flight));

    /// <summary>What the resolver behind says; null if the flight ended before.</summary>
    private async ValueTask<DnsAnswer?> AnswerAsync(DnsQuestion question, DnsFlight flight)
    {
        var token = flight.Token;
        try
        {
            var query = _inner.QueryAsync(question, token);
            if (query.IsCompletedSuccessfully)
                return await query.ConfigureAwait(false) ?? DnsAnswer.OfNull();
            flight.LimitTo(_options.QueryTimeLimit, _time);
            return await AnswerInTimeAsync(query.AsTask(), token).ConfigureAwait(false) ?? DnsAnswer.OfNull();
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // Whatever a resolver of the host's own throws, those who wait get an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return DnsAnswer.OfException(exception);
        }
    }

    /// <summary>Leaves at the token even where the resolver does not look at it.</summary>
    private static async Task<DnsAnswer> AnswerInTimeAsync(Task<DnsAnswer> query, CancellationToken token)
    {
        try
        {
            return await query.WaitAsync(token).ConfigureAwait(false);
        }
        finally
        {
            if (!query.IsCompleted)
                _ = query.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    // ---- Keeping ----

    /// <summary>Keeps the answer as long as its kind allows, and says what to hand out: the answer, or an older one in its stead.</summary>
    private DnsAnswer Keep(DnsQuestion question, DnsAnswer answer)
    {
        var now = _time.GetTimestamp();
        if (answer.Status.IsTransient())
            return KeepFailure(question, answer, now);
        var time = TimeToKeep(answer);
        var octets = DnsCacheSize.OctetsOf(answer);
        if (time <= TimeSpan.Zero || octets > _options.MaxEntryOctets)
        {
            _entries.TryRemove(question);
            return answer;
        }
        var expiresAt = now + Timestamps(time);
        var refreshAt = answer.Status == DnsStatus.NoError && time >= ShortestToRefresh ? expiresAt - Timestamps(time / 10) : long.MaxValue;
        var mayGoStale = answer.Status == DnsStatus.NoError && _options.MaxStaleAge > TimeSpan.Zero;
        Put(question, octets, new DnsCacheEntry.Kept(answer, expiresAt, refreshAt, mayGoStale ? answer : null,
            mayGoStale ? expiresAt + Timestamps(_options.MaxStaleAge) : 0, Failures: 0));
        return answer;
    }

    private TimeSpan TimeToKeep(DnsAnswer answer)
    {
        if (answer.TimeToLive >= NoTimeToLive)
            return TimeSpan.Zero;
        // An answer that comes out of another cache has used up a part of its time.
        var left = answer.RemainingAt(_time.GetUtcNow());
        left = left < answer.TimeToLive ? left : answer.TimeToLive;
        if (answer.Status != DnsStatus.NoError)
        {
            // RFC 2308 §5: a negative answer without an SOA record is not kept.
            return left < _options.MaxNegativeTimeToLive ? left : _options.MaxNegativeTimeToLive;
        }
        left = left < _options.MaxTimeToLive ? left : _options.MaxTimeToLive;
        return left > ShortestTimeToLive ? left : ShortestTimeToLive;
    }

    private DnsAnswer KeepFailure(DnsQuestion question, DnsAnswer failure, long now)
    {
        // Not asked at all, so nothing is known about the name.
        if (failure.Status == DnsStatus.OverBudget)
            return failure;
        var before = _entries.TryGet(question, out var entry) ? entry.Content : null;
        var failures = (before?.Failures ?? 0) + 1;
        var expiresAt = now + Timestamps(BackOff(failures));
        // RFC 8767 §4: the answer that is over is better than none, for a while.
        var records = before?.Records is { } old && now < before.StaleUntil ? old : null;
        var answer = records?.AsStale() ?? failure;
        if (records is not null && expiresAt > before!.StaleUntil)
            expiresAt = before.StaleUntil;
        Put(question, records is null ? 0 : DnsCacheSize.OctetsOf(records),
            new DnsCacheEntry.Kept(answer, expiresAt, long.MaxValue, records, records is null ? 0 : before!.StaleUntil, failures));
        return answer;
    }

    /// <summary>RFC 9520 §3.2: longer with every failure in a row, but bounded.</summary>
    private TimeSpan BackOff(int failures)
    {
        var time = _options.FailureTimeToLive;
        for (var i = 1; i < failures && time < _options.MaxFailureTimeToLive; i++)
            time *= 2;
        return time < _options.MaxFailureTimeToLive ? time : _options.MaxFailureTimeToLive;
    }

    /// <summary>Asking ahead failed: what is kept stays until its time is over.</summary>
    private DnsAnswer PutOff(DnsQuestion question, DnsAnswer failure)
    {
        var now = _time.GetTimestamp();
        if (!_entries.TryGet(question, out var entry) || entry.Content is not { } kept || now >= kept.ExpiresAt)
            return Keep(question, failure);
        entry.RefreshLater(now + Timestamps(_options.FailureTimeToLive));
        return kept.Answer;
    }

    private void Put(DnsQuestion question, int octets, DnsCacheEntry.Kept kept)
    {
        var bytes = DnsCacheSize.BytesOf(question, kept.Answer, octets);
        long change;
        bool isFirst;
        while (!_entries.GetOrAdd(question, static _ => new DnsCacheEntry()).TrySet(kept, bytes, out change, out isFirst))
        {
            // Evicted between the two calls; the next entry is a new one.
        }
        if (isFirst)
            Interlocked.Increment(ref _count);
        if (Interlocked.Add(ref _bytes, change) > _options.MaxBytes)
            MakeRoom();
    }

    private void MakeRoom()
    {
        lock (_trimming)
        {
            while (Interlocked.Read(ref _bytes) is var bytes && bytes > _options.MaxBytes && EntryCount is var count && count > 0)
            {
                // A little more than needed by the mean size, so that not every new answer comes here.
                var excess = (bytes - _options.MaxBytes) * count / bytes + count / 64 + 1;
                _eviction.Trim((int)Math.Min(excess, Math.Min(count, _eviction.Capacity)));
            }
        }
    }

    private void OnRemoved(ItemRemovedEventArgs<DnsQuestion, DnsCacheEntry> removed)
    {
        if (removed.Reason is ItemRemovedReason.Evicted or ItemRemovedReason.Trimmed)
            DnsMetrics.CountEviction();
        if (removed.Value is not { } entry || !entry.Evict(out var bytes))
            return;
        Interlocked.Decrement(ref _count);
        Interlocked.Add(ref _bytes, -bytes);
    }

    private long Timestamps(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    /// <summary>Gives up what is on its way and forgets what was kept.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var flight in _flights)
            flight.Value.Cancel();
        _entries.Clear();
    }
}
