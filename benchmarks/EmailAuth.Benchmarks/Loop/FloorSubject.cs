using System.Security.Cryptography;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace EmailAuth.Benchmarks.Loop;

/// <summary>
/// What nobody can do without to verify a message: SHA-256 over the body once, and one operation with each signature's key, which is ready. RSA and SHA-256
/// are the platform's (OpenSSL on Linux), Ed25519 is BouncyCastle's with a point that is decoded, the fastest that .NET has.
/// </summary>
internal sealed class VerifyFloor : LoopSubject
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly List<Check> _checks = [];

    private sealed record Check(byte[] Digest, byte[] Signature, RSA? Rsa, Ed25519.PublicPoint? Point);

    public VerifyFloor(IDnsResolver resolver, string message, byte[] octets)
        : base(message, octets.Length)
    {
        var end = octets.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
            throw new LoopException($"{message} has no body");
        _body = octets.AsMemory(end + 4);
        var header = HeaderBlock.Parse(octets.AsMemory(0, end + 2), MessageLimits.Default);
        foreach (var index in header.IndicesOf("DKIM-Signature"u8))
        {
            if (!DkimSignature.TryRead(header.FieldAt(index).RawValue, out var signature, out _))
                throw new LoopException($"{message} has a signature that cannot be read");
            _checks.Add(CheckOf(resolver, header, index, signature.Tags));
        }
        if (_checks.Count == 0)
            throw new LoopException($"{message} has no signature");
    }

    public override string Peer => "floor";

    public override string Verdict => "pass";

    public override ValueTask RunAsync()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_body.Span, digest);
        foreach (var check in _checks)
        {
            var isGood = check.Rsa is not null
                ? check.Rsa.VerifyHash(check.Digest, check.Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                : Ed25519.Verify(check.Signature, check.Point, (ReadOnlySpan<byte>)check.Digest);
            if (!isGood)
                throw new LoopException($"{Message} has a signature that does not verify, so there is no floor for it");
        }
        return default;
    }

    private static Check CheckOf(IDnsResolver resolver, HeaderBlock header, int index, SignatureTags tags)
    {
        var digest = new byte[SHA256.HashSizeInBytes];
        var hasher = new HeaderHasher(tags.HeaderCanonicalization);
        hasher.AddFields(header, tags.SignedFields, index);
        hasher.AddSignatureField(header, index, tags);
        hasher.GetDigest(digest);
        hasher.Dispose();

        var answer = resolver.QueryAsync(new DnsQuestion(tags.KeyName, DnsRecordType.TXT)).AsTask().GetAwaiter().GetResult();
        var record = new TagListReader(((TxtRecord)answer.Records[0]).Octets.Span);
        while (record.MoveNext() && !record.Name.SequenceEqual("p"u8))
        {
            // The key is what is looked for.
        }
        Base64Text.TryDecode(record.Value, int.MaxValue, out var key);
        if (tags.Algorithm == SignatureAlgorithm.Ed25519Sha256)
            return new Check(digest, tags.SignatureOctets, null, Ed25519.ValidatePublicKeyPartialExport(key));
        var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key, out _);
        return new Check(digest, tags.SignatureOctets, rsa, null);
    }
}

/// <summary>What nobody can do without to sign a message: SHA-256 over the body, and one operation with the private key.</summary>
internal sealed class SignFloor(SigningKey key, string message, byte[] octets) : LoopSubject(message, octets.Length)
{
    private readonly ReadOnlyMemory<byte> _body = octets.AsMemory(octets.AsSpan().IndexOf("\r\n\r\n"u8) + 4);
    private readonly byte[] _digest = new byte[SHA256.HashSizeInBytes];

    public override string Verdict => "pass";

    public override ValueTask RunAsync()
    {
        SHA256.HashData(_body.Span, _digest);
        _ = key.SignAsync(_digest).Result;
        return default;
    }
}
