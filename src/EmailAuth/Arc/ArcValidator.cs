using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Arc;

/// <summary>Validates the Authenticated Received Chains of messages (RFC 8617 §5.2). Safe to use from many threads at once: one a process will do.</summary>
/// <param name="resolver">Fetches the keys; put a cache around it.</param>
/// <param name="options">How to judge; null for the defaults.</param>
public sealed class ArcValidator(IDnsResolver resolver, ArcOptions? options = null)
{
    private readonly HashFunctions _hashFunctions = new();
    private readonly IDnsResolver _resolver = resolver ?? throw new ArgumentNullException(nameof(resolver));
    private readonly ArcOptions _options = options ?? ArcOptions.Default;

    /// <summary>Validates the chain of a message. Keys are asked for while the body is still arriving; the body is read once and to its end.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the validation.</param>
    /// <returns>Bad mail is a result, never an exception.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The message came from a stream or pipe and was read before.</exception>
    public async ValueTask<ArcResult> ValidateAsync(EmailMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var reader = message.Open();
        var header = await reader.ReadHeaderAsync(_options.MessageLimits, cancellationToken).ConfigureAwait(false);
        using var plan = new BodyHashPlan(_options.SignatureLimits, _hashFunctions);
        var validation = Begin(header, plan, new MessageDnsResolver(_resolver, _options.DnsLimits, _options.TimeProvider), cancellationToken);
        await reader.ReadBodyAsync(plan, cancellationToken).ConfigureAwait(false);
        plan.Finish();
        return await validation.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Whether there is anything to validate; where there is not, the result is <see cref="ArcResult.NoChain"/>.</summary>
    internal static bool HasChain(HeaderBlock header) => header.Defect != MessageDefect.None || ArcChain.CountFields(header) > 0;

    /// <summary>
    /// Reads the chain, asks for its keys and for the body hashes it needs. Then the body goes through the plan, the plan is finished, and
    /// <see cref="ArcValidation.CompleteAsync"/> gives the result.
    /// </summary>
    /// <param name="header">The header block.</param>
    /// <param name="plan">Takes the body hashes.</param>
    /// <param name="messageResolver">The message's view of DNS, which throws for cancellation only.</param>
    /// <param name="cancellationToken">Ends the validation.</param>
    internal ArcValidation Begin(HeaderBlock header, BodyHashPlan plan, IDnsResolver messageResolver, CancellationToken cancellationToken) =>
        new(_options, header, plan, messageResolver, cancellationToken);
}
