using System.Collections.Immutable;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;
using EmailAuth.Dmarc;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth dmarc</c>: the policy of an author domain, and what it says of given identifiers.</summary>
internal sealed class DmarcVerb : Verb
{
    private static readonly Option Spf = new("--spf", "DOMAIN=RESULT", "what SPF said of the MAIL FROM domain", IsRepeatable: true);
    private static readonly Option Dkim = new("--dkim", "DOMAIN=RESULT", "what DKIM said of a signing domain", IsRepeatable: true);

    public override string Name => "dmarc";

    public override string Operands => "DOMAIN [--spf DOMAIN=RESULT] [--dkim DOMAIN=RESULT]…";

    public override string Summary => "find the policy of an author domain (RFC 9989)";

    public override int MaxOperands => 1;

    public override IReadOnlyList<Option> Options { get; } = [Spf, Dkim, DmarcMode.PublicSuffixes, .. DnsOptions.All, JsonOutput.Option];

    public override string Details => """
        Given identifiers and how they were authenticated (pass, fail, temperror and so on), tells the result for a message;
        without --spf and --dkim it only finds the policy.

          emailauth dmarc example.com
          emailauth dmarc news.example.com --spf bounce.example.com=pass --dkim example.net=fail --json

        Exit status: 0 evaluated; 1 quarantine or reject is asked for; 75 a temporary error decided.
        """;

    public override async Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        if (arguments.Operands is not [var text])
            throw new UsageException("the author domain is missing; right would be: emailauth dmarc example.com.");
        var domain = ValueReader.Domain("the author domain", text);
        ImmutableArray<AuthenticatedIdentifier> identifiers =
        [
            .. arguments.Values(Spf).Select(value => Identifier(Spf, value, IdentifierMethod.Spf)),
            .. arguments.Values(Dkim).Select(value => Identifier(Dkim, value, IdentifierMethod.Dkim)),
        ];
        using var dns = DnsOptions.Read(arguments);
        var evaluator = new DmarcEvaluator(dns.Resolver, DmarcMode.Read(arguments) with { TimeProvider = dns.Clock });
        var result = await evaluator.EvaluateAsync(AuthorDomains.Of(domain), identifiers, cancellationToken).ConfigureAwait(false);

        var isDiscovery = identifiers.IsEmpty;
        if (arguments.Has(JsonOutput.Option))
            JsonOutput.Write(io, json => WriteJson(json, result, isDiscovery));
        else
            WriteText(new TextPage(io), result, isDiscovery);
        return result.Status == DmarcStatus.TempError ? ExitStatus.Temporary
            : !isDiscovery && result.Disposition != DmarcPolicy.None ? ExitStatus.Refused
            : ExitStatus.Success;
    }

    private static AuthenticatedIdentifier Identifier(Option option, string value, IdentifierMethod method)
    {
        var sign = value.LastIndexOf('=');
        if (sign < 0)
            throw new UsageException($"{option.Name}: {PlainText.Quoted(value)} has no \"=\"; right would be example.com=pass.");
        var outcome = ValueReader.Word(option.Name, value[(sign + 1)..],
            ("pass", IdentifierOutcome.Pass), ("fail", IdentifierOutcome.Fail), ("temperror", IdentifierOutcome.TempError), ("permerror", IdentifierOutcome.Fail),
            ("none", IdentifierOutcome.Fail), ("neutral", IdentifierOutcome.Fail), ("softfail", IdentifierOutcome.Fail), ("policy", IdentifierOutcome.Fail));
        return new AuthenticatedIdentifier(method, ValueReader.Domain(option, value[..sign]), outcome);
    }

    private static void WriteJson(System.Text.Json.Utf8JsonWriter json, DmarcResult result, bool isDiscovery)
    {
        json.WriteStartObject();
        DmarcJson.WriteMembers(json, result, isDiscovery);
        json.WriteString("record", result.Record?.Text);
        json.WriteStrings("queries", [.. result.QueriedNames.Select(name => name.ToString())]);
        json.WriteEndObject();
    }

    private static void WriteText(TextPage page, DmarcResult result, bool isDiscovery)
    {
        if (!isDiscovery)
        {
            var (verdict, tone) = DmarcText.Verdict(result);
            page.Line(verdict, tone);
            DmarcText.Write(page, result);
        }
        else if (result.Policy is { } policy)
        {
            page.Finding("DMARC", policy.ToKeyword(), TextPage.ToneOf(policy.ToKeyword()), $"is the policy for {result.FromDomain}");
            DmarcText.WritePolicy(page, result);
        }
        else
        {
            page.Finding("DMARC", result.Status.ToKeyword(), TextPage.ToneOf(result.Status.ToKeyword()), result.ReasonText);
        }
        if (result.Record is { } record)
            page.More(record.Text);
        page.More($"asked: {string.Join(", ", result.QueriedNames)}");
    }
}
