using System.Collections.Immutable;
using System.Net.Sockets;
using EmailAuth.Dns;

namespace EmailAuth.Tests.Chaos;

/// <summary>What a fault may do to a verdict.</summary>
internal enum FaultEffect
{
    /// <summary>Nothing: the right answer comes, if oddly.</summary>
    None,

    /// <summary>Each part is as without the fault, or a temporary error.</summary>
    Transient,

    /// <summary>A wrong answer that nobody can tell from a right one: nothing may pass that would not have passed, nothing may break.</summary>
    Lie,
}

/// <summary>One way for DNS to go wrong, at the door where every answer comes in.</summary>
internal sealed record ChaosFault(string Name, FaultEffect Effect, Func<ChaosQuery, ValueTask<DnsAnswer>> Answer)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(0xFFFFFFFF);

    public static ImmutableArray<ChaosFault> All { get; } =
    [
        // Silence and delay.
        new("an answer that never comes", FaultEffect.Transient, query => query.NeverAsync()),
        new("an answer that never comes from a resolver deaf to its token", FaultEffect.Transient, query => query.NeverAsync(isDeaf: true)),
        new("a delay of up to half a second, so that answers overtake each other", FaultEffect.None, query => query.AfterAsync(query.Chance * 0.5)),
        new("a delay of 1 to 29 seconds", FaultEffect.Transient, query => query.AfterAsync(1 + query.Chance * 28)),
        new("a delay beyond every deadline", FaultEffect.Transient, query => query.AfterAsync(31 + query.Chance * 600)),
        new("a delay beyond every deadline, deaf to its token", FaultEffect.Transient, query => query.AfterAsync(31 + query.Chance * 600, isDeaf: true)),
        new("a delay of exactly the message's time", FaultEffect.Transient, query => query.AfterAsync(30)),
        new("another thread", FaultEffect.None, query => new(Task.Run(() => query.CleanAsync().AsTask()))),
        // Failures in every word there is.
        Fails(DnsStatus.ResolverError),
        Fails(DnsStatus.ServFail),
        Fails(DnsStatus.Refused),
        Fails(DnsStatus.Timeout),
        Fails(DnsStatus.Malformed),
        Fails(DnsStatus.OverBudget),
        new("SERVFAIL after 4 seconds", FaultEffect.Transient, query => query.AfterAsync(4, DnsAnswer.NoRecords(DnsStatus.ServFail))),
        new("a failure the first time a question is asked", FaultEffect.Transient, query => query.Nth == 0 ? new(DnsAnswer.NoRecords(DnsStatus.ServFail)) : query.CleanAsync()),
        new("a failure every time but the first", FaultEffect.Transient, query => query.Nth > 0 ? new(DnsAnswer.NoRecords(DnsStatus.Timeout)) : query.CleanAsync()),
        new("one failure in two", FaultEffect.Transient, query => query.Chance < 0.5 ? new(DnsAnswer.NoRecords(DnsStatus.Refused)) : query.CleanAsync()),
        new("an outage after three questions", FaultEffect.Transient, query => query.Index >= 3 ? new(DnsAnswer.NoRecords(DnsStatus.ServFail)) : query.CleanAsync()),
        new("an outage until the third second", FaultEffect.Transient, query => query.Elapsed < TimeSpan.FromSeconds(3) ? query.AfterAsync(1, DnsAnswer.NoRecords(DnsStatus.ServFail)) : query.CleanAsync()),
        // Broken words of a resolver.
        Throws(static () => new InvalidOperationException("/etc/secret")),
        Throws(static () => new ArgumentException("xn--0.example", "query")),
        Throws(static () => new SocketException((int)SocketError.HostUnreachable)),
        Throws(static () => new TimeoutException()),
        Throws(static () => new TaskCanceledException()),
        Throws(static () => new OperationCanceledException(new CancellationToken(canceled: true))),
        Throws(static () => new InsufficientMemoryException()),
        Throws(static () => new ObjectDisposedException("client")),
        Throws(static () => new AggregateException(new IOException(), new TimeoutException())),
        new("an exception after a second", FaultEffect.Transient, query => query.ThrowAfterAsync(1, new IOException("connection reset"))),
        new("null", FaultEffect.Transient, static _ => new((DnsAnswer)null!)),
        new("null after a second", FaultEffect.Transient, query => query.AfterAsync(1, null!)),
        // Right answers in odd clothes.
        new("records in reverse", FaultEffect.None, query => query.ChangedAsync(static records => [.. records.Reverse()])),
        Lives("a time to live of nothing", TimeSpan.Zero),
        Lives("a time to live below nothing", TimeSpan.FromSeconds(-5)),
        Lives("a time to live of 2^31 seconds", TimeSpan.FromSeconds(1L << 31)),
        Lives("a time to live of 2^32 - 1 seconds", Longest),
        Lives("a time to live without end", TimeSpan.MaxValue),
        new("an answer received at the end of time", FaultEffect.None, query => query.ReceivedAsync(DateTimeOffset.MaxValue)),
        new("an answer received at the beginning of time", FaultEffect.None, query => query.ReceivedAsync(DateTimeOffset.MinValue)),
        new("an alias of an alias of an alias", FaultEffect.None, query => query.AliasedAsync(3)),
        new("a chain of twelve aliases", FaultEffect.Transient, query => query.AliasedAsync(12)),
        new("a circle of aliases", FaultEffect.Transient, query => query.AliasedAsync(-1)),
        // Wrong answers.
        new("records of another type beside the right ones", FaultEffect.None, query => query.ChangedAsync(records => [.. records, query.OfAnotherType])),
        new("records of another type only", FaultEffect.Lie, query => new(DnsAnswer.WithRecords([query.OfAnotherType], query.Time))),
        new("no such name", FaultEffect.Lie, query => new(DnsAnswer.NoRecords(DnsStatus.NxDomain, query.Time))),
        new("no such record", FaultEffect.Lie, query => new(DnsAnswer.NoRecords(DnsStatus.NoData, query.Time))),
        new("each record twice", FaultEffect.Lie, query => query.ChangedAsync(static records => [.. records, .. records])),
        new("text cut off", FaultEffect.Lie, query => query.TextAsync(text => text[..(int)(text.Length * query.Chance)])),
        new("text with an octet changed", FaultEffect.Lie, query => query.TextAsync(text => query.WithOctetChanged(text))),
        new("text with rubbish behind it", FaultEffect.Lie, query => query.TextAsync(static text => [.. text, 0, 0xFF, (byte)'\r', (byte)'\n'])),
        new("no text", FaultEffect.Lie, query => query.TextAsync(static _ => [])),
        new("64 KiB of text", FaultEffect.Lie, query => query.TextAsync(static text => [.. text, .. new byte[64 << 10]])),
        new("a thousand other records", FaultEffect.Lie, query => query.ChangedAsync(records => [.. records, .. Enumerable.Repeat(query.Noise, 1_000)])),
    ];

    private static ChaosFault Fails(DnsStatus status) => new(status.ToString(), FaultEffect.Transient, _ => new(DnsAnswer.NoRecords(status)));

    private static ChaosFault Throws(Func<Exception> exception) => new($"a {exception().GetType().Name}", FaultEffect.Transient, _ => throw exception());

    private static ChaosFault Lives(string name, TimeSpan time) => new(name, FaultEffect.None, query => query.TimedAsync(time));

    public override string ToString() => Name;
}
