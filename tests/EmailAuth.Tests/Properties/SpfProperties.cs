using System.Net;
using System.Numerics;
using CsCheck;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Spf;
using EmailAuth.Tests.Dns;
using EmailAuth.Tests.Spf;
using static EmailAuth.Tests.Properties.Sampled;

namespace EmailAuth.Tests.Properties;

/// <summary>check_host() in whatever world.</summary>
public class SpfProperties
{
    private static readonly Gen<string> Term = OneOf("all", "-all", "~all", "?all", "+mx", "mx:a.example", "a", "a:b.example/24//64", "a:%{d2}", "include:a.example", "include:b.example", "-include:c.example", "include:%{o}", "exists:%{ir}.a.example",
        "exists:%{l}.b.example", "ptr", "ptr:a.example", "ip4:192.0.2.1", "ip4:192.0.2.0/24", "-ip4:0.0.0.0/0", "ip6:2001:db8::1", "ip6:::/0", "redirect=a.example", "redirect=b.example", "exp=exp.example", "x=y", "A:A.EXAMPLE");

    private static readonly Gen<string> GoodRecord = Term.Array[0, 14].Select(terms => string.Join(' ', ["v=spf1", .. terms.Where((term, i) => !term.Contains('=', StringComparison.Ordinal) || Array.FindIndex(terms, other => other.Split('=')[0] == term.Split('=')[0]) == i)]));

    private static readonly Gen<string> AnyRecord = Gen.Select(GoodRecord, Gen.Int[0, 200], OneOf("", "", "%", " ip4:1", "/33", "\xE9", "%{x}", "  ", " redirect=", "=", " v=spf1")).Select((record, at, wrong) => record.Insert(Math.Min(6 + at, record.Length), wrong));

    /// <summary>Every name has something; which, its octets decide.</summary>
    private sealed class World(string[] records, int seed) : IDnsResolver
    {
        public int Queries { get; private set; }

        public int Faults { get; private set; }

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            Queries++;
            var which = seed;
            foreach (var octet in question.Name.Octets)
                which = (which * 31 + octet) & 0xFFFFFF;
            if (question.Type != DnsRecordType.TXT && which % 7 == 0)
                return new(DnsAnswer.NoRecords(DnsStatus.NxDomain));
            if (which % 23 == 1)
            {
                Faults++;
                return new(DnsAnswer.NoRecords(DnsStatus.ServFail));
            }
            return new(question.Type switch
            {
                DnsRecordType.TXT => ScriptedDnsResolver.Text(records[which % records.Length]),
                DnsRecordType.A => DnsAnswer.WithRecords([new AddressRecord(new IPAddress([192, 0, 2, (byte)(which % 5)]))], TimeSpan.FromSeconds(60)),
                DnsRecordType.AAAA => DnsAnswer.WithRecords([new AddressRecord(IPAddress.Parse($"2001:db8::{which % 5}"))], TimeSpan.FromSeconds(60)),
                DnsRecordType.MX => DnsAnswer.WithRecords([.. Enumerable.Range(0, 1 + which % 14).Select(i => new MxRecord(i, DomainName.Parse($"m{i}.{which % 3}.example")))], TimeSpan.FromSeconds(60)),
                _ => DnsAnswer.WithRecords([.. Enumerable.Range(0, 1 + which % 14).Select(i => new PtrRecord(DomainName.Parse($"p{i}.{"abc"[which % 3]}.example")))], TimeSpan.FromSeconds(60)),
            });
        }
    }

    private static readonly Gen<(string[] Records, int Seed, string Client)> Worlds = Gen.Select(AnyRecord.Array[1, 6], Gen.Int, OneOf("192.0.2.1", "2001:db8::1", "203.0.113.9"));

    private static async Task<(SpfResult Result, World World)> CheckAsync((string[] Records, int Seed, string Client) world)
    {
        var dns = new World(world.Records, world.Seed & 0xFFFF);
        return (await new SpfEvaluator(dns).CheckMailFromAsync(IPAddress.Parse(world.Client), "mail.example.net", "user@a.example"), dns);
    }

    [Test, Invariant("S1")]
    public Task No_evaluation_looks_up_more_than_ten_terms() => Worlds.SampleAsync(async world => (await CheckAsync(world)).Result.DnsLookups <= 10, iter: Often);

    [Test, Invariant("S2")]
    public Task No_evaluation_that_ends_well_has_more_than_two_void_look_ups() =>
        Worlds.SampleAsync(async world => (await CheckAsync(world)).Result is var result && (result.VoidLookups <= 2 || result.Status is SpfStatus.PermError), iter: Often);

    [Test, Invariant("S3")]
    public Task No_evaluation_asks_more_than_111_questions_and_those_of_an_explanation() =>
        Worlds.SampleAsync(async world => await CheckAsync(world) is var (result, dns) && result.DnsQueries <= 111 && dns.Queries <= 111 + 12, iter: Often);

    [Test, Invariant("S4")]
    public Task A_temporary_error_has_a_failure_behind_it() =>
        Worlds.SampleAsync(async world => await CheckAsync(world) is var (result, dns) && (result.Status != SpfStatus.TempError || dns.Faults > 0) && result.IsTransient == (result.Status == SpfStatus.TempError), iter: Often);

    [Test, Invariant("S5")]
    public Task An_evaluation_is_the_same_each_time() =>
        Worlds.SampleAsync(async world => (await CheckAsync(world)).Result is var one && (await CheckAsync(world)).Result is var other && (one.ToString(), one.DnsQueries) == (other.ToString(), other.DnsQueries), iter: Often / 2);

    [Test, Invariant("S6")]
    public Task A_mapped_address_is_the_address() =>
        Worlds.SampleAsync(async world =>
        {
            if (world.Client.Contains(':', StringComparison.Ordinal))
                return true;
            return (await CheckAsync(world)).Result.ToString() == (await CheckAsync(world with { Client = "::ffff:" + world.Client })).Result.ToString();
        }, iter: Often / 2);

    [Test, Invariant("S7")]
    public Task Other_text_records_beside_do_not_matter_nor_their_order() =>
        Gen.Select(GoodRecord, Gen.Int[0, 2], OneOf("v=spf10 +all", "v=DMARC1; p=none", "spf1", "x", "\xFF", " v=spf1 +all")).SampleAsync(async (record, at, other) =>
        {
            var records = new List<string> { other, other };
            records.Insert(at, record);
            var zone = string.Join('\n', records.Select(text => $"example.com. TXT {SpfChecks.Strings(text)}"));
            return (await SpfChecks.CheckAsync(zone)).ToString() == (await SpfChecks.CheckRecordAsync(record)).ToString();
        }, iter: Often / 2);

    [Test, Invariant("S8")]
    public Task A_syntax_error_anywhere_is_a_permanent_error_whatever_matches_before() =>
        Gen.Select(GoodRecord, OneOf("ip4:192.0.2.256", "ip4:10.1", "foo:bar", "a:%{x}.example", "ip6:::1%0", "all:x", "mx/33", "redirect=", "-", "include:", "exists:", "a:%", "ip4:192.0.2.1/01")).SampleAsync(async (record, wrong) =>
            (await SpfChecks.CheckRecordAsync($"v=spf1 ip4:192.0.2.1 {record[6..]} {wrong}")).Status == SpfStatus.PermError, iter: Often / 2);

    [Test, Invariant("S9")]
    public void A_record_is_usable_to_the_linter_exactly_if_it_can_be_read() =>
        AnyRecord.Sample(record => SpfRecord.Lint(Latin1(record)).IsUsable == SpfRecord.TryParse(Latin1(record), out _, out _), iter: Often);

    [Test, Invariant("S10")]
    public void A_records_terms_are_its_text() =>
        GoodRecord.Sample(text => SpfRecord.TryParse(Latin1(text), out var record, out _) && string.Join(' ', record.Directives.Select(term => (term.Position, term.Text)).Concat(record.OtherModifiers.Select(term => (term.Position, term.Text)))
            .Concat(record.Redirect is { } redirect ? [(redirect.Position, redirect.Text)] : []).Concat(record.Explanation is { } explanation ? [(explanation.Position, explanation.Text)] : []).OrderBy(term => term.Position).Select(term => term.Text).Prepend("v=spf1")) == text, iter: Often);

    [Test, Invariant("S11")]
    public Task An_ip4_or_ip6_term_matches_exactly_what_has_its_leading_bits() =>
        Gen.Select(Gen.Bool, Gen.Byte.Array[16], Gen.Int[0, 128], Gen.Int[0, 128]).SampleAsync(async (isIpv4, octets, prefix, flip) =>
        {
            var network = isIpv4 ? octets[..4] : octets;
            if (!isIpv4 && new IPAddress(network).IsIPv4MappedToIPv6)
                return true;
            prefix = Math.Min(prefix, network.Length * 8);
            var client = network.ToArray();
            if (flip < client.Length * 8)
                client[flip / 8] ^= (byte)(0x80 >> flip % 8);
            var shift = network.Length * 8 - prefix;
            var expected = new BigInteger(network, isUnsigned: true, isBigEndian: true) >> shift == new BigInteger(client, isUnsigned: true, isBigEndian: true) >> shift;
            var result = await SpfChecks.CheckRecordAsync($"v=spf1 {(isIpv4 ? "ip4" : "ip6")}:{new IPAddress(network)}/{prefix} -all", client: new IPAddress(client).ToString());
            return result.Status == (expected ? SpfStatus.Pass : SpfStatus.Fail);
        }, iter: Often / 2);

    [Test, Invariant("S12")]
    public Task A_macro_cut_or_turned_around_is_made_of_the_names_labels() =>
        Gen.Select(Gen.Int[1, 9], Gen.Bool, Near).SampleAsync(async (count, isReversed, domain) =>
        {
            var labels = domain.ToLowerInvariant().Split('.');
            if (isReversed)
                Array.Reverse(labels);
            var expected = string.Join('.', labels.TakeLast(count));
            var zone = ZoneDnsResolver.Parse($"{domain}. TXT \"v=spf1 exists:%{{d{count}{(isReversed ? "r" : "")}}}.x.test -all\"");
            zone.LogQueries = true;
            await SpfChecks.CheckAsync(zone, mailFrom: $"user@{domain}");
            return zone.Queries[^1].Name.ToString() == $"{expected}.x.test";
        }, iter: Often / 2);

    [Test, Invariant("S13")]
    public Task An_escaped_macro_is_unreserved_characters_and_percent_signs() =>
        Text(6, "a", "+", "é", "!", "#", "%", "z", "9", "/", "ü").Where(text => text.Length > 0).SampleAsync(async local =>
        {
            var result = await SpfChecks.CheckAsync(ZoneDnsResolver.Parse("example.com. TXT \"v=spf1 exp=e.example -all\"\ne.example. TXT \"%{L}\""), mailFrom: $"{local}@example.com");
            return result.Explanation is null || result.Explanation == Uri.EscapeDataString(local).Replace("%7E", "~", StringComparison.Ordinal);
        }, iter: Often / 2);

    [Test, Invariant("S14")]
    public Task A_received_spf_field_is_read_as_it_was_written_and_adds_no_line() =>
        Gen.Select(Text(10, "a", "b c", "\"", "\\", "(", ")", ";", "=", "\r\n", "\0", "é", "@x.example", "[192.0.2.1]", new string('x', 90)), Text(6, "h", ".", "\r\nX: y", "(", "\"", " ")).SampleAsync(async (mailFrom, helo) =>
        {
            var result = await SpfChecks.CheckAsync(ZoneDnsResolver.Parse("example.com. TXT \"v=spf1 -all\""), mailFrom: mailFrom, helo: helo);
            var written = ReceivedSpfField.Of(result, "mx.receiver.example");
            var field = written.ToHeaderField();
            return OneField(field) && ReceivedSpfField.TryParse(field, out var read) && read.ToString() == written.ToString() && (read.Result, read.Helo, read.EnvelopeFrom, read.Receiver, read.ClientIp)
                == (written.Result, written.Helo, written.EnvelopeFrom, written.Receiver, written.ClientIp);
        }, iter: Often / 2);

    /// <summary>One field to any parser: CR and LF only as folds with something behind them, and no line too long.</summary>
    internal static bool OneField(HeaderField field)
    {
        var text = Latin1(field.RawOctets.Span);
        var lines = text.Split("\r\n");
        return text.EndsWith("\r\n", StringComparison.Ordinal) && lines[..^1].All(line => line.Length <= 998 && line.Trim().Length > 0 && line.IndexOfAny(['\r', '\n', '\0']) < 0)
            && lines[1..^1].All(line => line[0] is ' ' or '\t');
    }
}
