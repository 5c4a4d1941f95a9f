using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>
/// The record of a domain with all the records that it includes or redirects to, and what evaluating them costs (RFC 7208 §4.6.4): for the owner
/// of a domain who wants to know how far he is from the limit. A node of the tree is a tree itself. Immutable.
/// </summary>
public sealed class SpfIncludeTree
{
    /// <summary>The most records that are asked for.</summary>
    public const int MaxRecords = 100;

    private const int DeepestLevel = 10;

    private SpfIncludeTree(DomainName? domain, string? term, SpfRecord? record, string? problem, ImmutableArray<SpfIncludeTree> children, bool isTransient = false)
    {
        Domain = domain;
        Term = term;
        Record = record;
        Problem = problem;
        Children = children;
        OwnLookups = record is null ? 0 : CountLookups(record);
        TotalLookups = OwnLookups;
        IsTransient = isTransient;
        foreach (var child in children)
        {
            IsTransient |= child.IsTransient;
            TotalLookups = (int)Math.Min((long)TotalLookups + child.TotalLookups, int.MaxValue);
        }
    }

    /// <summary>The domain whose record this is; null where a macro stands for it, so that it differs from mail to mail.</summary>
    public DomainName? Domain { get; }

    /// <summary>The term that leads here, as written: <c>include:…</c> or <c>redirect=…</c>. Null at the root.</summary>
    public string? Term { get; }

    /// <summary>The record; null where there is none that could be evaluated.</summary>
    public SpfRecord? Record { get; }

    /// <summary>Why the tree ends here although it should not, as a sentence for people; null where all is well.</summary>
    public string? Problem { get; }

    /// <summary>Whether DNS failed here or below in a way that may pass: later the tree may be another.</summary>
    public bool IsTransient { get; }

    /// <summary>The records that this one includes, in order, and at the end the one that it redirects to.</summary>
    public ImmutableArray<SpfIncludeTree> Children { get; }

    /// <summary>The terms of this record alone that cause DNS look-ups. What stands behind an "all" is not counted.</summary>
    public int OwnLookups { get; }

    /// <summary>The terms of this record and all below that cause DNS look-ups: the cost of an evaluation in which nothing matches. Ten are allowed.</summary>
    public int TotalLookups { get; }

    /// <summary>Reads the tree of a domain.</summary>
    /// <param name="resolver">Who is asked.</param>
    /// <param name="domain">The domain at the root.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    public static async ValueTask<SpfIncludeTree> ResolveAsync(IDnsResolver resolver, DomainName domain, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        ArgumentNullException.ThrowIfNull(domain);
        var dns = new MessageDnsResolver(resolver, new DnsLimits { MaxQueriesPerMessage = MaxRecords }, TimeProvider.System);
        return await ResolveAsync(dns, domain, null, [], cancellationToken).ConfigureAwait(false);
    }

    // As deep as the path is long, which has an end.
    private static async ValueTask<SpfIncludeTree> ResolveAsync(IDnsResolver dns, DomainName domain, string? term, ImmutableArray<DomainName> path, CancellationToken cancellationToken)
    {
        if (path.Contains(domain))
            return Leaf(domain, term, $"the record of {domain} leads to itself");
        if (path.Length > DeepestLevel)
            return Leaf(domain, term, $"the tree is more than {DeepestLevel} levels deep; an evaluation ends long before");
        var answer = await dns.QueryAsync(new DnsQuestion(domain, DnsRecordType.TXT), cancellationToken).ConfigureAwait(false);
        if (answer.Status.IsTransient())
            return Leaf(domain, term, SpfReasonText.OfDnsError(answer, DnsRecordType.TXT, domain), isTransient: true);
        if (answer.Status != DnsStatus.NoError)
            return Leaf(domain, term, answer.Status == DnsStatus.NxDomain ? $"{domain} does not exist, and so has no SPF record" : $"{domain} has no SPF record");
        var selection = SpfRecordSelection.Of(answer);
        if (selection.Defect != SpfReason.NotChecked)
            return Leaf(domain, term, selection.Defect == SpfReason.NoRecord ? $"{domain} has no SPF record" : SpfReasonText.OfRecord(selection, domain));

        var record = selection.Record!;
        var children = ImmutableArray.CreateBuilder<SpfIncludeTree>();
        foreach (var (spec, text) in BranchesOf(record))
        {
            children.Add(spec switch
            {
                { IsLiteral: false } => new SpfIncludeTree(null, text, null, null, []),
                { LiteralName: { LabelCount: > 1 } target } => await ResolveAsync(dns, target, text, path.Add(domain), cancellationToken).ConfigureAwait(false),
                _ => Leaf(null, text, $"\"{text}\" leads to no domain name"),
            });
        }
        return new SpfIncludeTree(domain, term, record, null, children.DrainToImmutable());
    }

    private static SpfIncludeTree Leaf(DomainName? domain, string? term, string problem, bool isTransient = false) => new(domain, term, null, problem, [], isTransient);

    private static IEnumerable<(SpfMacroString Spec, string Text)> BranchesOf(SpfRecord record)
    {
        foreach (var directive in record.Directives)
        {
            if (directive.Mechanism == SpfMechanism.All)
                yield break;
            if (directive.Mechanism == SpfMechanism.Include)
                yield return (directive.DomainSpec!, directive.Text);
        }
        if (record.Redirect is { } redirect)
            yield return (redirect.DomainSpec!, redirect.Text);
    }

    private static int CountLookups(SpfRecord record)
    {
        var lookups = 0;
        foreach (var directive in record.Directives)
        {
            if (directive.Mechanism == SpfMechanism.All)
                return lookups;
            lookups += directive.CausesDnsLookup ? 1 : 0;
        }
        return lookups + (record.Redirect is null ? 0 : 1);
    }

    /// <summary>
    /// Says what is wrong or doubtful in the root's record, and what the tree adds: branches that lead nowhere, more look-ups than are allowed.
    /// It is usable if no evaluation of it ends in an error.
    /// </summary>
    public LintReport Lint()
    {
        if (Record is not { } record)
            return new LintReport(false, [new Diagnostic(DiagnosticSeverity.Error, 0, Problem ?? "there is no record", "RFC 7208 §4.5")]);
        var report = SpfLint.Check(record.OctetSpan);
        var found = report.Diagnostics.ToBuilder();
        if (TotalLookups > 10)
            found.Add(new(DiagnosticSeverity.Error, 0, $"the record and those that it leads to have {TotalLookups} terms that cause DNS look-ups, and 10 are allowed: for clients that match late or never the result is permerror", "RFC 7208 §4.6.4"));
        foreach (var branch in Children)
            AddProblems(branch, Domain, PositionOf(record, branch.Term!), found);
        return new LintReport(found.All(static diagnostic => diagnostic.Severity != DiagnosticSeverity.Error), [.. found.OrderBy(static diagnostic => diagnostic.Position)]);
    }

    // As deep as the tree, which has an end.
    private static void AddProblems(SpfIncludeTree node, DomainName? parent, int position, ImmutableArray<Diagnostic>.Builder found)
    {
        if (node.Problem is { } problem)
        {
            var section = node.Term!.StartsWith("redirect", StringComparison.OrdinalIgnoreCase) ? "§6.1" : "§5.2";
            found.Add(new(DiagnosticSeverity.Error, position, $"an evaluation that comes to \"{node.Term}\" of {parent} is an error: {problem}", $"RFC 7208 {section}"));
        }
        foreach (var child in node.Children)
            AddProblems(child, node.Domain, position, found);
    }

    private static int PositionOf(SpfRecord record, string term)
    {
        foreach (var directive in record.Directives)
        {
            if (directive.Text == term)
                return directive.Position;
        }
        return record.Redirect?.Position ?? 0;
    }

    /// <summary>For people: the domain and its cost.</summary>
    public override string ToString() => $"{Domain?.ToString() ?? Term} ({TotalLookups} look-ups)";
}
