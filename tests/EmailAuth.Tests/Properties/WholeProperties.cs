using CsCheck;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Spf;
using EmailAuth.Tests.Arc;
using EmailAuth.Tests.Chaos;
using EmailAuth.Tests.Dkim;
using static EmailAuth.Tests.Properties.Sampled;

namespace EmailAuth.Tests.Properties;

/// <summary>Chains, and the verdict as a whole.</summary>
public class WholeProperties
{
    // ---- ARC ----

    private static readonly string[] Sealers = ["one.example", "two.example", "three.example", "four.example"];

    private static readonly Lazy<Task<string[]>> Chains = new(async () =>
    {
        var chains = new string[Sealers.Length + 1];
        for (var sets = 0; sets <= Sealers.Length; sets++)
            chains[sets] = await TestChain.SealedByAsync(Sealers[..sets]);
        return chains;
    });

    [Test, Invariant("A1")]
    public Task What_is_sealed_validates_with_as_many_sets() =>
        Gen.Select(Gen.Int[0, 4], Text(6, "a", " ", "\r\n", "b c")).SampleAsync(async (sets, added) =>
        {
            var message = TestMail.Plain + added;
            foreach (var domain in Sealers[..sets])
                message = await TestChain.SealAsync(message, domain);
            var result = await TestChain.ValidateAsync(message);
            return result.Status == (sets == 0 ? ArcStatus.None : ArcStatus.Pass) && result.Instance == sets;
        }, iter: Seldom);

    [Test, Invariant("A2")]
    public Task A_chain_with_a_field_taken_out_or_doubled_never_passes() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 100], Gen.Bool).SampleAsync(async (sets, where, isDoubled) =>
        {
            var (fields, body) = TestChain.Split((await Chains.Value)[sets]);
            var at = where % (sets * 3);
            if (isDoubled)
                fields.Insert(at, fields[at]);
            else
                fields.RemoveAt(at);
            return (await TestChain.ValidateAsync(string.Concat(fields) + body)).Status == ArcStatus.Fail;
        }, iter: Seldom);

    [Test, Invariant("A3")]
    public Task A_changed_octet_of_a_sealed_field_never_passes_unless_its_canonical_form_is_the_same() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 10_000], Gen.Char["aZ0;=@<>\xE9"]).SampleAsync(async (sets, where, character) =>
        {
            var message = (await Chains.Value)[sets];
            var length = message.Length - TestMail.Plain.Length;
            var at = where % length;
            // White space and the case of names are relaxed; so is the case of what base64 and tags may hold nowhere.
            if (message[at] is ' ' or '\r' or '\n' or '\t' || char.ToLowerInvariant(message[at]) == char.ToLowerInvariant(character))
                return true;
            var changed = string.Concat(message.AsSpan(0, at), character.ToString(), message.AsSpan(at + 1));
            return (await TestChain.ValidateAsync(changed)).Status != ArcStatus.Pass;
        }, iter: Seldom);

    [Test, Invariant("A4")]
    public Task The_order_of_the_fields_of_a_chain_does_not_matter() =>
        Gen.Select(Gen.Int[1, 4], Gen.Shuffle(Enumerable.Range(0, 12).ToArray())).SampleAsync(async (sets, order) =>
        {
            var (fields, body) = TestChain.Split((await Chains.Value)[sets]);
            var shuffled = order.Where(i => i < sets * 3).Select(i => fields[i]).Concat(fields.Skip(sets * 3));
            var result = await TestChain.ValidateAsync(string.Concat(shuffled) + body);
            return result.Status == ArcStatus.Pass && result.Instance == sets && result.OldestPass is { } oldest && oldest >= 0 && oldest <= sets;
        }, iter: Seldom);

    // ---- The verdict ----

    private static readonly Gen<ChaosMessage> Message = Gen.Int[0, ChaosWorld.Messages.Length - 1].Select(i => ChaosWorld.Messages[i]);

    /// <summary>A message with some octets of its first thousand changed.</summary>
    private static readonly Gen<ChaosMessage> Broken = Gen.Select(Message, Gen.Select(Gen.Int[0, 1_000], OneOf("\r\n", " ", "\0", "<", "@", ":", ";", "=", "(", "\"", "b=", "From: x@y.example\r\n", "\n", "\xE9")).Array[0, 3]).Select((message, changes) =>
    {
        var octets = Latin1(message.Message);
        foreach (var (where, what) in changes)
            octets = octets.Insert(Math.Min(where, octets.Length), what);
        return message with { Message = Latin1(octets) };
    });

    private static Task<VerificationResult> VerifyAsync(ChaosMessage message, IDnsResolver? dns = null, EmailMessage? arriving = null) =>
        ChaosVerdict.Authenticator(dns ?? ChaosWorld.Zone, TestMail.Clock).VerifyAsync(arriving ?? message.Open(), message.Session).AsTask();

    [Test, Invariant("V1")]
    public Task How_a_message_arrives_does_not_matter_to_its_verdict() =>
        Gen.Select(Broken, Gen.Int[1, 60].Array[1, 5]).SampleAsync(async (message, pieces) =>
            Told(await VerifyAsync(message)) == Told(await VerifyAsync(message, arriving: Arriving(Latin1(message.Message), pieces))), iter: Seldom);

    private static string Told(VerificationResult result) => $"{result.ToAuthenticationResults("mx.receiver.example")} {result.MessageDefect} {result.DnsQueries} {result.IsTransient}";

    [Test, Invariant("V2")]
    public Task The_results_that_are_told_are_read_back_and_are_one_field() =>
        Broken.SampleAsync(async message =>
        {
            var result = await VerifyAsync(message);
            var field = result.ToAuthenticationResults("mx.receiver.example");
            return SpfProperties.OneField(field) && SpfProperties.OneField(result.ToReceivedSpf("mx.receiver.example")) && AuthenticationResults.TryRead(field, out var read, out _)
                && read.Results.Single(one => one.Method == "dmarc").Result == result.Dmarc.Status.ToKeyword() && read.Results.Count(one => one.Method == "dkim") == Math.Max(result.Dkim.Length, 1);
        }, iter: Seldom);

    [Test, Invariant("V3")]
    public Task Nothing_is_transient_without_a_failure_of_dns() =>
        Broken.SampleAsync(async message => await VerifyAsync(message) is var result && !result.IsTransient && result.Spf.Status != SpfStatus.TempError && result.Dkim.All(one => one.Status != DkimStatus.TempError) && !result.Arc.IsTransient, iter: Seldom);

    [Test, Invariant("V4")]
    public Task A_forgery_does_not_pass_whatever_is_written_into_it() =>
        Broken.SampleAsync(async message => !message.IsForged || (await VerifyAsync(message)).Dmarc is var dmarc && (dmarc.Status != DmarcStatus.Pass || Latin1(message.Message).Contains("y.example", StringComparison.Ordinal)), iter: Seldom);

    [Test, Invariant("V5")]
    public Task A_message_asks_dns_the_same_questions_each_time() =>
        Broken.SampleAsync(async message => (await VerifyAsync(message)).DnsQueries == (await VerifyAsync(message)).DnsQueries, iter: Seldom);

    [Test, Invariant("V6")]
    public Task A_recorded_message_has_the_same_verdict_from_its_recording() =>
        Broken.SampleAsync(async message =>
        {
            var recorder = new RecordingDnsResolver(ChaosWorld.Zone);
            var first = Told(await VerifyAsync(message, recorder));
            if (!DnsRecording.TryRead(recorder.ToRecording().ToArray(), out var recording))
                return false;
            var replay = new ReplayDnsResolver(recording);
            return Told(await VerifyAsync(message, replay)) == first && replay.MissingAnswers == 0;
        }, iter: Seldom);
}
