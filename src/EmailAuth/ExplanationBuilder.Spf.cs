using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth;

internal sealed partial class ExplanationBuilder
{
    private MethodStep OfSpf(string method, SpfResult spf, int index)
    {
        var trace = _evidence?.Trace is { } kept && kept.Spf.Count > index ? kept.Spf[index] : null;
        var steps = List();
        Add(steps, OfIdentity(method, spf));
        if (spf.ClientAddress is not null || _result.Session.ClientAddress is not null)
            Add(steps, OfClient(spf));
        if (trace is not null)
            AddTrace(steps, trace);
        else
            AddPath(steps, spf);
        AddLimit(steps, spf);
        Add(steps, new DecisionStep(spf.Status.ToKeyword(), ExplanationText.Safe($"{spf.Status.ToKeyword()}: {spf.ReasonText}"))
        {
            Rule = Rule(ExplanationText.RuleName("spf", spf.Reason), SpfRules.Of(spf.Reason)),
            Input = InputOf(spf, trace),
            IsDeciding = true,
        });
        if (spf.Explanation is { } explanation)
        {
            Add(steps, new DecisionStep("explanation", ExplanationText.Safe($"the domain's owner says: \"{explanation}\""))
            {
                Rule = Rule("spf.explanation", new RuleReference("RFC 7208 §6.2", "S18")),
                Input = LastQuestion(spf, trace),
            });
        }
        var name = method == "helo" ? "SPF for HELO" : "SPF";
        return new MethodStep(method, spf.Status.ToKeyword(), ExplanationText.Safe($"{name} {spf.Status.ToKeyword()}: {spf.ReasonText}"), steps.DrainToImmutable());
    }

    private static IdentityStep OfIdentity(string method, SpfResult spf)
    {
        var (text, section, rows) = (method, spf.Scope) switch
        {
            ("helo", _) => ("the HELO name", "RFC 7208 §2.3", "S16"),
            (_, SpfScope.Helo) => ("the HELO name, since the reverse-path is null", "RFC 7208 §2.4", "S15"),
            _ => ("the reverse-path", "RFC 7208 §2.4", "S17"),
        };
        return new IdentityStep(ExplanationText.Safe(spf.Identity), spf.Domain, spf is { Scope: SpfScope.Helo, Helo.Length: 0 }
            ? "there is no identity: neither a reverse-path nor a HELO name was given"
            : ExplanationText.Safe($"the identity is {text}: \"{spf.Identity}\"{(spf.Domain is { } domain ? $", domain {domain}" : ", which names no domain")}"))
        {
            Rule = Rule("spf.identity", new RuleReference(section, rows)),
            Input = Input(spf.Scope == SpfScope.Helo ? ExplanationInputKind.Helo : ExplanationInputKind.MailFrom),
        };
    }

    private IdentityStep OfClient(SpfResult spf)
    {
        var given = _result.Session.ClientAddress?.ToString() ?? "";
        var address = spf.ClientAddress?.ToString() ?? given;
        return new IdentityStep(address, null, address == given ? $"the client is {address}" : $"the client is {address}, given as {given}")
        {
            Rule = Rule("spf.client", new RuleReference("RFC 7208 §5", "S11")),
            Input = Input(ExplanationInputKind.ClientAddress),
        };
    }

    /// <summary>Without a trace: the terms that led to the match.</summary>
    private void AddPath(ImmutableArray<ExplanationStep>.Builder steps, SpfResult spf)
    {
        foreach (var term in spf.IncludePath)
        {
            Add(steps, new SpfTermStep(spf.Domain!, ExplanationText.Safe(term), ExplanationText.Safe($"\"{term}\" matches"), [])
            {
                Rule = Rule("spf.term", SpfRules.OfTerm(term)),
                Outcome = "match",
                DnsLookups = spf.DnsLookups,
                VoidLookups = spf.VoidLookups,
            });
        }
    }

    /// <summary>The trace is a list in time; what is asked and tested within an included record is put below the term that led there.</summary>
    private void AddTrace(ImmutableArray<ExplanationStep>.Builder steps, SpfTrace trace)
    {
        var at = 0;
        AddTrace(steps, trace.Steps, 0, ref at);
        _leftOut += trace.Dropped;
    }

    private void AddTrace(ImmutableArray<ExplanationStep>.Builder steps, List<SpfStep> trace, int depth, ref int at)
    {
        while (at < trace.Count && trace[at].Depth >= depth)
        {
            var step = trace[at++];
            if (step.Answer is { } answer)
            {
                Add(steps, Dns(step.Question, answer));
                continue;
            }
            var inner = List();
            // At most eleven deep: every include is a look-up, and there are ten.
            if (step.Outcome == SpfTermOutcome.Entered && at < trace.Count && trace[at].Depth > depth)
                AddTrace(inner, trace, depth + 1, ref at);
            Add(steps, OfTerm(step, inner.DrainToImmutable()));
        }
    }

    private static SpfTermStep OfTerm(SpfStep step, ImmutableArray<ExplanationStep> inner)
    {
        var outcome = step.Outcome switch
        {
            SpfTermOutcome.NoMatch => "no match",
            SpfTermOutcome.Match => "match",
            SpfTermOutcome.Entered => "entered",
        };
        var expansion = step.Target is { } target ? $" stands for {target}" : "";
        var what = step.Outcome switch
        {
            SpfTermOutcome.NoMatch => "does not match",
            SpfTermOutcome.Match => "matches",
            SpfTermOutcome.Entered => "leads on",
        };
        var term = step.Term!;
        return new SpfTermStep(step.Domain, ExplanationText.Safe(term),
            ExplanationText.Safe($"\"{term}\" of {step.Domain}{expansion}{(expansion.Length > 0 ? " and" : "")} {what} (look-ups {Number(step.DnsLookups)}, void {Number(step.VoidLookups)})"), inner)
        {
            Expansion = step.Target,
            Outcome = outcome,
            DnsLookups = step.DnsLookups,
            VoidLookups = step.VoidLookups,
            Rule = Rule("spf.term", SpfRules.OfTerm(term)),
            Input = Input(ExplanationInputKind.ClientAddress),
        };
    }

    private void AddLimit(ImmutableArray<ExplanationStep>.Builder steps, SpfResult spf)
    {
        var limit = spf.Reason switch
        {
            SpfReason.TooManyDnsLookups => "Limits.Spf.MaxDnsLookups",
            SpfReason.TooManyVoidLookups => "Limits.Spf.MaxVoidLookups",
            SpfReason.TooManyMxHosts => "Limits.Spf.MaxMxHosts",
            SpfReason.TooManyQueries => "Limits.Spf.MaxQueries",
            SpfReason.TimeLimitReached => "Limits.Spf.MaxTime",
            _ => null,
        };
        if (limit is not null)
            Add(steps, Limit(limit, spf.ReasonText, Rule(ExplanationText.RuleName("spf", spf.Reason), SpfRules.Of(spf.Reason))));
    }

    private static LimitStep Limit(string limit, string text, ExplanationRule rule) => new(limit, ExplanationText.Safe($"the limit {limit} is hit: {text}"))
    {
        Rule = rule,
        Input = Input(ExplanationInputKind.Option, limit),
    };

    private static ExplanationInput InputOf(SpfResult spf, SpfTrace? trace)
    {
        var identity = Input(spf.Scope == SpfScope.Helo ? ExplanationInputKind.Helo : ExplanationInputKind.MailFrom);
        return spf.Reason switch
        {
            SpfReason.NotChecked or SpfReason.MechanismMatched => Input(ExplanationInputKind.ClientAddress),
            SpfReason.NoMechanismMatched or SpfReason.TooManyDnsLookups or SpfReason.TooManyMxHosts or SpfReason.TooManyQueries => LastRecord(spf, trace),
            SpfReason.SenderMalformed or SpfReason.DomainMalformed => identity,
            SpfReason.DomainDoesNotExist or SpfReason.NoRecord or SpfReason.MultipleRecords or SpfReason.IdenticalRecords or SpfReason.SyntaxError or SpfReason.RecordTooLong
                or SpfReason.TooManyVoidLookups or SpfReason.IncludeWithoutRecord or SpfReason.RedirectWithoutRecord or SpfReason.DnsError or SpfReason.TimeLimitReached => LastQuestion(spf, trace),
        };
    }

    /// <summary>The record that was under evaluation at the end; without a trace that of the domain.</summary>
    private static ExplanationInput LastRecord(SpfResult spf, SpfTrace? trace)
    {
        for (var i = (trace?.Answers.Count ?? 0) - 1; i >= 0; i--)
        {
            if (trace!.Answers[i].Question.Type == DnsRecordType.TXT)
                return DnsInput(trace.Answers[i].Question);
        }
        return LastQuestion(spf, null);
    }

    /// <summary>The question whose answer ended the evaluation; without a trace that for the domain's record.</summary>
    private static ExplanationInput LastQuestion(SpfResult spf, SpfTrace? trace) =>
        trace is { Answers: [.., var last] } ? DnsInput(last.Question) : spf.Domain is { } domain ? DnsInput(new DnsQuestion(domain, DnsRecordType.TXT)) : Input(ExplanationInputKind.MailFrom);
}
