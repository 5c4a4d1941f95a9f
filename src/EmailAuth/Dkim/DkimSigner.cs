using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Dkim;

/// <summary>Signs messages (RFC 6376 §5). Safe to use from many threads at once: one for each key will do.</summary>
public sealed class DkimSigner
{
    private readonly DkimSignerOptions _options;
    private readonly SignatureTemplate _template;

    /// <summary>Prepares to sign.</summary>
    /// <param name="options">For whom and how.</param>
    /// <exception cref="ArgumentException">A value cannot be used: which one, and what was expected.</exception>
    public DkimSigner(DkimSignerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _template = new SignatureTemplate(options);
    }

    /// <summary>Signs one message, reading it once and to its end.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the signing.</param>
    /// <returns>The DKIM-Signature field, to be put before the message.</returns>
    /// <exception cref="DkimSigningException">The message is not to be signed; see <see cref="DkimSigningRefusal"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<HeaderField> SignAsync(EmailMessage message, CancellationToken cancellationToken = default)
    {
        var fields = await SignAllAsync([this], message, cancellationToken).ConfigureAwait(false);
        return fields[0];
    }

    /// <summary>Signs one message with several keys, for one domain or for several, in one pass over its body. No signature covers another.</summary>
    /// <param name="signers">The signers.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the signing.</param>
    /// <returns>The DKIM-Signature fields in the order of the signers, all to be put before the message.</returns>
    /// <exception cref="DkimSigningException">The message is not to be signed, by one of the signers or by all.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async ValueTask<ImmutableArray<HeaderField>> SignAllAsync(ImmutableArray<DkimSigner> signers, EmailMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (signers.IsDefaultOrEmpty)
            throw new ArgumentException("At least one signer is needed.", nameof(signers));

        using var reader = message.Open();
        var header = await reader.ReadHeaderAsync(signers[0]._options.MessageLimits, cancellationToken).ConfigureAwait(false);
        SigningRefusals.CheckHeader(header);
        using var plan = new BodyHashPlan();
        var bodyHashes = ImmutableArray.CreateBuilder<BodyHash>(signers.Length);
        foreach (var signer in signers)
        {
            SigningRefusals.CheckAuthor(header, signer._options);
            bodyHashes.Add(plan.Add(signer._options.BodyCanonicalization)!);
        }
        var body = new LineEndCheck(plan);
        await reader.ReadBodyAsync(body, cancellationToken).ConfigureAwait(false);
        body.Finish();
        plan.Finish();

        var fields = ImmutableArray.CreateBuilder<HeaderField>(signers.Length);
        for (var i = 0; i < signers.Length; i++)
            fields.Add(await signers[i].SignAsync(header, bodyHashes[i], plan, cancellationToken).ConfigureAwait(false));
        return fields.MoveToImmutable();
    }

    private async ValueTask<HeaderField> SignAsync(HeaderBlock header, BodyHash bodyHash, BodyHashPlan plan, CancellationToken cancellationToken)
    {
        var names = _template.NamesFor(header);
        var unsigned = _template.Write(header, names, bodyHash.Digest, _options.TimeProvider.GetUtcNow());
        var signature = await _options.Key.SignAsync(Digest(header, names, unsigned), cancellationToken).ConfigureAwait(false);
        SigningRefusals.CheckSignature(signature.Length, _options.Key);
        var field = new HeaderField("DKIM-Signature", SignatureTemplate.Complete(unsigned, signature.Span));
        if (_options.VerifyWith is { } resolver)
            await VerifyAsync(field, header, plan, resolver, cancellationToken).ConfigureAwait(false);
        return field;
    }

    private byte[] Digest(HeaderBlock header, string names, string unsigned)
    {
        SignedFieldList.TryRead(System.Text.Encoding.Latin1.GetBytes(names), SignatureLimits.MaxSignedFields, out var list, out _);
        var field = new HeaderField("DKIM-Signature", unsigned).RawOctets.Span[..^2];
        var digest = new byte[SignatureAlgorithms.DigestLength];
        var hasher = new HeaderHasher(_options.HeaderCanonicalization);
        hasher.AddFields(header, list, own: -1);
        hasher.AddSignatureField(field, "DKIM-Signature".Length, "DKIM-Signature".Length, field.Length, field.Length);
        hasher.GetDigest(digest);
        hasher.Dispose();
        return digest;
    }

    /// <summary>Verifies the new signature as a receiver will, with the record that is published. The body needs no second pass: its hashes are in the plan.</summary>
    private async ValueTask VerifyAsync(HeaderField field, HeaderBlock header, BodyHashPlan plan, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        byte[] octets = [.. field.RawOctets.Span, .. header.Octets];
        var options = new DkimVerifierOptions
        {
            // The new field stands at the top and is the only one that is looked at.
            Limits = new DkimLimits { MaxSignaturesRead = 1 },
            TimeProvider = _options.TimeProvider,
            MinimumRsaKeyBits = SigningKey.MinRsaBits,
        };
        var verification = new DkimVerification(
            options, HeaderBlock.Parse(octets, VerifiedLimits), plan, new MessageDnsResolver(resolver, options.DnsLimits, options.TimeProvider), [], cancellationToken);
        var results = await verification.CompleteAsync().ConfigureAwait(false);
        if (results[0].Status != DkimStatus.Pass)
        {
            throw new DkimSigningException(
                DkimSigningRefusal.NotVerified, $"The new signature does not verify, so the message would fail everywhere: {results[0].ReasonText}.", results[0]);
        }
    }

    /// <summary>What was within the limits may have grown by one field.</summary>
    private static MessageLimits VerifiedLimits { get; } = new() { MaxHeaderBytes = 1 << 20, MaxHeaderFields = 20_000, MaxFieldBytes = 1 << 20, MaxFieldNameBytes = 998 };
}
