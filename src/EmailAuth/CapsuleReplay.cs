using System.Collections.Immutable;
using EmailAuth.Dns;

namespace EmailAuth;

/// <summary>What came of judging the message of a <see cref="VerificationCapsule"/> again.</summary>
/// <remarks>
/// That nothing differs says that the file agrees with itself by today's code, not that the message was ever judged so: whoever can write the file can write
/// the verdict and what it is made of. With hashed local-parts (<see cref="VerificationCapsule.HasHashedLocalParts"/>) the hashes of the signed fields come
/// from the file as well.
/// </remarks>
public sealed class CapsuleReplay
{
    internal CapsuleReplay(VerificationResult verdict, ImmutableArray<VerdictDifference> differences, ImmutableArray<DnsQuestion> missingAnswers, bool lacksBodyHash)
    {
        Verdict = verdict;
        Differences = differences;
        MissingAnswers = missingAnswers;
        LacksBodyHash = lacksBodyHash;
    }

    /// <summary>The verdict of today's code.</summary>
    public VerificationResult Verdict { get; }

    /// <summary>Where it differs from the one that was recorded, texts for people included: the code or the capsule was changed since. Empty if it does not.</summary>
    public ImmutableArray<VerdictDifference> Differences { get; }

    /// <summary>Questions that today's code asks and the recorded verdict did not ask, so that nothing is known of them. Nobody was asked.</summary>
    public ImmutableArray<DnsQuestion> MissingAnswers { get; }

    /// <summary>Whether today's code needs a hash of the body that the recorded verdict did not take.</summary>
    public bool LacksBodyHash { get; }

    /// <summary>Whether today's code decides as the recorded verdict does, in every member: the file agrees with itself.</summary>
    public bool IsEqual => Differences.IsEmpty;
}
