using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace EmailAuth.Dns;

/// <summary>
/// What was asked of DNS and what came, in the order in which the answers came: written by a <see cref="RecordingDnsResolver"/>, played by a
/// <see cref="ReplayDnsResolver"/>, and kept as octets in between. Immutable.
/// </summary>
public sealed class DnsRecording
{
    /// <summary>The most octets that <see cref="TryRead"/> takes: 16 MiB.</summary>
    public const int MaxOctets = 16 << 20;

    /// <summary>The most answers that a recording has.</summary>
    public const int MaxAnswers = 100_000;

    internal DnsRecording(ImmutableArray<DnsRecordedAnswer> answers, bool isComplete)
    {
        Answers = answers;
        IsComplete = isComplete;
    }

    /// <summary>A recording of these answers, such as one answer that is to be kept or sent as octets.</summary>
    /// <param name="answers">The questions and their answers, in their order; at most <see cref="MaxAnswers"/>.</param>
    /// <exception cref="ArgumentException">There are more, or one has no answer.</exception>
    public static DnsRecording Of(ImmutableArray<DnsRecordedAnswer> answers)
    {
        if (answers.IsDefault)
            answers = [];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(answers.Length, MaxAnswers, nameof(answers));
        foreach (var (question, answer) in answers)
        {
            if (question.Name is null || answer is null)
                throw new ArgumentException("A question without a name, or one without an answer.", nameof(answers));
        }
        return new DnsRecording(answers, isComplete: true);
    }

    /// <summary>The questions and their answers. A question that was asked twice stands here twice.</summary>
    public ImmutableArray<DnsRecordedAnswer> Answers { get; }

    /// <summary>False if there were more than the recorder's bound, so that a replay may miss one.</summary>
    public bool IsComplete { get; }

    /// <summary>The recording as octets, for <see cref="TryRead"/>. Records are kept in the form of RFC 1035 §3.3.</summary>
    public byte[] ToArray() => DnsRecordingFormat.Write(this);

    /// <summary>Reads what <see cref="ToArray"/> wrote. The octets may come from anywhere.</summary>
    /// <param name="octets">The octets.</param>
    /// <param name="recording">The recording, or null.</param>
    /// <returns>False if they are no recording, or more than <see cref="MaxOctets"/>.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out DnsRecording? recording)
    {
        recording = octets.Length <= MaxOctets ? DnsRecordingFormat.Read(octets) : null;
        return recording is not null;
    }
}
