using System.Net;
using System.Text;
using CsCheck;
using EmailAuth.Dns;
using EmailAuth.Syntax;
using EmailAuth.Tests.Chaos;
using EmailAuth.Tests.Dns;
using static EmailAuth.Tests.Properties.Sampled;

namespace EmailAuth.Tests.Properties;

/// <summary>Names, zones, recordings and the cache.</summary>
public class DnsProperties
{
    // ---- Names ----

    [Test, Invariant("N1")]
    public void A_name_is_read_as_it_is_printed_whatever_its_case_and_final_dot() =>
        Gen.Select(Host, Gen.Bool, Gen.Bool).Sample((text, isUpper, hasDot) =>
            DomainName.TryParse((isUpper ? text.ToUpperInvariant() : text) + (hasDot ? "." : ""), out var name) && string.Equals(name.ToString(), text.ToLowerInvariant(), StringComparison.Ordinal)
            && DomainName.Parse(name.ToString()) == name && name.GetHashCode() == DomainName.Parse(text).GetHashCode(), iter: Often);

    [Test, Invariant("N2")]
    public void Names_are_equal_exactly_if_they_print_the_same() =>
        Gen.Select(Near, Near).Sample((one, other) => DomainName.Parse(one).Equals(DomainName.Parse(other)) == string.Equals(one, other, StringComparison.OrdinalIgnoreCase), iter: Often);

    [Test, Invariant("N3")]
    public void One_name_is_at_or_below_another_exactly_if_its_labels_end_in_the_others() =>
        Gen.Select(Near, Near).Sample((one, other) => DomainName.Parse(one).IsAtOrBelow(DomainName.Parse(other)) == ("." + one).EndsWith("." + other, StringComparison.Ordinal), iter: Often);

    [Test, Invariant("N4")]
    public void A_parent_is_the_name_without_its_first_label_down_to_the_root() =>
        Host.Sample(text =>
        {
            var labels = text.ToLowerInvariant().Split('.');
            var name = DomainName.Parse(text);
            for (var i = 0; i < labels.Length; i++)
            {
                if (name.LabelCount != labels.Length - i || name.ToString() != string.Join('.', labels[i..]) || !DomainName.Parse(text).TakeLast(labels.Length - i).Equals(name))
                    return false;
                name = name.Parent!;
            }
            return name == DomainName.Root && name.Parent is null;
        }, iter: Often);

    [Test, Invariant("N5")]
    public void What_is_too_long_empty_or_of_other_octets_is_no_name() =>
        Gen.Select(Host, Gen.Int[0, 300], OneOf(" ", "..", "/", "\0", "\r\n", "!", "@", new string('a', 64), "*")).Sample((text, at, wrong) =>
            !DomainName.TryParse(text.Insert(Math.Min(at, text.Length), wrong), out _), iter: Often);

    [Test, Invariant("N6")]
    public void An_address_is_read_as_the_system_prints_it() =>
        Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16], Gen.Byte[0, 1].Array[16]).Sample(octets =>
        {
            var address = new IPAddress(octets);
            return IpAddressText.TryParse(address.ToString().AsSpan(), out var read) && read.Equals(address);
        }, iter: Often);

    // ---- Zones ----

    private static readonly Gen<DnsRecord> Record = Gen.OneOf(
        Gen.Byte.Array[0, 600].Select(octets => (DnsRecord)new TxtRecord(octets)),
        Gen.Byte.Array[4].Select(octets => (DnsRecord)new AddressRecord(new IPAddress(octets))),
        Gen.Byte.Array[16].Select(octets => (DnsRecord)new AddressRecord(new IPAddress(octets))),
        Gen.Select(Gen.UShort, Host).Select((preference, host) => (DnsRecord)new MxRecord(preference, DomainName.Parse(host))),
        Host.Select(host => (DnsRecord)new PtrRecord(DomainName.Parse(host))),
        Host.Select(host => (DnsRecord)new NsRecord(DomainName.Parse(host))),
        Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte, Gen.Byte.Array[1, 64]).Select((usage, selector, type, data) => (DnsRecord)new TlsaRecord(usage, selector, type, data)));

    private static string Print(DnsRecord record) => record switch
    {
        TxtRecord text => "TXT " + (text.Octets.Length == 0 ? "\"\"" : string.Join(' ', text.Octets.ToArray().Chunk(255).Select(part => $"\"{string.Concat(part.Select(octet => octet is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\' ? ((char)octet).ToString() : $"\\{octet:D3}"))}\""))),
        AddressRecord address => $"{record.Type} {address.Address}",
        MxRecord mx => $"MX {mx.Preference} {mx.Exchange}.",
        PtrRecord ptr => $"PTR {ptr.Target}.",
        NsRecord ns => $"NS {ns.Host}.",
        TlsaRecord tlsa => $"TLSA {tlsa.Usage} {tlsa.Selector} {tlsa.MatchingType} {Convert.ToHexString(tlsa.Data.Span)}",
        _ => throw new NotSupportedException(),
    };

    private static bool Same(DnsRecord one, DnsRecord other) => (one, other) switch
    {
        (TxtRecord left, TxtRecord right) => left.Octets.Span.SequenceEqual(right.Octets.Span),
        (TlsaRecord left, TlsaRecord right) => (left.Usage, left.Selector, left.MatchingType) == (right.Usage, right.Selector, right.MatchingType) && left.Data.Span.SequenceEqual(right.Data.Span),
        _ => one.Equals(other),
    };

    [Test, Invariant("N7")]
    public Task A_master_file_brings_every_record_back() =>
        Gen.Select(Record.Array[1, 5], Host, Gen.Int[0, 100_000]).SampleAsync(async (records, owner, time) =>
        {
            var zone = ZoneDnsResolver.Parse(string.Join('\n', records.Select(record => $"{owner}. {time} IN {Print(record)}")));
            foreach (var group in records.GroupBy(record => record.Type))
            {
                var answer = await zone.QueryAsync(new DnsQuestion(DomainName.Parse(owner), group.Key));
                if (answer.TimeToLive != TimeSpan.FromSeconds(time) || answer.Records.Length != group.Count() || !group.Zip(answer.Records).All(pair => Same(pair.First, pair.Second)))
                    return false;
            }
            return true;
        }, iter: Often / 2);

    [Test, Invariant("N8")]
    public void A_text_that_is_no_master_file_tells_its_line_and_throws_nothing_else() =>
        Text(14, "a.example. ", "@ ", "TXT ", "\"x", "\"x\" ", "(", ")", "\n", "\n", ";x", "$ORIGIN ", "$TTL ", "$INCLUDE x", "300 ", "IN ", "A 192.0.2.1", "\\", "\\256", "MX 10 .", "CNAME a.example.", "\0", "TLSA 3 1 1 zz").Sample(text =>
        {
            try
            {
                ZoneDnsResolver.Parse(text);
                return true;
            }
            catch (ZoneFileException exception)
            {
                return exception.Line >= 1 && exception.Line <= text.Count(character => character == '\n') + 1;
            }
        }, iter: Often);

    // ---- Recordings ----

    private static readonly Gen<DnsAnswer> Answer = Gen.Select(Record.Array[1, 3], Gen.Int[0, 8], Gen.Int[0, 1_000_000], Gen.Bool).Select((records, status, milliseconds, isNamed) =>
    {
        records = [.. records.Where(record => record.Type == records[0].Type)];
        return DnsAnswer.Received((DnsStatus)status, (DnsStatus)status == DnsStatus.NoError ? [.. records] : [], TimeSpan.FromMilliseconds(milliseconds),
            isNamed ? DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000L + milliseconds) : null, isNamed ? "192.0.2.53:53" : null, isNamed, ((DnsStatus)status).IsTransient() ? "it failed" : null);
    });

    private static readonly Gen<DnsRecording> Recording = Gen.Select(Near, Answer).Array[0, 8].Select(entries =>
        new DnsRecording([.. entries.Select(entry => new DnsRecordedAnswer(new DnsQuestion(DomainName.Parse(entry.Item1), entry.Item2.Records.IsEmpty ? DnsRecordType.TXT : entry.Item2.Records[0].Type), entry.Item2))], isComplete: true));

    [Test, Invariant("N9")]
    public void A_recording_is_read_as_it_was_written() =>
        Recording.Sample(recording => DnsRecording.TryRead(recording.ToArray(), out var read) && read.ToArray().SequenceEqual(recording.ToArray()) && read.Answers.Length == recording.Answers.Length
            && read.Answers.Zip(recording.Answers).All(pair => pair.First.Question == pair.Second.Question && (pair.First.Answer.Status, pair.First.Answer.TimeToLive, pair.First.Answer.ReceivedAt, pair.First.Answer.Server, pair.First.Answer.Detail)
                == (pair.Second.Answer.Status, pair.Second.Answer.TimeToLive, pair.Second.Answer.ReceivedAt, pair.Second.Answer.Server, pair.Second.Answer.Detail) && pair.First.Answer.Records.Zip(pair.Second.Answer.Records).All(records => Same(records.First, records.Second))), iter: Often / 2);

    [Test, Invariant("N10")]
    public void A_recording_that_was_changed_is_refused_or_read_and_throws_nothing() =>
        Gen.Select(Recording, Gen.Int[0, 10_000], Gen.Byte, Gen.Int[0, 3]).Sample((recording, where, octet, cut) =>
        {
            var octets = recording.ToArray();
            octets[where % octets.Length] = octet;
            octets = octets[..Math.Max(0, octets.Length - cut)];
            return !DnsRecording.TryRead(octets, out var read) || (DnsRecording.TryRead(read.ToArray(), out var again) && again.Answers.Length == read.Answers.Length);
        }, iter: Often);

    [Test, Invariant("N11")]
    public Task A_replay_answers_what_was_recorded_in_that_order() =>
        Recording.SampleAsync(async recording =>
        {
            var replay = new ReplayDnsResolver(recording);
            foreach (var (question, answer) in recording.Answers)
            {
                if (!ReferenceEquals(await replay.QueryAsync(question), answer))
                    return false;
            }
            return replay.MissingAnswers == 0;
        }, iter: Often);

    // ---- The cache ----

    /// <summary>A world whose answers change every ten seconds: what is answered tells when it was asked.</summary>
    private sealed class ChangingResolver(TimeProvider clock, int time) : IDnsResolver
    {
        public int Queries { get; private set; }

        public bool Fails { get; set; }

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            Queries++;
            return new(Fails ? DnsAnswer.NoRecords(DnsStatus.ServFail) : ScriptedDnsResolver.Text(clock.GetUtcNow().UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture), time));
        }

        public static TimeSpan AgeOf(DnsAnswer answer, TimeProvider clock) =>
            clock.GetUtcNow() - new DateTimeOffset(long.Parse(Encoding.ASCII.GetString(((TxtRecord)answer.Records[0]).Octets.Span), System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero);
    }

    private static readonly Gen<(int Name, int Wait, bool Fails)[]> Story = Gen.Select(Gen.Int[0, 3], OneOf(0, 0, 1, 4, 9, 30, 61, 400, 100_000), OneOf(false, false, true)).Array[1, 30];

    [Test, Invariant("N12")]
    public Task A_cache_changes_no_answer() =>
        Gen.Select(Gen.Select(Gen.Int[0, ChaosNames.Length - 1], OneOf(DnsRecordType.TXT, DnsRecordType.A, DnsRecordType.MX, DnsRecordType.AAAA), OneOf(0, 1, 299, 301)).Array[1, 40], Gen.Bool).SampleAsync(async (steps, refreshes) =>
        {
            var clock = new ManualTimeProvider();
            using var cache = new CachingDnsResolver(ChaosWorld.Zone, new DnsCacheOptions { RefreshesAhead = refreshes, MaxStaleAge = TimeSpan.FromDays(1), MaxEntries = 16 }, clock);
            foreach (var (name, type, wait) in steps)
            {
                var question = new DnsQuestion(DomainName.Parse(ChaosNames[name]), type);
                var (cached, direct) = (await cache.QueryAsync(question), await ChaosWorld.Zone.QueryAsync(question));
                if (cached.Status != direct.Status || !cached.Records.SequenceEqual(direct.Records) || cached.IsStale)
                    return false;
                clock.Advance(wait);
            }
            return true;
        }, iter: Often / 2);

    private static readonly string[] ChaosNames = ["author.example", "_spf.author.example", "out.author.example", "_dmarc.author.example", "strict.example", "mx1.strict.example", "nothing.example", "rsa._domainkey.author.example", "example", "mail.strict.example"];

    [Test, Invariant("N13")]
    public Task No_record_is_served_after_its_time_unless_it_is_stale_and_nothing_is_stale_but_after_a_failure() =>
        Gen.Select(Story, OneOf(1, 5, 60, 1_000_000), OneOf(0, 50, 3_600)).SampleAsync(async (story, time, staleAge) =>
        {
            var clock = new ManualTimeProvider();
            var world = new ChangingResolver(clock, time);
            using var cache = new CachingDnsResolver(world, new DnsCacheOptions { MaxStaleAge = TimeSpan.FromSeconds(staleAge) }, clock);
            var kept = TimeSpan.FromSeconds(Math.Min(time, 86_400));
            foreach (var (name, wait, fails) in story)
            {
                world.Fails = fails;
                var answer = await cache.QueryAsync(ScriptedDnsResolver.Ask($"n{name}.example"));
                if (answer.Status == DnsStatus.NoError)
                {
                    var age = ChangingResolver.AgeOf(answer, clock);
                    if (age >= kept + TimeSpan.FromSeconds(answer.IsStale ? staleAge : 0) || (answer.IsStale && (staleAge == 0 || age < kept)))
                        return false;
                }
                clock.Advance(wait);
            }
            return true;
        }, iter: Often / 2);

    [Test, Invariant("N14")]
    public Task A_failure_is_forgotten_after_a_minute() =>
        Story.SampleAsync(async story =>
        {
            var clock = new ManualTimeProvider();
            var world = new ChangingResolver(clock, 1);
            using var cache = new CachingDnsResolver(world, timeProvider: clock);
            foreach (var (name, wait, fails) in story)
            {
                world.Fails = fails;
                await cache.QueryAsync(ScriptedDnsResolver.Ask($"n{name}.example"));
                clock.Advance(wait);
            }
            world.Fails = false;
            clock.Advance(60);
            return (await cache.QueryAsync(ScriptedDnsResolver.Ask("n0.example"))).Status == DnsStatus.NoError;
        }, iter: Often / 2);

    [Test, Invariant("N15")]
    public Task A_cache_stays_within_its_bounds_and_counts_itself_right() =>
        Gen.Select(Gen.Select(Gen.Int[0, 300], Gen.Int[0, 4_000]).Array[1, 120], Gen.Int[16, 64]).SampleAsync(async (questions, most) =>
        {
            using var cache = new CachingDnsResolver(new ScriptedDnsResolver(question => ScriptedDnsResolver.Text(new string('x', question.Name.LabelCount * 997 % 4_000))), new DnsCacheOptions { MaxEntries = most, MaxBytes = 64 << 10 });
            foreach (var (name, depth) in questions)
                await cache.QueryAsync(ScriptedDnsResolver.Ask($"n{name}{string.Concat(Enumerable.Repeat(".a", depth % 20))}.example"));
            return cache.EntryCount <= most && cache.EstimatedBytes <= 64 << 10 && cache.Recount() == (cache.EntryCount, cache.EstimatedBytes);
        }, iter: Seldom);

    [Test, Invariant("N16")]
    public Task A_message_asks_no_more_than_it_may() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[0, 40]).SampleAsync(async (most, asked) =>
        {
            var world = new ScriptedDnsResolver(static _ => ScriptedDnsResolver.Text("x"));
            var dns = new MessageDnsResolver(world, new DnsLimits { MaxQueriesPerMessage = most }, TimeProvider.System);
            var over = 0;
            for (var i = 0; i < asked; i++)
                over += (await dns.QueryAsync(ScriptedDnsResolver.Ask($"n{i}.example"))).Status == DnsStatus.OverBudget ? 1 : 0;
            return world.Queries == Math.Min(most, asked) && over == Math.Max(0, asked - most) && dns.QueriesAsked == world.Queries;
        }, iter: Often);
}
