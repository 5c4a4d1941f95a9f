using System.Collections.Immutable;
using EmailAuth.Dns;

namespace EmailAuth.Signatures;

/// <summary>What was found at the name of a key (RFC 6376 §6.1.2).</summary>
internal sealed class KeyQueryResult
{
    /// <summary>How the question ended.</summary>
    public DnsStatus Status { get; private init; }

    /// <summary>The key records to try, at most <see cref="SignatureLimits.MaxKeysTried"/>.</summary>
    public ImmutableArray<KeyRecord> Keys { get; private init; } = [];

    /// <summary>Whether there are several key records, those not tried included.</summary>
    public bool HasMultipleKeys { get; private init; }

    /// <summary>Where <see cref="Keys"/> is empty for no other reason: the first record that is none.</summary>
    public KeyRecord? Malformed { get; private init; }

    /// <summary>How many records there are, where that is more than <see cref="SignatureLimits.MaxKeyRecords"/>; 0 otherwise.</summary>
    public int TooMany { get; private init; }

    /// <summary>What went wrong in DNS, for people.</summary>
    public string? Detail { get; private init; }

    public static KeyQueryResult From(DnsAnswer answer) =>
        answer.Status == DnsStatus.NoError
            ? answer.GetParsed(static answered => Read(answered))
            : new KeyQueryResult { Status = answer.Status, Detail = answer.Detail };

    private static KeyQueryResult Read(DnsAnswer answer)
    {
        if (answer.Records.Length > SignatureLimits.MaxKeyRecords)
            return new KeyQueryResult { Status = DnsStatus.NoError, TooMany = answer.Records.Length };
        var keys = ImmutableArray.CreateBuilder<KeyRecord>(1);
        var count = 0;
        KeyRecord? malformed = null;
        foreach (var entry in answer.Records)
        {
            if (entry is not TxtRecord text)
                continue;
            var record = KeyRecord.Read(text.Octets.Span);
            if (!record.IsKeyRecord)
                malformed ??= record;
            else if (count++ < SignatureLimits.MaxKeysTried)
                keys.Add(record);
        }
        return new KeyQueryResult
        {
            Status = DnsStatus.NoError,
            Keys = keys.ToImmutable(),
            HasMultipleKeys = count > 1,
            Malformed = malformed,
        };
    }
}

/// <summary>Asks for keys (RFC 6376 §3.6.2, §6.1.2).</summary>
internal static class KeyQuery
{
    /// <summary>Asks, and reads what comes as soon as it comes. Synchronous where the answer is at hand.</summary>
    public static ValueTask<KeyQueryResult> StartAsync(IDnsResolver resolver, DomainName keyName, CancellationToken cancellationToken)
    {
        var answer = resolver.QueryAsync(new DnsQuestion(keyName, DnsRecordType.TXT), cancellationToken);
        return answer.IsCompletedSuccessfully
            ? new ValueTask<KeyQueryResult>(KeyQueryResult.From(answer.Result))
            : WaitAsync(answer);
    }

    private static async ValueTask<KeyQueryResult> WaitAsync(ValueTask<DnsAnswer> answer) =>
        KeyQueryResult.From(await answer.ConfigureAwait(false));
}
