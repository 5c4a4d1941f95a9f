namespace EmailAuth.Arc;

/// <summary>The one rule that decided an <see cref="ArcSignatureResult"/>: mostly a rule of DKIM, which ARC imports (RFC 8617 §4.1.2, §4.1.3).</summary>
public enum ArcSignatureReason
{
    /// <summary>It was not verified, since the chain was decided without it.</summary>
    NotVerified = 0,

    /// <summary>The signature matches what it covers, under a key that may sign for the domain (RFC 6376 §6.1.3).</summary>
    Verified,

    /// <summary>The value is longer than is read.</summary>
    TooLong,

    /// <summary>The value is no tag list (RFC 6376 §3.2).</summary>
    ListSyntax,

    /// <summary>A tag stands twice (RFC 6376 §3.2).</summary>
    DuplicateTag,

    /// <summary>More tags than are read.</summary>
    TooManyTags,

    /// <summary>A required tag is not there (RFC 6376 §6.1.1).</summary>
    MissingTag,

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

    /// <summary><c>h=</c> of a message signature is no list of field names (RFC 6376 §3.5).</summary>
    SignedFields,

    /// <summary><c>h=</c> of a message signature names more fields than are looked for.</summary>
    TooManySignedFields,

    /// <summary><c>h=</c> of a message signature names ARC-Seal (RFC 8617 §4.1.2).</summary>
    SealIsSigned,

    /// <summary>A seal has <c>h=</c> (RFC 8617 §4.1.3).</summary>
    SealNamesFields,

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

    /// <summary>The key could not be fetched for now, which ends a chain as any failure does (RFC 8617 §5.2.1).</summary>
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

    /// <summary>The RSA key is too short to count (RFC 8301 §3.2).</summary>
    WeakKey,

    /// <summary>The hash of the body is not that in <c>bh=</c> (RFC 6376 §6.1.3 step 3).</summary>
    BodyHash,

    /// <summary>The signature does not match what it covers under this key (RFC 6376 §6.1.3 step 4).</summary>
    SignatureMismatch,

    /// <summary>Text follows behind the <c>l=</c> octets that are signed (RFC 6376 §8.2).</summary>
    PartialBody,

    /// <summary><c>l=</c> is more than the body has (RFC 6376 §3.5).</summary>
    BodyShorterThanSigned,

    /// <summary>The signatures of the message need more public-key operations than one message may cause.</summary>
    TooManyVerifications,
}
