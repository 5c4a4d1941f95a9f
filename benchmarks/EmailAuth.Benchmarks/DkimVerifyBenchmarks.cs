using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using MimeKit;
using DkimVerifier = EmailAuth.Dkim.DkimVerifier;

namespace EmailAuth.Benchmarks;

/// <summary>
/// One message with one signature, from octets in memory to its verdict, the key at hand. The floor is what nobody can do without: SHA-256 over the
/// body and one verification with a key that is ready.
/// </summary>
public abstract class DkimVerifyBenchmark
{
    private readonly DkimVerifier _verifier = new(DkimMessages.Zone);
    private readonly MimeKit.Cryptography.DkimVerifier _mimeKit = new(new KeptKeys());
    private byte[] _message = null!;
    private byte[] _body = null!;
    private byte[] _signature = null!;
    private PublicKey _key = null!;

    /// <summary>Size and key, such as 20k-rsa.</summary>
    public abstract string Message { get; set; }

    [Params(CanonicalizationAlgorithm.Relaxed, CanonicalizationAlgorithm.Simple)]
    public CanonicalizationAlgorithm Canonicalization { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var parts = Message.Split('-');
        var length = int.Parse(parts[0][..^1], System.Globalization.CultureInfo.InvariantCulture) * (parts[0][^1] == 'm' ? 1_000_000 : 1_000);
        var key = parts[1] == "rsa" ? DkimMessages.Rsa : DkimMessages.Ed25519;
        _message = await DkimMessages.SignedAsync(length, key, Canonicalization);
        _body = DkimMessages.Body(length);
        _signature = (await key.SignAsync(SHA256.HashData(_body))).ToArray();
        _key = KeyRecord.Read(System.Text.Encoding.Latin1.GetBytes(DkimKeyRecord.FromKey(key).ToString())).Key!;
        if (!Floor() || (await EmailAuth())[0].Status != DkimStatus.Pass || !MimeKitKeysKept())
            throw new InvalidOperationException("The three do not agree that it passes.");
    }

    [Benchmark(Baseline = true)]
    public bool Floor()
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(_body, digest);
        return _key.Verify(digest, _signature);
    }

    [Benchmark]
    public ValueTask<System.Collections.Immutable.ImmutableArray<DkimResult>> EmailAuth() => _verifier.VerifyAsync(EmailMessage.FromBytes(_message));

    [Benchmark(Description = "MimeKit, keys kept")]
    public bool MimeKitKeysKept()
    {
        var message = MimeMessage.Load(new MemoryStream(_message));
        return _mimeKit.Verify(message, message.Headers[message.Headers.IndexOf(HeaderId.DkimSignature)]);
    }
}

/// <inheritdoc/>
[Config(typeof(GoalConfig))]
public class DkimVerifyBenchmarks : DkimVerifyBenchmark
{
    [Params("2k-rsa", "20k-rsa", "20k-ed25519", "200k-rsa")]
    public override string Message { get; set; } = "";
}

/// <inheritdoc/>
[Config(typeof(LargeGoalConfig))]
public class DkimVerifyLargeBenchmarks : DkimVerifyBenchmark
{
    [Params("50m-rsa")]
    public override string Message { get; set; } = "";
}

/// <summary>A 20 KB message whose key record was just fetched, beside one whose key is at hand.</summary>
[Config(typeof(GoalConfig))]
public class DkimColdKeyBenchmarks
{
    private readonly DkimVerifier _warm = new(DkimMessages.Zone);
    private readonly DkimVerifier _cold = new(new UnparsedAnswers());
    private byte[] _message = null!;

    [GlobalSetup]
    public async Task SetUpAsync() => _message = await DkimMessages.SignedAsync(20_000, DkimMessages.Rsa, CanonicalizationAlgorithm.Relaxed);

    [Benchmark(Baseline = true)]
    public ValueTask<System.Collections.Immutable.ImmutableArray<DkimResult>> KeyAtHand() => _warm.VerifyAsync(EmailMessage.FromBytes(_message));

    [Benchmark]
    public ValueTask<System.Collections.Immutable.ImmutableArray<DkimResult>> RecordJustFetched() => _cold.VerifyAsync(EmailMessage.FromBytes(_message));

    /// <summary>Hands out a new answer each time, as from the wire.</summary>
    private sealed class UnparsedAnswers : IDnsResolver
    {
        private readonly TxtRecord _record = new(System.Text.Encoding.Latin1.GetBytes(DkimKeyRecord.FromKey(DkimMessages.Rsa).ToString()));

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) => new(DnsAnswer.WithRecords([_record], TimeSpan.FromHours(1)));
    }
}

/// <summary>Several threads verify the same 20 KB message with one verifier and one key: the time of one message should fall with their number.</summary>
public class DkimThreadsBenchmarks
{
    private const int Messages = 2_000;

    private readonly DkimVerifier _verifier = new(DkimMessages.Zone);
    private byte[] _message = null!;

    [Params(1, 2, 4)]
    public int Threads { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync() => _message = await DkimMessages.SignedAsync(20_000, DkimMessages.Rsa, CanonicalizationAlgorithm.Relaxed);

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Verify()
    {
        var threads = new Thread[Threads];
        for (var i = 0; i < Threads; i++)
        {
            threads[i] = new Thread(VerifyShare);
            threads[i].Start();
        }
        foreach (var thread in threads)
            thread.Join();
    }

    private void VerifyShare()
    {
        for (var i = 0; i < Messages / Threads; i++)
            _ = _verifier.VerifyAsync(EmailMessage.FromBytes(_message)).GetAwaiter().GetResult();
    }
}
