using System.Security.Cryptography;
using System.Text;
using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>Reads private keys in the forms that tools write them. No message of it holds a part of a key.</summary>
internal static class PrivateKeyReader
{
    private static ReadOnlySpan<byte> RsaEncryption => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];

    private static ReadOnlySpan<byte> Ed25519Identifier => [0x2B, 0x65, 0x70];

    /// <summary>What stands before the 32 octets of an Ed25519 key in PKCS#8 (RFC 8410 §7).</summary>
    public static ReadOnlySpan<byte> Ed25519Wrapping => [0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

    public static SigningKey ReadFile(ReadOnlySpan<byte> file)
    {
        if (!file.IsEmpty && file[0] == DerReader.Sequence)
            return ReadDer(file);
        var text = file.TrimFws();
        if (text.Length == 44 && Base64Text.TryDecode(text, 44, out var seed) && seed.Length == Ed25519PublicKey.Length)
            return SigningKey.FromEd25519Seed(seed);
        return ReadPem(Encoding.Latin1.GetString(file));
    }

    public static SigningKey ReadPem(ReadOnlySpan<char> pem)
    {
        var found = new StringBuilder();
        var rest = pem;
        while (PemEncoding.TryFind(rest, out var block))
        {
            var label = rest[block.Label];
            var isPkcs8 = label.SequenceEqual("PRIVATE KEY");
            if (isPkcs8 || label.SequenceEqual("RSA PRIVATE KEY"))
            {
                var der = new byte[block.DecodedDataLength];
                try
                {
                    Convert.TryFromBase64Chars(rest[block.Base64Data], der, out _);
                    return ReadDer(der);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(der);
                }
            }
            found.Append(found.Length == 0 ? "" : ", ").Append(label);
            rest = rest[block.Location.End..];
        }
        throw new FormatException(found.ToString() switch
        {
            "" => "There is no PEM block. Expected was \"-----BEGIN PRIVATE KEY-----\" (PKCS#8) or \"-----BEGIN RSA PRIVATE KEY-----\" (PKCS#1).",
            "ENCRYPTED PRIVATE KEY" => "The key is encrypted. Decrypt it first, for example with \"openssl pkey -in FILE -out NEWFILE\".",
            "OPENSSH PRIVATE KEY" => "The key is in OpenSSH's own form. Expected was PKCS#8; \"ssh-keygen -p -m PKCS8 -f FILE\" rewrites an RSA key so.",
            "PUBLIC KEY" or "RSA PUBLIC KEY" => "This is the public key. Signing needs the private one.",
            var labels => $"The PEM text has {labels}, but no PRIVATE KEY (PKCS#8) and no RSA PRIVATE KEY (PKCS#1).",
        });
    }

    public static SigningKey ReadDer(ReadOnlySpan<byte> der)
    {
        var outer = new DerReader(der);
        if (!outer.TryRead(DerReader.Sequence, out var contents) || !outer.AtEnd)
            throw new FormatException("The key is no DER SEQUENCE, or something follows behind it. Expected was PKCS#8 or PKCS#1.");
        var inner = new DerReader(contents);
        if (!inner.TryReadUnsigned(out _))
            throw new FormatException("The key does not begin with a version number. Expected was PKCS#8 (RFC 5958) or PKCS#1 (RFC 8017).");
        if (!inner.TryRead(DerReader.Sequence, out var algorithm))
            return ReadRsa(der, isPkcs8: false);

        var identifier = new DerReader(algorithm);
        identifier.TryRead(DerReader.ObjectIdentifier, out var name);
        if (name.SequenceEqual(RsaEncryption))
            return ReadRsa(der, isPkcs8: true);
        if (!name.SequenceEqual(Ed25519Identifier))
            throw new FormatException("The key is neither RSA nor Ed25519, the two kinds that DKIM has.");
        // RFC 8410 §7: an OCTET STRING with the key in another OCTET STRING.
        if (!inner.TryRead(DerReader.OctetString, out var wrapped) || new DerReader(wrapped) is var key && !key.TryRead(DerReader.OctetString, out wrapped))
            throw new FormatException("The Ed25519 key is not in the form of RFC 8410 §7.");
        return SigningKey.FromEd25519Seed(wrapped);
    }

    private static SigningKey ReadRsa(ReadOnlySpan<byte> der, bool isPkcs8)
    {
        var rsa = RSA.Create();
        try
        {
            if (isPkcs8)
                rsa.ImportPkcs8PrivateKey(der, out _);
            else
                rsa.ImportRSAPrivateKey(der, out _);
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            // What the platform says stays out: it is not ours to know what it quotes.
            throw new FormatException("The platform cannot read the RSA key: its numbers do not fit together.");
        }
        if (rsa.KeySize is >= SigningKey.MinRsaBits and <= SigningKey.MaxRsaBits)
            return SigningKey.FromRsa(rsa);
        var bits = rsa.KeySize;
        rsa.Dispose();
        throw new FormatException($"The RSA key has {bits} bits. RFC 8301 §3.2 demands at least {SigningKey.MinRsaBits} and recommends 2048; the most that is read is {SigningKey.MaxRsaBits}.");
    }
}
