using System.Buffers;
using EmailAuth.Dmarc;
using EmailAuth.Message;

namespace EmailAuth.Fuzz.Targets;

/// <summary>The Author Domains of a From field (RFC 5322 §3.4, §3.6.2; RFC 9989 §5.3.1).</summary>
internal sealed class FromFieldTarget : FuzzTarget
{
    private static readonly SearchValues<byte> Specials = SearchValues.Create("@<>(),;:\\\"[] \t\r\n"u8);

    public override string Name => "from-field";

    protected override string[] SeedTexts =>
    [
        " Ann <ann@example.com>",
        " \"Ann, \\\"Q\\\"\" <ann@example.com>, bob@mail.example.net (Bob (the \\) second))\r\n",
        " Friends: ann@example.com,\r\n \"b b\"@example.net;",
        " John Q. Public <jqp@[192.0.2.1]>",
        " =?utf-8?q?Ann?= (c) <(c) ann (c) @ (c) ex\u00C3\u00A4mple.com. (c)> (c)",
        " ann@example.com\r\nFrom: eve@evil.example\r\nSubject: x",
    ];

    public override string[] Tokens =>
    [
        "<", ">", "@", ",", ";", ":", "\"", "(", ")", "\\", "[", "]", ".", "\r\n ", "\r\n", "\r\nFrom: ", "\n", "\0", " ", "\t", "=?utf-8?b?", "?=", "ann@example.com", "<a@b.example>",
        "\u00C3\u00A4", "\u00E3\u0080\u0082", "\xff", "xn--", "group:", "((((((((((((((((", "\"@\"", "@a,@b:", "\x7f",
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var header = HeaderBlock.Parse((byte[])[.. "From:"u8, .. input, .. "\r\n"u8], MessageLimits.Default);
        var budget = new AllocationBudget(input.Length);
        var authors = AuthorDomains.Read(header, DmarcLimits.Default);
        budget.Check();
        Promise.That(authors.Domains.Length <= (authors.Problem is null ? DmarcLimits.Default.MaxAuthorDomains : DmarcLimits.Default.MaxMailboxes));
        Promise.That(authors.Problem is null == authors.ProblemText is null);
        if (authors.ProblemText is { } text)
            Promise.IsPrintable(text);
        foreach (var domain in authors.Domains)
            Promise.That(domain.IsHostName);
        if (header.Defect == MessageDefect.None && header.Fields.Length == 1)
            CheckOneField(input, header, authors);
        else if (header.Defect != MessageDefect.None)
            Promise.That(authors.Problem == DmarcReason.HeaderNotRead);
    }

    private static void CheckOneField(ReadOnlySpan<byte> input, HeaderBlock header, AuthorDomains authors)
    {
        // RFC 5322 §3.6: a second From field ends it, whatever the first one is.
        var twice = AuthorDomains.Read(HeaderBlock.Parse((byte[])[.. header.Octets, .. "From: a@b.example\r\n"u8], MessageLimits.Default), DmarcLimits.Default);
        Promise.That(twice.Problem is not null, "two From fields");

        CheckMailboxes(input, authors);
        if (authors.Problem is not null)
            return;
        Promise.That(authors.Domains.Length > 0 && authors.MailboxCount >= authors.Domains.Length);
        Promise.That(authors.MailboxCount <= DmarcLimits.Default.MaxMailboxes);
        Promise.That(!header.HasBareLineEnd);
        // What has no meaning changes nothing: a fold before, a comment behind (RFC 5322 §3.2.2).
        var folded = AuthorDomains.Read(HeaderBlock.Parse((byte[])[.. "FROM:\r\n "u8, .. input, .. " (c (d) \\))\r\n"u8], MessageLimits.Default), DmarcLimits.Default);
        if (!input.EndsWith("\r\n"u8) && !EndsOpen(input))
            Promise.That(folded.Problem is null && folded.Domains.SequenceEqual(authors.Domains), "with a fold before and a comment behind");
    }

    /// <summary>A backslash or fold at the end would change what follows it.</summary>
    private static bool EndsOpen(ReadOnlySpan<byte> input) => !input.IsEmpty && input[^1] is (byte)'\r' or (byte)'\n' or (byte)'\\';

    /// <summary>Each mailbox lies in the field: its domain behind an "@" that stands there.</summary>
    private static void CheckMailboxes(ReadOnlySpan<byte> input, AuthorDomains authors)
    {
        var reader = new MailboxListReader(input);
        var at = 0;
        var count = 0;
        while (reader.MoveNext())
        {
            count++;
            Promise.That(!reader.LocalPart.IsEmpty);
            Promise.That(input.Overlaps(reader.LocalPart, out var local) && local >= at, "mailboxes go forward");
            at = local + reader.LocalPart.Length;
            if (!reader.Domain.IsEmpty)
            {
                Promise.That(input.Overlaps(reader.Domain, out var domain) && domain > at, "the domain stands behind the local-part");
                Promise.That(input[at..domain].Contains((byte)'@'));
                at = domain + reader.Domain.Length;
            }
            Promise.That(reader.LocalPart[0] == '"' || reader.LocalPart.IndexOfAny(Specials) < 0);
            Promise.That(reader.IsAddressLiteral || reader.Domain.IndexOfAny(Specials) < 0);
        }
        Promise.That(reader.Problem is null || (reader.ProblemPosition >= 0 && reader.ProblemPosition <= input.Length));
        Promise.That(authors.Problem is not null || (reader.Problem is null && authors.MailboxCount == count));
    }
}
