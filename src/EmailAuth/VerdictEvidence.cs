using System.Collections.Immutable;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>Who asked DNS. Each has its own answers, since each asks in a fixed order and together they do not.</summary>
internal enum Asker
{
    /// <summary>SPF for MAIL FROM.</summary>
    MailFrom,

    /// <summary>SPF for HELO.</summary>
    Helo,

    /// <summary>The keys of DKIM.</summary>
    Dkim,

    /// <summary>The keys of ARC.</summary>
    Arc,

    /// <summary>The policies of DMARC.</summary>
    Dmarc,

    /// <summary>The reverse name of the client.</summary>
    Iprev,
}

/// <summary>A question as it was answered to the one who asked: by a budget where that was used up.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Answer">What came.</param>
/// <param name="IsOutOfTime">The asker's own limit of time was reached then.</param>
internal readonly record struct KeptAnswer(DnsQuestion Question, DnsAnswer Answer, bool IsOutOfTime);

/// <summary>The steps that the rooms took with one message.</summary>
internal sealed class MessageTrace
{
    /// <summary>The checks of SPF: MAIL FROM first, then HELO.</summary>
    public List<SpfTrace> Spf { get; } = [];

    public required SignatureTrace Signatures { get; init; }

    public DmarcTrace Dmarc { get; } = new();

    /// <summary>What was asked for the reverse name of the client.</summary>
    public List<DnsRecordedAnswer> Iprev { get; } = [];
}

/// <summary>All that a verdict was made of, but for the body: enough to make it again. Immutable.</summary>
internal sealed record VerdictEvidence
{
    public const int AskerCount = 6;

    /// <summary>When the message was judged.</summary>
    public required DateTimeOffset Moment { get; init; }

    public required SmtpSession Session { get; init; }

    /// <summary>How it was judged. Neither its clock nor its public suffix list nor its sampling is looked at.</summary>
    public required EmailAuthenticatorOptions Options { get; init; }

    public required MessageDefect Defect { get; init; }

    /// <summary>The header section, without the empty line behind it.</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>Every hash of the body that was asked for.</summary>
    public required ImmutableArray<KeptBodyHash> BodyHashes { get; init; }

    /// <summary>The answers of each <see cref="Asker"/>, in the order of its questions.</summary>
    public required ImmutableArray<ImmutableArray<KeptAnswer>> Answers { get; init; }

    /// <summary>Of the public suffix list the names that decided; default where there was no list.</summary>
    public ImmutableArray<DomainName> PublicSuffixes { get; init; }

    /// <summary>The numbers drawn for <c>pct</c>; default where none are drawn.</summary>
    public ImmutableArray<int> Samples { get; init; }

    /// <summary>See <see cref="SignatureTrace.KeptDigests"/>.</summary>
    public IReadOnlyDictionary<int, byte[]>? KeptDigests { get; init; }

    /// <summary>The steps of the rooms; null where they are not known, as in a capsule that was read.</summary>
    public MessageTrace? Trace { get; init; }

    /// <summary>What other options make of it.</summary>
    public ImmutableArray<ShadowVerdict> Shadows { get; init; } = [];

    /// <summary>What was kept of the public suffix list; null where there was none.</summary>
    public PublicSuffixList? KeptSuffixList() => PublicSuffixes.IsDefault
        ? null
        // A top-level domain is a public suffix by every list: it makes a list of none.
        : PublicSuffixList.Parse(string.Join('\n', PublicSuffixes.Select(static name => name.ToString()).Append("com")));

    /// <summary>The header section as the rooms see it.</summary>
    public HeaderBlock ReadHeader(MessageLimits limits)
    {
        // Of a section over the limit for the whole only the beginning was kept. What else may be wrong shows again in what was kept.
        if (Defect == MessageDefect.HeaderBlockTooLong && Header.Length >= Options.Limits.Message.MaxHeaderBytes)
            return HeaderBlock.Defective(Defect, Header, limits);
        return HeaderBlock.Parse(Header, limits);
    }
}
