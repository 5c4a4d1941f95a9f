using System.Net;
using CsCheck;
using EmailAuth.Dns;
using static EmailAuth.Tests.Dns.ScriptedDnsResolver;

namespace EmailAuth.Tests.Dns;

public class DnsRecordingTests
{
    private const string Zone = """
        $ORIGIN example.com.
        @ 300 SOA ns hostmaster 1 2 3 4 60
        @ 300 TXT "v=spf1 " "-all"
        @ 300 TXT ""
        @ 300 MX 10 mail
        @ 300 MX 0 .
        @ 300 NS ns
        mail 60 A 192.0.2.1
        mail 60 AAAA 2001:db8::1
        alias CNAME mail
        tls TLSA 3 1 1 00ff
        1 PTR mail
        """;

    private static readonly DnsQuestion[] Questions =
    [
        Ask("example.com"), Ask("example.com", DnsRecordType.MX), Ask("example.com", DnsRecordType.NS), Ask("example.com", DnsRecordType.SOA),
        Ask("mail.example.com", DnsRecordType.A), Ask("mail.example.com", DnsRecordType.AAAA), Ask("alias.example.com", DnsRecordType.A), Ask("alias.example.com", DnsRecordType.CNAME),
        Ask("tls.example.com", DnsRecordType.TLSA), Ask("1.example.com", DnsRecordType.PTR), Ask("nothing.example.com"), Ask("mail.example.com"),
        Ask("slow.example.com"), Ask("broken.example.com"), Ask("example.com"), new DnsQuestion(DomainName.Root, DnsRecordType.NS),
    ];

    private static async Task<DnsRecording> Record()
    {
        var zone = ZoneDnsResolver.Parse(Zone).WithFault("slow.example.com", DnsRecordType.None, DnsStatus.Timeout).WithFault("broken.example.com", DnsRecordType.None, DnsStatus.ServFail);
        var recorder = new RecordingDnsResolver(zone);
        foreach (var question in Questions)
            await recorder.QueryAsync(question);
        return recorder.ToRecording();
    }

    private static void AssertEqual(DnsAnswer actual, DnsAnswer expected)
    {
        Assert.That(actual.Status, Is.EqualTo(expected.Status));
        Assert.That(actual.Records, Is.EqualTo(expected.Records));
        Assert.That((actual.TimeToLive, actual.ReceivedAt, actual.Server, actual.Detail, actual.IsStale, actual.IsAuthenticated),
            Is.EqualTo((expected.TimeToLive, expected.ReceivedAt, expected.Server, expected.Detail, expected.IsStale, expected.IsAuthenticated)));
    }

    [Test]
    public async Task A_replay_gives_the_answers_that_were_recorded_and_no_other()
    {
        var recording = await Record();
        Assert.That(recording.Answers.Select(answer => answer.Question), Is.EqualTo(Questions));
        Assert.That(recording.IsComplete, Is.True);
        var replay = new ReplayDnsResolver(recording);
        foreach (var (question, answer) in recording.Answers)
            Assert.That(await replay.QueryAsync(question), Is.SameAs(answer));
        Assert.That(replay.MissingAnswers, Is.Zero);
        Assert.That((await replay.QueryAsync(Ask("never.example.com"))).Status, Is.EqualTo(DnsStatus.ResolverError));
        Assert.That((await replay.QueryAsync(Ask("example.com", DnsRecordType.A))).Status, Is.EqualTo(DnsStatus.ResolverError));
        Assert.That(replay.MissingAnswers, Is.EqualTo(2));
    }

    [Test]
    public async Task Written_and_read_again_a_recording_is_the_same()
    {
        var recording = await Record();
        var octets = recording.ToArray();
        Assert.That(DnsRecording.TryRead(octets, out var read), Is.True);
        Assert.That(read!.Answers, Has.Length.EqualTo(recording.Answers.Length));
        foreach (var (actual, expected) in read.Answers.Zip(recording.Answers))
        {
            Assert.That(actual.Question, Is.EqualTo(expected.Question));
            AssertEqual(actual.Answer, expected.Answer);
        }
        Assert.That(read.ToArray(), Is.EqualTo(octets));
        Assert.That(read.Answers[14].Answer, Is.SameAs(read.Answers[0].Answer), "the same answer is kept once");
    }

    [Test]
    public void Everything_that_an_answer_tells_is_kept()
    {
        var received = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);
        DnsAnswer[] answers =
        [
            DnsAnswer.Received(DnsStatus.NoError, [new AddressRecord(IPAddress.Parse("192.0.2.1"))], TimeSpan.FromSeconds(4294967295), received, "127.0.0.1:53", isAuthenticated: true),
            DnsAnswer.Received(DnsStatus.NoError, [new AddressRecord(IPAddress.Parse("192.0.2.1"))], TimeSpan.FromSeconds(1), null, null).AsStale(),
            DnsAnswer.Received(DnsStatus.Refused, [], TimeSpan.Zero, received, "[::1]:53", detail: "no, bücher"),
            DnsAnswer.NoRecords(DnsStatus.NoData, TimeSpan.FromMilliseconds(1)),
        ];
        var recording = new DnsRecording([.. answers.Select(answer => new DnsRecordedAnswer(Ask("x.example", DnsRecordType.A), answer))], isComplete: false);
        Assert.That(DnsRecording.TryRead(recording.ToArray(), out var read), Is.True);
        Assert.That(read!.IsComplete, Is.False);
        foreach (var (actual, expected) in read.Answers.Zip(answers))
            AssertEqual(actual.Answer, expected);
    }

    [Test]
    public async Task A_question_asked_several_times_gets_its_answers_in_their_order()
    {
        var number = 0;
        var recorder = new RecordingDnsResolver(new ScriptedDnsResolver(_ => Text($"{++number}")));
        for (var i = 0; i < 3; i++)
            await recorder.QueryAsync(Ask("x.example"));
        Assert.That(DnsRecording.TryRead(recorder.ToRecording().ToArray(), out var read), Is.True);
        var replay = new ReplayDnsResolver(read!);
        foreach (var expected in new[] { "1", "2", "3", "3" })
            Assert.That((await replay.QueryAsync(Ask("x.example"))).Records.Single(), Is.EqualTo(Text(expected).Records.Single()));
    }

    [Test]
    public async Task What_a_resolver_throws_is_recorded_as_an_answer_and_a_caller_who_leaves_is_not()
    {
        var recorder = new RecordingDnsResolver(new ScriptedDnsResolver(_ => throw new InvalidOperationException()));
        Assert.That((await recorder.QueryAsync(Ask("x.example"))).Status, Is.EqualTo(DnsStatus.ResolverError));
        Assert.That(recorder.ToRecording().Answers, Has.Length.EqualTo(1));

        var held = new RecordingDnsResolver(new ScriptedDnsResolver { Holds = true });
        using var source = new CancellationTokenSource();
        var query = held.QueryAsync(Ask("x.example"), source.Token).AsTask();
        await source.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => query);
        Assert.That(held.ToRecording().Answers, Is.Empty);
    }

    [Test]
    public async Task A_recorder_that_is_full_says_so()
    {
        var recorder = new RecordingDnsResolver(new ScriptedDnsResolver(_ => Text("x")), maxAnswers: 2);
        for (var i = 0; i < 3; i++)
            await recorder.QueryAsync(Ask($"n{i}.example"));
        Assert.That(recorder.ToRecording().Answers, Has.Length.EqualTo(2));
        Assert.That(recorder.ToRecording().IsComplete, Is.False);
    }

    [Test]
    public async Task Octets_that_are_no_recording_are_refused_without_harm()
    {
        var good = (await Record()).ToArray();
        for (var length = 0; length < good.Length; length++)
            Assert.That(DnsRecording.TryRead(good.AsSpan(0, length), out _), Is.False, $"cut at {length}");
        Assert.That(DnsRecording.TryRead([.. good, 0], out _), Is.False);
        Assert.That(DnsRecording.TryRead(new byte[DnsRecording.MaxOctets + 1], out _), Is.False);
        // A count that the octets cannot pay for.
        Assert.That(DnsRecording.TryRead([.. "EDNS"u8, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x7f], out _), Is.False);
    }

    [Test]
    public async Task Octets_changed_anywhere_are_refused_or_another_recording_and_throw_nothing()
    {
        var good = (await Record()).ToArray();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length - 1], Gen.Byte).Sample(
            change =>
            {
                var octets = good.ToArray();
                octets[change.Item1] = change.Item2;
                octets[change.Item3] = change.Item4;
                return !DnsRecording.TryRead(octets, out var read) || DnsRecording.TryRead(read.ToArray(), out _);
            },
            iter: 5_000, threads: 1);
    }
}
