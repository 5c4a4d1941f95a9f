using EmailAuth.Cli.Input;
using EmailAuth.Dmarc;
using EmailAuth.Dns;

namespace EmailAuth.Cli.Verbs;

/// <summary>Whether DMARC will count a signature, as far as it can be told without DNS (RFC 9989 §4.4.1).</summary>
internal static class SignatureAlignment
{
    /// <summary>What a signer had better know; null where nothing speaks against the signature.</summary>
    public static async Task<string?> CaveatAsync(MessageFile message, DomainName signer, CancellationToken cancellationToken)
    {
        // Nobody is asked: what is wanted is how From is read.
        var authenticator = new EmailAuthenticator(new ZoneDnsResolver());
        var dmarc = (await authenticator.VerifyAsync(message.Read(), new SmtpSession(null, "", null), cancellationToken).ConfigureAwait(false)).Dmarc;
        if (dmarc.Status == DmarcStatus.PermError)
            return $"signed, but DMARC cannot judge this message, whoever signs it: {dmarc.ReasonText}";
        foreach (var author in dmarc.AuthorDomains)
        {
            if (!MayAlign(author.Domain, signer))
                return $"signed, but DMARC will not align d={signer} with From, which has the domain {author.Domain}{Unless(author.Domain, signer)}; d={author.Domain} would align";
        }
        return null;
    }

    /// <summary>Where one lies below the other, both most likely have one Organizational Domain.</summary>
    private static bool MayAlign(DomainName author, DomainName signer) => author.IsAtOrBelow(signer) || signer.IsAtOrBelow(author);

    /// <summary>Domains side by side may have one Organizational Domain above them; only DNS knows.</summary>
    private static string Unless(DomainName author, DomainName signer) =>
        author.LabelCount > 2 && signer.LabelCount > 2 && author.TakeLast(2) == signer.TakeLast(2) ? ", unless both have one Organizational Domain" : "";
}
