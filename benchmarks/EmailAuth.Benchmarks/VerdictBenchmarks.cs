using BenchmarkDotNet.Attributes;
using EmailAuth.Benchmarks.Loop;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using MimeKit;

namespace EmailAuth.Benchmarks;

/// <summary>
/// A 20 KB message from octets to its Authentication-Results field: SPF of MAIL FROM (five includes) and of HELO, its signatures, ARC and DMARC, every answer
/// in the cache. The floor is SHA-256 over the body and one operation with each signature's key; MimeKit verifies the signatures only.
/// </summary>
[Config(typeof(GoalConfig))]
public class VerdictBenchmarks
{
    private readonly MimeKit.Cryptography.DkimVerifier _mimeKit = new(new KeptKeys());
    private EmailAuthenticator _authenticator = null!;
    private VerifyFloor _floor = null!;
    private byte[] _message = null!;

    [Params("one RSA", "RSA and Ed25519")]
    public string Signatures { get; set; } = "";

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _message = Signatures == "one RSA"
            ? await DkimMessages.SignedAsync(20_000, DkimMessages.Rsa, CanonicalizationAlgorithm.Relaxed)
            : await DkimMessages.TwiceSignedAsync(20_000, CanonicalizationAlgorithm.Relaxed);
        var dns = new CachingDnsResolver(DkimMessages.Zone);
        _authenticator = new EmailAuthenticator(dns);
        _floor = new VerifyFloor(dns, Signatures, _message);
        var result = await _authenticator.VerifyAsync(EmailMessage.FromBytes(_message), DkimMessages.Session);
        if (!VerdictSubject.IsPass(result) || !MimeKitKeysKept())
            throw new InvalidOperationException("They do not agree that it passes.");
    }

    [Benchmark(Baseline = true)]
    public ValueTask Floor() => _floor.RunAsync();

    [Benchmark]
    public async ValueTask<HeaderField> EmailAuth() =>
        (await _authenticator.VerifyAsync(EmailMessage.FromBytes(_message), DkimMessages.Session)).ToAuthenticationResults("mx.example.net");

    [Benchmark(Description = "MimeKit, DKIM only, keys kept")]
    public bool MimeKitKeysKept()
    {
        var message = MimeMessage.Load(new MemoryStream(_message));
        var isPass = true;
        foreach (var header in message.Headers)
            isPass &= header.Id != HeaderId.DkimSignature || _mimeKit.Verify(message, header);
        return isPass;
    }
}
