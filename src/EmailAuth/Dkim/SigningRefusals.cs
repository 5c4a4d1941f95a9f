using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Dkim;

/// <summary>What a signer must not put its name to (RFC 6376 §5.3, §5.4; RFC 5322 §3.6).</summary>
internal static class SigningRefusals
{
    public static void CheckHeader(HeaderBlock header)
    {
        if (header.Defect != MessageDefect.None)
            throw new DkimSigningException(DkimSigningRefusal.HeaderNotRead, $"The header block breaks a limit: {header.Defect}.");
        if (header.HasBareLineEnd)
        {
            throw new DkimSigningException(
                DkimSigningRefusal.BareLineEnd,
                "A CR without LF, or an LF without CR, stands in the header block. Lines must end in CRLF: EmailMessage.NormalizingLineEndings() converts stored mail.");
        }
        switch (header.IndicesOf("From"u8).Length)
        {
            case 0:
                throw new DkimSigningException(DkimSigningRefusal.NoFrom, "The message has no From field, which every signature must cover.");
            case > 1:
                throw new DkimSigningException(DkimSigningRefusal.SeveralFrom, "The message has more than one From field; it must have one.");
        }
    }

    public static void CheckAuthor(HeaderBlock header, DkimSignerOptions options)
    {
        if (options.AllowAnyAuthorDomain)
            return;
        var mailboxes = new MailboxListReader(header.Value(header.Fields[header.IndicesOf("From"u8)[0]]));
        var count = 0;
        while (mailboxes.MoveNext())
        {
            count++;
            if (mailboxes.IsAddressLiteral || !DomainName.TryParse(mailboxes.Domain, out var domain))
                throw new DkimSigningException(DkimSigningRefusal.UnreadableFrom, "An address in From has no domain name, so nobody can tell whether this key may sign for it.");
            if (!IsAllowed(domain, options))
            {
                throw new DkimSigningException(
                    DkimSigningRefusal.AuthorDomain,
                    $"From has the domain {domain}, which this key does not sign for. It signs for {AllowedText(options)}; DkimSignerOptions.AuthorDomains and AllowAnyAuthorDomain change that.");
            }
        }
        if (mailboxes.Problem is not null || count == 0)
            throw new DkimSigningException(DkimSigningRefusal.UnreadableFrom, $"From cannot be read: {mailboxes.Problem ?? "an address"} was expected at {mailboxes.ProblemPosition}.");
    }

    private static bool IsAllowed(DomainName author, DkimSignerOptions options)
    {
        if (options.AuthorDomains is not { } allowed)
            return author.IsAtOrBelow(options.Domain);
        foreach (var domain in allowed)
        {
            if (author.IsAtOrBelow(domain))
                return true;
        }
        return false;
    }

    private static string AllowedText(DkimSignerOptions options) =>
        options.AuthorDomains is { } allowed ? string.Join(", ", allowed) : $"{options.Domain} and below";

    public static void CheckSignature(int length, ISigningKey key)
    {
        if (SigningRules.FindFault(length, key) is { } fault)
            throw new DkimSigningException(DkimSigningRefusal.KeyService, fault);
    }
}
