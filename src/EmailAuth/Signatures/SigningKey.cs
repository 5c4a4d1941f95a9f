using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace EmailAuth.Signatures;

/// <summary>
/// A private key in memory, RSA or Ed25519. Safe to use from many threads at once. Dispose of it when it is needed no more: its octets are
/// then overwritten as far as the platform lets them be. Nothing but the methods named Export or Save ever shows the key.
/// </summary>
public sealed class SigningKey : ISigningKey, IDisposable
{
    /// <summary>The shortest RSA key that may sign at all (RFC 8301 §3.2), in bits.</summary>
    public const int MinRsaBits = 1024;

    /// <summary>The longest RSA key that receivers must be able to use (RFC 8301 §3.2) is 4,096 bits; this is the longest that is read, in bits.</summary>
    public const int MaxRsaBits = RsaPublicKey.MaxBits;

    // One of the two is there. The platforms' implementations only read the key when they sign: one object serves all threads.
    private readonly RSA? _rsa;
    private readonly byte[] _seed = [];
    private readonly byte[] _publicKey;
    private bool _isDisposed;

    private SigningKey(RSA rsa)
    {
        _rsa = rsa;
        _publicKey = rsa.ExportSubjectPublicKeyInfo();
        KeyBits = rsa.KeySize;
    }

    private SigningKey(byte[] seed)
    {
        _seed = seed;
        _publicKey = new byte[Ed25519PublicKey.Length];
        Ed25519.GeneratePublicKey(seed, _publicKey);
        KeyBits = 256;
    }

    /// <inheritdoc/>
    public SignatureAlgorithm Algorithm => _rsa is null ? SignatureAlgorithm.Ed25519Sha256 : SignatureAlgorithm.RsaSha256;

    /// <inheritdoc/>
    public int KeyBits { get; }

    /// <summary>The public key as <c>p=</c> of a key record holds it, before base64: a SubjectPublicKeyInfo for RSA, 32 octets for Ed25519 (RFC 6376 §3.6.1, RFC 8463 §4.2).</summary>
    public ReadOnlyMemory<byte> PublicKeyData => _publicKey;

    /// <summary>Makes a new RSA key.</summary>
    /// <param name="bits">Its length: 2,048 (RFC 8301 §3.2 recommends no less) to 4,096, a multiple of 8.</param>
    public static SigningKey GenerateRsa(int bits = 2048)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 2048);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 4096);
        if (bits % 8 != 0)
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "An RSA key's length is a multiple of 8 bits, such as 2048, 3072 or 4096.");
        return new SigningKey(RSA.Create(bits));
    }

    /// <summary>Makes a new Ed25519 key (RFC 8463).</summary>
    public static SigningKey GenerateEd25519()
    {
        var seed = new byte[Ed25519PublicKey.Length];
        RandomNumberGenerator.Fill(seed);
        return new SigningKey(seed);
    }

    /// <summary>Reads a key from PEM text: <c>PRIVATE KEY</c> (PKCS#8, as OpenSSL writes RSA and Ed25519 keys) or <c>RSA PRIVATE KEY</c> (PKCS#1). Other blocks are passed over.</summary>
    /// <param name="pem">The text.</param>
    /// <exception cref="FormatException">There is no key that can be used: what was found, and what was expected. The key is not in the message.</exception>
    public static SigningKey FromPem(ReadOnlySpan<char> pem) => PrivateKeyReader.ReadPem(pem);

    /// <summary>Reads a key from DER: PKCS#8 (RFC 5958; RSA, or Ed25519 by RFC 8410) or, for RSA, PKCS#1 (RFC 8017 §A.1.2).</summary>
    /// <param name="der">The octets.</param>
    /// <exception cref="FormatException">It is no such key. The key is not in the message.</exception>
    public static SigningKey FromDer(ReadOnlySpan<byte> der) => PrivateKeyReader.ReadDer(der);

    /// <summary>Takes an Ed25519 private key as RFC 8032 §5.1.5 defines it.</summary>
    /// <param name="seed">32 octets.</param>
    /// <exception cref="FormatException">It is not 32 octets long.</exception>
    public static SigningKey FromEd25519Seed(ReadOnlySpan<byte> seed) =>
        seed.Length == Ed25519PublicKey.Length
            ? new SigningKey(seed.ToArray())
            : throw new FormatException($"An Ed25519 private key has 32 octets, not {seed.Length}.");

    /// <summary>Reads a key file: PEM, DER, or the base64 text of an Ed25519 key's 32 octets.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">It holds no key that can be used.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SigningKey Load(string path)
    {
        var octets = File.ReadAllBytes(path);
        try
        {
            return PrivateKeyReader.ReadFile(octets);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    internal static SigningKey FromRsa(RSA rsa) => new(rsa);

    /// <summary>The private key as a PKCS#8 PEM block that ends in a line end. Keep it secret.</summary>
    public string ExportPkcs8Pem()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_rsa is not null)
            return _rsa.ExportPkcs8PrivateKeyPem() + "\n";
        Span<byte> der = stackalloc byte[PrivateKeyReader.Ed25519Wrapping.Length + Ed25519PublicKey.Length];
        PrivateKeyReader.Ed25519Wrapping.CopyTo(der);
        _seed.CopyTo(der[PrivateKeyReader.Ed25519Wrapping.Length..]);
        var pem = PemEncoding.WriteString("PRIVATE KEY", der) + "\n";
        CryptographicOperations.ZeroMemory(der);
        return pem;
    }

    /// <summary>Writes the private key to a new file as PKCS#8 PEM. Where the system knows file modes, only the owner may read and write it (mode 600).</summary>
    /// <param name="path">A file that does not exist.</param>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public void Save(string path)
    {
        var pem = System.Text.Encoding.Latin1.GetBytes(ExportPkcs8Pem());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(pem);
        CryptographicOperations.ZeroMemory(pem);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (digest.Length != SignatureAlgorithms.DigestLength)
            throw new ArgumentException($"A SHA-256 digest has {SignatureAlgorithms.DigestLength} octets, not {digest.Length}.", nameof(digest));
        if (_rsa is not null)
            return new(_rsa.SignHash(digest.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var signature = new byte[Ed25519PublicKey.SignatureLength];
        Ed25519.Sign(_seed, (ReadOnlySpan<byte>)_publicKey, digest.Span, signature);
        return new(signature);
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _rsa?.Dispose();
        CryptographicOperations.ZeroMemory(_seed);
    }

    /// <summary>The algorithm and length; never the key.</summary>
    public override string ToString() => $"{Algorithm.ToText()}, {KeyBits} bits";
}
