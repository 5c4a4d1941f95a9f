using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace EmailAuth;

/// <summary>
/// A verdict and all that it was made of, small enough to file: what the SMTP conversation told, the moment, the options, the header section, the hashes of the
/// body and every DNS answer. It replays to the same verdict without asking anybody, today and with later versions of this library, which tell what they
/// would decide otherwise. It holds no text of the body. Immutable. See <see cref="VerificationResult.ToCapsule"/>.
/// </summary>
/// <remarks>
/// A capsule carries no signature: whoever can write the file can write its verdict, its DNS answers and its hashes. Keep it where only those write whom you
/// trust, or sign it. With hashed local-parts the hashes of the signed fields come from the file, too, and not from the fields: nothing in it shows that the
/// signatures once covered a header section of this form.
/// </remarks>
public sealed class VerificationCapsule
{
    /// <summary>The most octets that <see cref="TryRead"/> takes: 20 MiB.</summary>
    public const int MaxOctets = 20 << 20;

    private readonly VerdictEvidence _evidence;
    private readonly ImmutableArray<VerdictMember> _verdict;

    internal VerificationCapsule(VerdictEvidence evidence, ImmutableArray<VerdictMember> verdict)
    {
        _evidence = evidence;
        _verdict = verdict;
    }

    /// <summary>When the message was judged.</summary>
    public DateTimeOffset Moment => _evidence.Moment;

    /// <summary>What the SMTP conversation told.</summary>
    public SmtpSession Session => _evidence.Session;

    /// <summary>Whether local-parts are hashed, so that no address can be read (<see cref="CapsuleOptions.HashLocalParts"/>).</summary>
    public bool HasHashedLocalParts => _evidence.KeptDigests is not null;

    /// <summary>
    /// How the message was judged, to make other policies of: <c>capsule.Options with { Dkim = … }</c>. Of a public suffix list a capsule has what decided.
    /// </summary>
    public EmailAuthenticatorOptions Options => _evidence.Options with
    {
        Dmarc = _evidence.Options.Dmarc with
        {
            PublicSuffixes = _evidence.Options.Dmarc.PublicSuffixes ?? _evidence.KeptSuffixList(),
            // Where numbers were drawn the recorded ones are drawn again.
            Sampling = _evidence.Options.Dmarc.Sampling ?? (_evidence.Samples.IsDefault ? null : static () => 0),
        },
        ShadowPolicies = [],
        Observer = null,
    };

    internal VerdictEvidence Evidence => _evidence;

    internal ImmutableArray<VerdictMember> Verdict => _verdict;

    /// <summary>
    /// Judges the message again, by the code of this library and by nothing but the capsule: nobody is asked, and no clock is looked at.
    /// </summary>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<CapsuleReplay> ReplayAsync(CancellationToken cancellationToken = default)
    {
        var source = new EvidenceSource(_evidence, mayShare: false);
        var verdict = await EmailAuthenticator.JudgeAgainAsync(_evidence, _evidence.Options, source, cancellationToken).ConfigureAwait(false);
        return new CapsuleReplay(verdict, Compare(verdict), [.. source.Missing], source.LacksBodyHash);
    }

    /// <summary>
    /// Judges the message again as <see cref="ReplayAsync"/> does, and by other policies, too: what a stricter one would have done with mail that was filed. Nobody is asked for them either.
    /// </summary>
    /// <param name="shadowPolicies">The policies, made of <see cref="Options"/>. Their verdicts are the <see cref="VerificationResult.Shadows"/> of <see cref="CapsuleReplay.Verdict"/>.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<CapsuleReplay> ReplayWithShadowsAsync(ImmutableArray<ShadowPolicy> shadowPolicies, CancellationToken cancellationToken = default)
    {
        var replay = await ReplayAsync(cancellationToken).ConfigureAwait(false);
        if (shadowPolicies.IsDefaultOrEmpty)
            return replay;
        var shadows = await EmailAuthenticator.JudgeByShadowsAsync(_evidence, replay.Verdict, shadowPolicies, cancellationToken).ConfigureAwait(false);
        replay.Verdict.Keep(replay.Verdict.Evidence! with { Shadows = shadows });
        return replay;
    }

    private ImmutableArray<VerdictDifference> Compare(VerificationResult verdict)
    {
        var differences = VerdictMembers.Compare(_verdict, VerdictMembers.Of(verdict));
        // It is kept beside the verdict too, and is found again in the header section.
        return _evidence.Defect == verdict.MessageDefect ? differences : differences.Add(new VerdictDifference("header.defect", _evidence.Defect.ToString(), verdict.MessageDefect.ToString()));
    }

    /// <summary>The capsule as octets, for <see cref="TryRead"/>.</summary>
    public byte[] ToArray()
    {
        var octets = new ArrayBufferWriter<byte>(16 << 10);
        WriteTo(octets);
        return octets.WrittenSpan.ToArray();
    }

    /// <summary>Writes the capsule as octets, for <see cref="TryRead"/>.</summary>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        CapsuleFormat.Write(_evidence, _verdict, writer);
    }

    /// <summary>Reads what <see cref="ToArray"/> wrote. The octets may come from anywhere.</summary>
    /// <param name="octets">The octets.</param>
    /// <param name="capsule">The capsule, or null.</param>
    /// <returns>False if they are no capsule of a version that is known, or more than <see cref="MaxOctets"/>.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out VerificationCapsule? capsule)
    {
        capsule = null;
        if (octets.Length <= MaxOctets && CapsuleFormat.TryRead(octets, out var evidence, out var verdict))
            capsule = new VerificationCapsule(evidence!, verdict);
        return capsule is not null;
    }
}
