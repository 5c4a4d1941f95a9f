using System.Net;
using BenchmarkDotNet.Attributes;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Benchmarks;

/// <summary>That asking ahead costs nothing where the cache is warm: a verdict with SPF over two includes, HELO, DMARC, and two signatures or none.</summary>
[MemoryDiagnoser]
public class LookAheadBenchmarks
{
    private static readonly SmtpSession Session = new(IPAddress.Parse("192.0.2.1"), "mx.example.com", "a@example.com");

    private readonly EmailMessage _unsigned = EmailMessage.FromBytes("From: a@example.com\r\nTo: b@example.net\r\nSubject: x\r\n\r\nbody\r\n"u8.ToArray());
    /// <summary>0 asks nothing ahead; 50 is the default.</summary>
    [Params(0, 50)]
    public int MaxQueriesAhead { get; set; }

    private EmailMessage _signed = null!;
    private CachingDnsResolver _cache = null!;
    private EmailAuthenticator _authenticator = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        var octets = DkimMessages.Unsigned(20_000);
        var fields = await DkimSigner.SignAllAsync(
            [DkimMessages.Signer(DkimMessages.Rsa, CanonicalizationAlgorithm.Relaxed), DkimMessages.Signer(DkimMessages.Ed25519, CanonicalizationAlgorithm.Relaxed)], EmailMessage.FromBytes(octets));
        byte[] signed = [.. fields.SelectMany(field => field.RawOctets.ToArray()), .. octets];
        _signed = EmailMessage.FromBytes(signed);
        _cache = new CachingDnsResolver(ZoneDnsResolver.Parse("""
            com.                86400 SOA ns.example.com. hostmaster.example.com. 1 7200 900 86400 86400
            example.com.        86400 TXT "v=spf1 include:_spf.example.com -all"
            _spf.example.com.   86400 TXT "v=spf1 ip4:198.51.100.0/24 include:_b.example.com ~all"
            _b.example.com.     86400 TXT "v=spf1 ip4:192.0.2.0/24 ~all"
            mx.example.com.     86400 TXT "v=spf1 a -all"
            mx.example.com.     86400 A   192.0.2.1
            _dmarc.example.com. 86400 TXT "v=DMARC1; p=reject"

            """ + DkimKeyRecord.FromKey(DkimMessages.Rsa).ToMasterFile(DkimMessages.Domain, "rsa") + "\n" + DkimKeyRecord.FromKey(DkimMessages.Ed25519).ToMasterFile(DkimMessages.Domain, "ed")));
        _authenticator = new EmailAuthenticator(_cache, new EmailAuthenticatorOptions { Limits = new EmailAuthLimits { Dns = new DnsLimits { MaxQueriesAhead = MaxQueriesAhead } } });
        var result = await _authenticator.VerifyAsync(_signed, Session);
        if (result.Dkim.Any(signature => signature.Status != DkimStatus.Pass) || result.Spf.Status != Spf.SpfStatus.Pass)
            throw new InvalidOperationException($"The verdict is wrong: {result.Spf}");
    }

    [GlobalCleanup]
    public void Cleanup() => _cache.Dispose();

    [Benchmark]
    public async Task<VerificationResult> NoSignature() => await _authenticator.VerifyAsync(_unsigned, Session);

    [Benchmark]
    public async Task<VerificationResult> TwoSignatures() => await _authenticator.VerifyAsync(_signed, Session);
}
