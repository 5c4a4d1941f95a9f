using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace EmailAuth.Dns;

/// <summary>
/// A <see cref="DnsRecording"/> as octets. Numbers are seven bits an octet, low bits first, the high bit set on all but the last.
/// </summary>
/// <remarks><code>
/// recording = "EDNS" version=2 complete=0/1 count *entry
/// entry     = name type again ( status flags ttl [received] [server] [detail] count *( length rdata ) )
/// name      = length octets           ; as text, folded, without a final dot
/// again     = 0, or n: the answer of the n-th entry before this one, and nothing follows
/// ttl       = ticks of 100 ns;  received = ticks since 1970;  server, detail = length UTF-8
/// </code></remarks>
internal static class DnsRecordingFormat
{
    private const byte Version = 2;
    private const int LongestText = 12_000;

    // The longest message is 64 KiB, and a record in it shorter.
    private const int LongestData = 64 << 10;

    // Bounds on what a small input may make grow in memory.
    private const int MostAnswers = DnsRecording.MaxAnswers;
    private const int MostRecords = 65_536;

    private static readonly long LatestReceived = DateTimeOffset.MaxValue.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;

    private static ReadOnlySpan<byte> Mark => "EDNS"u8;

    [Flags]
    private enum Marks : byte
    {
        None = 0,
        Authenticated = 1,
        Stale = 2,
        Received = 4,
        Server = 8,
        Detail = 16,
        All = Authenticated | Stale | Received | Server | Detail,
    }

    // ---- Writing ----

    public static byte[] Write(DnsRecording recording)
    {
        var octets = new ArrayBufferWriter<byte>(1_024);
        var positions = new Dictionary<(DnsQuestion Question, DnsAnswer Answer), int>();
        octets.Write(Mark);
        octets.Write([Version, recording.IsComplete ? (byte)1 : (byte)0]);
        WriteNumber(recording.Answers.Length, octets);
        for (var i = 0; i < recording.Answers.Length; i++)
        {
            var (question, answer) = recording.Answers[i];
            WriteOctets(question.Name.Octets, octets);
            WriteNumber((int)question.Type, octets);
            // An answer has no equality of its own: the very same object, as a cache gives it.
            var isKnown = positions.TryGetValue((question, answer), out var position);
            WriteNumber(isKnown ? i - position : 0, octets);
            positions[(question, answer)] = i;
            if (!isKnown)
                WriteAnswer(answer, octets);
        }
        return octets.WrittenSpan.ToArray();
    }

    private static void WriteAnswer(DnsAnswer answer, ArrayBufferWriter<byte> octets)
    {
        var marks = (answer.IsAuthenticated ? Marks.Authenticated : 0) | (answer.IsStale ? Marks.Stale : 0) | (answer.ReceivedAt is not null ? Marks.Received : 0)
            | (answer.Server is not null ? Marks.Server : 0) | (answer.Detail is not null ? Marks.Detail : 0);
        octets.Write([(byte)answer.Status, (byte)marks]);
        WriteNumber(answer.TimeToLive.Ticks, octets);
        if (answer.ReceivedAt is { } received)
            WriteNumber(Math.Max(0, received.UtcTicks - DateTimeOffset.UnixEpoch.Ticks), octets);
        if (answer.Server is { } server)
            WriteText(server, octets);
        if (answer.Detail is { } detail)
            WriteText(detail, octets);
        WriteNumber(answer.Records.Length, octets);
        var data = new ArrayBufferWriter<byte>();
        foreach (var record in answer.Records)
        {
            data.ResetWrittenCount();
            WireData.Write(record, data);
            WriteOctets(data.WrittenSpan, octets);
        }
    }

    private static void WriteText(string text, ArrayBufferWriter<byte> octets) =>
        WriteOctets(Encoding.UTF8.GetBytes(text.Length <= LongestText / 3 ? text : text[..(LongestText / 3)]), octets);

    private static void WriteOctets(ReadOnlySpan<byte> source, ArrayBufferWriter<byte> octets)
    {
        WriteNumber(source.Length, octets);
        octets.Write(source);
    }

    private static void WriteNumber(long number, ArrayBufferWriter<byte> octets)
    {
        for (; number > 0x7F; number >>= 7)
            octets.Write([(byte)(number | 0x80)]);
        octets.Write([(byte)number]);
    }

    // ---- Reading ----

    /// <summary>Null for anything but a whole recording.</summary>
    public static DnsRecording? Read(ReadOnlySpan<byte> octets)
    {
        if (!octets.StartsWith(Mark) || octets.Length < 7 || octets[4] != Version || octets[5] > 1)
            return null;
        var isComplete = octets[5] == 1;
        octets = octets[6..];
        // An entry has at least three octets: no more is set aside than the input pays for.
        if (!TryReadNumber(ref octets, Math.Min(MostAnswers, octets.Length / 3), out var count))
            return null;
        var recordsLeft = MostRecords;
        var answers = ImmutableArray.CreateBuilder<DnsRecordedAnswer>((int)count);
        for (var i = 0; i < count; i++)
        {
            if (!TryReadQuestion(ref octets, out var question) || !TryReadNumber(ref octets, i, out var again))
                return null;
            if (again > 0 && answers[i - (int)again].Question != question)
                return null;
            if ((again > 0 ? answers[i - (int)again].Answer : ReadAnswer(ref octets, question.Type, ref recordsLeft)) is not { } answer)
                return null;
            answers.Add(new DnsRecordedAnswer(question, answer));
        }
        return octets.IsEmpty ? new DnsRecording(answers.MoveToImmutable(), isComplete) : null;
    }

    private static bool TryReadQuestion(ref ReadOnlySpan<byte> octets, out DnsQuestion question)
    {
        question = default;
        if (!TryReadOctets(ref octets, DomainName.MaxLength, out var text) || !TryReadNumber(ref octets, ushort.MaxValue, out var type))
            return false;
        var name = DomainName.Root;
        if (!text.IsEmpty && (text[^1] == '.' || !DomainName.TryParseQueryName(text, out name)))
            return false;
        question = new DnsQuestion(name, (DnsRecordType)type);
        return true;
    }

    private static DnsAnswer? ReadAnswer(ref ReadOnlySpan<byte> octets, DnsRecordType type, ref int recordsLeft)
    {
        if (octets.Length < 2 || octets[0] > (byte)DnsStatus.NxDomain || (octets[1] & ~(byte)Marks.All) != 0)
            return null;
        var status = (DnsStatus)octets[0];
        var marks = (Marks)octets[1];
        octets = octets[2..];
        long received = 0;
        string? server = null, detail = null;
        if (!TryReadNumber(ref octets, long.MaxValue, out var timeToLive)
            || (marks.HasFlag(Marks.Received) && !TryReadNumber(ref octets, LatestReceived, out received))
            || (marks.HasFlag(Marks.Server) && !TryReadText(ref octets, out server))
            || (marks.HasFlag(Marks.Detail) && !TryReadText(ref octets, out detail))
            || !TryReadNumber(ref octets, Math.Min(recordsLeft, octets.Length), out var count)
            || (count > 0) != (status == DnsStatus.NoError))
        {
            return null;
        }
        recordsLeft -= (int)count;
        var records = ImmutableArray.CreateBuilder<DnsRecord>((int)count);
        for (var i = 0; i < count; i++)
        {
            if (!TryReadOctets(ref octets, LongestData, out var data) || !WireData.TryRead(type, data, out var record))
                return null;
            records.Add(record);
        }
        var answer = DnsAnswer.Received(
            status, records.MoveToImmutable(), TimeSpan.FromTicks(timeToLive),
            marks.HasFlag(Marks.Received) ? DateTimeOffset.UnixEpoch.AddTicks(received) : null, server, marks.HasFlag(Marks.Authenticated), detail);
        return marks.HasFlag(Marks.Stale) ? answer.AsStale() : answer;
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> octets, out string? text)
    {
        text = TryReadOctets(ref octets, LongestText, out var utf8) ? Encoding.UTF8.GetString(utf8) : null;
        return text is not null;
    }

    private static bool TryReadOctets(ref ReadOnlySpan<byte> octets, int most, out ReadOnlySpan<byte> part)
    {
        part = default;
        if (!TryReadNumber(ref octets, most, out var length) || length > octets.Length)
            return false;
        part = octets[..(int)length];
        octets = octets[(int)length..];
        return true;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> octets, long most, out long number)
    {
        number = 0;
        for (var i = 0; i < octets.Length && i < 9; i++)
        {
            number |= (long)(octets[i] & 0x7F) << (7 * i);
            if (octets[i] > 0x7F)
                continue;
            octets = octets[(i + 1)..];
            return number <= most;
        }
        return false;
    }
}
