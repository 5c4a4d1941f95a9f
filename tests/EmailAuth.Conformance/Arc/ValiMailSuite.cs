using System.Collections.Immutable;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests;
using YamlDotNet.RepresentationModel;

namespace EmailAuth.Conformance.Arc;

/// <summary>One case of ValiMail's ARC test suite; its README tells what the members are.</summary>
internal sealed record ValiMailCase(string Name, YamlMappingNode Test, YamlMappingNode Scenario)
{
    public override string ToString() => Name;

    public string Text(string key) => Test.Children.TryGetValue(key, out var value) && value is YamlScalarNode { Value: { } text } ? text : "";

    public string ScenarioText(string key) => ((YamlScalarNode)Scenario.Children[key]).Value!;

    /// <summary>YAML has LF line ends; the signatures were made over CRLF.</summary>
    public EmailMessage Message => EmailMessage.FromBytes(Encoding.UTF8.GetBytes(Text("message"))).NormalizingLineEndings();

    public IDnsResolver Resolver => new Keys(((YamlMappingNode)Scenario.Children["txt-records"]).Children
        .ToDictionary(entry => DomainName.Parse(((YamlScalarNode)entry.Key).Value!), entry => ((YamlScalarNode)entry.Value).Value!));

    private sealed class Keys(Dictionary<DomainName, string> records) : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) =>
            new(question.Type == DnsRecordType.TXT && records.TryGetValue(question.Name, out var text)
                ? DnsAnswer.WithRecords([new TxtRecord(Encoding.Latin1.GetBytes(text.TrimEnd('\n')))], TimeSpan.FromHours(1))
                : DnsAnswer.NoRecords(DnsStatus.NxDomain));
    }
}

/// <summary>A case in which the suite's own answer is not ours, from the committed list.</summary>
internal sealed record ValiMailException(string Case, string SuiteSays, string WeSay, string Section, string Why);

internal static class ValiMailSuite
{
    public static ImmutableArray<ValiMailCase> Read(string file)
    {
        var lines = File.ReadAllLines(PublishedSuites.PathOf("arc-valimail/" + file));
        RenameRepeated(lines);
        // YamlDotNet refuses a literal block that consists of a line of spaces, which elsewhere is an empty text.
        for (var i = 1; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]) && lines[i - 1].TrimEnd().EndsWith('|'))
                lines[i] = "";
        }
        var yaml = new YamlStream();
        yaml.Load(new StringReader(string.Join('\n', lines)));
        var cases = ImmutableArray.CreateBuilder<ValiMailCase>();
        foreach (var document in yaml.Documents)
        {
            if (document.RootNode is not YamlMappingNode scenario)
                continue;
            foreach (var (name, test) in ((YamlMappingNode)scenario.Children["tests"]).Children)
                cases.Add(new ValiMailCase(((YamlScalarNode)name).Value!, (YamlMappingNode)test, scenario));
        }
        return cases.DrainToImmutable();
    }

    /// <summary>Four names stand twice over different messages. Readers that take the last see 171 cases; here the first of each runs, too.</summary>
    private static void RenameRepeated(string[] lines)
    {
        var last = new Dictionary<string, int>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("  ", StringComparison.Ordinal) && lines[i].EndsWith(':') && lines[i][2..^1].All(octet => octet == '_' || char.IsAsciiLetterOrDigit(octet)))
            {
                if (last.TryGetValue(lines[i], out var earlier))
                    lines[earlier] = $"{lines[earlier][..^1]}{Earlier}:";
                last[lines[i]] = i;
            }
        }
    }

    public const string Earlier = "_earlier";

    /// <summary>The list beside this file: one case a line, its columns apart by "|".</summary>
    public static ImmutableDictionary<string, ValiMailException> Exceptions { get; } =
        File.ReadLines(Repository.PathOf("tests", "EmailAuth.Conformance", "Arc", "valimail-exceptions.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToImmutableDictionary(columns => columns[0], columns => new ValiMailException(columns[0], columns[1], columns[2], columns[3], columns[4]));
}
