using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Dkim;

/// <summary>Verifies the DKIM signatures of messages (RFC 6376 §6). Safe to use from many threads at once: one a process will do.</summary>
/// <param name="resolver">Fetches the keys; put a cache around it.</param>
/// <param name="options">How to judge; null for the defaults.</param>
public sealed class DkimVerifier(IDnsResolver resolver, DkimVerifierOptions? options = null)
{
    private readonly HashFunctions _hashFunctions = new();
    private readonly IDnsResolver _resolver = resolver ?? throw new ArgumentNullException(nameof(resolver));
    private readonly DkimVerifierOptions _options = WithMemory(options ?? DkimVerifierOptions.Default);

    /// <summary>Verifies every signature of a message. Keys are asked for while the body is still arriving; the body is read once and to its end.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the verification.</param>
    /// <returns>One result a DKIM-Signature field, in the order of the fields; empty if there is none. Bad mail is a result, never an exception.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The message came from a stream or pipe and was read before.</exception>
    public async ValueTask<ImmutableArray<DkimResult>> VerifyAsync(EmailMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var reader = message.Open();
        var header = await reader.ReadHeaderAsync(_options.MessageLimits, cancellationToken).ConfigureAwait(false);
        using var plan = new BodyHashPlan(_options.SignatureLimits, _hashFunctions);
        var verification = Begin(header, plan, new MessageDnsResolver(_resolver, _options.DnsLimits, _options.TimeProvider), [], cancellationToken);
        await reader.ReadBodyAsync(plan, cancellationToken).ConfigureAwait(false);
        plan.Finish();
        return await verification.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the signatures, asks for their keys and for the body hashes they need. Then the body goes through the plan, the plan is
    /// finished, and <see cref="DkimVerification.CompleteAsync"/> gives the results.
    /// </summary>
    /// <param name="header">The header block.</param>
    /// <param name="plan">Takes the body hashes.</param>
    /// <param name="messageResolver">The message's view of DNS, which throws for cancellation only.</param>
    /// <param name="authorDomains">The domains of the author; signatures that may align with them come first where not all are verified.</param>
    /// <param name="cancellationToken">Ends the verification.</param>
    internal DkimVerification Begin(
        HeaderBlock header, BodyHashPlan plan, IDnsResolver messageResolver, ReadOnlySpan<DomainName> authorDomains, CancellationToken cancellationToken) =>
        new(_options, header, plan, messageResolver, authorDomains, cancellationToken);

    private static DkimVerifierOptions WithMemory(DkimVerifierOptions options) => options is { Names: not null, SignedFieldTexts: not null }
        ? options
        : options with { Names = options.Names ?? new DomainNames(), SignedFieldTexts = options.SignedFieldTexts ?? new KeptOctets() };
}
