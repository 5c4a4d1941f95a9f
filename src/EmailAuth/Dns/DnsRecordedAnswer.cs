namespace EmailAuth.Dns;

/// <summary>One question of a <see cref="DnsRecording"/> and how it ended.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Answer">The answer.</param>
public readonly record struct DnsRecordedAnswer(DnsQuestion Question, DnsAnswer Answer);
