using EmailAuth.Dns;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;

namespace EmailAuth.Benchmarks.Loop;

/// <summary>Parses a message with MimeKit and verifies all its signatures by MimeKit's own verifier.</summary>
internal sealed class MimeKitSubject(ZoneKeys keys, string message, byte[] octets) : LoopSubject(message, octets.Length)
{
    private readonly DkimVerifier _verifier = new(keys);
    private bool _isPass;

    public override string Peer => "mimekit";

    public override string Verdict => _isPass ? "pass" : "fail";

    public override ValueTask RunAsync()
    {
        var parsed = MimeMessage.Load(new MemoryStream(octets));
        var signatures = 0;
        var passes = 0;
        foreach (var header in parsed.Headers)
        {
            if (header.Id != HeaderId.DkimSignature)
                continue;
            signatures++;
            if (_verifier.Verify(parsed, header))
                passes++;
        }
        _isPass = signatures > 0 && passes == signatures;
        return default;
    }
}

/// <summary>The keys of a zone for MimeKit, each record read once.</summary>
internal sealed class ZoneKeys(CachingDnsResolver zone) : DkimPublicKeyLocatorBase
{
    private readonly Dictionary<(string Domain, string Selector), AsymmetricKeyParameter> _keys = [];

    public override AsymmetricKeyParameter LocatePublicKey(string methods, string domain, string selector, CancellationToken cancellationToken = default)
    {
        if (_keys.TryGetValue((domain, selector), out var key))
            return key;
        var question = new DnsQuestion(DomainName.Parse($"{selector}._domainkey.{domain}"), DnsRecordType.TXT);
        var record = (TxtRecord)zone.QueryAsync(question, cancellationToken).AsTask().GetAwaiter().GetResult().Records[0];
        return _keys[(domain, selector)] = GetPublicKey(System.Text.Encoding.Latin1.GetString(record.Octets.Span));
    }

    public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
        Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
}
