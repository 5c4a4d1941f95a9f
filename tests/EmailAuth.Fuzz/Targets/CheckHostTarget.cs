using System.Net;
using EmailAuth.Dns;
using EmailAuth.Spf;

namespace EmailAuth.Fuzz.Targets;

/// <summary>
/// check_host() (RFC 7208 §4) over a zone out of the input. Its lines are the sender, the name given with HELO, and up to eight TXT records, one of
/// which every name has, found by its octets, so that evaluations go deep.
/// </summary>
internal sealed class CheckHostTarget : FuzzTarget
{
    private const int MostRecords = 8;

    private static readonly IPAddress[] Clients = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1"), IPAddress.Parse("::ffff:192.0.2.1")];

    public override string Name => "check-host";

    public override int Share => 2;

    protected override string[] SeedTexts =>
    [
        "user@example.com\nmail.example.com\nv=spf1 a mx:%{d}/24//64 include:%{i}.%{l1r+-}._spf.%{d2} -all\nv=spf1 redirect=%{o}.example.com exp=%{ir}.example.com\nv=spf1 ip4:192.0.2.0/24 -all",
        "a.b-c@x.example\nx\nv=spf1 exists:%{S}.%{h}.%{v}.x.example ptr:%{p}.example ?all\nno record\nv=spf1 include:%{h}.example ~all\n%{i} may not send for %{o}",
        "<>\nmail.example.net\nv=spf1 mx a:a.example a:b.example a:c.example a:d.example include:e.example include:f.example include:g.example -all\nv=spf1 ptr mx ~all",
        "x@y.example\nz\nv=spf1 include:y.example -all",
    ];

    public override string[] Tokens =>
    [
        "\n", "v=spf1 ", " -all", " ?all", " a", " mx", " ptr", " a:", " mx:", " ptr:", " include:", " exists:", " redirect=", " exp=", " ip4:192.0.2.1", " ip6:2001:db8::1", "/0", "//0", "%{d}", "%{i}", "%{l}",
        "%{s}", "%{p}", "%{h}", "%{o}", ".example.com", "x.", "@", "<", ">", "\"", "\u00C3\u00A4", "\0", "v=spf1\n",
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var lines = new List<byte[]>();
        foreach (var range in input.Split((byte)'\n'))
        {
            if (lines.Count < MostRecords + 2)
                lines.Add(input[range].ToArray());
        }
        var mailFrom = Syntax.Octets.ToText(lines[0]);
        var helo = lines.Count > 1 ? Syntax.Octets.ToText(lines[1]) : "mail.example.com";
        byte[][] records = lines.Count > 2 ? [.. lines[2..]] : ["v=spf1 -all"u8.ToArray()];
        var client = Clients[input.Length % Clients.Length];

        var world = new World(records);
        var evaluator = new SpfEvaluator(world);
        var budget = new AllocationBudget(input.Length);
        var result = Check(evaluator, client, helo, mailFrom);
        budget.Check();
        CheckResult(result, world);
        // Once more, with what was made of the records at hand: the same.
        var again = Check(evaluator, client, helo, mailFrom);
        Promise.That((again.Status, again.Reason, again.Mechanism, again.Explanation, again.DnsLookups, again.VoidLookups)
            == (result.Status, result.Reason, result.Mechanism, result.Explanation, result.DnsLookups, result.VoidLookups), $"{result} and then {again}");
        CheckField(result);
    }

    private static SpfResult Check(SpfEvaluator evaluator, IPAddress client, string helo, string mailFrom)
    {
        var check = evaluator.CheckMailFromAsync(client, helo, mailFrom);
        Promise.That(check.IsCompletedSuccessfully, "nothing is left to wait for");
        return check.Result;
    }

    private static void CheckResult(SpfResult result, World world)
    {
        // RFC 7208 §4.6.4: ten terms with ten names each, their own questions, the records, the names of the client and an explanation.
        Promise.That(world.Queries <= 124, $"{world.Queries}");
        Promise.That(result.DnsLookups <= 10 && result.VoidLookups <= 4);
        Promise.IsPrintable(result.ReasonText);
        Promise.That(result.Mechanism is null == (result.Reason != SpfReason.MechanismMatched));
        Promise.That(result.Explanation is null || (result.Status == SpfStatus.Fail && result.Explanation.Length <= SpfLimits.MaxExplanationLength));
        Promise.IsPrintable(result.Explanation ?? "");
        // I6: trouble that passes comes from DNS only.
        Promise.That(result.Status != SpfStatus.TempError || world.HadTrouble);
        Promise.That(result.Status != SpfStatus.Pass || result.Domain is not null);
    }

    private static void CheckField(SpfResult result)
    {
        var field = ReceivedSpfField.Of(result, "mx.example.org").ToHeaderField();
        Promise.IsOneField(field, ReceivedSpfField.FieldName);
        Promise.That(ReceivedSpfField.TryParse(field, out var read), $"{field}");
        Promise.That(read.Result == result.Status && read.ToHeaderField().ToString() == field.ToString(), $"{field}");
    }

    private sealed class World(byte[][] records) : IDnsResolver
    {
        private readonly DnsAnswer?[] _texts = new DnsAnswer?[records.Length];

        public int Queries { get; private set; }

        public bool HadTrouble { get; private set; }

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            Queries++;
            return new ValueTask<DnsAnswer>(Answer(question));
        }

        private DnsAnswer Answer(DnsQuestion question)
        {
            var which = 0;
            foreach (var octet in question.Name.Octets)
                which += octet;
            if (which % 11 == 0)
            {
                HadTrouble |= which % 2 == 1;
                return DnsAnswer.NoRecords(which % 2 == 0 ? DnsStatus.NxDomain : DnsStatus.ServFail);
            }
            return question.Type switch
            {
                DnsRecordType.TXT => _texts[which % records.Length] ??= DnsAnswer.WithRecords([new TxtRecord(records[which % records.Length])], TimeSpan.Zero),
                DnsRecordType.A => One(new AddressRecord(new IPAddress([192, 0, 2, (byte)which]))),
                DnsRecordType.AAAA => One(new AddressRecord(IPAddress.IPv6Loopback)),
                DnsRecordType.MX => One(new MxRecord(10, question.Name)),
                _ => One(new PtrRecord(DomainName.Parse("mail.example.com"))),
            };
        }

        private static DnsAnswer One(DnsRecord record) => DnsAnswer.WithRecords([record], TimeSpan.Zero);
    }
}
