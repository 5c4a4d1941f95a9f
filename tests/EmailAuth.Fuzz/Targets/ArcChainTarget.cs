using EmailAuth.Arc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Fuzz.Targets;

/// <summary>The ARC fields of a header section (RFC 8617 §4.1, §5.2): the chain, its linters, and a validation that finds no key.</summary>
internal sealed class ArcChainTarget : FuzzTarget
{
    private const string Signature = "a=ed25519-sha256; c=relaxed/relaxed; d=one.example; s=s; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; h=from:to:subject; t=1780000000; b=AAAA";

    private static readonly ArcOptions Options = new() { TimeProvider = new FixedTime() };

    public override string Name => "arc-chain";

    public override int Share => 4;

    protected override string[] SeedTexts =>
    [
        Set(1, "none") + "From: a@example.com\r\nSubject: x\r\n",
        Set(2, "pass") + Set(1, "none") + "From: a@example.com\r\n",
        Set(2, "fail") + Set(1, "none") + "From: a@example.com\r\n",
        "ARC-Seal: i=1\r\nARC-Seal : i=(c) 1 (c); cv=(c) none; a=rsa-sha256; d=x.example; s=s; b=AA\r\n\r\nbody",
    ];

    public override string[] Tokens =>
    [
        "ARC-Seal: ", "ARC-Message-Signature: ", "ARC-Authentication-Results: ", "i=1", "i=2", "i=50", "i=51", "i=01", "i=", "cv=none", "cv=pass", "cv=fail", "cv=", "h=", "from", "ARC-Seal", "a=rsa-sha256",
        "a=ed25519-sha256", "d=", "s=", "b=", "bh=", "t=", "x=", "l=0", ";", "; ", "\r\n", "\r\n ", "\n", "(", ")", "=", " ", Set(3, "pass"), "From: ",
    ];

    private static string Set(int instance, string validation) =>
        $"ARC-Seal: i={instance}; a=ed25519-sha256; cv={validation}; d=one.example; s=s; t=1780000000; b=AAAA\r\n"
        + $"ARC-Message-Signature: i={instance}; {Signature}\r\n"
        + $"ARC-Authentication-Results: i={instance}; one.example; dmarc=pass header.from=example.com\r\n";

    public override void Run(ReadOnlySpan<byte> input)
    {
        var header = HeaderBlock.Parse(input.ToArray(), MessageLimits.Default);
        var budget = new AllocationBudget(input.Length);
        var chain = ArcChain.Read(header, Options);
        budget.Check();
        Promise.That(chain.Instance is >= 0 and <= ArcLimits.MostSets);
        Promise.IsPrintable(chain.Decided.Text ?? "");
        if (chain.Decided.Reason == ArcReason.None)
            CheckWhole(chain, header);
        CheckLints(header);
        CheckValidation(header, chain);
    }

    private static void CheckWhole(ArcChain chain, HeaderBlock header)
    {
        Promise.That(chain.Instance > 0 && chain.FieldCount == chain.Instance * 3 && !header.HasBareLineEnd);
        for (var instance = 1; instance <= chain.Instance; instance++)
        {
            var set = chain[instance]!;
            Promise.That(set.Instance == instance && set.Seal!.Instance == instance && set.MessageSignature!.Instance == instance);
            Promise.That(ArcFields.KindOf(header, header.Fields[set.AuthenticationResults]) == ArcFieldKind.AuthenticationResults);
            Promise.That(ArcFields.KindOf(header, header.Fields[set.Seal!.FieldIndex]) == ArcFieldKind.Seal);
            Promise.That(ArcFields.KindOf(header, header.Fields[set.MessageSignature!.FieldIndex]) == ArcFieldKind.MessageSignature);
            Promise.That(set.Payload > 0 && set.Payload <= header.Value(header.Fields[set.AuthenticationResults]).Length);
            Promise.That(set.Seal.Tags is null || set.Seal.ChainValidation == (instance == 1 ? ArcChainValidation.None : ArcChainValidation.Pass));
        }
    }

    private static void CheckLints(HeaderBlock header)
    {
        foreach (ref readonly var field in header.Fields)
        {
            var value = header.Value(field).ToArray();
            switch (ArcFields.KindOf(header, field))
            {
                case ArcFieldKind.Seal:
                    Promise.IsSound(ArcLint.CheckSeal(value), value.Length);
                    break;
                case ArcFieldKind.MessageSignature:
                    Promise.IsSound(ArcLint.CheckMessageSignature(value), value.Length);
                    break;
            }
        }
    }

    private static void CheckValidation(HeaderBlock header, ArcChain chain)
    {
        using var plan = new BodyHashPlan();
        var validation = new ArcValidator(NoKeys.Resolver, Options).Begin(header, plan, NoKeys.Resolver, default);
        plan.Finish();
        var completion = validation.CompleteAsync();
        Promise.That(completion.IsCompletedSuccessfully);
        var result = completion.Result;
        Promise.That(result.Status == (chain.Decided.Reason == ArcReason.NoChain ? ArcStatus.None : ArcStatus.Fail), $"{result.Status} {result.Reason}");
        Promise.IsPrintable(result.ReasonText);
    }

    private sealed class NoKeys : IDnsResolver
    {
        public static NoKeys Resolver { get; } = new();

        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) =>
            new(DnsAnswer.NoRecords(DnsStatus.NxDomain));
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1_780_000_000);
    }
}
