using System.Net;
using DnsClient;

namespace EmailAuth.Dns;

/// <summary>One server and what is known of its health. Health decides only who is asked first, and how many dead connections pile up.</summary>
internal sealed class DnsClientServer
{
    // A connection to a host that is gone lives until the operating system gives it up, whatever the transport is told.
    private const int MostAbandoned = 64;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenProbes = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private long _silentUntil = long.MinValue;
    private long _nextProbe = long.MinValue;
    private int _abandoned;

    public DnsClientServer(IPEndPoint endPoint, DnsTransport transport, TimeProvider time)
    {
        _time = time;
        EndPoint = endPoint;
        Text = endPoint.ToString();
        AsList = [new NameServer(endPoint)];
        UsesTcp = transport switch
        {
            DnsTransport.UdpOnLoopback => !IPAddress.IsLoopback(endPoint.Address),
            DnsTransport.Tcp => true,
            DnsTransport.UdpEverywhere => false,
        };
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>For <see cref="DnsAnswer.Server"/>.</summary>
    public string Text { get; }

    /// <summary>As the transport wants it.</summary>
    public NameServer[] AsList { get; }

    /// <summary>Whether it is asked over TCP from the start.</summary>
    public bool UsesTcp { get; }

    /// <summary>Whether it left a question without an answer some seconds ago: then others are asked first.</summary>
    public bool IsSilent => _time.GetTimestamp() < Volatile.Read(ref _silentUntil);

    /// <summary>Whether one more question may be sent; false while many hang, but for one a second, to see whether it is back.</summary>
    public bool MayBeAsked()
    {
        if (Volatile.Read(ref _abandoned) < MostAbandoned)
            return true;
        var now = _time.GetTimestamp();
        var probe = Volatile.Read(ref _nextProbe);
        return now >= probe && Interlocked.CompareExchange(ref _nextProbe, After(now, BetweenProbes), probe) == probe;
    }

    /// <summary>It answered.</summary>
    public void Answered() => Volatile.Write(ref _silentUntil, long.MinValue);

    /// <summary>It did not, or not in time.</summary>
    public void StayedSilent() => Volatile.Write(ref _silentUntil, After(_time.GetTimestamp(), Silence));

    /// <summary>Nobody waits for this any more; it is counted until it ends by itself.</summary>
    public void Abandon(Task query)
    {
        if (query.IsCompleted)
            return;
        Interlocked.Increment(ref _abandoned);
        _ = query.ContinueWith(
            static (late, server) =>
            {
                _ = late.Exception;
                Interlocked.Decrement(ref ((DnsClientServer)server!)._abandoned);
            },
            this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private long After(long now, TimeSpan time) => now + (long)(time.TotalSeconds * _time.TimestampFrequency);
}
