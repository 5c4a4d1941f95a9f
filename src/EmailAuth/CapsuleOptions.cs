namespace EmailAuth;

/// <summary>What a capsule keeps. Immutable; values are checked when they are set.</summary>
/// <remarks>
/// With <see cref="HashLocalParts"/> letters and digits are replaced by others, as a keyed hash chooses them; lengths, case and punctuation stay. This is done to
/// <list type="bullet">
/// <item><description>the local-part of the reverse-path, and whatever stands before an "@" in the HELO name;</description></item>
/// <item><description>the names that were asked for in DNS because an SPF macro (<c>%{l}</c>, <c>%{s}</c>) put the local-part into them;</description></item>
/// <item><description>every header field but the names of fields: everything except the domain behind an "@". That is display names, the subject, and hosts in
/// Received, too;</description></item>
/// <item><description>of DKIM-Signature, ARC-Seal and ARC-Message-Signature only the local-part of <c>i=</c>, copied fields (<c>z=</c>) and unknown tags;</description></item>
/// <item><description>of Authentication-Results and ARC-Authentication-Results only what stands before an "@", comments, and the value of <c>smtp.auth</c>.</description></item>
/// </list>
/// What stays readable: domains, the client's address, the HELO name, DNS answers with all that others publish there, signatures and hashes. As signed fields are
/// no longer those that were signed, the capsule keeps the SHA-256 of what each signature covers: a replay checks the signature against that hash, and no longer
/// the hash against the fields. Whoever guesses all signed fields can confirm the guess by that hash, as by the signature itself. Members that quote
/// a local-part (identities, texts) are those with the replacement. Every other member is that of the verdict as it was; where the replacement should ever
/// change one, a replay says so.
/// </remarks>
public sealed record CapsuleOptions
{
    /// <summary>The defaults: everything is kept as it came.</summary>
    public static CapsuleOptions Default { get; } = new();

    /// <summary>Whether local-parts are hashed, so that no address can be read. Off.</summary>
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
