using System.Collections.Immutable;
using System.Globalization;
using EmailAuth.Arc;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Iprev;
using EmailAuth.Signatures;
using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth;

// What all methods need: counted steps, rules, questions. The methods stand in files of their own.

/// <summary>Makes an <see cref="Explanation"/> of a verdict and, where it was kept, of its evidence.</summary>
internal sealed partial class ExplanationBuilder
{
    private readonly VerificationResult _result;
    private readonly VerdictEvidence? _evidence;
    private int _count;
    private int _leftOut;

    private ExplanationBuilder(VerificationResult result)
    {
        _result = result;
        _evidence = result.Evidence;
    }

    public static Explanation Explain(VerificationResult result)
    {
        var builder = new ExplanationBuilder(result);
        var steps = List();
        builder.Add(steps, builder.OfSpf("spf", result.Spf, 0));
        if (result.Helo is { } helo)
            builder.Add(steps, builder.OfSpf("helo", helo, 1));
        builder.Add(steps, builder.OfDkim());
        builder.Add(steps, builder.OfArc());
        builder.Add(steps, builder.OfDmarc());
        if (result.ArcOverride is { } arcOverride)
            builder.Add(steps, builder.OfOverride(arcOverride));
        if (result.Iprev is { } iprev)
            builder.Add(steps, builder.OfIprev(iprev));
        return new Explanation(steps.DrainToImmutable(), ExplanationParagraph.Of(result), result.Evidence is not null, builder._leftOut);
    }

    private static ImmutableArray<ExplanationStep>.Builder List() => ImmutableArray.CreateBuilder<ExplanationStep>();

    /// <summary>Adds a step as long as there is room. What was decided is always told: it is little.</summary>
    private void Add(ImmutableArray<ExplanationStep>.Builder steps, ExplanationStep step)
    {
        if (++_count <= Explanation.MaxSteps || step is MethodStep or DecisionStep)
            steps.Add(step);
        else
            _leftOut++;
    }

    private static ExplanationRule Rule(string name, RuleReference reference) =>
        new(name, reference.Section, reference.Rows.Length == 0 ? [] : [.. reference.Rows.Split(' ')]);

    private static ExplanationInput Input(ExplanationInputKind kind, string name = "") => new(kind, name);

    private static ExplanationInput DnsInput(DnsQuestion question) => new(ExplanationInputKind.Dns, question.ToString());

    private DnsStep Dns(DnsQuestion question, DnsAnswer answer)
    {
        TimeSpan? age = answer.ReceivedAt is { } received && _evidence is not null && _evidence.Moment > received ? _evidence.Moment - received : null;
        // N1: what is no answer is kept apart from "no such name". N3, N5: the records as octets, and whether they had expired.
        var rows = answer.IsStale ? "N5" : answer.Status.IsTransient() ? "N1" : question.Type == DnsRecordType.TXT ? "N1 N2 N3" : "N1 N2 N6";
        return new DnsStep(question, answer, age, ExplanationText.Of(question, answer, age))
        {
            Rule = Rule("dns.answer", new RuleReference("RFC 1035 §4.1.1", rows)),
            Input = DnsInput(question),
        };
    }

    /// <summary>Adds what was asked at a name by that asker, if it was kept.</summary>
    private void AddAnswers(ImmutableArray<ExplanationStep>.Builder steps, Asker asker, DomainName? name)
    {
        if (_evidence is null || name is null)
            return;
        foreach (var answer in _evidence.Answers[(int)asker])
        {
            if (answer.Question.Name != name)
                continue;
            Add(steps, Dns(answer.Question, answer.Answer));
            return;
        }
    }

    private SignatureEvidence? EvidenceOf(int fieldIndex) => _evidence?.Trace?.Signatures.Evidence.GetValueOrDefault(fieldIndex);

    private static string Base64(ReadOnlyMemory<byte> octets) => Convert.ToBase64String(octets.Span);

    private string? FieldValue(int index)
    {
        if (_evidence is null || index < 0 || index >= _result.Header.Fields.Length)
            return null;
        var value = _result.Header.Value(_result.Header.Fields[index]);
        // Enough for every tag that people look at; a signature of 8,192 bits stands at its end.
        return ExplanationText.Safe(Octets.ToText(value[..Math.Min(value.Length, 2_000)]).Replace("\r\n", "", StringComparison.Ordinal).Trim());
    }

    private MethodStep OfOverride(ArcOverrideResult arcOverride)
    {
        var steps = List();
        Add(steps, new DecisionStep(arcOverride.IsAllowed ? "allowed" : "refused", ExplanationText.Safe(arcOverride.ReasonText))
        {
            Rule = Rule(ExplanationText.RuleName("arcOverride", arcOverride.Reason), ArcRules.Of(arcOverride.Reason)),
            Input = Input(ExplanationInputKind.Option, "TrustedSealers"),
            IsDeciding = true,
        });
        return new MethodStep("arc-override", arcOverride.IsAllowed ? "allowed" : "refused",
            ExplanationText.Safe($"local policy {(arcOverride.IsAllowed ? "may" : "may not")} override DMARC: {arcOverride.ReasonText}"), steps.DrainToImmutable());
    }

    private MethodStep OfIprev(IprevResult iprev)
    {
        var steps = List();
        foreach (var answer in _evidence?.Trace?.Iprev ?? [])
            Add(steps, Dns(answer.Question, answer.Answer));
        Add(steps, new DecisionStep(iprev.Status.ToKeyword(), ExplanationText.Safe($"{iprev.Status.ToKeyword()}: {iprev.ReasonText}"))
        {
            Rule = Rule(ExplanationText.RuleName("iprev", iprev.Reason), IprevRules.Of(iprev.Reason)),
            Input = Input(ExplanationInputKind.ClientAddress),
            IsDeciding = true,
        });
        return new MethodStep("iprev", iprev.Status.ToKeyword(), ExplanationText.Safe($"iprev {iprev.Status.ToKeyword()}: {iprev.ReasonText}"), steps.DrainToImmutable());
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
