namespace EmailAuth.Dkim;

/// <summary>The one rule that decided a <see cref="DkimResult"/>.</summary>
public enum DkimReason
{
    /// <summary>No rule: never in a result.</summary>
    None = 0,

    /// <summary>Body and header fields match the signature, under a key that may sign for the domain (RFC 6376 §6.1.3).</summary>
    Verified,

    /// <summary>The header block breaks a limit and was not read, so nothing is known of its signatures.</summary>
    HeaderNotRead,

    /// <summary>More signatures than are judged; this one was left out (RFC 6376 §6.1).</summary>
    TooManySignatures,

    /// <summary>The value is longer than is read.</summary>
    SignatureTooLong,

    /// <summary>The value is no tag list (RFC 6376 §3.2).</summary>
    SignatureSyntax,

    /// <summary>A tag stands twice (RFC 6376 §3.2).</summary>
    DuplicateTag,

    /// <summary>More tags than are read.</summary>
    TooManyTags,

    /// <summary>A required tag is not there (RFC 6376 §6.1.1).</summary>
    MissingTag,

    /// <summary><c>v=</c> is not 1 (RFC 6376 §6.1.1).</summary>
    Version,

    /// <summary><c>a=</c> names an unknown algorithm (RFC 6376 §3.3).</summary>
    UnknownAlgorithm,

    /// <summary><c>a=rsa-sha1</c>, which counts no more (RFC 8301 §3.1).</summary>
    Sha1,

    /// <summary><c>b=</c> is empty, no base64 or too long (RFC 6376 §3.5).</summary>
    SignatureValue,

    /// <summary><c>bh=</c> is no base64, or not as long as the hash (RFC 6376 §3.5).</summary>
    BodyHashValue,

    /// <summary><c>c=</c> names an unknown canonicalization (RFC 6376 §3.4).</summary>
    UnknownCanonicalization,

    /// <summary><c>d=</c> is no domain (RFC 6376 §3.5).</summary>
    Domain,

    /// <summary><c>s=</c> is no selector (RFC 6376 §3.1).</summary>
    Selector,

    /// <summary><c>h=</c> is no list of field names (RFC 6376 §3.5).</summary>
    SignedFields,

    /// <summary><c>h=</c> names more fields than are looked for.</summary>
    TooManySignedFields,

    /// <summary><c>h=</c> does not name From (RFC 6376 §5.4).</summary>
    FromNotSigned,

    /// <summary><c>i=</c> is no identity (RFC 6376 §3.5).</summary>
    Identity,

    /// <summary>The domain of <c>i=</c> is neither that of <c>d=</c> nor below it (RFC 6376 §6.1.1).</summary>
    IdentityOutsideDomain,

    /// <summary><c>l=</c> is no number (RFC 6376 §3.5).</summary>
    BodyLengthValue,

    /// <summary><c>q=</c> does not offer dns/txt (RFC 6376 §3.5).</summary>
    QueryMethod,

    /// <summary><c>t=</c> is no number (RFC 6376 §3.5).</summary>
    TimestampValue,

    /// <summary><c>x=</c> is no number (RFC 6376 §3.5).</summary>
    ExpirationValue,

    /// <summary><c>x=</c> is not later than <c>t=</c> (RFC 6376 §3.5).</summary>
    ExpirationBeforeTimestamp,

    /// <summary><c>x=</c> is past (RFC 6376 §6.1.1).</summary>
    Expired,

    /// <summary><c>t=</c> is in the future (RFC 6376 §3.5).</summary>
    FutureTimestamp,

    /// <summary>The key could not be fetched for now (RFC 6376 §6.1.2 step 2).</summary>
    KeyUnavailable,

    /// <summary>There is no record at the key's name (RFC 6376 §6.1.2 step 3).</summary>
    NoKey,

    /// <summary>There are more records at the key's name than are read.</summary>
    TooManyKeyRecords,

    /// <summary>What is at the key's name is no key record (RFC 6376 §6.1.2 step 5).</summary>
    KeySyntax,

    /// <summary>A tag of the key record stands twice (RFC 6376 §3.2).</summary>
    KeyDuplicateTag,

    /// <summary>The key record is longer than is read.</summary>
    KeyTooLong,

    /// <summary><c>v=</c> of the key record is not DKIM1 or not first (RFC 6376 §3.6.1).</summary>
    KeyVersion,

    /// <summary><c>s=</c> of the key record does not allow e-mail (RFC 6376 §3.6.1).</summary>
    KeyService,

    /// <summary><c>h=</c> of the key record does not allow the hash (RFC 6376 §6.1.2 step 6).</summary>
    KeyHash,

    /// <summary>The key is revoked: <c>p=</c> is empty (RFC 6376 §6.1.2 step 7).</summary>
    KeyRevoked,

    /// <summary><c>k=</c> of the key record is not that of the algorithm (RFC 6376 §6.1.2 step 8).</summary>
    KeyType,

    /// <summary><c>p=</c> holds no usable key (RFC 6376 §6.1.2 step 8).</summary>
    KeyData,

    /// <summary>The key record has <c>t=s</c>, and the domain of <c>i=</c> is not exactly <c>d=</c> (RFC 6376 §3.6.1).</summary>
    KeyStrictIdentity,

    /// <summary>The RSA key is too short to count (RFC 8301 §3.2).</summary>
    WeakKey,

    /// <summary>The hash of the body is not that in <c>bh=</c> (RFC 6376 §6.1.3 step 3).</summary>
    BodyHash,

    /// <summary>The signature does not match the header fields under this key (RFC 6376 §6.1.3 step 4).</summary>
    HeaderSignature,

    /// <summary>Text follows behind the <c>l=</c> octets that are signed (RFC 6376 §8.2).</summary>
    PartialBody,

    /// <summary><c>l=</c> is more than the body has (RFC 6376 §3.5).</summary>
    BodyShorterThanSigned,

    /// <summary>A bare CR or LF in the header block: other programs may see other fields (RFC 5322 §2.3).</summary>
    BareLineEnd,

    /// <summary>The signatures of the message need more public-key operations than one message may cause; this one was left out.</summary>
    TooManyVerifications,
}
