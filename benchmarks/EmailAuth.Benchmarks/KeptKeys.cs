using EmailAuth.Dkim;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;

namespace EmailAuth.Benchmarks;

/// <summary>The keys of <see cref="DkimMessages"/> for MimeKit, read once.</summary>
internal sealed class KeptKeys : DkimPublicKeyLocatorBase
{
    private readonly Dictionary<string, AsymmetricKeyParameter> _keys = new()
    {
        ["rsa"] = GetPublicKey(DkimKeyRecord.FromKey(DkimMessages.Rsa).ToString()),
        ["ed"] = GetPublicKey(DkimKeyRecord.FromKey(DkimMessages.Ed25519).ToString()),
    };

    public override AsymmetricKeyParameter LocatePublicKey(string methods, string domain, string selector, CancellationToken cancellationToken = default) => _keys[selector];

    public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(string methods, string domain, string selector, CancellationToken cancellationToken = default) => Task.FromResult(_keys[selector]);
}
