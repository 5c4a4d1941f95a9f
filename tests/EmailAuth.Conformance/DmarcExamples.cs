using System.Collections.Immutable;
using System.Text.Json;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Syntax;
using EmailAuth.Tests;

namespace EmailAuth.Conformance;

/// <summary>Appendix B of RFC 9989: alignment, records, report destinations, the SMTP session and the tree walks.</summary>
[Rfc(9989, "B")]
public class DmarcExamples
{
    private const string Suite = "rfc-examples";

    private static IEnumerable<TestCaseData> Cases(Func<JsonElement, bool> wanted)
    {
        if (!PublishedSuites.ArePresent)
        {
            yield return new TestCaseData(default(JsonElement)).SetArgDisplayNames("absent");
            yield break;
        }
        foreach (var line in File.ReadLines(PublishedSuites.PathOf($"{Suite}/manifest.jsonl")))
        {
            var example = JsonDocument.Parse(line).RootElement;
            if (wanted(example))
                yield return new TestCaseData(example).SetArgDisplayNames(example.GetProperty("id").GetString()!);
        }
    }

    private static IEnumerable<TestCaseData> Messages() => Cases(example => Says(example, "kind", "dmarc") && example.TryGetProperty("dmarc_input", out _));

    private static IEnumerable<TestCaseData> Walks() => Cases(example => Says(example, "kind", "dmarc") && example.GetProperty("expect").TryGetProperty("walk", out _));

    private static IEnumerable<TestCaseData> Destinations() => Cases(example => Says(example, "kind", "dmarc") && example.TryGetProperty("report_auth", out _));

    private static IEnumerable<TestCaseData> Records() => Cases(example => Says(example, "kind", "record") && Says(example, "record_type", "dmarc"));

    [Test]
    public void Every_example_is_run()
    {
        PublishedSuites.PathOf(Suite);
        Assert.That(Cases(example => Says(example, "kind", "dmarc")).Count(), Is.EqualTo(Messages().Count() + Destinations().Count()));
        Assert.That((Messages().Count(), Walks().Count(), Destinations().Count(), Records().Count()), Is.EqualTo((17, 3, 2, 6)));
    }

    [TestCaseSource(nameof(Messages))]
    public async Task A_message_gets_the_verdict_of_the_appendix(JsonElement example)
    {
        var dns = ZoneOf(example);
        var input = example.GetProperty("dmarc_input");
        var identifiers = ImmutableArray.CreateBuilder<AuthenticatedIdentifier>();
        if (input.GetProperty("spf") is { ValueKind: JsonValueKind.Object } spf)
            identifiers.Add(IdentifierOf(IdentifierMethod.Spf, spf));
        foreach (var dkim in input.GetProperty("dkim").EnumerateArray())
            identifiers.Add(IdentifierOf(IdentifierMethod.Dkim, dkim));

        var authors = AuthorDomains.Of(DomainName.Parse(input.GetProperty("from_domain").GetString()!));
        var result = await new DmarcEvaluator(dns).EvaluateAsync(authors, identifiers.ToImmutable());

        var expect = example.GetProperty("expect");
        Assert.That(result.Status.ToString(), Is.EqualTo(expect.GetProperty("dmarc").GetString()).IgnoreCase, result.ReasonText);
        if (expect.TryGetProperty("dmarc_policy", out var policy))
            Assert.That(result.Policy.ToString(), Is.EqualTo(policy.GetString()).IgnoreCase);
        if (expect.TryGetProperty("dmarc_policy_domain", out var policyDomain))
            Assert.That(result.PolicyDomain?.ToString(), Is.EqualTo(policyDomain.GetString()));
        if (expect.TryGetProperty("org_domains", out var organizations))
        {
            Assert.That(result.OrganizationalDomain?.ToString(), Is.EqualTo(organizations.GetProperty(authors.Domains[0].ToString()).GetString()));
            foreach (var alignment in result.Identifiers.Where(alignment => alignment.OrganizationalDomain is not null))
                Assert.That(alignment.OrganizationalDomain?.ToString(), Is.EqualTo(organizations.GetProperty(alignment.Identifier.Domain.ToString()).GetString()));
        }
        if (expect.TryGetProperty("alignment", out var kind) && result.Status == DmarcStatus.Pass)
            Assert.That(result.Identifiers.Single().Outcome.ToString(), Is.EqualTo(kind.GetString()).IgnoreCase);
        Assert.That(dns.Queries, Has.Length.LessThanOrEqualTo(24));
    }

    [TestCaseSource(nameof(Messages))]
    public void The_message_of_an_example_has_its_author_domain(JsonElement example)
    {
        if (PathOf(example, "message") is not { } path)
            Assert.Pass("The example has no message.");
        else
            Assert.That(AuthorDomains.Read(HeaderBlock.Parse(File.ReadAllBytes(path), MessageLimits.Default), DmarcLimits.Default).Domains.Select(domain => domain.ToString()),
                Is.EqualTo(new[] { example.GetProperty("dmarc_input").GetProperty("from_domain").GetString() }));
    }

    [TestCaseSource(nameof(Walks))]
    public async Task A_tree_walk_asks_the_names_of_the_appendix_in_order(JsonElement example)
    {
        PublishedSuites.PathOf(Suite);
        var expect = example.GetProperty("expect");
        foreach (var walk in expect.GetProperty("walk").EnumerateObject())
        {
            var dns = ZoneOf(example);
            var result = await new DmarcEvaluator(dns).DiscoverAsync(DomainName.Parse(walk.Name));
            var names = walk.Value.EnumerateArray().Select(name => name.GetString()).ToList();
            Assert.That(dns.Queries.Select(question => question.Name.ToString()), Is.EqualTo(names));
            Assert.That(result.QueriedNames.Select(name => name.ToString()), Is.EqualTo(names));
            Assert.That(result.OrganizationalDomain?.ToString(), Is.EqualTo(expect.GetProperty("org_domains").GetProperty(walk.Name).GetString()));
        }
    }

    [TestCaseSource(nameof(Destinations))]
    public async Task A_report_destination_is_authorized_as_the_appendix_says(JsonElement example)
    {
        var dns = ZoneOf(example);
        var input = example.GetProperty("report_auth");
        var expect = example.GetProperty("expect");
        var evaluator = new DmarcEvaluator(dns);
        var discovery = await evaluator.DiscoverAsync(DomainName.Parse(input.GetProperty("policy_domain").GetString()!));
        foreach (var (kind, key) in new[] { (ReportKind.Aggregate, "rua"), (ReportKind.Failure, "ruf") })
        {
            var destinations = await evaluator.CheckReportDestinationsAsync(discovery.PolicyDomain!, discovery.Record!, kind);
            foreach (var destination in destinations.Where(destination => destination.Uri.Host!.ToString() == input.GetProperty("destination_domain").GetString()))
                Assert.That(destination.Status == ReportDestinationStatus.Authorized, Is.EqualTo(expect.GetProperty("report_authorized").GetBoolean()), destination.Text);
            if (expect.TryGetProperty(key, out var uris))
                Assert.That(destinations.SelectMany(destination => destination.Destinations).Select(uri => uri.Text), Is.EqualTo(uris.EnumerateArray().Select(uri => uri.GetString())));
        }
    }

    [TestCaseSource(nameof(Records))]
    public void A_record_has_the_values_of_the_appendix(JsonElement example)
    {
        PublishedSuites.PathOf(Suite);
        var text = example.GetProperty("record").GetString()!;
        var expect = example.GetProperty("expect");
        var lint = DmarcRecord.Lint(text);
        Assert.That(lint.IsUsable, Is.EqualTo(expect.GetProperty("usable").GetBoolean()));
        Assert.That(expect.GetProperty("lint").GetString()!.Split('|'), Does.Contain(Gravest(lint)));
        Assert.That(DmarcRecord.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var record));
        foreach (var tag in expect.GetProperty("tags").EnumerateObject())
        {
            var found = tag.Name switch
            {
                "p" => record!.Policy.ToString()!,
                "t" => record!.IsTesting ? "y" : "n",
                "aspf" => record!.SpfAlignment.ToString()[..1],
                "rua" => string.Join(',', record!.AggregateReportUris),
                "ruf" => string.Join(',', record!.FailureReportUris),
                _ => throw new AssertionException($"The runner does not know the tag {tag.Name}."),
            };
            var expected = tag.Value.ValueKind == JsonValueKind.Array ? string.Join(',', tag.Value.EnumerateArray().Select(uri => uri.GetString())) : tag.Value.GetString();
            Assert.That(found, Is.EqualTo(expected).IgnoreCase, tag.Name);
        }
    }

    private static string Gravest(LintReport lint) =>
        lint.Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error) ? "error"
        : lint.Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning) ? "warning"
        : "ok";

    private static AuthenticatedIdentifier IdentifierOf(IdentifierMethod method, JsonElement identifier) =>
        new(method, DomainName.Parse(identifier.GetProperty("domain").GetString()!), identifier.GetProperty("result").GetString() switch
        {
            "pass" => IdentifierOutcome.Pass,
            "temperror" => IdentifierOutcome.TempError,
            _ => IdentifierOutcome.Fail,
        });

    private static ZoneDnsResolver ZoneOf(JsonElement example)
    {
        PublishedSuites.PathOf(Suite);
        var dns = ZoneDnsResolver.Load(PathOf(example, "zone")!);
        dns.LogQueries = true;
        return dns;
    }

    private static string? PathOf(JsonElement example, string member)
    {
        var suite = PublishedSuites.PathOf(Suite);
        return example.GetProperty(member).GetString() is { } file ? Path.Combine(suite, file) : null;
    }

    private static bool Says(JsonElement example, string member, string value) =>
        example.TryGetProperty(member, out var found) && found.GetString() == value;
}
