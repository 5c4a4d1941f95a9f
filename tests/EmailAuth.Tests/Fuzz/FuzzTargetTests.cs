using EmailAuth.Fuzz;

namespace EmailAuth.Tests.Fuzz;

/// <summary>Every fuzz target in the ordinary run: its seeds, what was found before, and a seeded thousand mutations.</summary>
public class FuzzTargetTests
{
    private const int Mutations = 1_000;

    private static readonly EmailAuth.Fuzz.Corpus Kept = EmailAuth.Fuzz.Corpus.Find()!;

    private static IEnumerable<string> Targets => FuzzTargets.All.Select(target => target.Name);

    private static IEnumerable<TestCaseData> Findings =>
        from target in FuzzTargets.All
        from named in Kept.Named(target)
        select new TestCaseData(target.Name, named.Input).SetArgDisplayNames(target.Name, named.Name);

    [TestCaseSource(nameof(Findings))]
    public void What_was_found_once_holds(string target, byte[] input) => FuzzTargets.Find(target)!.Run(input);

    [TestCaseSource(nameof(Targets))]
    public void Seeds_and_kept_inputs_hold(string name)
    {
        var target = FuzzTargets.Find(name)!;
        foreach (var input in target.Seeds.Concat(Kept.Queue(target)))
            target.Run(input);
    }

    [TestCaseSource(nameof(Targets))]
    public void A_thousand_mutations_hold(string name)
    {
        var target = FuzzTargets.Find(name)!;
        var mutator = new Mutator(target, Kept, seed: 1);
        for (var number = 0; number < Mutations; number++)
        {
            var input = mutator.Make(number).ToArray();
            try
            {
                target.Run(input);
            }
            catch (Exception exception)
            {
                throw new AssertionException($"number {number}, {Convert.ToHexString(input)}: {exception.Message}", exception);
            }
        }
    }

    [Test]
    public void The_same_seed_and_number_make_the_same_input()
    {
        var target = FuzzTargets.All[0];
        var (one, other) = (new Mutator(target, null, 5), new Mutator(target, null, 5));
        other.Make(3);
        Assert.That(other.Make(17).ToArray(), Is.EqualTo(one.Make(17).ToArray()));
        Assert.That(new Mutator(target, null, 6).Make(17).ToArray(), Is.Not.EqualTo(one.Make(17).ToArray()));
    }

    [Test]
    public void A_broken_promise_is_a_finding_with_its_input()
    {
        var run = new MutationRun(new BrokenTarget(), null, seed: 1);
        run.Execute(10_000, threads: 2, static () => false);
        Assert.That(run.Findings.Select(finding => finding.Input), Is.Not.Empty.And.All.Contains((byte)'!'));
        Assert.That(run.Executions, Is.EqualTo(10_000));
    }

    private sealed class BrokenTarget : FuzzTarget
    {
        public override string Name => "broken";

        public override string[] Tokens => ["!", "."];

        protected override string[] SeedTexts => ["abc"];

        public override void Run(ReadOnlySpan<byte> input) => Promise.That(!input.Contains((byte)'!'));
    }
}
