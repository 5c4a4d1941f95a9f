using System.Collections.Immutable;
using EmailAuth.AuthResults;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Arc;

/// <summary>Seals messages: adds an ARC set with what was found on arrival (RFC 8617 §5.1). Safe to use from many threads at once: one for each key will do.</summary>
public sealed class ArcSealer
{
    private readonly ArcSealerOptions _options;
    private readonly SealTemplate _template;

    /// <summary>Prepares to seal.</summary>
    /// <param name="options">For whom and how.</param>
    /// <exception cref="ArgumentException">A value cannot be used: which one, and what was expected.</exception>
    public ArcSealer(ArcSealerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _template = new SealTemplate(options);
    }

    /// <summary>
    /// Seals one message as it leaves, reading it once and to its end. Whatever else is done to the message, such as a footer or a DKIM signature, comes
    /// before (RFC 8617 §5.1 step 1).
    /// </summary>
    /// <param name="message">The message as it leaves.</param>
    /// <param name="results">What was found when it arrived. Only these values are sealed, never the text of a field of the message.</param>
    /// <param name="chain">
    /// The chain as it was validated when the message arrived: it tells the instance and <c>cv=</c>. After a chain that failed the new set says <c>cv=fail</c> and
    /// covers only itself (§5.1.2), for a transient DNS failure, too (§5.2.1): whoever would rather wait looks at <see cref="ArcResult.IsTransient"/> first.
    /// </param>
    /// <param name="cancellationToken">Ends the sealing.</param>
    /// <returns>
    /// ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results, to be put before the message in this order. Empty, with the message unread,
    /// if no set may be added: see <see cref="ArcResult.CanBeSealed"/>.
    /// </returns>
    /// <exception cref="ArcSealingException">The message is not to be sealed; see <see cref="ArcSealingRefusal"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<ImmutableArray<HeaderField>> SealAsync(
        EmailMessage message, AuthenticationResults results, ArcResult chain, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(chain);
        if (!chain.CanBeSealed)
            return [];

        using var reader = message.Open();
        var header = await reader.ReadHeaderAsync(_options.MessageLimits, cancellationToken).ConfigureAwait(false);
        var fields = ReadChain(header, chain);
        using var plan = new BodyHashPlan();
        var bodyHash = plan.Add(CanonicalizationAlgorithm.Relaxed)!;
        await reader.ReadBodyAsync(plan, cancellationToken).ConfigureAwait(false);
        plan.Finish();

        var instance = chain.Instance + 1;
        var time = _options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();
        var claims = _template.WriteResults(results, instance);
        var signature = await SignMessageAsync(header, bodyHash, instance, time, cancellationToken).ConfigureAwait(false);
        var seal = await SealAsync(header, fields, chain.Status, claims, signature, time, cancellationToken).ConfigureAwait(false);
        return [seal, signature, claims];
    }

    /// <summary>The chain on the message, after it was made sure that it is the one that was validated.</summary>
    private static ArcChain ReadChain(HeaderBlock header, ArcResult validated)
    {
        if (header.Defect != MessageDefect.None)
            throw new ArcSealingException(ArcSealingRefusal.HeaderNotRead, $"The header block breaks a limit: {header.Defect}.");
        if (header.HasBareLineEnd)
        {
            throw new ArcSealingException(
                ArcSealingRefusal.BareLineEnd,
                "A CR without LF, or an LF without CR, stands in the header block. Lines must end in CRLF: EmailMessage.NormalizingLineEndings() converts stored mail.");
        }
        var chain = ArcChain.Read(header, ArcOptions.Default);
        if (!chain.Mark.IsSame(validated.Mark) || (validated.Status == ArcStatus.Pass && chain.Decided.Reason != ArcReason.None))
        {
            throw new ArcSealingException(
                ArcSealingRefusal.ChainNotValidated,
                $"The message has {chain.FieldCount} ARC fields up to instance {chain.Instance}, but the chain that was validated has {validated.Mark.FieldCount} up to {validated.Instance}"
                + ", or another newest seal. Validate the message on arrival, and seal it once with that result.");
        }
        return chain;
    }

    /// <summary>RFC 8617 §5.1 step 4B.</summary>
    private async ValueTask<HeaderField> SignMessageAsync(HeaderBlock header, BodyHash bodyHash, int instance, long time, CancellationToken cancellationToken)
    {
        var names = _template.NamesFor(header);
        var unsigned = _template.WriteMessageSignature(names, bodyHash.Digest, instance, time);
        var signature = await SignAsync(DigestOf(header, names, unsigned), cancellationToken).ConfigureAwait(false);
        return unsigned.Complete(signature.Span);
    }

    private static byte[] DigestOf(HeaderBlock header, string names, UnsignedField unsigned)
    {
        SignedFieldList.TryRead(System.Text.Encoding.UTF8.GetBytes(names), SignatureLimits.MaxSignedFields, out var list, out _);
        var digest = new byte[SignatureAlgorithms.DigestLength];
        var hasher = new HeaderHasher(CanonicalizationAlgorithm.Relaxed);
        hasher.AddFields(header, list, own: -1);
        unsigned.AddTo(ref hasher);
        hasher.GetDigest(digest);
        hasher.Dispose();
        return digest;
    }

    /// <summary>RFC 8617 §5.1 step 4C, with the chain's status as it was validated (§4.4).</summary>
    private async ValueTask<HeaderField> SealAsync(
        HeaderBlock header, ArcChain chain, ArcStatus status, HeaderField claims, HeaderField signature, long time, CancellationToken cancellationToken)
    {
        var unsigned = _template.WriteSeal(status, chain.Instance + 1, time);
        var octets = await SignAsync(DigestOf(header, chain, status, claims, signature, unsigned), cancellationToken).ConfigureAwait(false);
        return unsigned.Complete(octets.Span);
    }

    private static byte[] DigestOf(HeaderBlock header, ArcChain chain, ArcStatus status, HeaderField claims, HeaderField signature, UnsignedField unsigned)
    {
        var digest = new byte[SignatureAlgorithms.DigestLength];
        var hasher = new SealHasher(header);
        // RFC 8617 §5.1.2: a seal of a failed chain covers its own set, "as if this newest ARC Set was the only set present".
        for (var instance = 1; instance <= chain.Instance && status == ArcStatus.Pass; instance++)
            hasher.AddSet(chain[instance]!);
        hasher.Add(claims);
        hasher.Add(signature);
        hasher.GetDigest(unsigned, digest);
        hasher.Dispose();
        return digest;
    }

    private async ValueTask<ReadOnlyMemory<byte>> SignAsync(byte[] digest, CancellationToken cancellationToken)
    {
        var signature = await _options.Key.SignAsync(digest, cancellationToken).ConfigureAwait(false);
        return SigningRules.FindFault(signature.Length, _options.Key) is { } fault
            ? throw new ArcSealingException(ArcSealingRefusal.KeyService, fault)
            : signature;
    }
}
