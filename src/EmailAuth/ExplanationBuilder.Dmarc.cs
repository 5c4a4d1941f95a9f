using System.Collections.Immutable;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth;

internal sealed partial class ExplanationBuilder
{
    private MethodStep OfDmarc()
    {
        var dmarc = _result.Dmarc;
        var steps = List();
        foreach (var author in dmarc.AuthorDomains)
        {
            Add(steps, new IdentityStep(author.Domain.ToString(), author.Domain, $"the author domain is {author.Domain}")
            {
                Rule = Rule("dmarc.authorDomain", new RuleReference("RFC 9989 §5.3.1", "M9 M14 M15")),
                Input = Input(ExplanationInputKind.HeaderField, "From"),
            });
        }
        foreach (var step in _evidence?.Trace?.Dmarc.Steps ?? [])
            Add(steps, OfWalk(dmarc, step));
        foreach (var author in dmarc.AuthorDomains)
        {
            Add(steps, OfPolicy(dmarc, author));
            foreach (var alignment in author.Identifiers)
                Add(steps, OfAlignment(author, alignment));
        }
        AddLimit(steps, dmarc);
        Add(steps, new DecisionStep(dmarc.Status.ToKeyword(), ExplanationText.Safe($"{dmarc.Status.ToKeyword()}, disposition {dmarc.Disposition.ToKeyword()}: {dmarc.ReasonText}"))
        {
            Rule = Rule(ExplanationText.RuleName("dmarc", dmarc.Reason), DmarcRules.Of(dmarc.Reason)),
            Input = InputOf(dmarc),
            IsDeciding = true,
        });
        return new MethodStep("dmarc", dmarc.Status.ToKeyword(), ExplanationText.Safe($"DMARC {dmarc.Status.ToKeyword()}: {dmarc.ReasonText}"), steps.DrainToImmutable());
    }

    private PolicyWalkStep OfWalk(DmarcResult dmarc, DmarcStep step)
    {
        var inner = List();
        if (step.Domain.TryPrepend("_dmarc"u8, out var name))
            AddAnswers(inner, Asker.Dmarc, name);
        var record = step.Record is { } found ? ExplanationText.Safe(found.Text) : null;
        var text = step switch
        {
            { HasSeveralRecords: true } => "several records, all discarded",
            { Status: var status } when status.IsTransient() => "cannot be looked up now",
            { Record: null } => "no DMARC record",
            { Record.PublicSuffix: PublicSuffixClaim.Yes } => "a record that marks a public suffix (psd=y)",
            { Record.PublicSuffix: PublicSuffixClaim.No } => "a record that marks the Organizational Domain (psd=n)",
            _ => "a record",
        };
        var role = step.Record is not null && Equals(step.Domain, dmarc.PolicyDomain) ? "; it is the one that applies" : "";
        return new PolicyWalkStep(step.Domain, step.Status, record, ExplanationText.Safe($"_dmarc.{step.Domain}: {text}{role}"), inner.DrainToImmutable())
        {
            Rule = Rule("dmarc.walk", new RuleReference("RFC 9989 §4.10", step.HasSeveralRecords ? "M2" : step.Record is null ? "M1 M11" : "M5 M11")),
            Input = Input(ExplanationInputKind.Dns, $"_dmarc.{step.Domain} TXT"),
        };
    }

    private static PolicyStep OfPolicy(DmarcResult dmarc, AuthorDomainResult author)
    {
        var rows = new List<string>();
        var method = dmarc.DiscoveryMethod switch
        {
            DiscoveryMethod.TreeWalk => "the tree walk",
            DiscoveryMethod.PublicSuffixList => "the public suffix list",
        };
        if (dmarc.DiscoveryMethod == DiscoveryMethod.PublicSuffixList)
            rows.Add("M13");
        var text = $"no policy applies to {author.Domain}";
        if (author.Record is { Problems.IsEmpty: false })
            rows.AddRange(["M3", "M4"]);
        var reference = new RuleReference("RFC 9989 §4.10.1", "M4 M5");
        if (author is { Policy: { } policy, PolicyTag: { } tag })
        {
            reference = DmarcRules.Of(tag);
            text = $"the policy for {author.Domain} is {policy.ToKeyword()}, from the tag {Name(tag)} of the record at _dmarc.{author.PolicyDomain}";
            if (author.IsTesting)
                rows.Add("M7");
            if (author.IsSampledOut)
                rows.Add("M8");
            if (author.Record is { Percentage: < 100 })
                rows.Add("M8");
            if (author.AppliedPolicy != policy)
                text += $", lowered to {author.AppliedPolicy?.ToKeyword()} by {(author.IsTesting ? "t=y" : "pct")}";
            if (author.Record is { Problems: [var problem, ..] })
                text += $"; the record has a mistake: {problem.Text}";
        }
        else if (author.IsPolicyHidden)
        {
            text = $"a DNS error hides the policy for {author.Domain}";
        }
        // What hides the policy mostly hides this, too.
        var organizational = author switch
        {
            { OrganizationalDomain: { } found } => $"; the Organizational Domain is {found} by {method}",
            { IsPolicyHidden: true } => "",
            _ => "; a DNS error hides the Organizational Domain",
        };
        return new PolicyStep(author.Domain, author, ExplanationText.Safe(text + organizational))
        {
            Rule = Rule("dmarc.policy", reference with { Rows = string.Join(' ', rows.Prepend(reference.Rows).Distinct()) }),
            Input = Input(ExplanationInputKind.Dns, $"_dmarc.{author.PolicyDomain ?? author.Domain} TXT"),
        };
    }

    private static AlignmentStep OfAlignment(AuthorDomainResult author, IdentifierAlignment alignment)
    {
        return new AlignmentStep(author.Domain, alignment, ExplanationText.Safe(alignment.ToString()))
        {
            Rule = Rule(ExplanationText.RuleName("dmarc.alignment", alignment.Outcome), DmarcRules.Of(alignment.Outcome)),
            Input = alignment.Identifier.Method == IdentifierMethod.Spf ? Input(ExplanationInputKind.MailFrom) : Input(ExplanationInputKind.HeaderField, "DKIM-Signature"),
            IsDeciding = alignment.IsAlignedPass && author.Reason == DmarcReason.IdentifierAligned,
        };
    }

    private void AddLimit(ImmutableArray<ExplanationStep>.Builder steps, DmarcResult dmarc)
    {
        var limit = dmarc.Reason switch
        {
            DmarcReason.HeaderNotRead => "Limits.Message",
            DmarcReason.TooManyMailboxes => "Limits.Dmarc.MaxMailboxes",
            DmarcReason.TooManyAuthorDomains => "Limits.Dmarc.MaxAuthorDomains",
            DmarcReason.PolicyHidden or DmarcReason.AlignmentHidden when dmarc.AuthorDomains.Any(static author => author.IsOverLimit) => "Limits.Dmarc.MaxQueriesPerMessage",
            _ => null,
        };
        if (limit is not null)
            Add(steps, Limit(limit, dmarc.ReasonText, Rule(ExplanationText.RuleName("dmarc", dmarc.Reason), DmarcRules.Of(dmarc.Reason))));
    }

    private static ExplanationInput InputOf(DmarcResult dmarc)
    {
        var from = Input(ExplanationInputKind.HeaderField, "From");
        var record = dmarc.FromDomain is { } domain ? Input(ExplanationInputKind.Dns, $"_dmarc.{dmarc.PolicyDomain ?? domain} TXT") : from;
        return dmarc.Reason switch
        {
            DmarcReason.NoRecord or DmarcReason.RecordNotUsable or DmarcReason.SeveralRecords or DmarcReason.NotEveryAuthorDomainPassed or DmarcReason.PolicyHidden => record,
            DmarcReason.IdentifierAligned or DmarcReason.NoAuthenticatedIdentifier or DmarcReason.NoIdentifierAligned or DmarcReason.AlignmentHidden
                or DmarcReason.IdentifierTemporaryError => from,
            DmarcReason.HeaderNotRead => Input(ExplanationInputKind.Option, "Limits.Message"),
            DmarcReason.NoFromField or DmarcReason.SeveralFromFields or DmarcReason.FromNotParsable or DmarcReason.NoMailbox or DmarcReason.TooManyMailboxes
                or DmarcReason.TooManyAuthorDomains or DmarcReason.SeveralAuthors or DmarcReason.AddressLiteral or DmarcReason.SingleLabelDomain
                or DmarcReason.InvalidDomain => from,
        };
    }

    private static string Name(PolicyTag tag) => tag switch
    {
        PolicyTag.P => "p",
        PolicyTag.Sp => "sp",
        PolicyTag.Np => "np",
    };
}
