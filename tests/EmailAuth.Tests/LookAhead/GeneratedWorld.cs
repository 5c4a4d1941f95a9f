using System.Collections.Immutable;
using System.Net;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests.Arc;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.LookAhead;

/// <summary>
/// A message, a session and all of DNS, made of a number: records with includes, redirects, cycles, macros, exchanges and reverse names, policies up the tree, keys,
/// faults, and a delay for every answer.
/// </summary>
internal sealed class GeneratedWorld
{
    private const int Domains = 6;

    private static readonly DnsStatus[] Faults = [DnsStatus.ServFail, DnsStatus.Refused, DnsStatus.Timeout, DnsStatus.Malformed, DnsStatus.ResolverError];

    private static readonly string[] Froms =
    [
        "a@d0.example", "a@sub.d1.example", "a@gone.d0.example", "a@x.y.d2.example", "a@d0.example, b@d3.example", "a@d1.example, b@sub.d1.example, c@d4.example", "a@d5.example",
    ];

    private readonly Dictionary<DnsQuestion, DnsAnswer> _answers = [];
    private readonly HashSet<DomainName> _names = [];
    private readonly Random _random;
    private readonly int _seed;
    private readonly int _cold;

    private GeneratedWorld(int seed, ImmutableArray<byte[]> messages)
    {
        _seed = seed;
        _random = new Random(seed);
        _cold = _random.Next(4);
        Octets = messages[_random.Next(messages.Length)];
        var address = IPAddress.Parse(_random.Next(4) == 0 ? "2001:db8::1" : "192.0.2.1");
        var sender = Pick($"ann.bob@{Domain()}", $"a@sub.{Domain()}", $"ann@{Domain()}", "", "<>", "a@gone.d0.example", "broken", "j\u00f6rg@d1.example");
        Session = new SmtpSession(address, Pick(Domain(), $"mx.{Domain()}", $"h{_random.Next(4)}.example", "localhost"), sender);
        AddRecords();
        Ptr(address);
        AddFaults();
    }

    public byte[] Octets { get; }

    public EmailMessage Message => EmailMessage.FromBytes(Octets);

    public SmtpSession Session { get; }

    public static GeneratedWorld Of(int seed, ImmutableArray<byte[]> messages) => new(seed, messages);

    /// <summary>The messages that worlds choose from: signed by none to three domains, one of them sealed.</summary>
    public static async Task<ImmutableArray<byte[]>> MakeMessagesAsync()
    {
        var messages = ImmutableArray.CreateBuilder<byte[]>();
        string[][] signers = [[], ["d0.example"], ["sub.d1.example", "d0.example"], ["mail.d2.example", "d3.example", "d4.example"]];
        foreach (var from in Froms)
        {
            foreach (var domains in signers)
            {
                var message = $"From: {from}\r\nTo: b@example.net\r\nSubject: x\r\n\r\nbody\r\n";
                foreach (var domain in domains)
                {
                    message = await TestMail.SignAsync(message, new DkimSignerOptions
                    {
                        Domain = DomainName.Parse(domain),
                        Selector = "s",
                        Key = TestMail.Ed25519,
                        TimeProvider = TestMail.Clock,
                        AllowAnyAuthorDomain = true,
                    });
                }
                if (from == Froms[0])
                    message = await TestChain.SealAsync(message, "d5.example");
                messages.Add(Encoding.Latin1.GetBytes(message));
            }
        }
        return messages.DrainToImmutable();
    }

    /// <summary>What a question comes to, and after what time; 0 is at once, as from a warm cache.</summary>
    public (DnsAnswer Answer, int Delay) Answer(DnsQuestion question)
    {
        if (!_answers.TryGetValue(question, out var answer))
            answer = DnsAnswer.NoRecords(_names.Contains(question.Name) ? DnsStatus.NoData : DnsStatus.NxDomain, TimeSpan.FromSeconds(60));
        var hash = HashCode.Combine(_seed, question.Name.ToString().Length, question.Name.Octets.Length > 1 ? question.Name.Octets[1] : 0, question.Type, question.Name.Octets.Length > 0 ? question.Name.Octets[0] : 0);
        var delay = (hash & 0x7FFF_FFFF) % 7;
        // One world in four is cold as a whole, one is mostly warm.
        return (answer, _cold switch { 0 => 1 + delay, 1 => delay < 5 ? 0 : delay, _ => delay });
    }

    private string Domain() => $"d{_random.Next(Domains)}.example";

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    private void Add(string name, DnsRecord record) => Add(name, record.Type, record);

    private void Add(string name, DnsRecordType type, params ReadOnlySpan<DnsRecord> records)
    {
        var domain = DomainName.Parse(name);
        _names.Add(domain);
        var question = new DnsQuestion(domain, type);
        var before = _answers.TryGetValue(question, out var known) ? known.Records : [];
        _answers[question] = DnsAnswer.WithRecords([.. before, .. records], TimeSpan.FromSeconds(30 + _random.Next(300)));
    }

    private void Text(string name, string text) => Add(name, new TxtRecord(Encoding.Latin1.GetBytes(text)));

    private void AddRecords()
    {
        for (var i = 0; i < Domains; i++)
        {
            var domain = $"d{i}.example";
            if (_random.Next(12) > 0)
                Text(domain, SpfRecord());
            if (_random.Next(3) == 0)
                Text($"sub.{domain}", SpfRecord());
            if (_random.Next(3) == 0)
                Text($"mx.{domain}", SpfRecord());
            if (_random.Next(20) == 0)
                Text(domain, SpfRecord());
            for (var hosts = _random.Next(4) * _random.Next(4); hosts > 0; hosts--)
                Add(domain, new MxRecord(10, DomainName.Parse($"h{_random.Next(14)}.example")));
            foreach (var below in (string[])["", "sub.", "mail.", "y."])
            {
                if (_random.Next(3) == 0)
                    Text($"_dmarc.{below}{domain}", Policy());
            }
            if (_random.Next(3) > 0)
                Text($"s._domainkey.{domain}", _random.Next(6) == 0 ? "v=DKIM1; k=ed25519; p=" : TestMail.Ed25519Record);
            Text($"s._domainkey.sub.{domain}", TestMail.Ed25519Record);
            Text($"s._domainkey.mail.{domain}", TestMail.Ed25519Record);
        }
        if (_random.Next(4) == 0)
            Text("_dmarc.example", Pick("v=DMARC1; p=reject; psd=y", "v=DMARC1; p=none; psd=n", "v=DMARC1; p=quarantine; np=reject"));
        for (var i = 0; i < 14; i++)
        {
            if (_random.Next(3) > 0)
                Address($"h{i}.example");
        }
        Address("1.2.0.192.list.example");
        Text("exp.example", "%{i} is not one of %{d}'s");
    }

    private void Address(string name)
    {
        if (_random.Next(2) == 0)
            Add(name, new AddressRecord(Pick(IPAddress.Parse("192.0.2.1"), IPAddress.Parse("198.51.100.7"))));
        if (_random.Next(2) == 0)
            Add(name, new AddressRecord(Pick(IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::7"))));
    }

    private string SpfRecord()
    {
        var record = new StringBuilder("v=spf1");
        for (var terms = _random.Next(6); terms > 0; terms--)
            record.Append(' ').Append(Pick("", "", "", "?", "~", "-")).Append(Mechanism());
        if (_random.Next(4) == 0)
            record.Append(" redirect=").Append(Pick(Domain(), Domain(), "gone.example", "%{d2}"));
        if (_random.Next(3) == 0)
            record.Append(" exp=exp.example");
        if (_random.Next(2) == 0)
            record.Append(' ').Append(Pick("-all", "~all", "?all", "+all"));
        return record.ToString();
    }

    private string Mechanism() => _random.Next(16) switch
    {
        0 or 1 or 2 or 3 or 4 => $"include:{Domain()}",
        5 => $"include:sub.{Domain()}",
        6 => $"include:{Pick("%{o}", "%{d}", "sub.%{d2}", "%{h}", "gone.example", "%{p}")}",
        7 => $"a:h{_random.Next(14)}.example",
        8 => Pick("a", "a/24", "mx", "mx/24//64"),
        9 => $"mx:{Domain()}",
        10 => $"exists:{Pick("%{ir}.list.example", "%{i}.list.example", "%{l}.list.example", "%{l1r-}.%{o}.list.example", "%{v}.list.example", "%{p}.list.example")}",
        11 => Pick("ptr", "ptr:d0.example"),
        12 => "ip4:198.51.100.0/24",
        13 => "ip6:2001:db8:1::/48",
        14 => Pick("ip4:192.0.2.1", "ip6:2001:db8::/32"),
        _ => _random.Next(8) == 0 ? "ip4:1" : $"include:{Domain()}",
    };

    private string Policy() => "v=DMARC1; p=" + Pick("none", "quarantine", "reject")
        + Pick("", "", "; psd=y", "; psd=n") + Pick("", "; sp=reject") + Pick("", "; np=reject") + Pick("", "; aspf=s") + Pick("", "; adkim=s") + (_random.Next(10) == 0 ? "; p" : "");

    private void Ptr(IPAddress address)
    {
        for (var names = _random.Next(4); names > 0; names--)
            Add(ReverseName.Of(address).ToString(), new PtrRecord(DomainName.Parse(Pick($"h{_random.Next(14)}.example", Domain(), $"mx.{Domain()}"))));
    }

    private void AddFaults()
    {
        if (_random.Next(2) == 0)
            return;
        foreach (var question in _answers.Keys.ToArray())
        {
            if (_random.Next(25) == 0)
                _answers[question] = DnsAnswer.Failed(Pick(Faults), "a fault");
        }
    }
}
