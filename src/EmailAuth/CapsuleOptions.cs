namespace EmailAuth;

/// <summary>What a capsule keeps. Immutable; values are checked when they are set.</summary>
/// <remarks>
/// With <see cref="HashLocalParts"/> every letter and digit of the header section and of the SMTP conversation is replaced by another, as a keyed hash of the word
/// chooses it, unless it is on this list; lengths, case and punctuation stay. There stay
/// <list type="bullet">
/// <item><description>names of fields made of letters, digits, hyphens and underscores;</description></item>
/// <item><description>of From, or what may be taken for it, the domains that were judged, and nothing else;</description></item>
/// <item><description>of DKIM-Signature, ARC-Message-Signature and ARC-Seal the values, if they are as they should be, of <c>v a b bh c cv d h l q s t x</c>, of
/// <c>i=</c> the domain or the number; of <c>h=</c> only plain names of fields;</description></item>
/// <item><description>of Authentication-Results and ARC-Authentication-Results that can be read: the version, methods, results and names of properties, and the
/// domains and IP addresses that are the service's name or a value, or stand behind the "@" of a value;</description></item>
/// <item><description>the client's address, a HELO name that is a domain or an IP address, and the domain of the reverse-path that SPF checked.</description></item>
/// </list>
/// So display names, subjects, Received, comments, quoted texts, logins and fields that cannot be read go as a whole. DNS answers stay as they were published
/// (TXT records with their addresses, such as <c>rua=mailto:…</c>, included); names that an SPF macro (<c>%{l}</c>, <c>%{s}</c>) made of the local-part are
/// asked with the replacement. Of the verdict those members stay that cannot quote a text (words of the program, truths, numbers, times, domains, IP addresses);
/// every text is made anew with the replacements. Where the replacement should ever change a member that stays, a replay says so.
/// As signed fields are no longer those that were signed, the capsule keeps the SHA-256 of what each signature covers: a replay checks the signature against
/// that hash, and no longer the hash against the fields. Whoever guesses all signed fields can confirm the guess by that hash, as by the signature itself.
/// </remarks>
public sealed record CapsuleOptions
{
    /// <summary>The defaults: everything is kept as it came.</summary>
    public static CapsuleOptions Default { get; } = new();

    /// <summary>Whether local-parts, and all other text of the header section that no check reads, are hashed, so that no address can be read. Off.</summary>
    public bool HashLocalParts { get; init; }

    /// <summary>
    /// The key of <see cref="HashLocalParts"/>: under the same key the same local-part gets the same replacement in every capsule, so that they can be compared.
    /// Empty, the default, for a new one for each capsule, which nobody learns. Else 16 octets at least, at most 1,024.
    /// </summary>
    public ReadOnlyMemory<byte> LocalPartKey
    {
        get;
        init
        {
            if (!value.IsEmpty && value.Length is < 16 or > 1024)
                throw new ArgumentException("The key has too few or too many octets; right would be 16 to 1,024, or none.", nameof(value));
            field = value;
        }
    }
}
