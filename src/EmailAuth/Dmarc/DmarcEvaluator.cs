using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>
/// Evaluates DMARC (RFC 9989 §5.3): finds the policy of the author domain, and compares the identifiers that SPF and DKIM authenticated
/// with it. Safe to use from many threads at once.
/// </summary>
public sealed class DmarcEvaluator
{
    private readonly IDnsResolver _resolver;
    private readonly DmarcOptions _options;
    private readonly DomainNames _names;

    /// <param name="resolver">Whom to ask.</param>
    /// <param name="options">How to evaluate; null for the defaults.</param>
    public DmarcEvaluator(IDnsResolver resolver, DmarcOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        _resolver = resolver;
        _options = options ?? DmarcOptions.Default;
        _names = _options.Names ?? new DomainNames();
    }

    /// <summary>Evaluates one message.</summary>
    /// <param name="authors">Its author domains.</param>
    /// <param name="identifiers">What SPF and DKIM were asked about, and how that ended. DMARC believes it.</param>
    /// <param name="cancellationToken">Ends the evaluation with an <see cref="OperationCanceledException"/>.</param>
    public async ValueTask<DmarcResult> EvaluateAsync(AuthorDomains authors, ImmutableArray<AuthenticatedIdentifier> identifiers, CancellationToken cancellationToken = default)
    {
        using var dns = MessageResolver();
        var discovery = Start(authors, dns, cancellationToken);
        if (!identifiers.IsDefault)
            discovery.LookAhead(identifiers);
        return await EvaluateAsync(discovery, identifiers, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the policy of an author domain. The result is that of a message in which nothing is authenticated.</summary>
    /// <param name="authorDomain">The domain, as it would stand in a From field.</param>
    /// <param name="cancellationToken">Ends the discovery with an <see cref="OperationCanceledException"/>.</param>
    public ValueTask<DmarcResult> DiscoverAsync(DomainName authorDomain, CancellationToken cancellationToken = default) =>
        EvaluateAsync(AuthorDomains.Of(authorDomain), [], cancellationToken);

    /// <summary>
    /// Finds out which of a record's report destinations have agreed to get reports (RFC 9990 §3); those inside the domain's own
    /// organization need not. At most <see cref="DmarcLimits.MaxReportUris"/> are checked, in the order of the record.
    /// </summary>
    /// <param name="policyDomain">The domain at which the record was found: <see cref="DmarcResult.PolicyDomain"/>.</param>
    /// <param name="record">The record: <see cref="DmarcResult.Record"/>.</param>
    /// <param name="kind">Which of its two lists.</param>
    /// <param name="cancellationToken">Ends the check with an <see cref="OperationCanceledException"/>.</param>
    public async ValueTask<ImmutableArray<ReportDestination>> CheckReportDestinationsAsync(DomainName policyDomain, DmarcRecord record, ReportKind kind, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policyDomain);
        ArgumentNullException.ThrowIfNull(record);
        using var dns = MessageResolver();
        return await new ReportDestinationCheck(policyDomain, kind, new DmarcLookups(dns, _options, _names), _options.PublicSuffixes).CheckAsync(record, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins to look for the policies, so that the answers are on their way while SPF and DKIM are still being checked.</summary>
    /// <param name="authors">The author domains.</param>
    /// <param name="resolver">The message's own view of DNS.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal DmarcDiscovery Start(AuthorDomains authors, IMessageDns resolver, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authors);
        if (_options.RefuseSeveralAuthors)
            authors = authors.RefusingSeveral();
        return new DmarcDiscovery(authors, new DmarcLookups(resolver, _options, _names, authors.Domains.Length), _options.PublicSuffixes, cancellationToken);
    }

    /// <summary>Ends what <see cref="Start"/> began. Once for each.</summary>
    internal async ValueTask<DmarcResult> EvaluateAsync(DmarcDiscovery discovery, ImmutableArray<AuthenticatedIdentifier> identifiers, CancellationToken cancellationToken)
    {
        if (identifiers.IsDefault)
            throw new ArgumentException("The identifiers are the default of their array type; for none pass [].", nameof(identifiers));
        var policies = await discovery.Policies.ConfigureAwait(false);
        var results = new AuthorDomainResult[policies.Length];
        for (var i = 0; i < results.Length; i++)
        {
            var policy = policies[i];
            discovery.Lookups.Divide(results.Length - i);
            results[i] = discovery.Authors.Problem is { } problem
                ? new AuthorDomainResult(policy, DmarcStatus.PermError, problem, [], IsSampledOut(policy), discovery.Authors.ProblemText)
                : await EvaluateAsync(policy, identifiers, discovery.Lookups, cancellationToken).ConfigureAwait(false);
        }
        return Combine(discovery, ImmutableCollectionsMarshal.AsImmutableArray(results));
    }

    /// <summary>RFC 9989 §5.3.4 to §5.3.6 for one author domain.</summary>
    private async ValueTask<AuthorDomainResult> EvaluateAsync(PolicyDiscovery policy, ImmutableArray<AuthenticatedIdentifier> identifiers, DmarcLookups lookups, CancellationToken cancellationToken)
    {
        if (policy.IsHidden)
            return Without(policy, DmarcStatus.TempError, DmarcReason.PolicyHidden);
        if (policy.EndedAtSeveralRecords)
            return Without(policy, DmarcStatus.None, DmarcReason.SeveralRecords);
        if (policy.Record is not { } record)
            return Without(policy, DmarcStatus.None, DmarcReason.NoRecord);
        if (!record.IsUsable)
            return Without(policy, DmarcStatus.None, DmarcReason.RecordNotUsable);

        var alignments = new IdentifierAlignment[identifiers.Length];
        var passes = await AlignAsync(alignments, IdentifierOutcome.Pass, identifiers, policy, record, lookups, cancellationToken).ConfigureAwait(false);
        // A pass that aligns wins over all; what ended in a temporary error matters only without one (M10).
        var isAligned = passes >= AlignmentOutcome.Relaxed;
        var unknowns = isAligned ? AlignmentOutcome.NotEvaluated : await AlignAsync(alignments, IdentifierOutcome.TempError, identifiers, policy, record, lookups, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < alignments.Length; i++)
            alignments[i] ??= IdentifierAlignment.WithoutQueries(identifiers[i], policy, record, _options.PublicSuffixes);

        var (status, reason) = (passes, unknowns) switch
        {
            ( >= AlignmentOutcome.Relaxed, _) => (DmarcStatus.Pass, DmarcReason.IdentifierAligned),
            (AlignmentOutcome.Unknown, _) => (DmarcStatus.TempError, DmarcReason.AlignmentHidden),
            (_, AlignmentOutcome.Unknown or AlignmentOutcome.Relaxed or AlignmentOutcome.Strict) => (DmarcStatus.TempError, DmarcReason.IdentifierTemporaryError),
            (AlignmentOutcome.NotEvaluated, _) => (DmarcStatus.Fail, DmarcReason.NoAuthenticatedIdentifier),
            _ => (DmarcStatus.Fail, DmarcReason.NoIdentifierAligned),
        };
        return new AuthorDomainResult(policy, status, reason, ImmutableCollectionsMarshal.AsImmutableArray(alignments), IsSampledOut(policy));
    }

    private static AuthorDomainResult Without(PolicyDiscovery policy, DmarcStatus status, DmarcReason reason) => new(policy, status, reason, [], false);

    /// <summary>Compares all identifiers of one outcome; the result is the best there is, "unknown" above "not aligned".</summary>
    private async ValueTask<AlignmentOutcome> AlignAsync(
        IdentifierAlignment[] alignments, IdentifierOutcome outcome, ImmutableArray<AuthenticatedIdentifier> identifiers, PolicyDiscovery policy, DmarcRecord record, DmarcLookups lookups, CancellationToken cancellationToken)
    {
        var best = AlignmentOutcome.NotEvaluated;
        for (var i = 0; i < identifiers.Length; i++)
        {
            if (identifiers[i].Outcome != outcome)
                continue;
            alignments[i] = await IdentifierAlignment.EvaluateAsync(identifiers[i], policy, record, lookups, _options.PublicSuffixes, cancellationToken).ConfigureAwait(false);
            best = Better(best, alignments[i].Outcome);
        }
        return best;
    }

    private static AlignmentOutcome Better(AlignmentOutcome left, AlignmentOutcome right)
    {
        return Rank(left) >= Rank(right) ? left : right;

        static int Rank(AlignmentOutcome outcome) => outcome switch
        {
            AlignmentOutcome.NotEvaluated => 0,
            AlignmentOutcome.NotAligned => 1,
            AlignmentOutcome.Unknown => 2,
            AlignmentOutcome.Relaxed => 3,
            AlignmentOutcome.Strict => 4,
        };
    }

    /// <summary>RFC 7489 §6.6.4: the policy is enacted on no more than the stated percentage of messages.</summary>
    private bool IsSampledOut(PolicyDiscovery policy) =>
        _options.Sampling is { } sampling && policy.Record is { Percentage: < 100 } record && sampling() >= record.Percentage;

    /// <summary>RFC 9989 §11.5: each domain is evaluated, and the strictest policy among those that fail holds. Pass needs all (M9).</summary>
    private DmarcResult Combine(DmarcDiscovery discovery, ImmutableArray<AuthorDomainResult> results)
    {
        LimitHits.Count(discovery.Authors.Problem switch
        {
            DmarcReason.TooManyMailboxes => "Dmarc.MaxMailboxes",
            DmarcReason.TooManyAuthorDomains => "Dmarc.MaxAuthorDomains",
            _ => null,
        });
        AuthorDomainResult? failed = null, transient = null, without = null, strictest = null;
        var isPolicyHidden = false;
        foreach (var result in results)
        {
            isPolicyHidden |= result.Status == DmarcStatus.TempError || result.IsPolicyHidden;
            if (strictest is null || (result.AppliedPolicy ?? DmarcPolicy.None) > (strictest.AppliedPolicy ?? DmarcPolicy.None))
                strictest = result;
            if (result.Status == DmarcStatus.Fail && (failed is null || result.Disposition > failed.Disposition))
                failed = result;
            if (result.Status == DmarcStatus.TempError)
                transient ??= result;
            if (result.Status == DmarcStatus.None)
                without ??= result;
        }

        if (discovery.Authors.Problem is { } problem)
            return Of(DmarcStatus.PermError, problem, strictest?.AppliedPolicy ?? DmarcPolicy.None, strictest, discovery.Authors.ProblemText);
        // A failure with a policy stands, whatever another domain's DNS does: else a second author would be the way around a policy.
        if (failed is { Disposition: > DmarcPolicy.None } || failed is not null && transient is null)
            return Of(failed.Status, failed.Reason, failed.Disposition, failed);
        if (transient is not null)
            return Of(DmarcStatus.TempError, transient.Reason, DmarcPolicy.None, transient);
        if (without is null)
            return Of(DmarcStatus.Pass, DmarcReason.IdentifierAligned, DmarcPolicy.None, results[0]);
        var isMixed = false;
        foreach (var result in results)
            isMixed |= result.Status == DmarcStatus.Pass;
        return Of(DmarcStatus.None, isMixed ? DmarcReason.NotEveryAuthorDomainPassed : without.Reason, DmarcPolicy.None, without);

        DmarcResult Of(DmarcStatus status, DmarcReason reason, DmarcPolicy disposition, AuthorDomainResult? deciding, string? problemText = null) =>
            new(status, reason, disposition, isPolicyHidden, deciding, results, discovery.Lookups.AskedNames,
                _options.PublicSuffixes is null ? DiscoveryMethod.TreeWalk : DiscoveryMethod.PublicSuffixList, problemText);
    }

    private MessageDnsResolver MessageResolver() => new(_resolver, _options.DnsLimits, _options.TimeProvider);
}
