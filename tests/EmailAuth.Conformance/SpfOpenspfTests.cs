using System.Net;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Tests;
using YamlDotNet.RepresentationModel;

namespace EmailAuth.Conformance;

/// <summary>The openspf.org test suite for RFC 7208: every case, and where it allows two results, the first.</summary>
[Rfc(7208, "4")]
public class SpfOpenspfTests
{
    private const string File = "spf-openspf/rfc7208-tests.yml";

    /// <summary>The suite's word for "whatever the checker says by itself"; we add no words of our own.</summary>
    private const string DefaultExplanation = "DEFAULT";

    private const int CasesInSuite = 203;

    private static IEnumerable<TestCaseData> Cases()
    {
        if (!PublishedSuites.ArePresent)
            yield break;
        foreach (var (scenario, zone, name, test) in ReadSuite())
            yield return new TestCaseData(zone, test).SetName($"openspf {scenario}: {name}");
    }

    [TestCaseSource(nameof(Cases))]
    public async Task The_suite_is_answered_as_it_asks(SuiteZone zone, YamlMappingNode test)
    {
        var client = IPAddress.Parse(Text(test, "host")!);
        var helo = Text(test, "helo")!;
        var mailFrom = Text(test, "mailfrom")!;

        var result = await new SpfEvaluator(zone).CheckMailFromAsync(client, helo, mailFrom);

        var expected = test.Children["result"] is YamlSequenceNode several ? several.Children[0].ToString() : Text(test, "result");
        Assert.That(result.Status.ToKeyword(), Is.EqualTo(expected), result.ReasonText);
        if (Text(test, "explanation") is { } explanation)
            Assert.That(result.Explanation, Is.EqualTo(explanation == DefaultExplanation ? null : explanation));
    }

    [Test]
    public void The_suite_is_there_as_a_whole()
    {
        PublishedSuites.PathOf(File);
        Assert.That(ReadSuite().Count(), Is.EqualTo(CasesInSuite));
    }

    private static IEnumerable<(string Scenario, SuiteZone Zone, string Name, YamlMappingNode Test)> ReadSuite()
    {
        // Some strings of the suite are single octets (\x80 to \xFF); YAML hands them over as the characters of that number.
        var yaml = new YamlStream();
        using var reader = new StreamReader(PublishedSuites.PathOf(File), Encoding.UTF8);
        yaml.Load(reader);
        foreach (var document in yaml.Documents)
        {
            var root = (YamlMappingNode)document.RootNode;
            var zone = new SuiteZone((YamlMappingNode)root.Children["zonedata"]);
            foreach (var (name, test) in ((YamlMappingNode)root.Children["tests"]).Children)
                yield return (Text(root, "description")!, zone, name.ToString(), (YamlMappingNode)test);
        }
    }

    private static string? Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    /// <summary>The zone data of one scenario as a resolver, by the suite's own rules.</summary>
    public sealed class SuiteZone : IDnsResolver
    {
        private readonly Dictionary<string, List<(string Type, YamlNode Data)>> _names = new(StringComparer.OrdinalIgnoreCase);

        internal SuiteZone(YamlMappingNode zonedata)
        {
            foreach (var (name, records) in zonedata.Children)
            {
                var list = _names[name.ToString()] = [];
                foreach (var record in (YamlSequenceNode)records)
                {
                    if (record is YamlMappingNode typed)
                        list.Add((typed.Children.Single().Key.ToString(), typed.Children.Single().Value));
                    else
                        list.Add((record.ToString(), record));
                }
                // "An SPF entry stands for a TXT record too, unless the name has a TXT entry."
                if (!list.Any(entry => entry.Type == "TXT"))
                    list.AddRange([.. list.Where(entry => entry.Type == "SPF").Select(entry => ("TXT", entry.Data))]);
            }
        }

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            var name = question.Name.ToString();
            for (var aliases = 0; aliases < 8; aliases++)
            {
                if (!_names.TryGetValue(name, out var entries))
                    return new(DnsAnswer.NoRecords(DnsStatus.NxDomain));
                var found = entries.Where(entry => entry.Type == question.Type.ToString() && !IsNone(entry.Data)).Select(entry => Record(question.Type, entry.Data)).ToList();
                if (found.Count > 0)
                    return new(DnsAnswer.WithRecords([.. found], TimeSpan.FromMinutes(5)));
                // "TIMEOUT alone means that every query for the name times out"; for the types that it has records of it is answered.
                if (entries.Any(entry => entry.Type == "TIMEOUT"))
                    return new(DnsAnswer.NoRecords(DnsStatus.Timeout));
                if (entries.FirstOrDefault(entry => entry.Type == "CNAME") is not { Data: { } alias })
                    return new(DnsAnswer.NoRecords(DnsStatus.NoData));
                name = alias.ToString();
            }
            return new(DnsAnswer.NoRecords(DnsStatus.Malformed));
        }

        private static bool IsNone(YamlNode data) => data is YamlScalarNode { Value: "NONE", Style: YamlDotNet.Core.ScalarStyle.Plain };

        private static DnsRecord Record(DnsRecordType type, YamlNode data) => type switch
        {
            DnsRecordType.TXT => new TxtRecord(Encoding.Latin1.GetBytes(data is YamlSequenceNode strings ? string.Concat(strings.Children) : data.ToString())),
            DnsRecordType.A or DnsRecordType.AAAA => new AddressRecord(IPAddress.Parse(data.ToString())),
            DnsRecordType.MX => new MxRecord(int.Parse(data[0].ToString(), System.Globalization.CultureInfo.InvariantCulture), Name(data[1].ToString())),
            DnsRecordType.PTR => new PtrRecord(Name(data.ToString())),
            _ => throw new InvalidOperationException($"The suite has no {type} records."),
        };

        private static DomainName Name(string text) =>
            text.Length == 0 ? DomainName.Root
            : DomainName.TryParseQueryName(Encoding.Latin1.GetBytes(text), out var name) ? name
            : throw new InvalidOperationException($"\"{text}\" is no name.");
    }
}
