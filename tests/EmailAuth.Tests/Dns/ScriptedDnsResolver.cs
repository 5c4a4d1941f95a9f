using System.Collections.Concurrent;
using EmailAuth.Dns;

namespace EmailAuth.Tests.Dns;

/// <summary>A resolver whose answers a test writes as a function, or holds back until it lets them go.</summary>
internal sealed class ScriptedDnsResolver(Func<DnsQuestion, DnsAnswer>? script = null) : IDnsResolver
{
    private readonly ConcurrentQueue<TaskCompletionSource<DnsAnswer>> _held = new();
    private int _queries;

    public int Queries => Volatile.Read(ref _queries);

    /// <summary>Whether answers wait for <see cref="Release"/>.</summary>
    public bool Holds { get; set; }

    /// <summary>The token of the last question.</summary>
    public CancellationToken LastToken { get; private set; }

    /// <summary>Answers what is held, in the order asked.</summary>
    public void Release(DnsAnswer answer)
    {
        while (_held.TryDequeue(out var held))
            held.TrySetResult(answer);
    }

    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _queries);
        LastToken = cancellationToken;
        if (!Holds)
            return new(script!(question));
        var held = new TaskCompletionSource<DnsAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.Register(() => held.TrySetCanceled(cancellationToken));
        _held.Enqueue(held);
        return new(held.Task);
    }

    public static DnsAnswer Text(string text, double seconds = 300) =>
        DnsAnswer.WithRecords([new TxtRecord(System.Text.Encoding.Latin1.GetBytes(text))], TimeSpan.FromSeconds(seconds));

    public static DnsQuestion Ask(string name, DnsRecordType type = DnsRecordType.TXT) => new(DomainName.Parse(name), type);
}
