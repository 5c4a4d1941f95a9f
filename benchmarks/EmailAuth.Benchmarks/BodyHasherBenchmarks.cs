using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using EmailAuth.Signatures;

namespace EmailAuth.Benchmarks;

/// <summary>One megabyte of body through canonicalization and SHA-256, beside SHA-256 alone: ordinary text, text in which every line ends in a space, base64, and the worst there is.</summary>
[MinColumn]
public class BodyHasherBenchmarks
{
    private byte[] _body = null!;

    [Params("text", "flowed", "base64", "tabs", "blank-lines")]
    public string Body { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        var line = Body switch
        {
            "text" => "This is a line of an ordinary text, with words and single spaces in it.\r\n",
            "flowed" => "This is a line of a flowed text, whose lines end in a space before the \r\n",
            "base64" => Convert.ToBase64String(RandomNumberGenerator.GetBytes(57)) + "\r\n",
            "tabs" => "a\t",
            _ => "\r\n",
        };
        _body = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(line, 1_000_000 / line.Length)));
    }

    [Benchmark(Baseline = true)]
    public byte[] Sha256Alone() => SHA256.HashData(_body);

    [Benchmark]
    public bool Relaxed() => Hash(CanonicalizationAlgorithm.Relaxed);

    [Benchmark]
    public bool Simple() => Hash(CanonicalizationAlgorithm.Simple);

    private bool Hash(CanonicalizationAlgorithm algorithm)
    {
        using var plan = new BodyHashPlan();
        var hash = plan.Add(algorithm)!;
        plan.Append(_body);
        plan.Finish();
        return hash.Digest.IsEmpty;
    }
}
