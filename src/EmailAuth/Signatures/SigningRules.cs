using EmailAuth.Dns;

namespace EmailAuth.Signatures;

/// <summary>With whose name and which key nobody should sign (RFC 6376 §3.5, RFC 8301 §3).</summary>
internal static class SigningRules
{
    /// <summary>What is wrong with what an operator wants to sign with; null if nothing is.</summary>
    public static string? FindFault(DomainName domain, string selectorText, ISigningKey key, bool allowsShortRsaKey, out DomainName selector)
    {
        selector = domain;
        if (!domain.IsHostName || domain.LabelCount < 2)
            return $"The domain {domain} has fewer than two labels or is no host name.";
        if (!DomainName.TryParse(selectorText, out var read))
            return $"\"{selectorText}\" is no selector. Right would be labels of letters, digits, hyphens or underscores, separated by dots, such as \"s2026\".";
        selector = read;
        if (!SignatureTags.TryMakeKeyName(selector, domain, out _))
            return $"The key's name {selector}._domainkey.{domain} is longer than {DomainName.MaxLength} octets.";
        return FindFault(key, allowsShortRsaKey);
    }

    private static string? FindFault(ISigningKey key, bool allowsShortRsaKey)
    {
        if (key.Algorithm == SignatureAlgorithm.RsaSha1)
            return "rsa-sha1 must not be used (RFC 8301 §3.1); use rsa-sha256.";
        if (key.Algorithm != SignatureAlgorithm.RsaSha256)
            return null;
        if (key.KeyBits < SigningKey.MinRsaBits)
            return $"The RSA key has {key.KeyBits} bits; RFC 8301 §3.2 demands at least {SigningKey.MinRsaBits} and recommends 2048.";
        if (key.KeyBits < 2048 && !allowsShortRsaKey)
            return $"The RSA key has {key.KeyBits} bits; RFC 8301 §3.2 recommends at least 2048. AllowShortRsaKey lets it sign all the same.";
        return null;
    }

    /// <summary>What is wrong with a signature that a key service returned; null if it has the right length.</summary>
    public static string? FindFault(int signatureLength, ISigningKey key)
    {
        var expected = key.Algorithm.KeyType() == KeyType.Rsa ? (key.KeyBits + 7) / 8 : Ed25519PublicKey.SignatureLength;
        return signatureLength == expected
            ? null
            : $"The key returned {signatureLength} octets; a signature of {key.Algorithm.ToText()} with {key.KeyBits} bits has {expected}.";
    }
}
