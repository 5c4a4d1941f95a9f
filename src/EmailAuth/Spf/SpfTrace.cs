using EmailAuth.Dns;

namespace EmailAuth.Spf;

/// <summary>What came of a term of a record.</summary>
internal enum SpfTermOutcome
{
    /// <summary>It does not match the client.</summary>
    NoMatch,

    /// <summary>It matches.</summary>
    Match,

    /// <summary>The evaluation goes on in the record that it leads to.</summary>
    Entered,
}

/// <summary>One step of an evaluation: a question and its answer, or a term and what came of it.</summary>
/// <param name="Depth">0 in the outermost record, one more in each record that is included.</param>
/// <param name="Domain">Whose record is under evaluation.</param>
/// <param name="DnsLookups">Terms counted so far (RFC 7208 §4.6.4).</param>
/// <param name="VoidLookups">Look-ups without an answer so far.</param>
internal sealed record SpfStep(int Depth, DomainName Domain, int DnsLookups, int VoidLookups)
{
    /// <summary>The term as written; null for a question.</summary>
    public string? Term { get; init; }

    public SpfTermOutcome Outcome { get; init; }

    /// <summary>What the macros of the term expand to; null where there are none, or where no name comes of them.</summary>
    public DomainName? Target { get; init; }

    public DnsQuestion Question { get; init; }

    /// <summary>The answer; null for a term.</summary>
    public DnsAnswer? Answer { get; init; }
}

/// <summary>A question of an evaluation, as it was answered to it: by its own budget where that was used up.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Answer">What came.</param>
/// <param name="IsOutOfTime">The time of the evaluation was used up then (RFC 7208 §4.6.4).</param>
internal readonly record struct SpfAnswer(DnsQuestion Question, DnsAnswer Answer, bool IsOutOfTime);

/// <summary>The steps of one evaluation, kept where somebody wants to know why. Bounded, whatever the records say.</summary>
internal sealed class SpfTrace
{
    /// <summary>Steps that are kept; those beyond are counted.</summary>
    public const int MaxSteps = 1_000;

    private DomainName? _target;

    /// <summary>One more in the list, if there is a list.</summary>
    public static SpfTrace? Begin(List<SpfTrace>? traces)
    {
        if (traces is null)
            return null;
        var trace = new SpfTrace();
        traces.Add(trace);
        return trace;
    }

    public List<SpfStep> Steps { get; } = [];

    /// <summary>Every question in its order: there are no more than <see cref="SpfLimits.MaxQueries"/> and those of an explanation.</summary>
    public List<SpfAnswer> Answers { get; } = [];

    /// <summary>Steps that were not kept.</summary>
    public int Dropped { get; private set; }

    public void Answered(int depth, DomainName domain, DnsQuestion question, DnsAnswer answer, bool isOutOfTime, int lookups, int voidLookups)
    {
        Answers.Add(new SpfAnswer(question, answer, isOutOfTime));
        Add(new SpfStep(depth, domain, lookups, voidLookups) { Question = question, Answer = answer, Target = _target });
    }

    public void Tested(int depth, DomainName domain, string term, SpfTermOutcome outcome, int lookups, int voidLookups)
    {
        Add(new SpfStep(depth, domain, lookups, voidLookups) { Term = term, Outcome = outcome, Target = _target });
        _target = null;
    }

    /// <summary>The macros of the term under test stand for this name.</summary>
    public void Expanded(DomainName? target) => _target = target;

    private void Add(SpfStep step)
    {
        if (Steps.Count < MaxSteps)
            Steps.Add(step);
        else
            Dropped++;
    }
}
