using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using EmailAuth.Dns;

namespace EmailAuth.Hosting;

/// <summary>
/// One answer as octets in a cache that others can write to. What is read is believed only if it is whole, is the answer to the very question, of a kind
/// that is shared, within its bounds and its time.
/// </summary>
/// <remarks><code>
/// key   = prefix version ":" type ":" name       ; the name folded, so that equal questions are equal keys
/// entry = ( "U" / "S" 32octets ) recording       ; unsigned, or signed: HMAC-SHA-256 over key NUL recording
/// </code>The recording is a <see cref="DnsRecording"/> of one answer.</remarks>
internal sealed class SharedDnsEntry(SharedDnsCacheOptions options)
{
    // A new form gets a new number, so that old and new processes do not see each other's.
    private const int Version = 1;
    private const byte Unsigned = (byte)'U';
    private const byte Signed = (byte)'S';

    /// <summary>What a process's own cache keeps (16 KiB of record data), with its form.</summary>
    public const int MaxOctets = 24 << 10;

    // The defaults of DnsCacheOptions. A cache in front may keep for less.
    private static readonly TimeSpan MaxTimeToLive = TimeSpan.FromHours(24);
    private static readonly TimeSpan MaxNegativeTimeToLive = TimeSpan.FromMinutes(15);

    // By so much the clocks of two hosts may differ.
    private static readonly TimeSpan ClockDrift = TimeSpan.FromSeconds(60);

    private readonly byte[] _secret = [.. options.Secret];

    /// <summary>Where it is tried whether the cache can be written to: no question's key, since those have a number there.</summary>
    public string ProbeKey => $"{options.KeyPrefix}{Version}:probe";

    public string KeyOf(DnsQuestion question) => $"{options.KeyPrefix}{Version}:{(int)question.Type}:{question.Name}";

    /// <summary>The entry and how long it may live; null for an answer that is not shared.</summary>
    public (byte[] Octets, TimeSpan TimeToLive)? Write(string key, DnsQuestion question, DnsAnswer answer, DateTimeOffset now)
    {
        // A failure is one process's own; an answer served after its time has no time left.
        if (answer.Status.IsTransient() || answer.IsStale)
            return null;
        var received = answer.ReceivedAt is { } at && at < now ? at : now;
        var most = MostFor(answer.Status);
        // RFC 2181 §8: a time to live with its most significant bit set is no time.
        var time = answer.TimeToLive >= TimeSpan.FromSeconds(1L << 31) ? TimeSpan.Zero : answer.TimeToLive < most ? answer.TimeToLive : most;
        var left = received + time - now;
        if (left <= TimeSpan.Zero)
            return null;
        var recording = DnsRecording.Of([new DnsRecordedAnswer(question, Copy(answer.Status, answer.Records, time, received, answer.IsAuthenticated, server: null))]).ToArray();
        byte[] octets = _secret.Length == 0 ? [Unsigned, .. recording] : [Signed, .. CodeOf(key, recording), .. recording];
        return octets.Length <= MaxOctets ? (octets, left) : null;
    }

    /// <summary>The answer, or why the octets are none.</summary>
    public DnsAnswer? Read(string key, DnsQuestion question, ReadOnlySpan<byte> octets, DateTimeOffset now, out string? rejection)
    {
        rejection = Open(key, octets, out var recording);
        if (rejection is not null)
            return null;
        if (!DnsRecording.TryRead(recording, out var read) || read is not { IsComplete: true, Answers: [var recorded] })
        {
            rejection = "malformed";
            return null;
        }
        rejection = Judge(question, recorded, now);
        if (rejection is not null)
            return null;
        var answer = recorded.Answer;
        var received = answer.ReceivedAt!.Value;
        return Copy(
            answer.Status, answer.Records, answer.TimeToLive, received < now ? received : now,
            answer.IsAuthenticated && options.TrustsAuthenticatedData, server: "shared cache");
    }

    private string? Open(string key, ReadOnlySpan<byte> octets, out ReadOnlySpan<byte> recording)
    {
        recording = default;
        if (octets.Length > MaxOctets)
            return "too_long";
        if (_secret.Length == 0)
        {
            recording = octets is [Unsigned, ..] ? octets[1..] : default;
            return recording.IsEmpty ? "malformed" : null;
        }
        if (octets is not [Signed, ..] || octets.Length <= 1 + HMACSHA256.HashSizeInBytes)
            return "not_signed";
        recording = octets[(1 + HMACSHA256.HashSizeInBytes)..];
        return CryptographicOperations.FixedTimeEquals(octets[1..(1 + HMACSHA256.HashSizeInBytes)], CodeOf(key, recording)) ? null : "not_signed";
    }

    private static string? Judge(DnsQuestion question, DnsRecordedAnswer recorded, DateTimeOffset now)
    {
        var answer = recorded.Answer;
        if (recorded.Question != question)
            return "other_question";
        if (answer.Status.IsTransient() || answer.IsStale)
            return "not_shareable";
        if (answer.TimeToLive <= TimeSpan.Zero || answer.TimeToLive > MostFor(answer.Status) || answer.ReceivedAt is not { } received || received > now + ClockDrift)
            return "out_of_bounds";
        return received + answer.TimeToLive <= now ? "expired" : null;
    }

    private static TimeSpan MostFor(DnsStatus status) => status == DnsStatus.NoError ? MaxTimeToLive : MaxNegativeTimeToLive;

    private byte[] CodeOf(string key, ReadOnlySpan<byte> recording)
    {
        using var code = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        code.AppendData(Encoding.UTF8.GetBytes(key));
        code.AppendData([0]);
        code.AppendData(recording);
        return code.GetHashAndReset();
    }

    private static DnsAnswer Copy(DnsStatus status, ImmutableArray<DnsRecord> records, TimeSpan timeToLive, DateTimeOffset received, bool isAuthenticated, string? server)
    {
        var answer = status == DnsStatus.NoError ? DnsAnswer.WithRecords(records, timeToLive) : DnsAnswer.NoRecords(status, timeToLive);
        return answer.WithOrigin(received, server, isAuthenticated);
    }
}
