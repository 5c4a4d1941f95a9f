using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using EmailAuth.Dkim;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Benchmarks;

/// <summary>Signs one 20 KB message from memory. The floor is SHA-256 over the body and one private-key operation.</summary>
[Config(typeof(GoalConfig))]
public class DkimSignBenchmarks
{
    private byte[] _message = null!;
    private byte[] _body = null!;
    private SigningKey _key = null!;
    private DkimSigner _signer = null!;

    [Params("rsa", "ed25519")]
    public string Key { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        _message = DkimMessages.Unsigned(20_000);
        _body = DkimMessages.Body(20_000);
        _key = Key == "rsa" ? DkimMessages.Rsa : DkimMessages.Ed25519;
        _signer = DkimMessages.Signer(_key, CanonicalizationAlgorithm.Relaxed);
    }

    [Benchmark(Baseline = true)]
    public ValueTask<ReadOnlyMemory<byte>> Floor() => _key.SignAsync(SHA256.HashData(_body));

    [Benchmark]
    public ValueTask<HeaderField> EmailAuth() => _signer.SignAsync(EmailMessage.FromBytes(_message));
}
