using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using EmailAuth.Dns;

namespace EmailAuth.Tests.Chaos;

/// <summary>Answers from a zone, but some questions, chosen by a seed, meet a fault. The same seed chooses the same questions in whatever order they come.</summary>
internal sealed class ChaosDnsResolver(ChaosFault fault, int seed, ChaosClock clock) : IDnsResolver
{
    private readonly ConcurrentDictionary<DnsQuestion, int> _asked = new();
    private int _index;
    private int _waiting;
    private int _hits;

    /// <summary>Whether there is trouble now.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Questions that wait for the clock.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How many questions met the fault.</summary>
    public int Hits => Volatile.Read(ref _hits);

    /// <summary>How many questions were asked.</summary>
    public int Asked => Volatile.Read(ref _index);

    public ChaosClock Clock => clock;

    public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var nth = _asked.AddOrUpdate(question, 0, static (_, before) => before + 1);
        var query = new ChaosQuery(this, question, nth, Interlocked.Increment(ref _index) - 1, seed, cancellationToken);
        if (!IsOn || !IsHit(query))
            return await query.CleanAsync();
        Interlocked.Increment(ref _hits);
        return await fault.Answer(query);
    }

    /// <summary>Waits by the clock, and says so.</summary>
    public async Task DelayAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        // Its timer is set before it counts, so that the clock never passes it by.
        var delay = Task.Delay(time, clock, cancellationToken);
        Interlocked.Increment(ref _waiting);
        try
        {
            await delay;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private bool IsHit(ChaosQuery query)
    {
        var isChosen = (seed / 4 % 5) switch
        {
            0 => query.Question.Type == DnsRecordType.TXT,
            1 => query.Question.Name.ToString().Contains("_domainkey", StringComparison.Ordinal),
            2 => query.Question.Name.ToString().Contains("_dmarc", StringComparison.Ordinal),
            _ => true,
        };
        return isChosen && query.ChanceOf(7) < (seed % 4) switch { 0 => 1.0, 1 => 0.6, 2 => 0.3, _ => 0.1 };
    }
}

/// <summary>One question that meets a fault, and what a fault can do with it.</summary>
internal sealed record ChaosQuery(ChaosDnsResolver Resolver, DnsQuestion Question, int Nth, int Index, int Seed, CancellationToken Token)
{
    /// <summary>Between 0 and 1; the same each time for this seed, question and asking.</summary>
    public double Chance => ChanceOf(1);

    public double ChanceOf(int salt)
    {
        var hash = (ulong)(uint)Seed * 0x9E3779B97F4A7C15 + (ulong)salt * 0xBF58476D1CE4E5B9 + (ulong)Nth * 31 + (ulong)Question.Type;
        foreach (var octet in Question.Name.Octets)
            hash = (hash ^ octet) * 1_099_511_628_211;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        return ((hash ^ (hash >> 27)) >> 11) / (double)(1UL << 53);
    }

    /// <summary>Since the start of the clock.</summary>
    public TimeSpan Elapsed => Resolver.Clock.Elapsed;

    /// <summary>A time to live.</summary>
    public TimeSpan Time => TimeSpan.FromSeconds(300);

    public DnsRecord OfAnotherType => Question.Type == DnsRecordType.MX ? new TxtRecord("v=spf1 +all"u8.ToArray()) : new MxRecord(10, Question.Name);

    public DnsRecord Noise => Question.Type switch
    {
        DnsRecordType.A => new AddressRecord(IPAddress.Parse("198.51.100.250")),
        DnsRecordType.AAAA => new AddressRecord(IPAddress.Parse("2001:db8:ffff::1")),
        DnsRecordType.MX => new MxRecord(20, DomainName.Parse("noise.example")),
        DnsRecordType.PTR => new PtrRecord(DomainName.Parse("noise.example")),
        _ => new TxtRecord("noise"u8.ToArray()),
    };

    public ValueTask<DnsAnswer> CleanAsync() => ChaosWorld.Zone.QueryAsync(Question, CancellationToken.None);

    public async ValueTask<DnsAnswer> NeverAsync(bool isDeaf = false)
    {
        await Resolver.DelayAsync(Timeout.InfiniteTimeSpan, isDeaf ? CancellationToken.None : Token);
        throw new InvalidOperationException();
    }

    public async ValueTask<DnsAnswer> AfterAsync(double seconds, bool isDeaf = false)
    {
        await Resolver.DelayAsync(TimeSpan.FromSeconds(seconds), isDeaf ? CancellationToken.None : Token);
        return await CleanAsync();
    }

    public async ValueTask<DnsAnswer> AfterAsync(double seconds, DnsAnswer answer)
    {
        await Resolver.DelayAsync(TimeSpan.FromSeconds(seconds), Token);
        return answer;
    }

    public async ValueTask<DnsAnswer> ThrowAfterAsync(double seconds, Exception exception)
    {
        await Resolver.DelayAsync(TimeSpan.FromSeconds(seconds), Token);
        throw exception;
    }

    public async ValueTask<DnsAnswer> ChangedAsync(Func<ImmutableArray<DnsRecord>, ImmutableArray<DnsRecord>> change)
    {
        var clean = await CleanAsync();
        return clean.Status == DnsStatus.NoError ? DnsAnswer.WithRecords(change(clean.Records), clean.TimeToLive) : clean;
    }

    public ValueTask<DnsAnswer> TextAsync(Func<byte[], byte[]> change) =>
        ChangedAsync(records => [.. records.Select(record => record is TxtRecord text ? new TxtRecord(change(text.Octets.ToArray())) : record)]);

    /// <summary>The last octet but a few, so that what the text says is another thing and not none.</summary>
    public byte[] WithOctetChanged(byte[] text)
    {
        if (text.Length > 0)
            text[(int)(text.Length * Chance)] ^= (byte)(1 << (int)(ChanceOf(2) * 8));
        return text;
    }

    public async ValueTask<DnsAnswer> TimedAsync(TimeSpan time)
    {
        var clean = await CleanAsync();
        return clean.Status == DnsStatus.NoError ? DnsAnswer.WithRecords(clean.Records, time) : DnsAnswer.NoRecords(clean.Status, time);
    }

    public async ValueTask<DnsAnswer> ReceivedAsync(DateTimeOffset at)
    {
        var clean = await CleanAsync();
        return DnsAnswer.Received(clean.Status, clean.Records, Time, at, "192.0.2.53:53");
    }

    /// <summary>What a resolver makes of a chain of aliases before the name: it follows eight, and no circle.</summary>
    public async ValueTask<DnsAnswer> AliasedAsync(int aliases)
    {
        var zone = ZoneDnsResolver.Parse(aliases < 0
            ? $"{Question.Name}. CNAME one.chain.example.\none.chain.example. CNAME {Question.Name}."
            : string.Join('\n', Enumerable.Range(0, aliases).Select(i => $"{(i == 0 ? Question.Name + "." : $"{i}.chain.example.")} CNAME {i + 1}.chain.example.")));
        var answer = await zone.QueryAsync(Question, CancellationToken.None);
        return answer.Status.IsTransient() ? answer : await CleanAsync();
    }
}
