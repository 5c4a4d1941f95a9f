using EmailAuth.Dns;

namespace EmailAuth.Signatures;

/// <summary>Why a key cannot verify a signature (RFC 6376 §6.1.2).</summary>
internal enum KeyFault
{
    None,

    /// <summary>Step 2: it could not be fetched for now.</summary>
    Unavailable,

    /// <summary>Step 3: there is no record.</summary>
    NoKey,

    /// <summary>More records than the limit.</summary>
    TooManyRecords,

    /// <summary>Step 5: no record is a key record.</summary>
    Syntax,

    /// <summary>§3.2: a tag twice.</summary>
    DuplicateTag,

    /// <summary>Longer than the limit.</summary>
    TooLong,

    /// <summary>§3.6.1 v=.</summary>
    Version,

    /// <summary>§3.6.1 s=: not for e-mail.</summary>
    Service,

    /// <summary>Step 6: h= lacks the hash.</summary>
    Hash,

    /// <summary>Step 7: p= is empty.</summary>
    Revoked,

    /// <summary>Step 8: k= is not that of the signature.</summary>
    Type,

    /// <summary>Step 8: p= is no key.</summary>
    Data,

    /// <summary>RFC 8301 §3.2: too short.</summary>
    Weak,
}

/// <summary>Finds what forbids a key.</summary>
internal static class KeyFaults
{
    /// <summary>What forbids every key at the name; none if there are keys to try. The text is one sentence for people, without capital letter and full stop.</summary>
    public static (KeyFault Fault, string Text) Find(KeyQueryResult query, DomainName keyName)
    {
        if (query.Status.IsTransient())
            return (KeyFault.Unavailable, $"the key at {keyName} cannot be fetched now: {query.Detail ?? query.Status.ToString()}");
        if (query.TooMany > 0)
            return (KeyFault.TooManyRecords, $"there are {query.TooMany} records at {keyName}, more than {SignatureLimits.MaxKeyRecords}");
        if (!query.Keys.IsEmpty)
            return (KeyFault.None, "");
        return query.Malformed is { } malformed
            ? (FaultOf(malformed.Rule), $"the record at {keyName} is no key record: {malformed.Text}")
            : (KeyFault.NoKey, $"there is no key record at {keyName}");
    }

    /// <summary>What forbids that this key verifies signatures of that algorithm.</summary>
    public static (KeyFault Fault, string Text) Find(KeyRecord record, DomainName keyName, SignatureAlgorithm algorithm, int minimumRsaBits)
    {
        if (!record.ServesEmail)
            return (KeyFault.Service, "the key is not for e-mail: its s= names neither email nor *");
        if (!record.AllowsSha256)
            return (KeyFault.Hash, "the key does not allow sha256: its h= does not name it");
        if (record.Rule == KeyRule.Revoked)
            return (KeyFault.Revoked, record.Text);
        if (record.Rule == KeyRule.UnknownType || record.Type != algorithm.KeyType())
            return (KeyFault.Type, $"the key at {keyName} is not of the kind that {algorithm.ToText()} needs");
        if (record.Rule != KeyRule.None)
            return (KeyFault.Data, record.Text);
        // RFC 8301 §3.2: "Verifiers MUST NOT consider signatures using RSA keys of less than 1024 bits as valid signatures."
        if (record.Type == KeyType.Rsa && record.Key!.Bits < minimumRsaBits)
            return (KeyFault.Weak, $"the RSA key has {record.Key.Bits} bits; at least {minimumRsaBits} are needed");
        return (KeyFault.None, "");
    }

    private static KeyFault FaultOf(KeyRule rule) => rule switch
    {
        KeyRule.None => KeyFault.None,
        KeyRule.Syntax or KeyRule.NoKeyData => KeyFault.Syntax,
        KeyRule.DuplicateTag => KeyFault.DuplicateTag,
        KeyRule.TooLong => KeyFault.TooLong,
        KeyRule.Version => KeyFault.Version,
        KeyRule.Revoked => KeyFault.Revoked,
        KeyRule.UnknownType => KeyFault.Type,
        KeyRule.KeyData => KeyFault.Data,
    };
}
