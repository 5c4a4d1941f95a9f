using System.Diagnostics;
using System.IO.Pipelines;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Fuzz.Soak;

/// <summary>One process as a mail server has it: one cache, one authenticator, and whatever comes.</summary>
internal sealed class SoakRun : IAsyncDisposable
{
    private const int AtOnce = 16;

    private readonly Random _random;
    private readonly SoakWorld _world = new();
    private readonly SoakDnsServer _server;
    private readonly CachingDnsResolver _cache;
    private readonly CachingDnsResolver _cacheOfServer;
    private readonly EmailAuthenticator _authenticator;
    private readonly EmailAuthenticator _overWire;
    private long _messages;
    private long _hostile;
    private long _exceptions;
    private long _names;

    public SoakRun(int seed)
    {
        _random = new Random(seed);
        _server = new SoakDnsServer(_world.Zone);
        // Small, so that it is full within a minute and evicts from then on.
        _cache = new CachingDnsResolver(new SoakDnsResolver(_world.Zone, seed), new DnsCacheOptions { MaxEntries = 20_000, MaxBytes = 16 << 20 });
        _cacheOfServer = new CachingDnsResolver(
            new DnsClientResolver(new DnsClientOptions { Servers = [_server.EndPoint], AttemptTimeLimit = TimeSpan.FromMilliseconds(200), QueryTimeLimit = TimeSpan.FromMilliseconds(500) }),
            new DnsCacheOptions { MaxEntries = 1_000 });
        _authenticator = new EmailAuthenticator(_cache, _world.Options);
        _overWire = new EmailAuthenticator(_cacheOfServer, _world.Options);
    }

    /// <summary>A batch of messages at once.</summary>
    public Task VerifySomeAsync()
    {
        var calls = new Task[AtOnce];
        for (var i = 0; i < calls.Length; i++)
            calls[i] = VerifyAsync();
        return Task.WhenAll(calls);
    }

    private async Task VerifyAsync()
    {
        var number = ++_messages;
        var (octets, session) = _world.Message(_random);
        // Most senders are new ones: their names come once.
        if (_random.Next(4) > 0)
            session = session with { MailFrom = $"x@n{++_names}.soak.example", Helo = $"n{_names}.soak.example" };
        var isHostile = number % 10 < 3;
        using var cancel = new CancellationTokenSource();
        if (isHostile)
        {
            _hostile++;
            octets = SoakMutation.Of(octets, _random);
            session = SoakMutation.Of(session, _random);
            if (_random.Next(20) == 0)
                cancel.CancelAfter(_random.Next(3));
        }
        var (message, breaks) = Arriving(octets);
        try
        {
            var result = await (number % 50 == 0 ? _overWire : _authenticator).VerifyAsync(message, session, cancel.Token);
            _ = result.ToAuthenticationResults("mx.receiver.example").RawOctets.Length + result.ToReceivedSpf("mx.receiver.example").RawOctets.Length + result.ForgedAuthenticationResults("mx.receiver.example").Length;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Interlocked.Increment(ref _exceptions);
        }
        catch (IOException) when (breaks)
        {
            Interlocked.Increment(ref _exceptions);
        }
    }

    /// <summary>All the ways in; some break before the end.</summary>
    private (EmailMessage Message, bool Breaks) Arriving(byte[] octets)
    {
        switch (_random.Next(12))
        {
            case 0:
                return (EmailMessage.FromPipe(PipeReader.Create(new MemoryStream(octets))), false);
            case 1:
                return (EmailMessage.FromStream(new PiecemealStream(octets, 1 + _random.Next(700), breaks: false)), false);
            case 2 when _random.Next(5) == 0:
                return (EmailMessage.FromStream(new PiecemealStream(octets, 1 + _random.Next(700), breaks: true)), true);
            case 3 or 4 or 5:
                return (EmailMessage.FromStream(new MemoryStream(octets)), false);
            default:
                return (EmailMessage.FromBytes(octets), false);
        }
    }

    public async Task<SoakReport> ReportAsync(TimeSpan elapsed)
    {
        // What a cancelled call left behind has time to go.
        await Task.Delay(100);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var handles = Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : process.HandleCount;
        return new SoakReport(elapsed, _messages, _hostile, _exceptions, _names, _cache.EntryCount, _cache.EstimatedBytes, GC.GetTotalMemory(false), process.WorkingSet64, handles,
            process.Threads.Count, GC.CollectionCount(2), GC.GetTotalPauseDuration());
    }

    public async ValueTask DisposeAsync()
    {
        _cache.Dispose();
        _cacheOfServer.Dispose();
        await _server.DisposeAsync();
    }
}
