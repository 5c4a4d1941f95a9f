namespace EmailAuth.Dns;

/// <summary>
/// Answers from a <see cref="DnsRecording"/> and from nothing else. A question that was asked several times gets its answers in their order, and
/// the last one from then on; one that was never asked gets <see cref="DnsStatus.ResolverError"/>.
/// </summary>
public sealed class ReplayDnsResolver : IDnsResolver
{
    private readonly Dictionary<DnsQuestion, Queue<DnsAnswer>> _answers = [];
    private readonly Lock _lock = new();
    private int _missing;

    /// <summary>Plays a recording.</summary>
    public ReplayDnsResolver(DnsRecording recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        foreach (var (question, answer) in recording.Answers)
        {
            if (!_answers.TryGetValue(question, out var answers))
                _answers.Add(question, answers = new Queue<DnsAnswer>());
            answers.Enqueue(answer);
        }
    }

    /// <summary>How many questions were not in the recording. Other than zero, the replay went another way than what was recorded.</summary>
    public int MissingAnswers => Volatile.Read(ref _missing);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(question.Name, nameof(question));
        lock (_lock)
        {
            if (_answers.TryGetValue(question, out var answers))
                return new(answers.Count > 1 ? answers.Dequeue() : answers.Peek());
        }
        Interlocked.Increment(ref _missing);
        return new(DnsAnswer.Failed(DnsStatus.ResolverError, "the recording has no answer to this question"));
    }
}
