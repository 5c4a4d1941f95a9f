using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using EmailAuth.Dns;

namespace EmailAuth.Conformance.Peers;

/// <summary>One generated case: a small world of zones, and a mail that comes from somewhere in it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Client">The client's address.</param>
/// <param name="Helo">The HELO name.</param>
/// <param name="MailFrom">The reverse-path without angle brackets.</param>
/// <param name="Zone">Name, type and values; the type TIMEOUT stands for every type that the name has no records of.</param>
internal sealed record SpfCase(
    [property: JsonPropertyName("id")] int Id,
    [property: JsonPropertyName("client")] string Client,
    [property: JsonPropertyName("helo")] string Helo,
    [property: JsonPropertyName("mail_from")] string MailFrom,
    [property: JsonPropertyName("zone")] SortedDictionary<string, SortedDictionary<string, List<string>>> Zone)
{
    /// <summary>The same world for our own resolver.</summary>
    public ZoneDnsResolver ToResolver()
    {
        var text = new StringBuilder();
        var dns = new ZoneDnsResolver();
        foreach (var (name, types) in Zone)
        {
            foreach (var (type, values) in types)
            {
                if (type == "TIMEOUT")
                    dns.WithFault(name, DnsRecordType.None, DnsStatus.Timeout);
                foreach (var value in values)
                    text.Append(CultureInfo.InvariantCulture, $"{name}. {type} {InMasterFile(type, value)}\n");
            }
        }
        return dns.Add(text.ToString());
    }

    private static string InMasterFile(string type, string value) => type switch
    {
        "TXT" => string.Join(' ', value.Chunk(250).Select(part => $"\"{new string(part).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"")),
        "MX" or "PTR" or "CNAME" => value + ".",
        _ => value,
    };

    public override string ToString() =>
        $"client {Client} helo {Helo} mail from {MailFrom}\n" + string.Join('\n', Zone.SelectMany(name => name.Value.SelectMany(type => type.Value.DefaultIfEmpty("").Select(value => $"{name.Key} {type.Key} {value}"))));
}

/// <summary>Makes cases from a seed: records of every mechanism, modifier and macro, right and wrong, over few names so that they meet.</summary>
internal sealed class SpfCases
{
    private static readonly string[] Clients = ["192.0.2.1", "192.0.2.77", "192.0.2.130", "198.51.100.9", "203.0.113.200", "2001:db8::1", "2001:db8:0:1::5", "2001:db8:ffff::1"];
    private static readonly string[] LocalParts = ["user", "strong-bad", "a.b-c+d", "x_y=z", "news/list", "~jack&jill"];
    private static readonly string[] Words = ["%{s}", "%{l}", "%{o}", "%{d}", "%{i}", "%{c}", "%{h}", "%{r}", "%{v}", "%{p}", "%{ir}", "%{d2}", "%{dr}", "%{d1r}", "%{l1r-}", "%{lr+-.}", "%{L}", "%{S}", "%{o1}", "%%", "%_", "%-", "%{l2r-+.}", "%{h9}", "words", "http://%{o}/?%{S}"];

    private readonly Random _random;
    private readonly SortedDictionary<string, SortedDictionary<string, List<string>>> _zone = new(StringComparer.Ordinal);
    private string _client = "";

    private SpfCases(int seed) => _random = new Random(seed);

    public static IEnumerable<SpfCase> Generate(int count)
    {
        for (var id = 0; id < count; id++)
            yield return new SpfCases(id).Make(id);
    }

    private SpfCase Make(int id)
    {
        _client = Pick(Clients);
        AddHosts();
        for (var i = 0; i < 6; i++)
            Add($"d{i}.example", "TXT", Record(i));
        Add("leaf.example", "TXT", Pick(["v=spf1 ip4:192.0.2.0/25 ip6:2001:db8::/48 ~all", "v=spf1 -ip4:192.0.2.0/24 +all"]));
        if (Chance(3))
            Add("d0.example", "TXT", Chance(50) ? "v=spf10 -all" : "v=spf1 ~all");
        for (var i = 0; i < 3; i++)
            Add($"exp{i}.example", "TXT", Explanation());
        if (Chance(10))
            Add("exp0.example", "TXT", "a second record");
        var mailFrom = Chance(6) ? "" : Chance(4) ? "@d0.example" : $"{Pick(LocalParts)}@d0.example";
        return new SpfCase(id, _client, Chance(80) ? "mail.h0.example" : Chance(50) ? "d1.example" : "localhost", mailFrom, _zone);
    }

    private void AddHosts()
    {
        for (var i = 0; i < 6; i++)
        {
            if (i != 4)
                Add($"h{i}.example", "A", Chance(30) && !_client.Contains(':', StringComparison.Ordinal) ? _client : $"198.51.100.{_random.Next(1, 20)}");
            if (i % 2 == 0)
                Add($"h{i}.example", "AAAA", Chance(30) && _client.Contains(':', StringComparison.Ordinal) ? _client : $"2001:db8:{_random.Next(1, 5)}::1");
        }
        for (var i = 0; i < 3; i++)
        {
            var exchanges = i == 2 && Chance(30) ? _random.Next(10, 13) : _random.Next(1, 4);
            for (var j = 0; j < exchanges; j++)
                Add($"m{i}.example", "MX", $"{j} h{_random.Next(6)}.example");
        }
        Add("d0.example", "A", Chance(20) && !_client.Contains(':', StringComparison.Ordinal) ? _client : "198.51.100.1");
        Add("d1.example", "MX", "10 h0.example");
        Add("alias.example", "CNAME", "h0.example");
        Add("alias2.example", "CNAME", "d2.example");
        Add("text.example", "TXT", "nothing of ours");
        Add("slow.example", "TIMEOUT", null);
        if (Chance(60))
            Add(ReverseName(), "PTR", Pick(["h0.example", "x.d0.example", "d0.example", "nowhere.example", "h1.example"]));
        if (Chance(30))
            Add(ReverseName(), "PTR", "x.d0.example");
        Add("x.d0.example", _client.Contains(':', StringComparison.Ordinal) ? "AAAA" : "A", Chance(70) ? _client : Pick(Clients.Where(client => client.Contains(':', StringComparison.Ordinal) == _client.Contains(':', StringComparison.Ordinal)).ToArray()));
        if (Chance(50))
            Add(ReverseName().Replace(".arpa", ".list.example", StringComparison.Ordinal), "A", "127.0.0.2");
        if (Chance(50))
            Add("user.users.example", "A", "127.0.0.2");
        if (Chance(50))
            Add("bad.strong.users.example", "A", "127.0.0.2");
        if (Chance(50))
            Add("d0.example.domains.example", "A", "127.0.0.2");
    }

    private string ReverseName()
    {
        var address = System.Net.IPAddress.Parse(_client);
        var octets = address.GetAddressBytes();
        var labels = octets.Length == 4 ? octets.Select(octet => octet.ToString(CultureInfo.InvariantCulture)) : octets.SelectMany(octet => octet.ToString("x2", CultureInfo.InvariantCulture)).Select(digit => digit.ToString());
        return $"{string.Join('.', labels.Reverse())}.{(octets.Length == 4 ? "in-addr" : "ip6")}.arpa";
    }

    private string Record(int number)
    {
        var terms = new List<string> { Chance(3) ? "V=SPF1" : "v=spf1" };
        var count = _random.Next(1, 100) < 4 ? _random.Next(9, 14) : _random.Next(0, 5);
        for (var i = 0; i < count; i++)
            terms.Add(Directive(number));
        if (Chance(75))
            terms.Add(Pick(["-all", "~all", "?all", "-all", "all"]));
        else if (Chance(50))
            terms.Insert(_random.Next(1, terms.Count + 1), $"redirect={Target(number)}");
        if (Chance(40))
            terms.Insert(_random.Next(1, terms.Count + 1), $"exp={Pick(["exp0.example", "exp1.example", "exp2.example", "nowhere.example", "slow.example", "%{d}", "exp1.%{o1}"])}");
        if (Chance(5))
            terms.Insert(_random.Next(1, terms.Count + 1), Pick(["x=y", "moo.cow-far_out=man:dog/cat", "x=%{d}", "y="]));
        if (Chance(4))
            terms.Insert(_random.Next(1, terms.Count + 1), Wrong());
        return string.Join(Chance(5) ? "  " : " ", terms);
    }

    private string Directive(int number)
    {
        var qualifier = Pick(["", "", "", "", "+", "-", "~", "?"]);
        return qualifier + _random.Next(12) switch
        {
            0 or 1 => $"ip4:{Pick(["192.0.2.0/24", "192.0.2.77", "192.0.2.128/25", "203.0.113.0/26", "198.51.100.9/31", "0.0.0.0/1", "10.0.0.0/8"])}",
            2 => $"ip6:{Pick(["2001:db8::/32", "2001:db8::1", "2001:db8:0:1::/64", "::/0", "2001:DB8::FFFF/112", "::ffff:192.0.2.1"])}",
            3 or 4 => $"a{Host()}{Lengths()}",
            5 => $"mx{Pick(["", ":m0.example", ":m1.example", ":m2.example", ":h1.example", ":nowhere.example", ":d1.example"])}{Lengths()}",
            6 or 7 => $"include:{Target(number)}",
            8 => $"exists:{Pick(["%{ir}.%{v}.list.example", "%{l}.users.example", "%{lr-}.users.example", "%{d}.domains.example", "%{o}.domains.example", "h0.example", "nowhere.example", "%{h}", "%{p}.x.example", "%{l}.%{i}.%{d2}.x.example"])}",
            9 => $"ptr{Pick(["", ":d0.example", ":example.org", ":h0.example", ":%{d}"])}",
            10 => "a",
            _ => $"ip4:{(_client.Contains(':', StringComparison.Ordinal) ? "192.0.2.1" : _client)}{Pick(["", "/32", "/30", "/20"])}",
        };
    }

    private string Host() => Pick(["", ":h0.example", ":h1.example", ":h2.example", ":h3.example", ":h4.example", ":h5.example", ":nowhere.example", ":alias.example", ":slow.example", ":%{d}", ":h%{d1r}.example", ":text.example"]);

    private string Lengths() => Chance(70) ? "" : Pick(["/24", "//64", "/24//64", "/0", "//0", "/16//32", "/32//128"]);

    /// <summary>Mostly records with a higher number, so that few evaluations go in circles.</summary>
    private string Target(int number) => Chance(4) ? Pick(["nowhere.example", "slow.example", "text.example", "alias2.example", "%{h}"])
        : Chance(2) ? $"d{_random.Next(6)}.example"
        : number < 5 ? $"d{Math.Min(number + _random.Next(1, 4), 5)}.example"
        : "leaf.example";

    private string Explanation() => string.Join(' ', Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Pick(Words))) + (Chance(3) ? "%{x}" : "");

    private string Wrong() => Pick(["moo", "ip4:1.2.3", "ip4:1.2.3.4/33", "ip4:010.0.0.1", "ip6:::1::", "ip6:1.2.3.4", "a:", "a:museum", "a:1.2.3.4", "a:x.-com", "a/33", "a//129", "a/024", "mx:h0.example:25", "include:", "include", "exists", "ptr/24", "all:x", "redirect:d1.example", "exp=exp0.example exp=exp1.example", "redirect=d1.example redirect=d2.example", "redirect=", "exp=museum", "x=%z", "exists:%(i).example", "exists:%{x}.example", "exists:%{c}.example", "1x=y", "=x", "-x=y"]);

    private void Add(string name, string type, string? value)
    {
        if (!_zone.TryGetValue(name, out var types))
            _zone.Add(name, types = new(StringComparer.Ordinal));
        if (!types.TryGetValue(type, out var values))
            types.Add(type, values = []);
        if (value is not null && !values.Contains(value))
            values.Add(value);
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
}
