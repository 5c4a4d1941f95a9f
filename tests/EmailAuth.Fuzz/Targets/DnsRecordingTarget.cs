using System.Buffers;
using EmailAuth.Dns;

namespace EmailAuth.Fuzz.Targets;

/// <summary>The octets of a <see cref="DnsRecording"/>, and the record data in it (RFC 1035 §3.3): what is read is written the same.</summary>
internal sealed class DnsRecordingTarget : FuzzTarget
{
    private static readonly DnsRecordType[] Types = [.. Enum.GetValues<DnsRecordType>()];

    public override string Name => "dns-recording";

    protected override string[] SeedTexts =>
    [
        "EDNS\x01\x01\x02\x0b" + "example.com\x10\x00\x06\x17\xe8\x07\x80\x80\x90\xe4\xf0\x30\x09" + "127.0.0.1\x04" + "nope\x01\x04\x03" + "abc\x0b" + "example.com\x10\x01",
        "EDNS\x01\x00\x01\x0b" + "example.com\x0f\x00\x06\x00\x00\x01\x0f\x00\x0a\x04mail\x07" + "example\x00",
        "EDNS\x01\x01\x00",
        "\x00\x0a\x04mail\x07" + "example\x00",
    ];

    public override string[] Tokens =>
        ["EDNS\x01\x01", "\x00", "\x01", "\x02", "\x10", "\x0f", "\x06", "\x7f", "\x80", "\xff", "\xff\xff\xff\xff\x7f", "\x07" + "example", "\x03www\x00", "\x0b" + "example.com", "\x10\x00\x06", "\xc0\x0c", "\x1f"];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var budget = new AllocationBudget(input.Length);
        var isRead = DnsRecording.TryRead(input, out var recording);
        budget.Check();
        if (isRead)
            CheckRecording(recording!, input);
        foreach (var type in Types)
            CheckData(type, input);
    }

    private static void CheckRecording(DnsRecording recording, ReadOnlySpan<byte> input)
    {
        foreach (var (question, answer) in recording.Answers)
        {
            Promise.That(answer.Status == DnsStatus.NoError == !answer.Records.IsEmpty);
            Promise.That(answer.Records.All(record => record.Type == question.Type));
            Promise.That(answer.TimeToLive >= TimeSpan.Zero);
        }
        var written = recording.ToArray();
        Promise.That(written.Length <= input.Length * 2 + 16, "reading and writing makes nothing grow");
        Promise.That(DnsRecording.TryRead(written, out var again));
        Promise.That(again.Answers.Length == recording.Answers.Length && again.IsComplete == recording.IsComplete);
        for (var i = 0; i < again.Answers.Length; i++)
        {
            Promise.That(again.Answers[i].Question == recording.Answers[i].Question);
            Promise.That(again.Answers[i].Answer.Records.SequenceEqual(recording.Answers[i].Answer.Records));
            Promise.That(again.Answers[i].Answer.Status == recording.Answers[i].Answer.Status && again.Answers[i].Answer.IsStale == recording.Answers[i].Answer.IsStale);
        }
        Promise.Equal(again.ToArray(), written, "written again");
    }

    private static void CheckData(DnsRecordType type, ReadOnlySpan<byte> data)
    {
        if (!WireData.TryRead(type, data, out var record))
            return;
        Promise.That(record.Type == type);
        var written = new ArrayBufferWriter<byte>();
        WireData.Write(record, written);
        Promise.That(WireData.TryRead(type, written.WrittenSpan, out var again) && again == record);
    }
}
