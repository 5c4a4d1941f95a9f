using System.Net;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Spf;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.Spf;

/// <summary>Seeded mutations of good input. Whatever comes out: nothing is thrown, the limits hold, and the parts agree with each other.</summary>
[Rfc(7208, "11.1")]
public class SpfMutationTests
{
    private const int Mutations = 3_000;

    private static readonly string[] Seeds =
    [
        "v=spf1 a mx:%{d}/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 include:%{i}.%{l1r+-}._spf.%{d2} -all",
        "v=spf1 exists:%{S}.%{h}.%{v}%%%_%- ptr:%{p} redirect=%{o}.example.com exp=%{ir}.example.com",
        "v=spf1 +include:a.example.com ?include:b.example.com ~exists:%{p}.c.example.com x=y -all",
        "v=spf1 mx a:host.example.com. ip6:::ffff:192.0.2.1/128 redirect=_spf.example.com",
    ];

    private static readonly byte[] Tokens = [.. "%{}:/=-+~?.,_ 0129asldiphcrtvALSH@\"\\()\r\n\t\0\x7f\x80\xff"u8];

    private static byte[] Mutate(Random random, byte[] seed)
    {
        var octets = seed.ToList();
        for (var i = random.Next(1, 5); i > 0 && octets.Count > 7; i--)
        {
            var at = random.Next(7, octets.Count);
            switch (random.Next(4))
            {
                case 0:
                    octets[at] = Tokens[random.Next(Tokens.Length)];
                    break;
                case 1:
                    octets.Insert(at, Tokens[random.Next(Tokens.Length)]);
                    break;
                case 2:
                    octets.RemoveRange(at, Math.Min(random.Next(1, 6), octets.Count - at));
                    break;
                default:
                    octets.InsertRange(at, octets.Slice(at, Math.Min(random.Next(1, 40), octets.Count - at)));
                    break;
            }
        }
        return [.. octets];
    }

    [Test]
    public async Task Mutated_records_end_within_the_limits()
    {
        var random = new Random(7208);
        for (var i = 0; i < Mutations; i++)
        {
            var world = Enumerable.Range(0, 4).Select(_ => Mutate(random, Encoding.Latin1.GetBytes(Seeds[random.Next(Seeds.Length)]))).ToArray();
            var dns = new ScriptedDnsResolver(question => Answer(world, question));
            var mailFrom = Encoding.Latin1.GetString(Mutate(random, "user.name-x@example.com"u8.ToArray()));
            var result = await new SpfEvaluator(dns).CheckMailFromAsync(i % 2 == 0 ? IPAddress.Parse("192.0.2.1") : IPAddress.Parse("2001:db8::1"), "mail.example.com", mailFrom);

            Assert.That(dns.Queries, Is.LessThanOrEqualTo(123), mailFrom);
            Assert.That(result.DnsLookups, Is.LessThanOrEqualTo(10));
            Assert.That(result.VoidLookups, Is.LessThanOrEqualTo(4));
            Assert.That(result.ReasonText, Does.Match("^[ -~]+$"));
            Assert.That(result.Mechanism is null, Is.EqualTo(result.Reason != SpfReason.MechanismMatched));
            Assert.That(ReceivedSpfField.TryParse(ReceivedSpfField.Of(result, "mx.example.org").ToHeaderField(), out _), Is.True);
        }
    }

    /// <summary>A world in which every name has something, found by its octets, so that evaluations go deep.</summary>
    private static DnsAnswer Answer(byte[][] world, DnsQuestion question)
    {
        var which = 0;
        foreach (var octet in question.Name.Octets)
            which += octet;
        if (which % 11 == 0)
            return DnsAnswer.NoRecords(which % 2 == 0 ? DnsStatus.NxDomain : DnsStatus.ServFail);
        DnsRecord record = question.Type switch
        {
            DnsRecordType.TXT => new TxtRecord(world[which % world.Length]),
            DnsRecordType.A => new AddressRecord(new IPAddress([192, 0, 2, (byte)which])),
            DnsRecordType.AAAA => new AddressRecord(IPAddress.IPv6Loopback),
            DnsRecordType.MX => new MxRecord(10, question.Name),
            _ => new PtrRecord(DomainName.Parse("mail.example.com")),
        };
        return DnsAnswer.WithRecords([record], TimeSpan.FromMinutes(1));
    }

    [Test]
    public void A_record_is_usable_for_lint_exactly_if_it_can_be_read()
    {
        var random = new Random(4408);
        for (var i = 0; i < Mutations; i++)
        {
            var record = Mutate(random, Encoding.Latin1.GetBytes(Seeds[i % Seeds.Length]));
            var isRead = SpfRecord.TryParse(record, out var read, out var error);
            var report = SpfRecord.Lint(record);
            Assert.That(report.IsUsable, Is.EqualTo(isRead));
            Assert.That(report.Diagnostics.Select(diagnostic => diagnostic.Position), Is.All.InRange(0, record.Length));
            Assert.That(error is null || error.Position <= record.Length);
            foreach (var directive in read?.Directives ?? [])
                Assert.That(Encoding.Latin1.GetString(record.AsSpan(directive.Position, directive.Text.Length)), Is.EqualTo(directive.Text));
        }
    }

    [Test]
    public void Mutated_fields_are_read_or_refused()
    {
        var random = new Random(5322);
        var seed = "pass (mx: a (b) \\) c) client-ip=192.0.2.1; envelope-from=\"a\\\"b@example.com\"; helo=x; x-y=z"u8.ToArray();
        var read = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var field = new HeaderField("Received-SPF", Encoding.Latin1.GetString(Mutate(random, seed)));
            if (!ReceivedSpfField.TryParse(field, out var first))
                continue;
            read++;
            var written = first.ToHeaderField();
            Assert.That(written.ToString().Replace("\r\n ", " ", StringComparison.Ordinal).Any(char.IsControl), Is.False, field.ToString());
            Assert.That(ReceivedSpfField.TryParse(written, out var second), Is.True, field.ToString());
            Assert.That(second!.ToHeaderField().ToString(), Is.EqualTo(written.ToString()));
        }
        Assert.That(read, Is.GreaterThan(Mutations / 10));
    }
}
