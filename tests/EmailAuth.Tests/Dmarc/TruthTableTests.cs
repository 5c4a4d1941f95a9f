using System.Collections.Immutable;
using System.Text;
using EmailAuth.Dmarc;
using EmailAuth.Dns;

namespace EmailAuth.Tests.Dmarc;

/// <summary>
/// Tens of thousands of cases, generated and the same in every run, in which the evaluator must say what <see cref="LiteralDmarc"/> says,
/// the slow evaluator written after the text of RFC 9989.
/// </summary>
public class TruthTableTests
{
    /// <summary>One case: what DNS holds, which queries fail, and what SPF and DKIM found.</summary>
    private sealed record Row(Dictionary<string, string[]> Texts, HashSet<string> Hosts, HashSet<string> Faults, string Author, LiteralDmarc.Identifier[] Identifiers)
    {
        public override string ToString() =>
            $"{Author} by {string.Join(", ", Identifiers.Select(identifier => $"{(identifier.IsSpf ? "spf" : "dkim")}:{identifier.Domain}={identifier.Outcome}"))} with "
            + $"{string.Join(" | ", Texts.Select(text => $"{text.Key} {string.Join(" & ", text.Value)}"))}; hosts {string.Join(' ', Hosts)}; faults {string.Join(' ', Faults)}";

        public bool Exists(string name) => Hosts.Contains(name) || Texts.Keys.Concat(Hosts).Any(known => known == name || known.EndsWith("." + name, StringComparison.Ordinal));
    }

    private sealed class RowResolver(Row row) : IDnsResolver
    {
        public int Queries { get; private set; }

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            Queries++;
            var name = question.Name.ToString();
            if (row.Faults.Contains(name))
                return new(DnsAnswer.NoRecords(DnsStatus.ServFail));
            if (row.Texts.TryGetValue(name, out var texts))
                return new(DnsAnswer.WithRecords([.. texts.Select(text => new TxtRecord(Encoding.ASCII.GetBytes(text)))], TimeSpan.FromMinutes(1)));
            return new(DnsAnswer.NoRecords(row.Exists(name) ? DnsStatus.NoData : DnsStatus.NxDomain));
        }
    }

    private static LiteralDmarc.Verdict Expected(Row row) => new LiteralDmarc(
        name => row.Faults.Contains(name) ? new LiteralDmarc.Answer([], true) : new LiteralDmarc.Answer(row.Texts.GetValueOrDefault(name, [])),
        name => row.Faults.Contains(name) || row.Exists(name)).Evaluate(row.Author, row.Identifiers);

    private static (LiteralDmarc.Verdict Verdict, int Queries) Actual(Row row)
    {
        var dns = new RowResolver(row);
        ImmutableArray<AuthenticatedIdentifier> identifiers = [.. row.Identifiers.Select(identifier => new AuthenticatedIdentifier(
            identifier.IsSpf ? IdentifierMethod.Spf : IdentifierMethod.Dkim, DomainName.Parse(identifier.Domain), Enum.Parse<IdentifierOutcome>(identifier.Outcome, ignoreCase: true)))];
        var pending = new DmarcEvaluator(dns).EvaluateAsync(AuthorDomains.Of(DomainName.Parse(row.Author)), identifiers);
        Assert.That(pending.IsCompleted);
        var result = pending.Result;
        return (new LiteralDmarc.Verdict(Lower(result.Status), result.Policy is { } policy ? Lower(policy) : null, Lower(result.Disposition),
            result.PolicyDomain?.ToString(), result.OrganizationalDomain?.ToString(), result.SpfAligned, result.DkimAligned), dns.Queries);
    }

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static void Check(IEnumerable<Row> rows, int atLeast, Action<Row, LiteralDmarc.Verdict>? more = null)
    {
        var count = 0;
        var results = new Dictionary<string, int>();
        foreach (var row in rows)
        {
            count++;
            var (actual, queries) = Actual(row);
            var expected = Expected(row);
            if (actual != expected)
                Assert.Fail($"{row}\nexpected {expected}\nbut was  {actual}");
            if (queries > 24)
                Assert.Fail($"{row}\nasked {queries} queries");
            results[actual.Result] = results.GetValueOrDefault(actual.Result) + 1;
            more?.Invoke(row, actual);
        }
        TestContext.Out.WriteLine($"{count} rows: {string.Join(", ", results.OrderBy(result => result.Key).Select(result => $"{result.Value} {result.Key}"))}");
        Assert.That(count, Is.GreaterThanOrEqualTo(atLeast));
        Assert.That(results.Keys, Is.SupersetOf(new[] { "pass", "fail", "none" }));
    }

    private static readonly string[] Policies =
    [
        "p=none", "p=quarantine; sp=reject", "p=reject; sp=none; np=quarantine", "p=none; np=reject", "p=nonsense; rua=mailto:r@org.test", "p=reject; sp=nonsense", "p=reject; p=reject",
    ];

    private static readonly string[] AlignmentModes = ["", "; adkim=s", "; aspf=s", "; adkim=s; aspf=s"];

    /// <summary>Below the organization org.test, whose registry is test.</summary>
    private static readonly string[] Authors = ["org.test", "host.org.test", "ghost.org.test", "own.org.test", "deep.own.org.test"];

    private static readonly string[][] SpfOutcomes =
    [
        [], ["pass", "same"], ["pass", "below"], ["pass", "beside"], ["pass", "above"], ["pass", "elsewhere"], ["fail", "same"], ["temperror", "beside"],
    ];

    private static readonly string[][] DkimOutcomes =
    [
        [], ["pass", "same"], ["pass", "above"], ["fail", "same", "pass", "elsewhere"], ["temperror", "same", "pass", "elsewhere"], ["temperror", "elsewhere", "pass", "own"],
    ];

    private static string Related(string author, string relation) => relation switch
    {
        "same" => author,
        "below" => "below." + author,
        "beside" => "beside." + (author == "org.test" ? author : author[(author.IndexOf('.') + 1)..]),
        "above" => author == "org.test" ? "test" : author[(author.IndexOf('.') + 1)..],
        "own" => "mail.own.org.test",
        _ => "elsewhere.test",
    };

    private static LiteralDmarc.Identifier[] IdentifiersOf(string author, string[] spf, string[] dkim) =>
    [
        .. spf.Chunk(2).Select(pair => new LiteralDmarc.Identifier(true, Related(author, pair[1]), pair[0])),
        .. dkim.Chunk(2).Select(pair => new LiteralDmarc.Identifier(false, Related(author, pair[1]), pair[0])),
    ];

    /// <summary>SPF × DKIM × alignment × policy × kind of subdomain × psd of the organization and of its registry; t and own records in turn.</summary>
    private static IEnumerable<Row> Table()
    {
        var turn = 0;
        foreach (var author in Authors)
            foreach (var policy in Policies)
                foreach (var mode in AlignmentModes)
                    foreach (var psd in new[] { "", "; psd=y", "; psd=n" })
                        foreach (var registry in new[] { null, "v=DMARC1; p=quarantine; psd=y" })
                            foreach (var spf in SpfOutcomes)
                                foreach (var dkim in DkimOutcomes)
                                {
                                    turn++;
                                    var texts = new Dictionary<string, string[]>
                                    {
                                        ["_dmarc.org.test"] = [$"v=DMARC1; {policy}{mode}{psd}{(turn % 3 == 0 ? "; t=y" : "")}"],
                                        ["_dmarc.own.org.test"] = [$"v=DMARC1; p=quarantine{AlignmentModes[turn % 4]}{(turn % 5 == 0 ? "; psd=n" : "")}"],
                                    };
                                    if (registry is not null)
                                        texts["_dmarc.test"] = [registry];
                                    yield return new Row(texts, ["host.org.test"], [], author, IdentifiersOf(author, spf, dkim));
                                }
    }

    [Rfc(9989, "5.3")]
    [Test]
    public void Every_cell_of_the_table_is_what_the_text_of_the_rfc_says() => Check(Table(), 40_000);

    private static readonly string[] FaultSets =
    [
        "_dmarc.org.test", "_dmarc.test", "_dmarc.own.org.test", "_dmarc.host.org.test", "_dmarc.below.org.test", "_dmarc.beside.org.test", "_dmarc.mail.own.org.test", "_dmarc.elsewhere.test", "ghost.org.test",
    ];

    private static readonly string[] Worlds =
    [
        "", "v=DMARC1; p=none", "v=DMARC1; p=reject", "v=DMARC1; p=reject; psd=y", "v=DMARC1; p=quarantine; psd=n", "v=DMARC1; p=reject; adkim=s; aspf=s",
    ];

    /// <summary>
    /// Every 37th cell with each query failing. The slow evaluator must agree, and where the answer is no temporary error it must
    /// be the answer whatever the failed query would have brought.
    /// </summary>
    [Pin("M10")]
    [Rfc(9989, "5.3.6")]
    [Test]
    public void Where_a_query_fails_nothing_is_said_that_its_answer_could_change() =>
        Check(Table().Where((_, index) => index % 37 == 0).SelectMany(row => FaultSets.Select(fault => row with { Faults = [fault] })), 9_000, (row, verdict) =>
        {
            var fault = row.Faults.Single();
            // M6: that an error counts as "exists" is decided, so for the np question there is one world only.
            if (verdict.Result == "temperror" || !fault.StartsWith("_dmarc.", StringComparison.Ordinal))
                return;
            foreach (var world in Worlds)
            {
                var texts = new Dictionary<string, string[]>(row.Texts) { [fault] = world.Length == 0 ? [] : [world] };
                var known = Actual(row with { Faults = [], Texts = texts }).Verdict;
                if ((known.Result, known.Disposition) != (verdict.Result, verdict.Disposition))
                    Assert.Fail($"{row}\nsaid {verdict}\nbut with \"{world}\" there it is {known}");
            }
        });

    /// <summary>Deep and wild trees: names of up to twelve labels, records and faults anywhere.</summary>
    private static IEnumerable<Row> WildRows(int count)
    {
        var state = 0x9989UL;
        for (var i = 0; i < count; i++)
        {
            var labels = Enumerable.Range(0, 2 + Next(11)).Select(depth => $"{(char)('a' + depth)}").ToArray();
            var author = string.Join('.', labels);
            var texts = new Dictionary<string, string[]>();
            var faults = new HashSet<string>();
            var names = Enumerable.Range(0, labels.Length).Select(depth => string.Join('.', labels[depth..])).ToList();
            var domains = names.Concat(names.Select(name => "x." + name)).Concat(names.Select(name => "y.x." + name)).ToList();
            foreach (var domain in domains)
            {
                if (Next(3) == 0)
                    texts["_dmarc." + domain] = [.. Enumerable.Range(0, Next(8) == 0 ? 2 : 1).Select(_ => RecordOf())];
                else if (Next(12) == 0 && i % 2 == 0)
                    faults.Add("_dmarc." + domain);
            }
            // At most two identifiers, whose walks share names with the author's: the slow evaluator knows no budget.
            var identifiers = Enumerable.Range(0, Next(3)).Select(number => new LiteralDmarc.Identifier(number == 0, domains[Next(domains.Count)], Next(4) switch { 0 => "fail", 1 => "temperror", _ => "pass" })).ToArray();
            yield return new Row(texts, [], faults, author, identifiers);
        }

        string RecordOf() => "v=DMARC1; " + Policies[Next(Policies.Length)] + AlignmentModes[Next(4)]
            + new[] { "", "", "", "; psd=y", "; psd=n", "; psd=u" }[Next(6)] + (Next(3) == 0 ? "; t=y" : "");

        // A generator of its own, so that the rows are the same on every runtime (the constants are Knuth's).
        int Next(int below)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            return (int)((state >> 33) % (ulong)below);
        }
    }

    [Rfc(9989, "4.10")]
    [Test]
    public void Wild_trees_are_walked_as_the_text_of_the_rfc_says() => Check(WildRows(10_000), 10_000);
}
