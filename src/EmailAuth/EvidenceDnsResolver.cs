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
internal sealed class EvidenceDnsResolver(IEnumerable<KeptAnswer> answers, IReadOnlyDictionary<DnsQuestion, DnsAnswer>? others, ReplayClock clock, List<DnsQuestion> missing) : IDnsResolver
{
    private readonly Dictionary<DnsQuestion, Queue<KeptAnswer>> _answers = Index(answers);

    /// <summary>How many questions were asked.</summary>
    public int Questions { get; private set; }

    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Questions++;
        if (_answers.TryGetValue(question, out var answers))
        {
            var (_, answer, isOutOfTime) = answers.Count > 1 ? answers.Dequeue() : answers.Peek();
            if (isOutOfTime)
                clock.Expire();
            return new(answer);
        }
        if (others is not null && others.TryGetValue(question, out var other))
            return new(other);
        if (missing.Count < 1_000)
            missing.Add(question);
        return new(DnsAnswer.Failed(DnsStatus.ResolverError, "it was not asked when the message was judged"));
    }

    private static Dictionary<DnsQuestion, Queue<KeptAnswer>> Index(IEnumerable<KeptAnswer> answers)
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
