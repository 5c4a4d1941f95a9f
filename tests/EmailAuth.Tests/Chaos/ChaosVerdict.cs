using System.Collections.Immutable;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Spf;

namespace EmailAuth.Tests.Chaos;

/// <summary>The ways into the library that ask DNS.</summary>
internal enum ChaosProtocol
{
    Spf,
    Dkim,
    Arc,
    Dmarc,
    Whole,
}

/// <summary>What one call said, the parts that it has.</summary>
internal sealed record ChaosVerdict
{
    public SpfResult? Spf { get; init; }

    public SpfResult? Helo { get; init; }

    public ImmutableArray<DkimResult>? Dkim { get; init; }

    public ArcResult? Arc { get; init; }

    public DmarcResult? Dmarc { get; init; }

    public VerificationResult? Whole { get; init; }

    /// <summary>Asks one protocol, or all.</summary>
    public static async Task<ChaosVerdict> OfAsync(ChaosProtocol protocol, ChaosMessage message, IDnsResolver dns, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        var session = message.Session;
        switch (protocol)
        {
            case ChaosProtocol.Spf:
                return new() { Spf = await new SpfEvaluator(dns, new SpfOptions { TimeProvider = clock }).CheckMailFromAsync(session.ClientAddress!, session.Helo, session.MailFrom, cancellationToken) };
            case ChaosProtocol.Dkim:
                return new() { Dkim = await new DkimVerifier(dns, new DkimVerifierOptions { TimeProvider = clock }).VerifyAsync(message.Open(), cancellationToken) };
            case ChaosProtocol.Arc:
                return new() { Arc = await new ArcValidator(dns, new ArcOptions { TimeProvider = clock }).ValidateAsync(message.Open(), cancellationToken) };
            case ChaosProtocol.Dmarc:
                var authors = AuthorDomains.Read(HeaderBlock.Parse(HeaderOf(message.Message), MessageLimits.Default), DmarcLimits.Default);
                return new() { Dmarc = await new DmarcEvaluator(dns, new DmarcOptions { TimeProvider = clock }).EvaluateAsync(authors, IdentifiersOf(message), cancellationToken) };
            case ChaosProtocol.Whole:
                return Of(await Authenticator(dns, clock).VerifyAsync(message.Open(), session, cancellationToken));
            default:
                throw new ArgumentOutOfRangeException(nameof(protocol));
        }
    }

    public static ChaosVerdict Of(VerificationResult whole) =>
        new() { Spf = whole.Spf, Helo = whole.Helo, Dkim = whole.Dkim, Arc = whole.Arc, Dmarc = whole.Dmarc, Whole = whole };

    public static EmailAuthenticator Authenticator(IDnsResolver dns, TimeProvider clock) => new(dns, new EmailAuthenticatorOptions
    {
        TimeProvider = clock,
        TrustedSealers = new TrustedSealers([new TrustedSealer(DomainName.Parse("list.example")), new TrustedSealer(DomainName.Parse("two.example"))]),
    });

    private static byte[] HeaderOf(byte[] message) => message[..(message.AsSpan().IndexOf("\r\n\r\n"u8) + 2)];

    private static ImmutableArray<AuthenticatedIdentifier> IdentifiersOf(ChaosMessage message)
    {
        // The session's domain and what the text says of the signatures: enough, as DMARC alone is not to judge them.
        var text = System.Text.Encoding.Latin1.GetString(message.Message);
        var found = new List<AuthenticatedIdentifier>();
        foreach (var domain in new[] { "author.example", "strict.example", "attack.example", "plain.example" })
        {
            if (text.Contains($"d={domain};", StringComparison.Ordinal))
                found.Add(new(IdentifierMethod.Dkim, DomainName.Parse(domain), message.Expected.Contains("dkim=pass", StringComparison.Ordinal) ? IdentifierOutcome.Pass : IdentifierOutcome.Fail));
        }
        return [.. found];
    }

    /// <summary>What passes, one word each: under attack never more than without.</summary>
    public IEnumerable<string> Passes()
    {
        if (Spf?.Status == SpfStatus.Pass)
            yield return "spf";
        if (Helo?.Status == SpfStatus.Pass)
            yield return "helo";
        for (var i = 0; i < (Dkim?.Length ?? 0); i++)
        {
            if (Dkim!.Value[i].Status == DkimStatus.Pass)
                yield return $"dkim {i}";
        }
        if (Arc?.Status == ArcStatus.Pass)
            yield return "arc";
        if (Dmarc?.Status == DmarcStatus.Pass)
            yield return "dmarc";
        if (Whole?.ArcOverride?.IsAllowed == true)
            yield return "override";
    }

    public override string ToString()
    {
        var parts = new List<string>();
        if (Spf is not null)
            parts.Add($"spf={Spf.Status.ToKeyword()}");
        if (Helo is not null && Helo.Status != SpfStatus.None)
            parts.Add($"helo={Helo.Status.ToKeyword()}");
        if (Dkim is { } dkim)
            parts.Add($"dkim={string.Join(',', dkim.Select(result => result.Status.ToKeyword()))}");
        if (Arc is not null)
            parts.Add($"arc={Arc.Status.ToKeyword()}");
        if (Dmarc is not null)
            parts.Add($"dmarc={Dmarc.Status.ToKeyword()}/{Dmarc.PolicyDomain?.ToString() ?? "-"}/{Dmarc.Disposition.ToKeyword()}");
        if (Whole?.ArcOverride?.IsAllowed == true)
            parts.Add("override");
        return string.Join(' ', parts);
    }
}
