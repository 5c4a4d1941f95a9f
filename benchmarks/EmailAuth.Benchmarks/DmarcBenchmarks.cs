using System.Collections.Immutable;
using System.Text;
using BenchmarkDotNet.Attributes;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Benchmarks;

/// <summary>DMARC for one message when every answer is known already, as for most mail a server sees.</summary>
[MemoryDiagnoser]
public class DmarcBenchmarks
{
    private readonly DmarcEvaluator _evaluator = new(ZoneDnsResolver.Parse("""
        _dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine; rua=mailto:reports@example.com"
        """));

    private readonly HeaderBlock _header = HeaderBlock.Parse(Encoding.ASCII.GetBytes("From: \"A Name\" <someone@news.example.com>\r\n"), MessageLimits.Default);

    private readonly ImmutableArray<AuthenticatedIdentifier> _identifiers =
    [
        new(IdentifierMethod.Spf, DomainName.Parse("bounce.example.com"), IdentifierOutcome.Pass),
        new(IdentifierMethod.Dkim, DomainName.Parse("example.com"), IdentifierOutcome.Pass),
    ];

    [Benchmark]
    public int ReadFrom() => AuthorDomains.Read(_header, DmarcLimits.Default).Domains.Length;

    [Benchmark]
    public async Task<DmarcStatus> Evaluate() =>
        (await _evaluator.EvaluateAsync(AuthorDomains.Read(_header, DmarcLimits.Default), _identifiers)).Status;
}
