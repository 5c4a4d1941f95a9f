using System.Collections.Immutable;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Message;
using MimeKit;

namespace EmailAuth.MimeKit;

/// <summary>
/// Verifies, signs and seals a <see cref="MimeMessage"/> on the octets that MimeKit writes for it, with CRLF at the end of each line, as MailKit's SmtpClient sends it.
/// </summary>
/// <remarks>
/// MimeKit keeps the octets of a message that it has loaded: the raw header fields, the raw content, what stands before and behind the parts of a multipart.
/// What it does not keep, so that it writes other octets than it has read: white space behind a boundary, a closing boundary that is missing or has no line end, a
/// header without an empty line behind it, an mbox <c>From </c> line, and line ends other than CRLF, which become CRLF. A body hash over the first two differs, and a
/// signature that holds seems to fail. To judge received mail on the octets as they came, load it with <see cref="ReceivedMimeMessage"/>.
/// </remarks>
public static class MimeMessageExtensions
{
    /// <summary>Judges a message that MimeKit has loaded. Use <see cref="ReceivedMimeMessage"/> where its octets are at hand: see the remarks above.</summary>
    /// <param name="authenticator">Who judges.</param>
    /// <param name="message">The message as it was loaded.</param>
    /// <param name="session">What the SMTP conversation told.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="MimeOctetsException">
    /// The message was composed, or a field was added or the body replaced since it was loaded: nobody has received these octets. That the value of a field was changed
    /// cannot be told; a signature over it fails.
    /// </exception>
    public static ValueTask<VerificationResult> VerifyAsync(
        this EmailAuthenticator authenticator, MimeMessage message, SmtpSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(authenticator);
        ArgumentNullException.ThrowIfNull(message);
        RequireLoaded(message.Headers);
        RequireLoaded(message.Body?.Headers);
        return authenticator.VerifyAsync(EmailMessage.FromBytes(MimeOctets.Of(message, MimeOctets.AsLoaded)), session, cancellationToken);
    }

    /// <summary>Signs a message and puts the DKIM-Signature field at its top. From then on the message must not be changed; fields may be put above.</summary>
    /// <param name="signer">Who signs.</param>
    /// <param name="message">
    /// The message, ready to be sent. Call <see cref="MimeMessage.Prepare"/> first if the next server may not take 8-bit content (RFC 6376 §5.3). MailKit's SmtpClient sends a
    /// message with a signature as it is.
    /// </param>
    /// <param name="cancellationToken">Ends the signing.</param>
    /// <exception cref="DkimSigningException">The message is not to be signed.</exception>
    /// <exception cref="MimeOctetsException">MimeKit writes the message in another way than it did for the signature; the field was taken out again.</exception>
    public static async Task SignAsync(this DkimSigner signer, MimeMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(message);
        var octets = MimeOctets.Of(message, MimeOctets.AsSent);
        var field = await signer.SignAsync(EmailMessage.FromBytes(octets), cancellationToken).ConfigureAwait(false);
        Prepend(message, [field], octets);
    }

    /// <summary>Signs a message with several keys in one pass and puts the fields at its top, in the order of the signers.</summary>
    /// <param name="signers">Who sign.</param>
    /// <param name="message">The message, ready to be sent.</param>
    /// <param name="cancellationToken">Ends the signing.</param>
    /// <inheritdoc cref="SignAsync(DkimSigner, MimeMessage, CancellationToken)"/>
    public static async Task SignAllAsync(this ImmutableArray<DkimSigner> signers, MimeMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var octets = MimeOctets.Of(message, MimeOctets.AsSent);
        var fields = await DkimSigner.SignAllAsync(signers, EmailMessage.FromBytes(octets), cancellationToken).ConfigureAwait(false);
        Prepend(message, fields, octets);
    }

    /// <summary>Seals a message as it leaves and puts the ARC set at its top (RFC 8617 §5.1).</summary>
    /// <param name="sealer">Who seals.</param>
    /// <param name="message">The message as it leaves.</param>
    /// <param name="results">What was found when it arrived.</param>
    /// <param name="chain">The chain as it was validated when the message arrived.</param>
    /// <param name="cancellationToken">Ends the sealing.</param>
    /// <returns>False, with the message as it was, if no set may be added: see <see cref="ArcResult.CanBeSealed"/>.</returns>
    /// <exception cref="ArcSealingException">The message is not to be sealed.</exception>
    /// <exception cref="MimeOctetsException">MimeKit writes the message in another way than it did for the seal; the fields were taken out again.</exception>
    public static async Task<bool> SealAsync(
        this ArcSealer sealer, MimeMessage message, AuthenticationResults results, ArcResult chain, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        ArgumentNullException.ThrowIfNull(message);
        var octets = MimeOctets.Of(message, MimeOctets.AsSent);
        var fields = await sealer.SealAsync(EmailMessage.FromBytes(octets), results, chain, cancellationToken).ConfigureAwait(false);
        Prepend(message, fields, octets);
        return !fields.IsEmpty;
    }

    /// <summary>Puts a field at the top of a message, octet by octet, such as <see cref="VerificationResult.ToAuthenticationResults"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="field">The field.</param>
    public static void Prepend(this MimeMessage message, HeaderField field)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(field);
        message.Headers.Insert(0, ToHeader(field));
    }

    private static void Prepend(MimeMessage message, ImmutableArray<HeaderField> fields, byte[] rest)
    {
        for (var i = fields.Length - 1; i >= 0; i--)
            message.Prepend(fields[i]);
        if (IsOnTop(MimeOctets.Of(message, MimeOctets.AsSent), fields, rest))
            return;
        for (var i = 0; i < fields.Length; i++)
            message.Headers.RemoveAt(0);
        throw new MimeOctetsException(
            MimeOctetsFault.WrittenDifferently, "MimeKit writes the message in another way than it did when it was signed, so the signature would fail. Load it anew from its octets, then sign.");
    }

    /// <summary>Whether the message is written as the fields, in their order, and then what was signed.</summary>
    private static bool IsOnTop(ReadOnlySpan<byte> written, ImmutableArray<HeaderField> fields, ReadOnlySpan<byte> rest)
    {
        foreach (var field in fields)
        {
            if (!written.StartsWith(field.RawOctets.Span))
                return false;
            written = written[field.RawOctets.Length..];
        }
        return written.SequenceEqual(rest);
    }

    private static Header ToHeader(HeaderField field) =>
        Header.TryParse(field.RawOctets.ToArray(), out var header)
            ? header
            : throw new MimeOctetsException(MimeOctetsFault.WrittenDifferently, $"MimeKit cannot hold the field {field.Name} as it is.");

    private static void RequireLoaded(HeaderList? fields)
    {
        foreach (var field in fields ?? [])
        {
            if (field.Offset is null)
            {
                throw new MimeOctetsException(
                    MimeOctetsFault.NotLoaded,
                    $"The field {field.Field} was not loaded with the message but made since, so these are not the octets that were received. Verify first, or load with ReceivedMimeMessage.");
            }
        }
    }
}
