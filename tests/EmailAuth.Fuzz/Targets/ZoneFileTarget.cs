using System.Text;
using EmailAuth.Dns;

namespace EmailAuth.Fuzz.Targets;

/// <summary>A master file (RFC 1035 §5), and questions to what was read.</summary>
internal sealed class ZoneFileTarget : FuzzTarget
{
    private static readonly DnsRecordType[] Types = [DnsRecordType.TXT, DnsRecordType.A, DnsRecordType.MX, DnsRecordType.CNAME];

    private static readonly DomainName[] Names = [.. new[] { "example.com", "www.example.com", "a.b.example.com", "x.test", "loop.example" }.Select(DomainName.Parse)];

    public override string Name => "zone-file";

    public override int Share => 5;

    protected override string[] SeedTexts =>
    [
        "$ORIGIN example.com.\n$TTL 1h\n@ IN SOA ns.example.com. host.example.com. ( 1 2h 3 4 300 ) ; start\n  TXT \"v=spf1 -all\" \"more\"\n  MX 10 mail\nwww 300 IN CNAME @\n* A 192.0.2.1\n",
        "x.test. TYPE16 \\# 4 03616263\nx.test. AAAA 2001:db8::1\nx.test. TXT a\\032b\\\"c\n_25._tcp.x.test. TLSA 3 1 1 AB CD\n",
        "loop.example. CNAME loop.example.\n1.2.0.192.in-addr.arpa. PTR mail.example.com.\nexample.com. NS ns\\.1.example.com.\n",
    ];

    public override string[] Tokens =>
    [
        "\n", "\r\n", " ", "\t", "(", ")", ";", "\"", "\\", "\\032", "\\999", "\\#", "$ORIGIN ", "$TTL ", "$INCLUDE x", "$", "@", ".", "*", "IN", "CH", "TXT", "A", "AAAA", "MX", "NS", "PTR", "SOA", "CNAME", "TLSA", "SPF",
        "TYPE16", "TYPE0", "TYPE65536", "0", "1h", "99999999999", "example.com.", "192.0.2.1", "2001:db8::1", "\0", "\xff", "\xef\xbb\xbf", "00",
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var text = Encoding.Latin1.GetString(input);
        ZoneDnsResolver zone;
        try
        {
            var budget = new AllocationBudget(input.Length);
            zone = ZoneDnsResolver.Parse(text, "z");
            budget.Check();
        }
        catch (ZoneFileException exception)
        {
            Promise.That(exception.Line >= 1 && exception.Line <= text.Count(character => character == '\n') + 1);
            Promise.That(exception.FileName == "z");
            return;
        }
        foreach (var name in Names)
        {
            foreach (var type in Types)
            {
                var answer = zone.QueryAsync(new DnsQuestion(name, type)).Result;
                Promise.That(answer.Status == DnsStatus.NoError == !answer.Records.IsEmpty);
                Promise.That(answer.Records.All(record => record.Type == type));
                Promise.That(answer.TimeToLive >= TimeSpan.Zero);
            }
        }
    }
}
