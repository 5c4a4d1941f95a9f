using System.Collections.Immutable;
using EmailAuth.Dns;

namespace EmailAuth;

/// <summary>
/// Answers from evidence and from nothing else. A question that was asked several times gets its answers in their order, and the last one from
/// then on.
/// </summary>
/// <param name="answers">The answers of this asker.</param>
/// <param name="others">Where else to look, for a judge who may ask what another has asked; null for nowhere.</param>
/// <param name="clock">Is told where a limit of time was reached.</param>
/// <param name="missing">Takes the questions without an answer.</param>
/// <param name="byPlace">Whether the n-th question gets the n-th answer, whatever its name.</param>
internal sealed class EvidenceDnsResolver(
    ImmutableArray<KeptAnswer> answers, IReadOnlyDictionary<DnsQuestion, DnsAnswer>? others, ReplayClock clock, List<DnsQuestion> missing, bool byPlace = false) : IDnsResolver
{
    private readonly Dictionary<DnsQuestion, Queue<KeptAnswer>> _answers = byPlace ? [] : Index(answers);

    /// <summary>How many questions were asked.</summary>
    public int Questions { get; private set; }

    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var place = Questions++;
        if (byPlace && place < answers.Length && answers[place].Question.Type == question.Type)
            return new(Give(answers[place], question));
        if (_answers.TryGetValue(question, out var queue))
        {
            return new(Give(queue.Count > 1 ? queue.Dequeue() : queue.Peek(), question));
        }
        if (others is not null && others.TryGetValue(question, out var other))
            return new(other);
        if (missing.Count < 1_000)
            missing.Add(question);
        return new(DnsAnswer.Failed(DnsStatus.ResolverError, "it was not asked when the message was judged"));
    }

    private DnsAnswer Give(KeptAnswer kept, DnsQuestion question)
    {
        if (kept.IsOutOfTime)
            clock.Expire();
        if (kept.Question == question || !kept.Answer.Status.IsTransient() || kept.Answer.Detail is not { } detail)
            return kept.Answer;
        // What went wrong may name the question.
        return DnsAnswer.Failed(kept.Answer.Status, detail.Replace(kept.Question.Name.ToString(), question.Name.ToString(), StringComparison.Ordinal));
    }

    private static Dictionary<DnsQuestion, Queue<KeptAnswer>> Index(ImmutableArray<KeptAnswer> answers)
    {
        var index = new Dictionary<DnsQuestion, Queue<KeptAnswer>>();
        foreach (var answer in answers)
        {
            if (!index.TryGetValue(answer.Question, out var queue))
                index.Add(answer.Question, queue = new Queue<KeptAnswer>(1));
            queue.Enqueue(answer);
        }
        return index;
    }
}
