using EmailAuth.Dns;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmailAuth.Hosting;

/// <summary>
/// A second cache behind each process's own, shared by all of them: what one has asked of DNS, the others need not. It stands between a
/// <see cref="CachingDnsResolver"/> and what asks the servers, and lies in any <see cref="IDistributedCache"/>, such as Redis.
/// </summary>
/// <remarks>
/// <para>It never costs a verdict. A look-up has a time limit; when the cache fails or is slow, it is left alone, and the servers are asked as if there were none;
/// whether it is back, to read and to write, is found out in the background (<see cref="SharedDnsCacheOptions"/>). Nobody waits for a write.</para>
/// <para>Records and the answers "no such name" and "no such record" are shared, never a failure, for as long as their time to live says, at most 24 h and 15 min.
/// What is read from the cache is taken for hostile: it must be a whole answer to the very question, within those bounds and its time, and with a
/// <see cref="SharedDnsCacheOptions.Secret"/> it must be signed. Anything else is ignored and counted (<see cref="SharedCacheMetrics"/>).</para>
/// <para>An entry in the last tenth of its time is asked anew, so that refreshing ahead works through it; it serves if that fails.</para>
/// </remarks>
public sealed partial class SharedCacheDnsResolver : IDnsResolver
{
    private const int MaxWritesUnderWay = 64;

    // Nobody waits for it, but it must not hang on for ever either.
    private static readonly TimeSpan WriteTimeLimit = TimeSpan.FromSeconds(2);

    private readonly IDnsResolver _inner;
    private readonly IDistributedCache _cache;
    private readonly SharedDnsCacheOptions _options;
    private readonly SharedDnsEntry _entry;
    private readonly SharedCacheCircuit _circuit;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _writes;

    /// <summary>Puts a shared cache in front of a resolver.</summary>
    /// <param name="inner">Who is asked when the cache has no answer.</param>
    /// <param name="cache">The shared cache.</param>
    /// <param name="options">Keys, secret and times; null for the defaults.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <param name="logger">Is told when the cache fails and when it is back; null for nobody.</param>
    public SharedCacheDnsResolver(
        IDnsResolver inner, IDistributedCache cache, SharedDnsCacheOptions? options = null, TimeProvider? timeProvider = null, ILogger<SharedCacheDnsResolver>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(cache);
        _inner = inner;
        _cache = cache;
        _options = options ?? SharedDnsCacheOptions.Default;
        _entry = new SharedDnsEntry(_options);
        _time = timeProvider ?? TimeProvider.System;
        _circuit = new SharedCacheCircuit(_time, _options.MaxBypassTime);
        _logger = logger ?? NullLogger<SharedCacheDnsResolver>.Instance;
    }

    /// <summary>Whether the cache failed and is left alone for now.</summary>
    public bool IsBypassed => _circuit.IsOpen;

    /// <summary>Whether it is being found out whether the cache is back.</summary>
    internal bool IsProbed => _circuit.IsProbed;

    /// <summary>Writes that nobody waits for.</summary>
    internal int WritesUnderWay => Volatile.Read(ref _writes);

    /// <inheritdoc/>
    public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(question.Name, nameof(question));
        var key = _entry.KeyOf(question);
        var shared = await ReadAsync(key, question, cancellationToken).ConfigureAwait(false);
        if (shared is not null && !IsNearItsEnd(shared))
            return shared;
        var answer = await _inner.QueryAsync(question, cancellationToken).ConfigureAwait(false);
        // The resolver in front makes an answer of a null.
        if (answer is null || (answer.Status.IsTransient() && shared is not null))
            return shared ?? answer!;
        Write(key, question, answer);
        return answer;
    }

    private bool IsNearItsEnd(DnsAnswer shared) => shared.ReceivedAt!.Value + shared.TimeToLive * 0.9 < _time.GetUtcNow();

    // ---- Reading ----

    private async ValueTask<DnsAnswer?> ReadAsync(string key, DnsQuestion question, CancellationToken cancellationToken)
    {
        if (_circuit.IsOpen)
        {
            SharedCacheMetrics.CountLookup("bypassed");
            if (_circuit.TryBeginProbe())
                _ = ProbeAsync(key);
            return null;
        }
        byte[]? octets;
        try
        {
            octets = await GetAsync(key, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a cache throws, it costs no verdict.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            cancellationToken.ThrowIfCancellationRequested();
            SharedCacheMetrics.CountLookup("failed");
            Fail(exception);
            return null;
        }
        return octets is null ? Missing() : Judge(key, question, octets);

        static DnsAnswer? Missing()
        {
            SharedCacheMetrics.CountLookup("miss");
            return null;
        }
    }

    private DnsAnswer? Judge(string key, DnsQuestion question, byte[] octets)
    {
        var answer = _entry.Read(key, question, octets, _time.GetUtcNow(), out var rejection);
        if (rejection is not null)
        {
            SharedCacheMetrics.CountRejection(rejection);
            LogRejection(question.Type, rejection);
        }
        SharedCacheMetrics.CountLookup(answer is null ? "rejected" : IsNearItsEnd(answer) ? "renewed" : "hit");
        return answer;
    }

    /// <summary>Within the time limit, even if the cache looks at no token and holds up the thread that calls it.</summary>
    private async Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = leaving.Token;
#pragma warning disable RS0030 // The cache is another's, and may hold up the thread that calls it: no message waits for that.
        var lookup = Task.Run(() => _cache.GetAsync(key, token), CancellationToken.None);
#pragma warning restore RS0030
        try
        {
            return await lookup.WaitAsync(_options.LookupTimeLimit, _time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!lookup.IsCompleted)
            {
                await leaving.CancelAsync().ConfigureAwait(false);
                Forget(lookup);
            }
        }
    }

    /// <summary>
    /// Looks whether the cache is back. One that is full, or a copy that can only be read, answers and takes nothing: it is no use, and would fail at each write.
    /// </summary>
    private async Task ProbeAsync(string key)
    {
        var succeeded = false;
        try
        {
            await GetAsync(key, CancellationToken.None).ConfigureAwait(false);
            await SetAsync(_entry.ProbeKey, [0], TimeSpan.FromMinutes(1)).ConfigureAwait(false);
            succeeded = true;
        }
#pragma warning disable CA1031 // As above.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
        if (_circuit.EndProbe(succeeded))
            LogBack();
    }

    // ---- Writing ----

    /// <summary>Shares an answer, if it is one to be shared, while the caller goes on.</summary>
    private void Write(string key, DnsQuestion question, DnsAnswer answer)
    {
        if (_circuit.IsOpen || _entry.Write(key, question, answer, _time.GetUtcNow()) is not var (octets, timeToLive))
            return;
        if (Interlocked.Increment(ref _writes) <= MaxWritesUnderWay)
        {
            _ = WriteAsync(key, octets, timeToLive);
            return;
        }
        Interlocked.Decrement(ref _writes);
        SharedCacheMetrics.CountWrite("dropped");
    }

    private async Task WriteAsync(string key, byte[] octets, TimeSpan timeToLive)
    {
        try
        {
            await SetAsync(key, octets, timeToLive).ConfigureAwait(false);
            SharedCacheMetrics.CountWrite("written");
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            SharedCacheMetrics.CountWrite("failed");
            Fail(exception);
        }
        finally
        {
            Interlocked.Decrement(ref _writes);
        }
    }

    private async Task SetAsync(string key, byte[] octets, TimeSpan timeToLive)
    {
        var options = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = timeToLive };
#pragma warning disable RS0030 // As above.
        var write = Task.Run(() => _cache.SetAsync(key, octets, options, CancellationToken.None));
#pragma warning restore RS0030
        try
        {
            await write.WaitAsync(WriteTimeLimit, _time).ConfigureAwait(false);
        }
        finally
        {
            if (!write.IsCompleted)
                Forget(write);
        }
    }

    // ---- Failing ----

    private void Fail(Exception exception)
    {
        // The type only: a message text may name servers and keys.
        if (_circuit.Fail() is { } time)
            LogFailure(exception.GetType().Name, time.TotalSeconds);
    }

    /// <summary>Left behind: what it still throws is nobody's.</summary>
    private static void Forget(Task task) =>
        task.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    [LoggerMessage(10, LogLevel.Warning, "The shared DNS cache failed with {Error}; it is left alone for {Seconds} s, and the servers are asked.", EventName = "SharedCacheFailed")]
    private partial void LogFailure(string error, double seconds);

    [LoggerMessage(11, LogLevel.Information, "The shared DNS cache is back.", EventName = "SharedCacheBack")]
    private partial void LogBack();

    // Not the name asked for: a macro of SPF may have put a person's address into it.
    [LoggerMessage(12, LogLevel.Debug, "An entry of the shared DNS cache for a question of type {Type} is ignored: {Reason}.", EventName = "SharedCacheEntryIgnored")]
    private partial void LogRejection(DnsRecordType type, string reason);
}
